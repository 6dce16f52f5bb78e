-- name: bookmark$
SELECT at FROM cursor WHERE name = :name;

-- name: unseen
SELECT told.key FROM jsonb_each_text(:versions) AS told (key, value)
LEFT JOIN polled p ON p.name = :name AND p.ref_id = told.key
WHERE p.digest IS NULL OR encode(p.digest, 'hex') <> told.value;

-- name: move_bookmark!
-- Both or neither: what is remembered as passed on must not be ahead of the bookmark's page.
WITH remembered AS (
    INSERT INTO polled AS p (name, ref_id, digest, at)
    SELECT :name, told.key, decode(told.value, 'hex'), :now FROM jsonb_each_text(:versions) AS told (key, value)
    ORDER BY told.key
    ON CONFLICT (name, ref_id) DO UPDATE SET digest = excluded.digest, at = excluded.at
)
INSERT INTO cursor AS c (name, at) VALUES (:name, :at)
ON CONFLICT (name) DO UPDATE SET at = greatest(c.at, excluded.at);

-- name: forget_polled!
DELETE FROM polled WHERE name = :name AND at < :before;
