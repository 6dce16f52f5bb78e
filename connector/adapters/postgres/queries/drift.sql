-- name: waiting
-- Which of these wait for a round, or are in one.
SELECT CASE WHEN p.link_id IS NULL THEN p.side || ':' || p.object || ':' || p.ref_id ELSE 'link:' || p.link_id END AS subject
FROM pending p
WHERE p.link_id = ANY (:links)
   OR (p.link_id IS NULL AND (p.side || ':' || p.object || ':' || p.ref_id) = ANY (:refs));

-- name: issues
SELECT subject, code, field, message FROM issue WHERE closed_at IS NULL AND subject = ANY (:subjects);

-- name: undone
-- Fields of these Links of which an undo had the last word.
SELECT w.link_id, w.field FROM (
    SELECT DISTINCT ON (j.link_id, c.change ->> 'f') j.link_id, c.change ->> 'f' AS field, j.run_id
    FROM journal j CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    WHERE j.link_id = ANY (:links) AND coalesce(c.change ->> 'st', j.state) = 'done'
    ORDER BY j.link_id, c.change ->> 'f', j.id DESC
) w JOIN run r ON r.id = w.run_id WHERE r.purpose = 'undo';

-- name: sample
SELECT id FROM link WHERE archived IS NULL AND NOT resting AND erased_at IS NULL ORDER BY md5(id::text || ':' || :seed::text), id LIMIT :count;

-- name: contacts_after
SELECT l.id, l.hubspot_object, l.hubspot_id FROM link l
WHERE l.id > :after AND l.id %% :parts::int = :part AND l.archived IS NULL AND l.erased_at IS NULL
    AND NOT EXISTS (SELECT FROM issue i WHERE i.link_id = l.id AND i.code = 'gone' AND i.closed_at IS NULL)
ORDER BY l.id LIMIT :limit;

-- name: links^
SELECT count(*) AS n FROM link WHERE archived IS NULL AND NOT resting AND erased_at IS NULL;

-- name: keep^
INSERT INTO verification (started_at, ended_at, by_whom, scope, agreement, people, differing, explained, mended, causes, problem)
VALUES (:started_at, :ended_at, :by_whom, :scope, :agreement, :people, :differing, :explained, :mended, :causes, :problem)
RETURNING id;

-- name: mended!
UPDATE verification SET mended = :mended WHERE id = :id;

-- name: latest
SELECT id, started_at, ended_at, by_whom, scope, agreement, people, differing, explained, mended, causes, problem
FROM verification ORDER BY id DESC LIMIT :limit;

-- name: forget!
DELETE FROM verification WHERE ended_at < :before AND id < (SELECT max(id) FROM verification);
