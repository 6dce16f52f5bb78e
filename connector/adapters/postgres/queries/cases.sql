-- name: issues
SELECT i.id, i.code, i.subject, i.link_id, i.field, i.message, i.fix, i.detail, i.count, i.opened_at, i.seen_at, i.closed_at
FROM issue i
WHERE (:closed OR i.closed_at IS NULL) AND (:code::text IS NULL OR i.code = :code)
ORDER BY i.closed_at IS NOT NULL, i.seen_at DESC, i.id DESC LIMIT :limit;

-- name: issue^
SELECT i.id, i.code, i.subject, i.link_id, i.field, i.message, i.fix, i.detail, i.count, i.opened_at, i.seen_at, i.closed_at,
    l.hubspot_object, l.hubspot_id, l.salesforce_object, l.salesforce_id
FROM issue i LEFT JOIN link l ON l.id = i.link_id WHERE i.id = :id;

-- name: blocks
SELECT side, field, sent, agreement, until FROM block WHERE link_id = :link ORDER BY side, field;

-- name: open_like
SELECT id, code, subject, link_id, field FROM issue
WHERE closed_at IS NULL AND (:everything OR id = ANY (:ids) OR code = :code) ORDER BY id FOR UPDATE;

-- name: close!
UPDATE issue SET closed_at = :now WHERE id = ANY (:ids) AND closed_at IS NULL;

-- name: lift_blocks!
-- A block is on the field of its issue; an issue without field stands for the whole record.
DELETE FROM block b USING issue i WHERE i.id = ANY (:ids) AND b.link_id = i.link_id AND (i.field = '' OR b.field = i.field);

-- name: ledger
SELECT e.id, e.link_id, e.side, e.object, e.ref_id, e.field, e.native, e.value, e.winner, e.why, e.at, e.restored_at,
    EXISTS (SELECT FROM link l WHERE l.id = e.link_id AND (l.asked -> e.field ->> 'ledger')::bigint = e.id) AS asked
FROM ledger e
WHERE (:restored OR e.restored_at IS NULL) AND (:link::bigint IS NULL OR e.link_id = :link)
ORDER BY e.id DESC LIMIT :limit;

-- name: loser^
SELECT id, link_id, side, object, ref_id, field, native, value, winner, why, at, restored_at FROM ledger WHERE id = :id;

-- name: ask!
UPDATE link SET asked = coalesce(asked, '{}') || :asked WHERE id = :link;

-- name: unblock!
DELETE FROM block WHERE link_id = :link AND field = ANY (:fields);

-- name: still_asked^
SELECT asked ? :field AS asked FROM link WHERE id = :link;
