-- name: tell!
INSERT INTO outcome_due AS d (object, ref_id, told_at)
SELECT DISTINCT r.object, r.id, clock_timestamp() FROM jsonb_to_recordset(:refs) AS r(object text, id text)
ORDER BY r.object, r.id
ON CONFLICT (object, ref_id) DO UPDATE SET told_at = excluded.told_at;

-- name: wake_outcomes!
SELECT pg_notify('accord_outcome', '');

-- name: due
SELECT object, ref_id, told_at FROM outcome_due ORDER BY told_at, object, ref_id LIMIT :limit;

-- name: forget_due!
-- What was told again meanwhile stays due.
DELETE FROM outcome_due d USING jsonb_to_recordset(:told) AS t(object text, id text, at timestamptz)
WHERE d.object = t.object AND d.ref_id = t.id AND d.told_at <= t.at;

-- name: linked
SELECT salesforce_id AS contact, group_key AS account FROM link
WHERE salesforce_object = 'Contact' AND salesforce_id = ANY (:contacts) AND erased_at IS NULL;

-- name: holding
SELECT contact_id AS contact FROM outcome WHERE opportunity_id = ANY (:opportunities);

-- name: save_outcomes
-- The Links whose outcome is another one now. That a new contact has no Opportunity is nothing new to anybody.
WITH saved AS (
    INSERT INTO outcome AS o (contact_id, opportunity_id, document, changed_at)
    SELECT r.contact, r.opportunity, r.document, :now
    FROM jsonb_to_recordset(:rows) AS r(contact text, opportunity text, document jsonb) ORDER BY r.contact
    ON CONFLICT (contact_id) DO UPDATE
    SET opportunity_id = excluded.opportunity_id, document = excluded.document, changed_at = excluded.changed_at
    WHERE o.document IS DISTINCT FROM excluded.document
    RETURNING contact_id, document, xmax = 0 AS fresh
)
SELECT l.id FROM saved s JOIN link l ON l.salesforce_object = 'Contact' AND l.salesforce_id = s.contact_id
WHERE NOT (s.fresh AND s.document -> 'view' = 'null');
