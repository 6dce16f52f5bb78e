-- name: months
SELECT name, since, until, about, bytes FROM journal_month
ORDER BY since IS NULL AND until IS NULL, since NULLS FIRST;

-- name: make_month^
SELECT make_journal_month(:since::timestamptz) AS made;

-- name: unsettled^
SELECT count(*) AS n FROM journal
WHERE state = 'intended' AND intended_at >= coalesce(:since::timestamptz, '-infinity') AND intended_at < :until;

-- name: needed_by^
-- The open run that reaches back farthest. An undo has copied what it puts back, but shows what it is an undo of.
SELECT r.id, CASE WHEN r.purpose = 'undo' THEN least(r.created_at, coalesce((r.scope ->> 'since')::timestamptz, p.created_at))
    ELSE r.created_at END AS since,
    r.purpose = 'undo' AND r.scope ->> 'since' IS NULL AND p.id IS NULL AS all_of_it
FROM run r LEFT JOIN run p ON p.id = (r.scope ->> 'run')::bigint
WHERE r.state NOT IN ('cancelled', 'succeeded', 'failed')
ORDER BY 3 DESC, 2 LIMIT 1;

-- name: pruned!
INSERT INTO journal_pruned (before, at, by_whom, months, records) VALUES (:before, :now, :by, :months, :records);

-- name: kept_since^
SELECT max(before) AS at FROM journal_pruned;

-- name: export
-- A line per changed field; by id, which is by time as long as clocks agree.
SELECT j.id, j.intended_at AS at, j.settled_at, j.run_id AS run, j.link_id AS link, j.side, j.object, nullif(j.ref_id, '') AS record,
    j.mate AS made_from, CASE WHEN j.put_away THEN 'archive' WHEN j.fetched THEN 'fetch' ELSE j.action END AS action,
    coalesce(c.change ->> 'st', j.state) AS became, c.change ->> 'f' AS field, c.change ->> 'n' AS native, c.change -> 'o' AS old,
    c.change -> 'v' AS new, c.change -> 'got' AS read_back, c.change ->> 'from' AS source, c.change ->> 'why' AS cause,
    j.agreement, j.note, coalesce(c.change ? 'erased', j.note = 'erased', false) AS erased
FROM journal j LEFT JOIN LATERAL jsonb_array_elements(j.changes) WITH ORDINALITY AS c (change, place) ON true
WHERE j.intended_at >= coalesce(:since::timestamptz, '-infinity') AND j.intended_at < coalesce(:until::timestamptz, 'infinity')
    AND (:run::bigint IS NULL OR j.run_id = :run)
    AND (NOT :of_one OR j.link_id = ANY (:links::bigint[]) OR j.mate = ANY (:refs::text[])
        OR j.side || ':' || j.object || ':' || j.ref_id = ANY (:refs::text[]))
ORDER BY j.id, c.place;
