-- name: accept_notices^
-- The door, as a function of the database: see migrations/0002-capture.sql.
SELECT dropped, queued, late, repeated
FROM accept_notices(:document::jsonb, :delivery::bytea, :now::timestamptz, :due::timestamptz, :lane::smallint);

-- name: forget_deliveries!
DELETE FROM delivery WHERE at < :before::timestamptz;
