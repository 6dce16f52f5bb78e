-- name: ask!
INSERT INTO erasure (side, object, ref_id, asked_at, by_whom)
SELECT r.side, r.object, r.ref_id, :now, :by FROM jsonb_to_recordset(:refs) AS r(side text, object text, ref_id text)
ON CONFLICT (side, object, ref_id) WHERE done_at IS NULL DO NOTHING;

-- name: due
SELECT id, side, object, ref_id, asked_at, by_whom FROM erasure WHERE done_at IS NULL ORDER BY id LIMIT :limit;

-- name: asked^
SELECT id FROM erasure WHERE side = :side AND object = :object AND ref_id = :ref_id AND done_at IS NULL;

-- name: take^
-- One at a time does it: whoever comes second waits, and finds it done.
SELECT id FROM erasure WHERE id = :id AND done_at IS NULL FOR UPDATE;

-- name: done!
UPDATE erasure SET done_at = :now, link_id = :link, records = :records WHERE id = :id;

-- name: of_link
SELECT side, object, ref_id, asked_at, by_whom, done_at FROM erasure WHERE link_id = :link AND done_at IS NOT NULL ORDER BY id DESC;

-- name: of_ref
SELECT side, object, ref_id, asked_at, by_whom, done_at FROM erasure
WHERE side = :side AND object = :object AND ref_id = :ref_id AND done_at IS NOT NULL ORDER BY id DESC;

-- name: totals^
SELECT count(*) FILTER (WHERE done_at IS NOT NULL) AS done, count(*) FILTER (WHERE done_at IS NULL) AS waiting FROM erasure;

-- name: by_ref
-- The Links of a Ref, old ones included.
SELECT id FROM link WHERE :side = 'hubspot' AND hubspot_object = :object AND hubspot_id = :ref_id
UNION SELECT id FROM link WHERE :side = 'salesforce' AND salesforce_object = :object AND salesforce_id = :ref_id
UNION SELECT link_id FROM alias WHERE side = :side AND object = :object AND ref_id = :ref_id;

-- name: by_address
SELECT id FROM link WHERE lower(seen_hubspot ->> :hubspot_key) = lower(:address) OR lower(seen_salesforce ->> :salesforce_key) = lower(:address);

-- name: refs_of
SELECT 'hubspot' AS side, hubspot_object AS object, hubspot_id AS ref_id FROM link WHERE id = ANY (:links)
UNION SELECT 'salesforce', salesforce_object, salesforce_id FROM link WHERE id = ANY (:links)
UNION SELECT side, object, ref_id FROM alias WHERE link_id = ANY (:links);

-- name: addresses_of
SELECT DISTINCT lower(btrim(a.address)) AS address FROM link l
CROSS JOIN LATERAL (VALUES (l.seen_hubspot ->> :hubspot_key), (l.seen_salesforce ->> :salesforce_key),
    (l.seen_hubspot ->> '@email'), (l.seen_salesforce ->> '@Email')) AS a (address)
WHERE l.id = ANY (:links) AND a.address LIKE '%%@%%';

-- name: purge_pending!
-- A round that has it loses its fence: it saves nothing of this person any more. Runs are told. In the door's order.
WITH held AS (
    SELECT p.id, p.run_id, p.link_id, p.side, p.object, p.ref_id FROM pending p
    WHERE p.link_id = ANY (:links) OR (p.link_id IS NULL AND p.side || ':' || p.object || ':' || p.ref_id = ANY (:refs))
    ORDER BY p.link_id NULLS LAST, p.side, p.object, p.ref_id FOR UPDATE
), told AS (
    INSERT INTO run_item (run_id, subject, link_id, outcome, reason, at)
    SELECT h.run_id, CASE WHEN h.link_id IS NULL THEN h.side || ':' || h.object || ':' || h.ref_id ELSE 'link:' || h.link_id END,
        h.link_id, 'gone', 'erased', :now
    FROM held h WHERE EXISTS (SELECT FROM run r WHERE r.id = h.run_id)
    ON CONFLICT (run_id, subject) DO NOTHING
)
DELETE FROM pending p WHERE p.id IN (SELECT id FROM held);

-- name: purge_journal!
-- Who wrote what kind of thing when stays; whatever it was goes.
UPDATE journal j SET state = CASE j.state WHEN 'intended' THEN 'lapsed' ELSE j.state END,
    settled_at = coalesce(j.settled_at, :now), note = 'erased',
    changes = (SELECT coalesce(jsonb_agg(c.change - 'got' || '{"o": null, "v": null, "s": null, "why": "erased", "erased": true}'
        ORDER BY c.place), '[]') FROM jsonb_array_elements(j.changes) WITH ORDINALITY AS c (change, place))
WHERE j.link_id = ANY (:links)
    OR (j.link_id IS NULL AND (j.mate = ANY (:refs) OR j.side || ':' || j.object || ':' || j.ref_id = ANY (:refs)));

-- name: purge_ledger!
UPDATE ledger e SET value = NULL, winner = NULL, why = 'erased', restored_at = coalesce(e.restored_at, :now)
WHERE e.link_id = ANY (:links)
    OR (e.link_id IS NULL AND e.ref_id = ANY (:ids) AND e.side || ':' || e.object || ':' || e.ref_id = ANY (:refs));

-- name: purge_issue!
UPDATE issue i SET message = 'erased', fix = '', detail = '{}', closed_at = coalesce(i.closed_at, :now)
WHERE i.link_id = ANY (:links) OR i.subject = ANY (:subjects);

-- name: purge_block!
DELETE FROM block WHERE link_id = ANY (:links);

-- name: purge_handoff!
-- Its states and times stay, for the account of hand-offs; the verdict's evidence, notes and reasons go.
WITH mine AS (
    SELECT id FROM handoff WHERE person = ANY (:refs) OR link_id = ANY (:links)
), edges AS (
    UPDATE handoff_edge SET reason = 'erased' WHERE handoff_id IN (SELECT id FROM mine)
)
UPDATE handoff h SET open = false, due_at = NULL, state = CASE WHEN h.open THEN 'withdrawn' ELSE h.state END, changed_at = :now,
    document = h.document || '{"verdict": {}, "note": "erased", "reject_reason": null, "evidence": null, "standing": [],
        "reminded_at": null, "cool_off_until": null}'
        || jsonb_build_object('state', CASE WHEN h.open THEN 'withdrawn' ELSE h.state END)
WHERE h.id IN (SELECT id FROM mine);

-- name: purge_outcome!
WITH told AS (DELETE FROM outcome_due WHERE object = 'Contact' AND ref_id = ANY (:ids))
DELETE FROM outcome WHERE contact_id = ANY (:ids);

-- name: purge_observed!
DELETE FROM observed WHERE subject = ANY (:subjects) OR side || ':' || object || ':' || ref_id = ANY (:refs);

-- name: purge_matched!
DELETE FROM matched WHERE ref_id = ANY (:ids) AND side || ':' || object || ':' || ref_id = ANY (:refs);

-- name: purge_run_item!
UPDATE run_item i SET plan = NULL, bounds = NULL, reason = 'erased',
    outcome = CASE WHEN i.outcome IN ('waiting', 'would') THEN 'gone' ELSE i.outcome END
WHERE i.subject = ANY (:subjects) OR i.hubspot_id = ANY (:ids) OR i.salesforce_id = ANY (:ids);

-- name: purge_polled!
DELETE FROM polled WHERE ref_id = ANY (:ids);

-- name: purge_identity!
DELETE FROM identity WHERE match_key = ANY (:addresses) OR match_key = ANY (:refs);

-- name: purge_link!
UPDATE link SET seen_hubspot = '{}', seen_salesforce = '{}', shown = '{}', shown_at = NULL, asked = NULL, doubt = NULL, tier = NULL,
    group_key = NULL, held = false, erased_at = coalesce(erased_at, :now)
WHERE id = ANY (:links);

-- name: bar!
-- Their addresses, so that nothing brings them back.
INSERT INTO erased_address (hash, erasure_id, link_id)
SELECT DISTINCT address_hash(a), :id::bigint, :link::bigint FROM unnest(:addresses::text[]) AS a
ON CONFLICT (hash) DO UPDATE SET erasure_id = excluded.erasure_id, link_id = coalesce(excluded.link_id, erased_address.link_id);

-- name: barred
SELECT a AS address, e.done_at FROM unnest(:addresses::text[]) AS a
JOIN erased_address b ON b.hash = address_hash(a) JOIN erasure e ON e.id = b.erasure_id;

-- name: readmit
-- They agreed anew: the addresses are free, and so is the other half of the empty Link.
WITH free AS (
    DELETE FROM erased_address WHERE hash = address_hash(:address)
        OR link_id = (SELECT link_id FROM erased_address WHERE hash = address_hash(:address)) RETURNING link_id
)
DELETE FROM link WHERE erased_at IS NOT NULL AND id IN (SELECT link_id FROM free) RETURNING id;
