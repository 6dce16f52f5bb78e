-- name: take_notices^
-- The door, as a procedure of the database: see migrations/0005-one-turn-for-many.sql.
CALL take_notices(:document::jsonb, :now::timestamptz, :due::timestamptz, NULL, NULL);

-- name: forget_deliveries!
DELETE FROM delivery WHERE at < :before::timestamptz;
