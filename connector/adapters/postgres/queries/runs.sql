-- name: create^
INSERT INTO run (purpose, kind, scope, dry, by_whom, why, agreement, parent, relation, created_at, walked, wanted)
VALUES (:purpose, 'person', :scope, :dry, :by, :why, :agreement, :parent, :relation, :now, :walked, :wanted) RETURNING id;

-- name: wait_for!
-- Items given one by one: ids, or a file of them.
INSERT INTO run_item (run_id, subject, link_id, outcome, at)
SELECT :run, r.subject, r.link_id, 'waiting', :now FROM jsonb_to_recordset(:rows) AS r(subject text, link_id bigint)
ON CONFLICT DO NOTHING;

-- name: wait_for_failed!
-- What failed in another run, under the bounds it had there.
INSERT INTO run_item (run_id, subject, link_id, outcome, bounds, at)
SELECT :run, subject, link_id, 'waiting', bounds, :now FROM run_item WHERE run_id = :parent AND outcome = ANY (:outcomes);

-- name: lift_failed!
-- A person retries: refusals no longer hold. What is still wrong is refused anew.
DELETE FROM block WHERE link_id IN (SELECT link_id FROM run_item WHERE run_id = :parent AND outcome = ANY (:outcomes));

-- name: wait_for_previewed!
INSERT INTO run_item (run_id, subject, link_id, outcome, bounds, at)
SELECT :run, subject, link_id, 'waiting', coalesce(plan -> 'bounds', jsonb_build_object('was', plan -> 'was')), :now
FROM run_item WHERE run_id = :parent AND outcome = 'would';

-- name: lineage
-- A run with its retries, and theirs. What undid (or did again) one of the retries belongs to it, too: so the last
-- value of the span is the one that stands; what undid the run itself does not, it is what is asked for.
WITH RECURSIVE lineage AS (
    SELECT :run::bigint AS id, true AS asked
    UNION
    SELECT r.id, false FROM run r JOIN lineage l ON r.parent = l.id WHERE r.relation = 'retry' OR NOT l.asked
)
SELECT r.id, r.state, r.relation FROM lineage l JOIN run r ON r.id = l.id ORDER BY r.id;

-- name: wait_for_undo!
-- Per record and field of what was written: the value before the first write of the span, and the one written last.
-- A write that became another at once (somebody wrote too) counts as what we sent: where it does not stand, it is left.
-- Where the span made the link, what the agreement alone wrote to it afterwards counts, too: nobody else asked for it.
-- finished: what the runs were refused and a round of nobody's wrote later, the very same value and before any other.
-- later: a record that the runs were refused, and that a round of nobody's made later. Whether it would have made it all
-- the same nobody knows: it stays, and is listed.
-- made: a record that was made, or fetched; away: one that was put into the recycle bin. Both in one span are nothing.
WITH spanned AS (
    SELECT j.* FROM journal j
    WHERE j.link_id IS NOT NULL AND (:runs::bigint[] IS NULL OR j.run_id = ANY (:runs)) AND (:link::bigint IS NULL OR j.link_id = :link)
      AND (:since::timestamptz IS NULL OR j.intended_at >= :since) AND (:until::timestamptz IS NULL OR j.intended_at < :until)
      AND (:version::text IS NULL OR j.agreement = :version)
), changed AS (
    SELECT j.link_id, j.side, j.ref_id, j.id, c.change, coalesce(c.change ->> 'st', j.state) AS state
    FROM spanned j CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    WHERE j.action = 'update' AND NOT j.put_away AND NOT j.fetched AND c.change ->> 'f' <> ''
), linked AS (
    SELECT link_id, min(id) AS id FROM changed
    WHERE state = 'done' AND change ->> 'n' = ANY (:keys) AND change -> 'o' = 'null'
    GROUP BY link_id
), followed AS (
    SELECT j.link_id, j.side, j.ref_id, j.id, c.change, coalesce(c.change ->> 'st', j.state) AS state
    FROM linked l JOIN journal j ON j.link_id = l.link_id AND j.id > l.id AND j.run_id IS NULL
    CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    WHERE j.action = 'update' AND NOT j.put_away AND NOT j.fetched AND left(c.change ->> 'f', 1) = '='
), refused AS (
    SELECT j.link_id, j.side, j.id, c.change ->> 'n' AS native, c.change -> 'v' AS sent
    FROM spanned j CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    WHERE :runs::bigint[] IS NOT NULL AND j.action = 'update' AND NOT j.put_away AND NOT j.fetched
      AND c.change ->> 'f' <> '' AND coalesce(c.change ->> 'st', j.state) = 'refused'
), next_written AS (
    SELECT DISTINCT ON (r.link_id, r.side, r.native) j.link_id, j.side, j.ref_id, j.id, c.change, 'done' AS state,
           j.run_id IS NULL AND c.change -> 'v' = r.sent AS finishes
    FROM refused r JOIN journal j ON j.link_id = r.link_id AND j.side = r.side AND j.id > r.id
    CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    WHERE j.action = 'update' AND c.change ->> 'n' = r.native AND coalesce(c.change ->> 'st', j.state) = 'done'
    ORDER BY r.link_id, r.side, r.native, j.id, r.id DESC
), finished AS (
    SELECT link_id, side, ref_id, id, change, state FROM next_written WHERE finishes
), written AS (
    SELECT w.*, w.change ->> 'n' AS native, w.change ->> 'f' AS field, w.change -> 'o' AS old,
           CASE WHEN w.change ? 'got' THEN w.change -> 'got' ELSE w.change -> 'v' END AS wrote
    FROM (SELECT * FROM changed UNION SELECT * FROM followed UNION SELECT * FROM finished) w WHERE w.state = 'done'
), moved AS (
    SELECT DISTINCT ON (j.link_id) j.link_id, j.side, j.object, j.ref_id, j.put_away,
           first_value(j.put_away) OVER (PARTITION BY j.link_id ORDER BY j.id) AS began_away
    FROM spanned j WHERE j.state = 'done' AND (j.action = 'create' OR j.put_away OR j.fetched)
    ORDER BY j.link_id, j.id DESC
), folded AS (
    SELECT link_id, side, native, (array_agg(field ORDER BY left(field, 1) = '=', id))[1] AS field,
           (array_agg(ref_id ORDER BY id DESC))[1] AS ref,
           (array_agg(old ORDER BY id))[1] AS old, (array_agg(wrote ORDER BY id DESC))[1] AS wrote
    FROM written GROUP BY link_id, side, native
), back AS (
    SELECT f.link_id, jsonb_agg(jsonb_build_object('side', f.side, 'native', f.native, 'field', f.field, 'ref', f.ref, 'old', f.old,
                                                   'wrote', f.wrote) ORDER BY f.side, f.native) AS undo
    FROM folded f WHERE f.old IS DISTINCT FROM f.wrote GROUP BY f.link_id
), made_later AS (
    SELECT DISTINCT ON (l.id) l.id AS link_id, j.side, j.ref_id, i.run_id
    FROM run_item i
    JOIN link l ON (i.hubspot_id <> '' AND l.hubspot_id = i.hubspot_id) OR (i.salesforce_id <> '' AND l.salesforce_id = i.salesforce_id)
    JOIN journal j ON j.link_id = l.id AND j.action = 'create' AND j.state = 'done' AND j.run_id IS NULL AND j.intended_at >= i.at
    WHERE i.run_id = ANY (:runs) AND i.outcome = 'refused' AND i.link_id IS NULL
    ORDER BY l.id, j.id, i.run_id DESC
)
INSERT INTO run_item (run_id, subject, link_id, outcome, bounds, at)
SELECT :run, 'link:' || l.id, l.id, 'waiting', jsonb_build_object('why', :why::text, 'undo', coalesce(b.undo, '[]'))
    || CASE WHEN a.link_id IS NULL THEN '{}' ELSE jsonb_build_object('later', jsonb_build_object('side', a.side, 'ref_id', a.ref_id, 'run', a.run_id, 'link', l.id)) END
    || CASE WHEN m.link_id IS NULL THEN '{}' WHEN m.put_away
            THEN jsonb_build_object('away', jsonb_build_object('side', m.side, 'object', m.object, 'ref_id', m.ref_id))
            ELSE jsonb_build_object('made', jsonb_build_object('side', m.side, 'ref_id', m.ref_id)) END, :now
FROM link l LEFT JOIN back b ON b.link_id = l.id LEFT JOIN moved m ON m.link_id = l.id AND m.put_away = m.began_away
LEFT JOIN made_later a ON a.link_id = l.id
WHERE l.erased_at IS NULL
  AND CASE WHEN l.archived IS NULL THEN coalesce(b.link_id, m.link_id, a.link_id) IS NOT NULL ELSE m.put_away END;

-- name: put_away
-- HubSpot records that were put into the recycle bin in that span and are there: no app can fetch them.
SELECT j.side, j.object, j.ref_id, j.link_id FROM journal j JOIN link l ON l.id = j.link_id AND l.archived = j.side
WHERE j.put_away AND j.state = 'done' AND j.side = 'hubspot'
  AND (:runs::bigint[] IS NULL OR j.run_id = ANY (:runs)) AND (:link::bigint IS NULL OR j.link_id = :link)
  AND (:since::timestamptz IS NULL OR j.intended_at >= :since) AND (:until::timestamptz IS NULL OR j.intended_at < :until)
  AND (:version::text IS NULL OR j.agreement = :version)
ORDER BY j.id;

-- name: concerned
-- What an undo may put back at most, by its items; nobody has read either side yet.
SELECT what, side, native, count(*) AS persons FROM (
    SELECT 'value' AS what, e ->> 'side' AS side, e ->> 'native' AS native
    FROM run_item, jsonb_array_elements(bounds -> 'undo') AS e WHERE run_id = :run
    UNION ALL
    SELECT CASE WHEN bounds ? 'made' THEN 'made' ELSE 'away' END, coalesce(bounds -> 'made', bounds -> 'away') ->> 'side', ''
    FROM run_item WHERE run_id = :run AND bounds ?| ARRAY['made', 'away']
    UNION ALL
    SELECT 'person', '', '' FROM run_item WHERE run_id = :run
) found GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3;

-- name: run^
SELECT * FROM run WHERE id = :run;

-- name: runs
SELECT * FROM run ORDER BY id DESC LIMIT :limit;

-- name: open_runs
SELECT id FROM run WHERE state NOT IN ('cancelled', 'succeeded', 'failed') ORDER BY id;

-- name: want^
UPDATE run SET wanted = :wanted WHERE id = :run AND state NOT IN ('cancelled', 'succeeded', 'failed') RETURNING id;

-- name: take^
UPDATE run SET token = nextval('lease_token'), leased_until = :until
WHERE id = :run AND state NOT IN ('cancelled', 'succeeded', 'failed') AND (leased_until IS NULL OR leased_until <= :now)
RETURNING *;

-- name: leave!
UPDATE run SET leased_until = NULL WHERE id = :run AND token = :token;

-- name: fence^
SELECT id, wanted, state FROM run WHERE id = :run AND token = :token FOR UPDATE;

-- name: prolong^
UPDATE run SET leased_until = :until WHERE id = :run AND token = :token RETURNING *;

-- name: move!
UPDATE run SET state = :state, reason = :reason,
    started_at = CASE WHEN :state = 'running' THEN coalesce(started_at, :now) ELSE started_at END,
    ended_at = CASE WHEN :state IN ('cancelled', 'succeeded', 'failed') THEN :now::timestamptz END
WHERE id = :run AND token = :token;

-- name: tell!
UPDATE run SET reason = :reason WHERE id = :run AND reason <> :reason;

-- name: advance!
UPDATE run SET cursor = :cursor, walked = :walked, taken = taken + :taken, counts = :counts WHERE id = :run;

-- name: out^
SELECT count(*) AS n FROM pending WHERE run_id = :run;

-- name: busy^
-- Is anybody without a Link in a round, or due? Who has one is met from neither side any more. A claim leaves due_at as it was.
SELECT EXISTS (SELECT FROM pending WHERE run_id = :run AND due_at <= :until AND link_id IS NULL) AS found;

-- name: backlog^
SELECT EXISTS (SELECT FROM run_item WHERE run_id = :run AND outcome = 'waiting') AS found;

-- name: waiting
SELECT subject, link_id, bounds FROM run_item WHERE run_id = :run AND outcome = 'waiting' AND subject > :after
ORDER BY subject LIMIT :limit;

-- name: links_after
SELECT id FROM link WHERE id > :after AND archived IS NULL AND erased_at IS NULL AND (:resting OR NOT resting) ORDER BY id LIMIT :limit;

-- name: known
-- Which of these this run has met already: they have their outcome, or wait for a round.
SELECT subject FROM run_item WHERE run_id = :run AND outcome <> 'waiting' AND subject = ANY (:subjects)
UNION
SELECT CASE WHEN p.link_id IS NULL THEN p.side || ':' || p.object || ':' || p.ref_id ELSE 'link:' || p.link_id END
FROM pending p WHERE p.run_id = :run;

-- name: queue_links
INSERT INTO pending (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key, run_id, run_seq, run_only)
SELECT l.id, 'hubspot', l.hubspot_object, l.hubspot_id, 2, :now, :now, true, l.group_key, :run, 1, r.bounds
FROM jsonb_to_recordset(:rows) AS r(link_id bigint, bounds jsonb) JOIN link l ON l.id = r.link_id
WHERE l.erased_at IS NULL ORDER BY l.id
ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE
SET seq = pending.seq + 1, requeued = true, run_id = excluded.run_id, run_seq = NULL, run_only = excluded.run_only
WHERE pending.run_id IS NULL
RETURNING 'link:' || link_id AS subject;

-- name: queue_refs
INSERT INTO pending (side, object, ref_id, lane, due_at, born_at, requeued, run_id, run_seq, run_only)
SELECT r.side, r.object, r.ref_id, 2, :now, :now, true, :run, 1, r.bounds
FROM jsonb_to_recordset(:rows) AS r(side text, object text, ref_id text, bounds jsonb) ORDER BY r.side, r.object, r.ref_id
ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE
SET seq = pending.seq + 1, requeued = true, run_id = excluded.run_id, run_seq = NULL, run_only = excluded.run_only
WHERE pending.run_id IS NULL
RETURNING side || ':' || object || ':' || ref_id AS subject;

-- name: forget_waiting!
DELETE FROM run_item WHERE run_id = :run AND outcome = 'waiting' AND subject = ANY (:subjects);

-- name: postpone!
-- Another run has them: they come again once it let go of them. Or there is no such Link.
INSERT INTO run_item (run_id, subject, link_id, outcome, bounds, at)
SELECT :run, r.subject, r.link_id,
       CASE WHEN r.link_id IS NULL OR EXISTS (SELECT FROM link l WHERE l.id = r.link_id AND l.erased_at IS NULL) THEN 'waiting' ELSE 'gone' END,
       nullif(r.bounds - 'key', '{}'), :now
FROM jsonb_to_recordset(:rows) AS r(subject text, link_id bigint, bounds jsonb) ON CONFLICT DO NOTHING;

-- name: withdraw^
-- What no round has begun is taken back, and waits again unless the run is cancelled. What somebody else wants, too, stays
-- due for them. Rows are locked in the door's order. Begun: a round saved something of it (it goes round again), or it was
-- killed in one, or a write of it is intended still; not what was claimed and given back, because a limit came between.
WITH begun AS (
    SELECT link_id, side || ':' || object || ':' || ref_id AS ref, mate FROM journal WHERE state = 'intended'
), mine AS (
    SELECT p.id, p.link_id, p.side || ':' || p.object || ':' || p.ref_id AS ref FROM pending p
    WHERE p.run_id = :run AND (p.attempts = 0 OR (p.token IS NULL AND p.was_leased))
), unbegun AS (
    SELECT m.id FROM mine m
    WHERE NOT EXISTS (SELECT FROM begun b WHERE b.link_id = m.link_id)
      AND NOT EXISTS (SELECT FROM begun b WHERE b.ref = m.ref) AND NOT EXISTS (SELECT FROM begun b WHERE b.mate = m.ref)
      AND NOT EXISTS (SELECT FROM run_item i WHERE i.run_id = :run
                      AND i.subject = CASE WHEN m.link_id IS NULL THEN m.ref ELSE 'link:' || m.link_id END)
), held AS (
    SELECT p.id FROM pending p
    WHERE p.id IN (SELECT id FROM unbegun) AND (p.attempts = 0 OR (p.token IS NULL AND p.was_leased))
    ORDER BY p.link_id NULLS LAST, p.side, p.object, p.ref_id FOR UPDATE
), kept AS (
    INSERT INTO run_item (run_id, subject, link_id, outcome, bounds, at)
    SELECT :run, CASE WHEN p.link_id IS NULL THEN p.side || ':' || p.object || ':' || p.ref_id ELSE 'link:' || p.link_id END,
           p.link_id, 'waiting', nullif(p.run_only - 'key', '{}'), :now
    FROM pending p WHERE p.id IN (SELECT id FROM held) AND NOT :forget
    ON CONFLICT (run_id, subject) DO NOTHING
), gone AS (
    DELETE FROM pending p WHERE p.id IN (SELECT id FROM held) AND p.run_seq = p.seq
), freed AS (
    UPDATE pending p SET run_id = NULL, run_seq = NULL, run_only = NULL
    WHERE p.id IN (SELECT id FROM held) AND p.run_seq IS DISTINCT FROM p.seq
)
SELECT count(*) AS n FROM held;

-- name: forget_backlog!
DELETE FROM run_item WHERE run_id = :run AND outcome = 'waiting';

-- name: add_previewed!
INSERT INTO run_item (run_id, subject, link_id, hubspot_id, salesforce_id, outcome, reason, plan, at)
SELECT :run, r.subject, r.link_id, r.hubspot_id, r.salesforce_id, r.outcome, r.reason, r.plan, :now
FROM jsonb_to_recordset(:rows) AS r(subject text, link_id bigint, hubspot_id text, salesforce_id text, outcome text,
    reason text, plan jsonb)
ON CONFLICT (run_id, subject) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, plan = excluded.plan,
    link_id = excluded.link_id, hubspot_id = excluded.hubspot_id, salesforce_id = excluded.salesforce_id, at = excluded.at
WHERE run_item.outcome = 'waiting';

-- name: tally
SELECT outcome, count(*) AS n, count(*) FILTER (WHERE at > :since) AS lately FROM run_item WHERE run_id = :run GROUP BY outcome;

-- name: items
SELECT subject, link_id, hubspot_id, salesforce_id, outcome, reason, journal, plan, at FROM run_item
WHERE run_id = :run AND subject > :after AND (cardinality(:outcomes::text[]) = 0 OR outcome = ANY (:outcomes) OR (:left AND plan IS NOT NULL))
ORDER BY subject LIMIT :limit;

-- name: written
SELECT side, CASE WHEN put_away THEN 'archive' WHEN fetched THEN 'restore' ELSE action END AS action, count(*) AS records, count(*) FILTER (WHERE state = 'refused') AS refused
FROM journal WHERE run_id = :run GROUP BY 1, 2 ORDER BY 1, 2;

-- name: budgets
SELECT side, used_today, day = (:now::timestamptz AT TIME ZONE 'UTC')::date AS today, daily_used, daily_limit FROM budget ORDER BY side;
