-- name: beat!
INSERT INTO worker AS w (name, at, detail) VALUES (:name, :now, :detail)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail;

-- name: leave!
DELETE FROM worker WHERE name = :name;

-- name: forget_workers!
DELETE FROM worker WHERE at < :before;

-- name: forget_deliveries!
DELETE FROM delivery WHERE at < :before;
