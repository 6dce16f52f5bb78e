-- name: link^
SELECT id, hubspot_object, hubspot_id, salesforce_object, salesforce_id, seen_hubspot, seen_salesforce, shown_at, shown, group_key,
    tier, held, archived, resting, asked, created_at, synced_at, erased_at
FROM link WHERE id = :link;

-- name: aliases
SELECT side, object, ref_id FROM alias WHERE link_id = :link ORDER BY side, object, ref_id;

-- name: writers
-- The last write of each field that was done; a row's state counts where its change has no verdict of its own.
SELECT DISTINCT ON (c.change ->> 'f') c.change ->> 'f' AS field, j.side, c.change ->> 'n' AS native, c.change -> 'o' AS old,
    c.change -> 'v' AS new, c.change ->> 'from' AS source, c.change ->> 'why' AS why, j.action, j.agreement,
    coalesce(j.settled_at, j.intended_at) AS at
FROM journal j, jsonb_array_elements(j.changes) AS c (change)
WHERE j.link_id = :link AND coalesce(c.change ->> 'st', j.state) = 'done'
ORDER BY c.change ->> 'f', j.id DESC;

-- name: journal
SELECT j.id, j.side, j.object, j.ref_id, j.action, j.state, j.changes, j.agreement, j.intended_at, j.settled_at
FROM journal j WHERE j.link_id = :link AND j.id > :after ORDER BY j.id DESC LIMIT :limit;

-- name: journal_of_ref
-- Also before there is a Link: the record itself, or one that was to be made from it.
SELECT j.id, j.side, j.object, j.ref_id, j.action, j.state, j.changes, j.agreement, j.intended_at, j.settled_at
FROM journal j WHERE (j.mate = :ref OR (j.side = :side AND j.object = :object AND j.ref_id = :id)) AND j.id > :after
ORDER BY j.id DESC LIMIT :limit;

-- name: last_journal^
SELECT coalesce(max(id), 0) AS id FROM journal;

-- name: handoffs
SELECT h.id, h.state, h.owner_email, h.offered_at, h.due_at, h.open, h.document, h.created_at, h.changed_at
FROM handoff h WHERE h.person = ANY (:persons) ORDER BY h.id DESC LIMIT 20;

-- name: edges
SELECT handoff_id, edge, reason, at FROM handoff_edge WHERE handoff_id = ANY (:handoffs) ORDER BY at, handoff_id;

-- name: issues
SELECT id, code, subject, field, message, fix, count, opened_at, seen_at FROM issue
WHERE closed_at IS NULL AND (link_id = :link OR subject = ANY (:subjects)) ORDER BY id;

-- name: ledger
SELECT id, side, object, field, value, winner, why, at, restored_at FROM ledger WHERE link_id = :link ORDER BY id DESC LIMIT 50;

-- name: pending
SELECT id, lane, due_at, leased_until, attempts, born_at FROM pending
WHERE link_id = :link OR (link_id IS NULL AND side = :side AND object = :object AND ref_id = :id);

-- name: hurry!
UPDATE pending SET due_at = :now, lane = 0 WHERE (leased_until IS NULL OR leased_until <= :now)
    AND (link_id = :link OR (link_id IS NULL AND side = :side AND object = :object AND ref_id = :id));

-- name: paused
SELECT lane, reason FROM lane_pause;

-- name: turn^
SELECT coalesce((SELECT n FROM turn WHERE name = :name), 0) AS first;

-- name: told^
-- It waits in a notice, or a round has read it since: then it was written, or observed.
SELECT EXISTS (
    SELECT FROM pending p, jsonb_array_elements(p.notes) n
    WHERE (p.link_id = :link OR (p.link_id IS NULL AND p.side = :side AND p.object = :object AND p.ref_id = :id))
      AND n ->> 's' = :side AND n ->> 'f' = :native AND n ->> 'v' = :value AND n -> 'p' = 'false'
) OR EXISTS (
    SELECT FROM journal j, jsonb_array_elements(j.changes) c
    WHERE j.link_id = :link AND j.intended_at >= :since AND c ->> 's' = :value
) OR EXISTS (
    SELECT FROM observed o, jsonb_array_elements(o.plan -> 'changes') c
    WHERE o.subject = :subject AND o.at >= :since AND c ->> 's' = :value
) AS told;
