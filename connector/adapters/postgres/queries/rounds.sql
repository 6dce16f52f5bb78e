-- name: serialise_claims!
-- One claim at a time: groups are looked at and leased under one lock.
SELECT pg_advisory_xact_lock(7302001);

-- name: due
-- What is due in the most urgent lane, but for groups of which somebody has a member.
-- Here and below nothing is joined with pending: it fills and empties within seconds, so whatever the planner believes of
-- it is old, and a join planned for one row walks through all of them for each (a claim of a thousand took six seconds).
SELECT p.id, p.group_key FROM pending p
WHERE p.lane = (SELECT min(lane) FROM pending
                WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now) AND lane <> ALL (:paused))
  AND p.due_at <= :now AND (p.leased_until IS NULL OR p.leased_until <= :now)
  AND (p.group_key IS NULL OR p.group_key NOT IN (SELECT q.group_key FROM pending q
                                                  WHERE q.group_key IS NOT NULL AND q.leased_until > :now))
ORDER BY p.due_at, p.id LIMIT :limit;

-- name: claim
-- These rows, and all others of their groups that are due; as they were before.
SELECT p.id, p.link_id, p.side, p.object, p.ref_id, p.lane, p.seq, p.was_leased, p.requeued, p.notes, p.attempts + 1 AS attempts,
       p.run_id, p.run_seq, p.run_only
FROM pending p
WHERE (p.id = ANY (:ids) OR p.group_key = ANY (:groups))
  AND p.due_at <= :now AND (p.leased_until IS NULL OR p.leased_until <= :now) AND p.lane <> ALL (:paused)
ORDER BY p.id FOR UPDATE SKIP LOCKED;

-- name: lease!
UPDATE pending SET token = :token, leased_until = :until, was_leased = true, requeued = false, attempts = attempts + 1
WHERE id = ANY (:ids);

-- name: token^
SELECT nextval('lease_token') AS token;

-- name: linked_refs
-- Ref rows of this batch whose Ref was linked meanwhile.
SELECT r.row_id, coalesce(h.id, s.id, a.link_id) AS link_id
FROM jsonb_to_recordset(:refs) AS r(row_id bigint, side text, object text, ref_id text)
LEFT JOIN link h ON r.side = 'hubspot' AND h.hubspot_object = r.object AND h.hubspot_id = r.ref_id
LEFT JOIN link s ON r.side = 'salesforce' AND s.salesforce_object = r.object AND s.salesforce_id = r.ref_id
LEFT JOIN alias a ON a.side = r.side AND a.object = r.object AND a.ref_id = r.ref_id
WHERE coalesce(h.id, s.id, a.link_id) IS NOT NULL;

-- name: become_links!
-- Ref rows become rows of their Links and go round again there. In the door's order: Links before Refs.
-- A run that wants one of the Refs wants the Link.
INSERT INTO pending (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key, notes, run_id, run_seq, run_only)
SELECT m.link_id, 'hubspot', l.hubspot_object, l.hubspot_id, min(p.lane), min(:now::timestamptz), min(p.born_at), true, l.group_key,
       '[]', min(p.run_id), CASE WHEN bool_and(p.run_id IS NOT NULL AND p.run_seq = p.seq) THEN 1 END,
       (array_agg(p.run_only ORDER BY p.run_id) FILTER (WHERE p.run_id IS NOT NULL))[1]
FROM jsonb_to_recordset(:moves) AS m(row_id bigint, link_id bigint)
JOIN pending p ON p.id = m.row_id JOIN link l ON l.id = m.link_id
WHERE p.token = :token
GROUP BY m.link_id, l.hubspot_object, l.hubspot_id, l.group_key ORDER BY m.link_id
ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE
SET seq = pending.seq + 1, requeued = true, lane = least(pending.lane, excluded.lane),
    run_id = coalesce(pending.run_id, excluded.run_id),
    run_only = CASE WHEN pending.run_id IS NULL THEN excluded.run_only ELSE pending.run_only END;

-- name: became_links!
DELETE FROM pending p USING jsonb_to_recordset(:moves) AS m(row_id bigint, link_id bigint)
WHERE p.id = m.row_id AND p.token = :token;

-- name: requeue_links!
INSERT INTO pending (link_id, side, object, ref_id, lane, due_at, requeued, group_key)
SELECT l.id, 'hubspot', l.hubspot_object, l.hubspot_id, :lane, :now, true, l.group_key
FROM link l WHERE l.id = ANY (:links)
ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE
SET seq = pending.seq + 1, requeued = true, lane = least(pending.lane, excluded.lane),
    due_at = CASE WHEN pending.leased_until > :now THEN pending.due_at ELSE least(pending.due_at, excluded.due_at) END;

-- name: requeue_refs!
INSERT INTO pending (side, object, ref_id, lane, due_at, requeued)
SELECT r.side, r.object, r.ref_id, :lane, :now, true
FROM jsonb_to_recordset(:refs) AS r(side text, object text, ref_id text)
ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE
SET seq = pending.seq + 1, requeued = true, lane = least(pending.lane, excluded.lane),
    due_at = CASE WHEN pending.leased_until > :now THEN pending.due_at ELSE least(pending.due_at, excluded.due_at) END;

-- name: links
SELECT id, hubspot_object, hubspot_id, salesforce_object, salesforce_id, seen_hubspot, seen_salesforce, shown_at, shown,
       held, group_key, asked, doubt, archived, resting, touched, erased_at
FROM link WHERE id = ANY (:links);

-- name: oldest_unsettled^
SELECT min(intended_at) AS at FROM journal WHERE state = 'intended';

-- name: left_over
-- oldest: nothing before it is unsettled, so months before it are not looked at; null: not known.
SELECT id, link_id, side, object, ref_id, mate, CASE WHEN put_away THEN 'archive' WHEN fetched THEN 'fetch' ELSE action END AS action, state, changes,
       intended_at FROM journal
WHERE state = 'intended' AND intended_at >= coalesce(:oldest::timestamptz, '-infinity')
UNION ALL
SELECT id, link_id, side, object, ref_id, mate, CASE WHEN put_away THEN 'archive' WHEN fetched THEN 'fetch' ELSE action END AS action, state, changes,
       intended_at FROM journal
WHERE state = 'lapsed' AND intended_at > :since;

-- name: blocks
SELECT link_id, side, ref_id, field, sent, agreement, snapshot, until FROM block WHERE link_id = ANY (:links);

-- name: open_issues
SELECT link_id, code, field FROM issue WHERE closed_at IS NULL AND link_id = ANY (:links);

-- name: handoffs
SELECT DISTINCT ON (h.person) h.id, h.person, h.document FROM handoff h
WHERE h.person = ANY (:persons) ORDER BY h.person, h.id DESC;

-- name: outcomes
SELECT contact_id, document FROM outcome WHERE contact_id = ANY (:contacts);

-- name: drop_rows
-- Only rows that nothing new came to since they were claimed. Rows are locked in the door's order, here and below: all are
-- counted before the first is changed.
WITH held AS (
    SELECT FROM pending p WHERE p.id = ANY (:ids) AND p.token = :token
    ORDER BY p.link_id NULLS LAST, p.side, p.object, p.ref_id FOR UPDATE
)
DELETE FROM pending p
WHERE (SELECT count(*) FROM held) > 0 AND p.id = ANY (:ids) AND p.token = :token
  AND p.seq = (:rows -> p.id::text ->> 'seq')::bigint
RETURNING p.id;

-- name: release!
WITH held AS (
    SELECT FROM pending p WHERE p.id = ANY (:ids) AND p.token = :token
    ORDER BY p.link_id NULLS LAST, p.side, p.object, p.ref_id FOR UPDATE
)
UPDATE pending p SET token = NULL, leased_until = NULL, requeued = true,
       due_at = (:rows -> p.id::text ->> 'due_at')::timestamptz
WHERE (SELECT count(*) FROM held) > 0 AND p.id = ANY (:ids) AND p.token = :token;

-- name: claim_identities
INSERT INTO identity AS i (kind, match_key, token, held_until)
SELECT 'person', k, :token, :until FROM unnest(:keys::text[]) AS k ORDER BY k
ON CONFLICT (kind, match_key) DO UPDATE SET token = excluded.token, held_until = excluded.held_until
WHERE i.held_until <= :now OR i.token = excluded.token
RETURNING match_key;

-- name: free_identities!
DELETE FROM identity WHERE token = :token;

-- name: fence
SELECT p.id, p.seq,
       CASE WHEN p.seq > (:rows -> p.id::text ->> 'seq')::bigint THEN p.notes ELSE '[]'::jsonb END AS notes
FROM pending p
WHERE p.id = ANY (:ids) AND p.token = :token
ORDER BY p.link_id NULLS LAST, p.side, p.object, p.ref_id FOR UPDATE;

-- name: insert_journal
INSERT INTO journal (link_id, side, object, ref_id, mate, action, state, changes, agreement, token, read_at, intended_at, run_id,
                     put_away, fetched)
SELECT r.link_id, r.side, r.object, r.ref_id, r.mate, CASE WHEN r.action IN ('archive', 'fetch') THEN 'update' ELSE r.action END,
       'intended', r.changes, :agreement, :token, r.read_at, :now, r.run_id, r.action = 'archive', r.action = 'fetch'
FROM jsonb_to_recordset(:rows)
    AS r(link_id bigint, side text, object text, ref_id text, mate text, action text, changes jsonb, read_at timestamptz, run_id bigint)
RETURNING id, side, ref_id, mate;

-- name: settle_journal!
UPDATE journal j SET state = r.state, settled_at = :now, changes = coalesce(r.changes, j.changes),
       link_id = coalesce(j.link_id, r.link_id), ref_id = coalesce(nullif(j.ref_id, ''), r.ref_id, ''), note = coalesce(r.note, j.note)
FROM jsonb_to_recordset(:rows) AS r(id bigint, state text, changes jsonb, link_id bigint, ref_id text, note text)
WHERE j.id = r.id AND j.intended_at >= :oldest
  AND (j.state = 'intended' OR (j.state = 'lapsed' AND j.action = 'create' AND r.state = 'done'));

-- name: insert_ledger!
INSERT INTO ledger (link_id, side, object, ref_id, field, native, value, winner, why, at)
SELECT r.link_id, r.side, r.object, r.ref_id, r.field, r.native, r.value, r.winner, r.why, :now
FROM jsonb_to_recordset(:rows)
    AS r(link_id bigint, side text, object text, ref_id text, field text, native text, value jsonb, winner jsonb, why text)
WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.link_id = r.link_id AND l.side = r.side AND l.field = r.field
                  AND l.value = r.value AND l.winner = r.winner AND l.at > :now - interval '1 minute' AND l.restored_at IS NULL);

-- name: save_links!
UPDATE link l SET
    seen_hubspot = CASE WHEN r.h IS NULL THEN l.seen_hubspot ELSE l.seen_hubspot || r.h END,
    seen_salesforce = CASE WHEN r.s IS NULL THEN l.seen_salesforce ELSE l.seen_salesforce || r.s END,
    shown_at = coalesce(r.shown_at, l.shown_at), shown = coalesce(r.shown, l.shown), held = r.held,
    archived = CASE WHEN r.archived IS NULL THEN l.archived ELSE nullif(r.archived, '') END,
    resting = coalesce(r.resting, l.resting), touched = l.touched OR coalesce(r.touched, false),
    doubt = CASE WHEN r.sure IS NULL THEN l.doubt WHEN r.sure THEN NULL ELSE r.doubt END,
    tier = coalesce(r.tier, l.tier), group_key = coalesce(r.group_key, l.group_key), synced_at = :now
FROM jsonb_to_recordset(:rows)
    AS r(id bigint, h jsonb, s jsonb, shown_at timestamptz, shown jsonb, held boolean, tier text, group_key text, sure boolean,
         doubt jsonb, archived text, resting boolean, touched boolean)
WHERE l.id = r.id;

-- name: insert_links
INSERT INTO link (hubspot_object, hubspot_id, salesforce_object, salesforce_id, seen_hubspot, seen_salesforce, shown_at,
                  shown, held, tier, group_key, doubt, synced_at)
SELECT r.ho, r.hi, r.so, r.si, coalesce(r.h, '{}'), coalesce(r.s, '{}'), r.shown_at, coalesce(r.shown, '{}'), r.held, r.tier,
       r.group_key, r.doubt, :now
FROM jsonb_to_recordset(:rows)
    AS r(ho text, hi text, so text, si text, h jsonb, s jsonb, shown_at timestamptz, shown jsonb, held boolean, tier text, group_key text,
         doubt jsonb)
ON CONFLICT DO NOTHING
RETURNING id, hubspot_id, salesforce_id;

-- name: adopt_ledger!
-- Losers of a first link were written down (transaction 1) before there was a Link.
UPDATE ledger e SET link_id = l.id FROM link l
WHERE l.id = ANY (:links) AND e.link_id IS NULL AND e.ref_id IN (l.hubspot_id, l.salesforce_id)
  AND e.object = CASE e.side WHEN 'hubspot' THEN l.hubspot_object ELSE l.salesforce_object END;

-- name: adopt_journal!
-- Nor did the writes of a first link have one: what an earlier round was cut off in, and this one settled, is the Link's.
WITH refs AS (
    SELECT id, 'hubspot' AS side, hubspot_object AS object, hubspot_id AS ref_id FROM link WHERE id = ANY (:links)
    UNION ALL
    SELECT id, 'salesforce', salesforce_object, salesforce_id FROM link WHERE id = ANY (:links)
)
UPDATE journal j SET link_id = r.id FROM refs r
WHERE j.link_id IS NULL AND j.side = r.side AND j.object = r.object AND j.ref_id = r.ref_id
  AND j.intended_at > :now::timestamptz - interval '1 day';

-- name: repoint
-- The Lead was converted: the Link moves to the Contact, unless that Contact is linked already.
WITH target AS (
    SELECT r.id, r.object, r.ref_id FROM jsonb_to_recordset(:rows) AS r(id bigint, object text, ref_id text)
    WHERE NOT EXISTS (SELECT FROM link o WHERE o.salesforce_object = r.object AND o.salesforce_id = r.ref_id AND o.id <> r.id)
), old AS (
    INSERT INTO alias (side, object, ref_id, link_id)
    SELECT 'salesforce', l.salesforce_object, l.salesforce_id, l.id FROM link l JOIN target t ON t.id = l.id
    ON CONFLICT DO NOTHING
)
UPDATE link l SET salesforce_object = t.object, salesforce_id = t.ref_id FROM target t WHERE l.id = t.id
RETURNING l.id;

-- name: open_issue!
INSERT INTO issue AS i (code, subject, link_id, field, message, fix, detail, opened_at, seen_at)
SELECT r.code, r.subject, r.link_id, r.field, r.message, r.fix, coalesce(r.detail, '{}'), :now, :now
FROM jsonb_to_recordset(:rows)
    AS r(code text, subject text, link_id bigint, field text, message text, fix text, detail jsonb)
ON CONFLICT (subject, code, field) WHERE closed_at IS NULL DO UPDATE
SET count = i.count + 1, seen_at = excluded.seen_at, message = excluded.message, fix = excluded.fix;

-- name: close_issues!
-- One without a code stands for all issues of its subject.
UPDATE issue i SET closed_at = :now
FROM jsonb_to_recordset(:rows) AS r(subject text, code text, field text)
WHERE i.closed_at IS NULL AND i.subject = r.subject AND (r.code IS NULL OR (i.code = r.code AND i.field = r.field));

-- name: set_blocks!
INSERT INTO block (link_id, side, ref_id, field, sent, agreement, snapshot, until)
SELECT r.link_id, r.side, r.ref_id, r.field, r.sent, r.agreement, r.snapshot, r.until
FROM jsonb_to_recordset(:rows)
    AS r(link_id bigint, side text, ref_id text, field text, sent jsonb, agreement text, snapshot text, until timestamptz)
ON CONFLICT (link_id, side, field) DO UPDATE
SET ref_id = excluded.ref_id, sent = excluded.sent, agreement = excluded.agreement, snapshot = excluded.snapshot, until = excluded.until;

-- name: lift_blocks!
DELETE FROM block b USING jsonb_to_recordset(:rows) AS r(link_id bigint, side text, field text)
WHERE b.link_id = r.link_id AND b.side = r.side AND b.field = r.field;

-- name: finish_rows!
-- A row that nothing came to goes; one that a newer notice came to, or that must go round again, is free at once.
WITH gone AS (
    DELETE FROM pending p WHERE p.id = ANY (:ids) AND p.token = :token
      AND p.seq = (:rows -> p.id::text ->> 'seq')::bigint AND NOT (:rows -> p.id::text ->> 'again')::boolean
)
UPDATE pending p SET token = NULL, leased_until = NULL, was_leased = false,
       requeued = p.requeued OR (:rows -> p.id::text ->> 'again')::boolean,
       -- calm: a backfill's row that only its own echoes came to stays a backfill's, out of the way of what is live.
       lane = CASE WHEN (:rows -> p.id::text ->> 'calm')::boolean THEN 2 ELSE p.lane END,
       due_at = CASE WHEN (:rows -> p.id::text ->> 'again')::boolean
           THEN (:rows -> p.id::text ->> 'due_at')::timestamptz ELSE :now END,
       notes = (SELECT coalesce(jsonb_agg(n), '[]') FROM jsonb_array_elements(p.notes) n
                WHERE (n ->> 'n')::bigint > (:rows -> p.id::text ->> 'seq')::bigint),
       -- A run that was answered wants no more of it; one that came under the lease still does.
       run_id = CASE WHEN p.run_id::text = :rows -> p.id::text ->> 'run' AND (NOT (:rows -> p.id::text ->> 'again')::boolean
           OR (:rows -> p.id::text ->> 'free')::boolean) THEN NULL ELSE p.run_id END
WHERE p.id = ANY (:ids) AND p.token = :token
  AND ((:rows -> p.id::text ->> 'again')::boolean OR p.seq > (:rows -> p.id::text ->> 'seq')::bigint);

-- name: upsert_handoffs
INSERT INTO handoff AS h (person, link_id, state, owner_email, offered_at, due_at, open, document, changed_at)
SELECT r.person, r.link_id, r.state, r.owner_email, r.offered_at, r.due_at, r.open, r.document, :now
FROM jsonb_to_recordset(:rows)
    AS r(person text, link_id bigint, state text, owner_email text, offered_at timestamptz, due_at timestamptz, open boolean, document jsonb)
RETURNING id, person;

-- name: update_handoffs!
UPDATE handoff h SET state = r.state, link_id = coalesce(r.link_id, h.link_id), owner_email = r.owner_email,
       offered_at = r.offered_at, due_at = r.due_at, open = r.open, document = r.document, changed_at = :now
FROM jsonb_to_recordset(:rows)
    AS r(id bigint, link_id bigint, state text, owner_email text, offered_at timestamptz, due_at timestamptz, open boolean, document jsonb)
WHERE h.id = r.id;

-- name: insert_edges!
INSERT INTO handoff_edge (handoff_id, edge, reason, at)
SELECT r.handoff_id, r.edge, r.reason, :now
FROM jsonb_to_recordset(:rows) AS r(handoff_id bigint, edge text, reason text);

-- name: observe!
INSERT INTO observed AS o (subject, side, object, ref_id, plan, at)
SELECT r.subject, r.side, r.object, r.ref_id, r.plan, :now
FROM jsonb_to_recordset(:rows) AS r(subject text, side text, object text, ref_id text, plan jsonb)
ON CONFLICT (subject) DO UPDATE SET plan = excluded.plan, at = excluded.at;

-- name: unobserve!
DELETE FROM observed WHERE subject = ANY (:subjects);

-- name: answer_asked!
-- What a person asked of a field is done or given up; it stays where they asked anew meanwhile.
WITH r AS (
    SELECT * FROM jsonb_to_recordset(:rows) AS r(id bigint, field text, asked jsonb, ledger bigint)
), restored AS (
    UPDATE ledger l SET restored_at = :now FROM r WHERE l.id = r.ledger
), gone AS (
    SELECT r.id, array_agg(r.field) AS fields FROM r JOIN link l USING (id) WHERE l.asked -> r.field = r.asked GROUP BY r.id
)
UPDATE link l SET asked = nullif(l.asked - g.fields, '{}'::jsonb) FROM gone g WHERE l.id = g.id;

-- name: save_items!
-- What became of a pair that a run wanted. That something was written is not hidden by a later round that finds nothing.
-- bounds: of what failed, for a retry under the same.
INSERT INTO run_item AS i (run_id, subject, link_id, hubspot_id, salesforce_id, outcome, reason, journal, plan, bounds, at)
SELECT r.run, r.subject, r.link_id, r.hubspot_id, r.salesforce_id, r.outcome, r.reason,
       ARRAY(SELECT j::bigint FROM jsonb_array_elements_text(r.journal) j), r.plan, r.bounds, :now
FROM (SELECT DISTINCT ON (run, subject) * FROM jsonb_to_recordset(:rows) AS d(run bigint, subject text, link_id bigint,
      hubspot_id text, salesforce_id text, outcome text, reason text, journal jsonb, plan jsonb, bounds jsonb)
      WHERE EXISTS (SELECT FROM run WHERE run.id = d.run)
      ORDER BY run, subject, outcome IN ('nothing', 'elsewhere')) r
ON CONFLICT (run_id, subject) DO UPDATE SET
    outcome = CASE WHEN i.outcome IN ('written', 'created', 'linked', 'archived', 'restored') AND excluded.outcome NOT IN ('created', 'refused')
        THEN i.outcome ELSE excluded.outcome END,
    reason = CASE WHEN i.outcome IN ('written', 'created', 'linked', 'archived', 'restored') AND excluded.outcome NOT IN ('created', 'refused')
        THEN i.reason ELSE excluded.reason END,
    link_id = coalesce(excluded.link_id, i.link_id), hubspot_id = coalesce(nullif(excluded.hubspot_id, ''), i.hubspot_id),
    salesforce_id = coalesce(nullif(excluded.salesforce_id, ''), i.salesforce_id),
    journal = i.journal || excluded.journal, plan = coalesce(excluded.plan, i.plan),
    bounds = excluded.bounds, at = excluded.at;

-- name: take_turns^
INSERT INTO turn AS t (name, n) VALUES (:name, :count)
ON CONFLICT (name) DO UPDATE SET n = t.n + excluded.n RETURNING n - :count AS first;

-- name: modes
-- While a restored database is recovered, both sides are only observed.
SELECT m.side, CASE WHEN r.running THEN 'observe' ELSE m.mode END AS mode,
    CASE WHEN r.running THEN m.limits || '{"recovering": true}' ELSE m.limits END AS limits
FROM side_mode m, (SELECT EXISTS (SELECT FROM recovery WHERE finished_at IS NULL) AS running) r;

-- name: paused_lanes
SELECT lane FROM lane_pause;

-- name: busy_fields
-- Fields of one record that were written very often within the hour: a customer's workflow that answers ours.
WITH busy AS (
    SELECT link_id, side FROM journal
    WHERE link_id = ANY (:links) AND action = 'update' AND intended_at > :since
    GROUP BY link_id, side HAVING count(*) > :limit
)
SELECT j.link_id, j.side, c.change ->> 'f' AS field, count(*) AS writes
FROM busy JOIN journal j USING (link_id, side) CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
WHERE j.action = 'update' AND j.intended_at > :since
GROUP BY 1, 2, 3 HAVING count(*) > :limit;

-- name: waiting^
SELECT count(*) AS ready, min(born_at) AS oldest FROM pending
WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now);

-- name: trip!
-- A breaker for a whole side pauses every lane until a person lifts it.
WITH tripped AS (
    INSERT INTO breaker AS b (side, code, field, reason, tripped_at)
    SELECT r.side, r.code, r.field, r.reason, :now FROM jsonb_to_recordset(:rows) AS r(side text, code text, field text, reason text)
    ON CONFLICT (side, code, field) DO UPDATE SET reason = excluded.reason, tripped_at = excluded.tripped_at, lifted_at = NULL
    -- What a person let through lately is let through; a property that is not there is none of their making.
    WHERE b.lifted_at IS NULL OR b.lifted_at < :now - interval '1 hour' OR b.code = 'field_missing'
    RETURNING b.field, b.reason
)
INSERT INTO lane_pause (lane, reason, at)
SELECT lane, reason, :now FROM (SELECT reason FROM tripped WHERE field = '' LIMIT 1) t, generate_series(0, 2) AS lane
ON CONFLICT (lane) DO NOTHING;

-- name: tripped
SELECT side, field FROM breaker WHERE lifted_at IS NULL;

-- name: vanished
SELECT detail ->> 'side' AS side, count(*) AS found FROM issue
WHERE code = 'gone' AND closed_at IS NULL AND opened_at > :since GROUP BY 1;

-- name: written^
-- Since the side's mode was set: records made, and records written since :since.
SELECT count(*) FILTER (WHERE j.action = 'create' AND j.state = 'done') AS made,
       count(*) FILTER (WHERE j.intended_at > :since) AS written
FROM journal j JOIN side_mode m ON m.side = j.side
WHERE j.side = :side AND j.intended_at >= m.changed_at;

-- name: spend!
-- API calls by side and endpoint, on top of those so far.
UPDATE run SET calls = (
    SELECT jsonb_object_agg(name, n)
    FROM (SELECT name, sum(n::numeric) AS n
          FROM (SELECT * FROM jsonb_each_text(run.calls) UNION ALL SELECT * FROM jsonb_each_text(:calls)) AS e (name, n)
          GROUP BY name) AS added
) WHERE id = :run;
