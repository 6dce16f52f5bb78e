-- name: running^
SELECT id, started_at, started_by FROM recovery WHERE finished_at IS NULL;

-- name: open_recovery^
INSERT INTO recovery (started_at, started_by) VALUES (:now, :by)
ON CONFLICT ((true)) WHERE finished_at IS NULL DO NOTHING RETURNING id;

-- name: lapse_intended!
-- Of these nobody knows any more whether they came to pass, and people may have gone on from there.
UPDATE journal SET state = 'lapsed', settled_at = :now, note = 'a backup was restored'
WHERE state = 'intended';

-- name: doubt_links^
-- What a person asked for before the backup may have been done since, and undone by somebody.
WITH doubted AS (UPDATE link SET doubt = '["*"]', asked = NULL WHERE erased_at IS NULL RETURNING 1)
SELECT count(*) AS links FROM doubted;

-- name: free_pending!
UPDATE pending SET token = NULL, leased_until = NULL, requeued = true, lane = 2, due_at = :now,
    run_id = NULL, run_seq = NULL, run_only = NULL;

-- name: cancel_runs!
-- An undo or a backfill of then would go on where the backup had it, though it may have ended long ago.
UPDATE run SET wanted = 'cancel', reason = 'a backup was restored'
WHERE state NOT IN ('cancelled', 'succeeded', 'failed');

-- name: queue_links!
INSERT INTO pending (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key)
SELECT l.id, 'hubspot', l.hubspot_object, l.hubspot_id, 2, :now, :now, true, l.group_key
FROM link l WHERE l.doubt IS NOT NULL ORDER BY l.id
ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE SET seq = pending.seq + 1, requeued = true,
    due_at = CASE WHEN pending.leased_until > :now THEN pending.due_at ELSE least(pending.due_at, excluded.due_at) END;

-- name: poll_now!
-- From where they stood at the backup; and what they pass on is passed on, though it was before.
UPDATE cursor SET at = :now WHERE name LIKE 'next:%%';

-- name: forget_polled!
DELETE FROM polled;

-- name: forget_observed!
DELETE FROM observed;

-- name: forget_identities!
DELETE FROM identity;

-- name: forget_workers!
DELETE FROM worker;

-- name: look_at_outcomes!
INSERT INTO outcome_due (object, ref_id, told_at)
SELECT DISTINCT 'Contact', salesforce_id, :now::timestamptz FROM link WHERE salesforce_object = 'Contact'
ON CONFLICT (object, ref_id) DO UPDATE SET told_at = excluded.told_at;

-- name: skip_tokens!
-- A worker that outlived the disaster may hold a lease whose number would be given out a second time.
SELECT setval('lease_token', (SELECT last_value FROM lease_token) + 1000000);

-- name: standing^
SELECT (SELECT count(*) FROM link WHERE doubt ? '*') AS unread,
    (SELECT count(*) FROM link WHERE doubt IS NOT NULL AND NOT doubt ? '*') AS differing,
    (SELECT count(*) FROM pending) AS waiting,
    (SELECT count(*) FROM cursor WHERE name LIKE 'next:%%' AND at <= :since) AS polls,
    (SELECT count(*) FROM outcome_due) AS outcomes,
    (SELECT count(*) FROM observed) AS would_write,
    (SELECT count(*) FROM issue WHERE closed_at IS NULL AND code = 'conflict') AS conflicts;

-- name: close_recovery!
UPDATE recovery SET finished_at = :now, finished_by = :by WHERE finished_at IS NULL;

-- name: wake!
SELECT pg_notify('accord_pending', '2'), pg_notify('accord_outcome', '');
