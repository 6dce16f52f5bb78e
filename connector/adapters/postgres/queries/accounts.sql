-- name: get^
SELECT kind, facts, sealed, connected_by, connected_at FROM connection WHERE side = :side;

-- name: get_locked^
-- Whoever renews tokens holds the row: the others wait here, and then find them renewed.
SELECT sealed FROM connection WHERE side = :side FOR UPDATE;

-- name: keep!
INSERT INTO connection (side, kind, facts, sealed, connected_by, connected_at)
VALUES (:side, :kind, :facts, :sealed, :by, :at)
ON CONFLICT (side) DO UPDATE SET kind = excluded.kind, facts = excluded.facts, sealed = excluded.sealed,
    connected_by = excluded.connected_by, connected_at = excluded.connected_at;

-- name: reseal!
UPDATE connection SET sealed = :sealed WHERE side = :side;

-- name: forget!
DELETE FROM connection WHERE side = :side;

-- name: begin!
INSERT INTO connecting (side, state, facts, sealed, begun_at) VALUES (:side, :state, :facts, :sealed, :at)
ON CONFLICT (side, state) DO UPDATE SET facts = excluded.facts, sealed = excluded.sealed, begun_at = excluded.begun_at;

-- name: begun^
SELECT facts, sealed FROM connecting WHERE side = :side AND state = :state AND begun_at > :since;

-- name: take^
DELETE FROM connecting WHERE side = :side AND state = :state AND begun_at > :since RETURNING facts, sealed;

-- name: forget_begun!
DELETE FROM connecting WHERE side = :side;

-- name: forget_old!
DELETE FROM connecting WHERE begun_at <= :since;

-- name: binding^
SELECT account_id, sandbox, bound_by, bound_at FROM binding WHERE side = :side;

-- name: bind!
INSERT INTO binding (side, account_id, sandbox, bound_by, bound_at) VALUES (:side, :account_id, :sandbox, :by, :at)
ON CONFLICT (side) DO NOTHING;

-- name: unbind!
DELETE FROM binding WHERE side = :side AND NOT EXISTS (SELECT FROM link);

-- name: links$
SELECT count(*) FROM link;
