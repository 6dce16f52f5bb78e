-- name: begun
-- Hand-offs that began in a span of time: the first edge tells when, and the last one why they are where they are.
-- (One that was regained after a restored backup has no edges.)
SELECT h.id, h.person, h.link_id, h.document, coalesce(least(b.at, h.offered_at), h.created_at) AS qualified_at,
    coalesce(e.reason, '') AS reason, h.document ->> 'note' = 'erased' AS erased,
    l.salesforce_object, l.salesforce_id, l.archived IS NOT NULL AS archived
FROM handoff h
LEFT JOIN (SELECT handoff_id, min(at) AS at FROM handoff_edge GROUP BY handoff_id) b ON b.handoff_id = h.id
LEFT JOIN LATERAL (SELECT reason FROM handoff_edge x WHERE x.handoff_id = h.id ORDER BY x.at DESC LIMIT 1) e ON true
LEFT JOIN link l ON l.id = h.link_id
WHERE coalesce(least(b.at, h.offered_at), h.created_at) >= :since
  AND coalesce(least(b.at, h.offered_at), h.created_at) < :until
ORDER BY 5, h.id;

-- name: judged
-- Contacts to which one of these verdicts was written in that time, when first.
SELECT j.ref_id, min(j.intended_at) AS at
FROM journal j CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
WHERE j.side = 'hubspot' AND j.object = 'contact' AND j.ref_id <> '' AND j.intended_at >= :since AND j.intended_at < :until
  AND c.change ->> 'n' = :native AND c.change ->> 'v' = ANY (:tiers) AND coalesce(c.change ->> 'st', j.state) = 'done'
GROUP BY j.ref_id ORDER BY 2;

-- name: told
-- Open issues that say why somebody is not there.
SELECT subject, code, message FROM issue
WHERE closed_at IS NULL AND code IN ('refused', 'duplicate', 'gone', 'several_matches') AND subject = ANY (:subjects);

-- name: unknown
-- Of Salesforce's records those that no hand-off of ours is about.
SELECT r.object, r.id FROM jsonb_to_recordset(:refs) AS r(object text, id text)
WHERE NOT EXISTS (
    SELECT FROM link l JOIN handoff h ON h.person = 'hubspot:' || l.hubspot_object || ':' || l.hubspot_id
    WHERE (l.salesforce_object = r.object AND l.salesforce_id = r.id)
       OR l.id = (SELECT a.link_id FROM alias a WHERE a.side = 'salesforce' AND a.object = r.object AND a.ref_id = r.id)
) AND NOT EXISTS (SELECT FROM handoff h WHERE h.document ->> 'salesforce_ref' = 'salesforce:' || r.object || ':' || r.id);
