-- name: add_report^
INSERT INTO match_report (made_at, summary, agreement) VALUES (:now, :summary, :agreement) RETURNING id;

-- name: forget_matched!
DELETE FROM matched WHERE report_id <> :report;

-- name: add_matched!
INSERT INTO matched (report_id, side, object, ref_id, verdict)
SELECT :report, r.side, r.object, r.ref_id, r.verdict
FROM jsonb_to_recordset(:rows) AS r(side text, object text, ref_id text, verdict text)
ON CONFLICT DO NOTHING;

-- name: latest_report^
SELECT id, made_at, summary, agreement, approved_at, approved_by FROM match_report ORDER BY id DESC LIMIT 1;

-- name: approved_report^
SELECT id, made_at, agreement, approved_at, approved_by FROM match_report WHERE approved_at IS NOT NULL
ORDER BY approved_at DESC, id DESC LIMIT 1;

-- name: approve!
UPDATE match_report SET approved_at = :now, approved_by = :by WHERE id = :report AND approved_at IS NULL;

-- name: queue_matched^
-- What the latest report found and what is not linked yet goes round.
WITH found AS (
    SELECT m.side, m.object, m.ref_id FROM matched m
    WHERE NOT EXISTS (SELECT FROM link l WHERE m.side = 'hubspot' AND l.hubspot_object = m.object AND l.hubspot_id = m.ref_id)
      AND NOT EXISTS (SELECT FROM link l
                      WHERE m.side = 'salesforce' AND l.salesforce_object = m.object AND l.salesforce_id = m.ref_id)
), queued AS (
    INSERT INTO pending (side, object, ref_id, lane, due_at, born_at, requeued)
    SELECT side, object, ref_id, 2, :now, :now, true FROM found ORDER BY side, object, ref_id
    ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE SET seq = pending.seq + 1, requeued = true
    RETURNING 1
)
SELECT count(*) AS queued FROM queued;

-- name: queue_observed^
-- What was observed is planned anew, now to be written.
WITH found AS (
    SELECT regexp_match(subject, '^link:(\d+)$') AS link, regexp_match(subject, '^(hubspot|salesforce):([^:]+):(.+)$') AS ref
    FROM observed
), links AS (
    INSERT INTO pending (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key)
    SELECT l.id, 'hubspot', l.hubspot_object, l.hubspot_id, 2, :now, :now, true, l.group_key
    FROM found f JOIN link l ON l.id = f.link[1]::bigint ORDER BY l.id
    ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE SET seq = pending.seq + 1, requeued = true
    RETURNING 1
), refs AS (
    INSERT INTO pending (side, object, ref_id, lane, due_at, born_at, requeued)
    SELECT f.ref[1], f.ref[2], f.ref[3], 2, :now, :now, true FROM found f WHERE f.ref IS NOT NULL
    ORDER BY f.ref[1], f.ref[2], f.ref[3]
    ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE SET seq = pending.seq + 1, requeued = true
    RETURNING 1
)
SELECT (SELECT count(*) FROM links) + (SELECT count(*) FROM refs) AS queued;

-- name: forget_observed!
-- All of it is planned anew: what is still only observed then comes back.
DELETE FROM observed;

-- name: observed_totals^
SELECT count(*) AS subjects, max(at) AS latest, (SELECT count(*) FROM pending) AS waiting FROM observed;

-- name: unplanned^
SELECT count(*) AS waiting FROM pending;

-- name: observed_fields
SELECT c ->> 'side' AS side, c ->> 'f' AS field, count(*) AS changes,
    count(*) FILTER (WHERE c -> 'o' = 'null' OR NOT c ? 'o') AS fills,
    count(*) FILTER (WHERE c -> 'v' = 'null' OR NOT c ? 'v') AS blanks
FROM observed, jsonb_array_elements(plan -> 'changes') AS c GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2;

-- name: observed_creates
SELECT plan ->> 'make' AS object, count(*) AS records FROM observed WHERE plan ->> 'make' IS NOT NULL GROUP BY 1 ORDER BY 1;

-- name: observed_examples
SELECT subject, side, field, old, new, why FROM (
    SELECT o.subject, c ->> 'side' AS side, c ->> 'f' AS field, c -> 'o' AS old, c -> 'v' AS new, c ->> 'why' AS why,
        row_number() OVER (PARTITION BY c ->> 'side', c ->> 'f' ORDER BY o.subject) AS place
    FROM observed o, jsonb_array_elements(o.plan -> 'changes') AS c
) e WHERE place <= :each ORDER BY side, field, place;

-- name: add_preview!
INSERT INTO preview (seen_at, seen_by, agreement, summary) VALUES (:now, :by, :agreement, :summary);

-- name: latest_preview^
SELECT seen_at, seen_by, agreement, summary FROM preview ORDER BY id DESC LIMIT 1;

-- name: modes
SELECT side, mode, limits, changed_at, changed_by FROM side_mode ORDER BY side;

-- name: set_mode!
UPDATE side_mode SET mode = :mode, limits = :limits, changed_at = :now, changed_by = :by WHERE side = ANY (:sides);
