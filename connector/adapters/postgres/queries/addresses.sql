-- name: columns
-- All that can hold text, of all tables that are ours; parts of the journal are reached through it.
SELECT c.table_name, c.column_name, CASE c.data_type WHEN 'jsonb' THEN 'jsonb' WHEN 'json' THEN 'json' ELSE 'text' END AS kind
FROM information_schema.columns c
JOIN pg_class k ON k.relname = c.table_name AND k.relnamespace = current_schema()::regnamespace
WHERE c.table_schema = current_schema() AND k.relkind IN ('r', 'p') AND NOT k.relispartition
    AND c.data_type IN ('text', 'character varying', 'json', 'jsonb') AND c.table_name <> ALL (:kept)
    AND c.table_name !~ '^(procrastinate|_?yoyo|erasure_salt)'
ORDER BY c.table_name, c.ordinal_position;

-- name: loose
-- Issues and hand-offs don't count here: their words may be about somebody else.
SELECT DISTINCT f.ref FROM (
    SELECT side || ':' || object || ':' || ref_id AS ref FROM pending WHERE link_id IS NULL AND strpos(lower(notes::text), :quoted) > 0
    UNION ALL
    SELECT unnest(ARRAY[mate, CASE WHEN ref_id <> '' THEN side || ':' || object || ':' || ref_id END]) FROM journal
    WHERE link_id IS NULL AND strpos(lower(changes::text), :quoted) > 0
    UNION ALL
    SELECT side || ':' || object || ':' || ref_id FROM ledger
    WHERE link_id IS NULL AND :quoted IN (lower(value::text), lower(winner::text))
    UNION ALL
    SELECT subject FROM observed WHERE strpos(lower(plan::text), :quoted) > 0
    UNION ALL
    SELECT subject FROM run_item WHERE link_id IS NULL AND strpos(lower(plan::text), :quoted) > 0
) f
WHERE f.ref ~ '^(hubspot|salesforce):[^:]+:.+'
    AND NOT EXISTS (SELECT FROM link l WHERE f.ref IN ('hubspot:' || l.hubspot_object || ':' || l.hubspot_id,
                                                       'salesforce:' || l.salesforce_object || ':' || l.salesforce_id));

-- name: owner^
SELECT EXISTS (SELECT FROM handoff WHERE lower(owner_email) = :address) AS found;

-- name: standing_for^
-- Of an address that no record is known of: what its erasure is noted under. It tells nobody the address.
SELECT encode(address_hash(:address), 'hex') AS hash;
