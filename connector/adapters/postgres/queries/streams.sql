-- name: place$
SELECT place FROM stream WHERE object = :object;

-- name: reached!
INSERT INTO stream AS s (object, place, state, since, heard_at, event_at)
VALUES (:object, :place, 'open', :now, :now, :event_at)
ON CONFLICT (object) DO UPDATE SET place = excluded.place, state = 'open', trouble = '', heard_at = excluded.heard_at,
    since = CASE WHEN s.state = 'open' THEN s.since ELSE excluded.since END,
    event_at = coalesce(excluded.event_at, s.event_at);

-- name: note!
INSERT INTO stream AS s (object, state, trouble, since, heard_at) VALUES (:object, :state, :trouble, :now, :now)
ON CONFLICT (object) DO UPDATE SET state = excluded.state, trouble = excluded.trouble, heard_at = excluded.heard_at,
    since = CASE WHEN s.state = excluded.state THEN s.since ELSE excluded.since END;

-- name: forget_place!
UPDATE stream SET place = NULL WHERE object = :object;

-- name: polls_due!
DELETE FROM cursor WHERE name = ANY (:names);

-- name: states
SELECT object, state, trouble, since, heard_at, event_at FROM stream ORDER BY object;

-- name: ask_again$
-- Whoever holds the streams listens; without anybody they are all asked for when somebody begins.
SELECT pg_notify(:channel, '');

-- name: echoes
-- Of the latest write to each record only, and only while it may still count as done: an older one proves nothing of a
-- field that came back, and one that lapsed has to be settled by what its record holds.
SELECT d.place FROM jsonb_to_recordset(:document) AS d (place integer, o text, r text, values jsonb)
JOIN link l ON l.salesforce_object = d.o AND l.salesforce_id = d.r
CROSS JOIN LATERAL (
    SELECT j.changes, j.state, j.object, j.ref_id FROM journal j WHERE j.link_id = l.id AND j.side = 'salesforce'
    ORDER BY j.id DESC LIMIT 1
) w
WHERE w.state IN ('intended', 'done') AND w.object = d.o AND w.ref_id = d.r AND NOT EXISTS (
    SELECT FROM jsonb_each_text(d.values) e (native, value) WHERE NOT EXISTS (
        SELECT FROM jsonb_array_elements(w.changes) c (change)
        WHERE c.change ->> 'n' = e.native AND c.change ->> 'v' IS NOT DISTINCT FROM e.value
            AND coalesce(c.change ->> 'st', 'done') = 'done'));
