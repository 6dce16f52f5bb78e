-- name: handoffs_due
-- An ended hand-off has nothing but its cool-off to wait for: that passes once. The round of an open one sets its next look.
WITH due AS (
    SELECT h.id, h.person, h.open FROM handoff h WHERE h.due_at <= :now
    ORDER BY h.due_at LIMIT :limit FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE handoff h SET due_at = CASE WHEN due.open THEN :again::timestamptz END FROM due WHERE h.id = due.id
)
SELECT DISTINCT due.person, coalesce(l.id, a.link_id) AS link FROM due
LEFT JOIN link l ON l.hubspot_object = split_part(due.person, ':', 2) AND l.hubspot_id = split_part(due.person, ':', 3)
LEFT JOIN alias a ON a.side = 'hubspot' AND a.object = split_part(due.person, ':', 2)
    AND a.ref_id = split_part(due.person, ':', 3);

-- name: blocks_due
-- Not again where a round came by since, or will anyway.
SELECT DISTINCT b.link_id AS link FROM block b JOIN link l ON l.id = b.link_id
WHERE b.until <= :now AND coalesce(l.synced_at < b.until, true)
  AND NOT EXISTS (SELECT FROM pending p WHERE p.link_id = b.link_id)
LIMIT :limit;

-- name: refused_due
-- Taking note of the look itself keeps an issue whose round says nothing from coming every time.
WITH due AS (
    SELECT id, subject, link_id FROM issue WHERE closed_at IS NULL AND code = 'refused' AND seen_at <= :older
    ORDER BY seen_at LIMIT :limit FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE issue i SET seen_at = :now FROM due WHERE i.id = due.id
)
SELECT DISTINCT subject, link_id AS link FROM due;

-- name: wake!
SELECT pg_notify('accord_pending', '');
