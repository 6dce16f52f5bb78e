-- name: take_notices^
-- The door, as a procedure of the database: see migrations/0002-capture.sql.
CALL take_notices(:document::jsonb, :delivery::bytea, :now::timestamptz, :due::timestamptz, :lane::smallint,
    NULL, NULL, NULL, NULL);

-- name: forget_deliveries!
DELETE FROM delivery WHERE at < :before::timestamptz;
