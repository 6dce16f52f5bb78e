-- name: accept_notices^
-- The door, in one statement, so that Seen, pending, journal and issues are judged under one snapshot.
-- One element of the document is one Ref of one request:
--   h or r     its id in HubSpot or in Salesforce, o its object
--   expected   Seen key -> value, where the notice could be an echo; else null
--   keys       Seen key of each note by position (null: none), where notices carried the whole record; else null
--   requeued   something in it can't be compared with Seen; size: number of notices
--   since      earliest occurrence of a pushed value (ms), where recent enough for a late notice; else null
--   notes      see the table pending
WITH fresh AS (
    INSERT INTO delivery (digest, at)
    SELECT :delivery::bytea, :now::timestamptz WHERE :delivery::bytea IS NOT NULL
    ON CONFLICT (digest) DO NOTHING
    RETURNING 1
), sent AS MATERIALIZED (
    SELECT d.*, CASE WHEN d.h IS NULL THEN 'salesforce' ELSE 'hubspot' END AS side, coalesce(d.h, d.r) AS ref_id
    FROM jsonb_to_recordset(:document::jsonb) AS d (
        h text, r text, o text, expected jsonb, keys jsonb, requeued boolean, size integer, since bigint, notes jsonb
    )
    WHERE :delivery::bytea IS NULL OR (SELECT count(*) FROM fresh) > 0
), found AS MATERIALIZED (
    SELECT s.*, coalesce(hub.id, force.id, old.link_id) AS link_id, old.link_id IS NOT NULL AS is_old,
        coalesce(hub.held, force.held) AS held, coalesce(hub.group_key, force.group_key) AS group_key,
        CASE WHEN hub.id IS NULL THEN force.seen_salesforce ELSE hub.seen_hubspot END AS seen,
        coalesce(hub.hubspot_object, force.hubspot_object) AS hubspot_object,
        coalesce(hub.hubspot_id, force.hubspot_id) AS hubspot_id,
        coalesce(hub.salesforce_object, force.salesforce_object) AS salesforce_object,
        coalesce(hub.salesforce_id, force.salesforce_id) AS salesforce_id
    FROM sent s
    LEFT JOIN link hub ON hub.hubspot_object = s.o AND hub.hubspot_id = s.h
    LEFT JOIN link force ON force.salesforce_object = s.o AND force.salesforce_id = s.r
    LEFT JOIN alias old
        ON hub.id IS NULL AND force.id IS NULL AND old.side = s.side AND old.object = s.o AND old.ref_id = s.ref_id
), compared AS MATERIALIZED (
    -- As text: an outbound message has text where the API has numbers and booleans.
    SELECT f.*, f.expected IS NOT NULL AND f.seen IS NOT NULL AND NOT EXISTS (
            SELECT FROM jsonb_each_text(f.expected) AS e (key, value)
            WHERE NOT f.seen ? e.key OR f.seen ->> e.key IS DISTINCT FROM e.value) AS same,
        (SELECT p.id FROM pending p WHERE p.link_id = f.link_id LIMIT 1) AS link_row,
        (SELECT p.id FROM pending p WHERE p.link_id IS NULL
            AND p.side = f.side AND p.object = f.o AND p.ref_id = f.ref_id LIMIT 1) AS ref_row
    FROM found f
), judged AS MATERIALIZED (
    SELECT c.*, c.same AND NOT c.held AND c.link_row IS NULL AND c.ref_row IS NULL
        AND (SELECT i.id FROM issue i WHERE i.link_id = c.link_id AND i.closed_at IS NULL LIMIT 1) IS NULL
        AND (SELECT j.id FROM journal j WHERE j.side = 'hubspot' AND j.object = c.hubspot_object
                AND j.ref_id = c.hubspot_id AND j.state = 'intended' LIMIT 1) IS NULL
        AND (SELECT j.id FROM journal j WHERE j.side = 'salesforce' AND j.object = c.salesforce_object
                AND j.ref_id = c.salesforce_id AND j.state = 'intended' LIMIT 1) IS NULL AS echo
    FROM compared c
), queued AS MATERIALIZED (
    SELECT q.link_id, q.side, q.o AS object, q.ref_id, q.seen, q.group_key, q.since,
        q.requeued OR q.is_old OR (q.keys IS NOT NULL AND NOT q.same) AS requeued,
        CASE
            -- What an old Ref of the Link holds says nothing of the record that now stands for it.
            WHEN q.is_old THEN (
                SELECT jsonb_agg(CASE WHEN n ? 'k' THEN n ELSE n - 'f' - 'v'
                    || jsonb_build_object('k', 'changed', 'o', q.o, 'i', q.ref_id) END)
                FROM jsonb_array_elements(q.notes) n)
            -- Of a whole record only what moved is worth a note.
            WHEN q.seen IS NOT NULL AND q.keys IS NOT NULL THEN (
                SELECT coalesce(jsonb_agg(n.note ORDER BY n.at), '[]')
                FROM jsonb_array_elements(q.notes) WITH ORDINALITY AS n (note, at)
                WHERE q.seen ->> (q.keys ->> (n.at::integer - 1)) IS DISTINCT FROM n.note ->> 'v'
                    OR coalesce(NOT q.seen ? (q.keys ->> (n.at::integer - 1)), true))
            ELSE q.notes
        END AS notes
    FROM judged q
    WHERE NOT q.echo
), locked AS MATERIALIZED (
    -- In the order in which rounds lock them, or a request and a round would wait for each other. Rows that are new
    -- follow in an order of their own: Links, then Refs (hence the counts that look idle below).
    SELECT p.id FROM pending p
    JOIN judged j ON p.id = CASE WHEN j.link_id IS NULL THEN j.ref_row ELSE j.link_row END
    WHERE NOT j.echo ORDER BY p.id FOR UPDATE OF p
), by_link AS (
    INSERT INTO pending AS p (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key, notes)
    SELECT q.link_id, min(q.side), min(q.object), min(q.ref_id), :lane::smallint, :due::timestamptz,
        :now::timestamptz, bool_or(q.requeued), min(q.group_key),
        CASE WHEN count(*) = 1 THEN (array_agg(q.notes))[1]
            ELSE jsonb_path_query_array(jsonb_agg(q.notes), '$[*][*]') END
    FROM queued q WHERE q.link_id IS NOT NULL AND (SELECT count(*) FROM locked) >= 0
    GROUP BY q.link_id ORDER BY q.link_id
    ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE SET
        seq = p.seq + 1,
        lane = least(p.lane, excluded.lane),
        due_at = CASE WHEN p.token IS NOT NULL AND p.leased_until > :now::timestamptz THEN p.due_at
            ELSE least(p.due_at, excluded.due_at) END,
        requeued = p.requeued OR excluded.requeued OR jsonb_array_length(p.notes) >= 200,
        notes = notes_added(p.notes, excluded.notes, p.seq + 1,
            p.token IS NOT NULL AND p.leased_until > :now::timestamptz)
    RETURNING 1
), by_ref AS (
    INSERT INTO pending AS p (side, object, ref_id, lane, due_at, born_at, requeued, notes)
    SELECT q.side, q.object, q.ref_id, :lane::smallint, :due::timestamptz, :now::timestamptz, q.requeued, q.notes
    FROM queued q WHERE q.link_id IS NULL AND (SELECT count(*) FROM by_link) >= 0
    ORDER BY q.side, q.object, q.ref_id
    ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE SET
        seq = p.seq + 1,
        lane = least(p.lane, excluded.lane),
        due_at = CASE WHEN p.token IS NOT NULL AND p.leased_until > :now::timestamptz THEN p.due_at
            ELSE least(p.due_at, excluded.due_at) END,
        requeued = p.requeued OR excluded.requeued OR jsonb_array_length(p.notes) >= 200,
        notes = notes_added(p.notes, excluded.notes, p.seq + 1,
            p.token IS NOT NULL AND p.leased_until > :now::timestamptz)
    RETURNING 1
), late AS (
    -- The gap between our read and our write: a value that stood there in between was overwritten unread.
    INSERT INTO ledger (link_id, side, object, ref_id, field, native, value, winner, why, at)
    SELECT DISTINCT ON (q.link_id, q.side, c.change ->> 'n', n.note -> 'v')
        q.link_id, q.side, q.object, q.ref_id, c.change ->> 'f', c.change ->> 'n', n.note -> 'v', c.change -> 'v',
        'late notice', :now::timestamptz
    FROM queued q
    CROSS JOIN LATERAL (
        SELECT r.* FROM journal r WHERE r.link_id = q.link_id ORDER BY r.id DESC LIMIT 20
    ) j
    CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
    CROSS JOIN LATERAL jsonb_array_elements(q.notes) AS n (note)
    WHERE q.since IS NOT NULL AND q.link_id IS NOT NULL
        AND j.side = q.side AND j.object = q.object AND j.ref_id = q.ref_id
        AND j.state IN ('intended', 'done')
        AND coalesce(j.settled_at, :now::timestamptz) > :now::timestamptz - interval '1 hour'
        AND coalesce(j.settled_at, :now::timestamptz) >= to_timestamp(q.since / 1000.0)
        AND n.note ->> 'f' = c.change ->> 'n' AND n.note -> 'p' = 'false'
        AND coalesce(c.change ->> 'st', 'done') = 'done'
        AND to_timestamp((n.note ->> 't')::bigint / 1000.0)
            BETWEEN j.read_at AND coalesce(j.settled_at, :now::timestamptz)
        AND n.note ->> 'v' IS DISTINCT FROM c.change ->> 'o'
        AND n.note ->> 'v' IS DISTINCT FROM c.change ->> 'v'
        AND (NOT c.change ? 'got' OR n.note ->> 'v' IS DISTINCT FROM c.change ->> 'got')
        AND n.note ->> 'v' IS DISTINCT FROM q.seen ->> (c.change ->> 'f')
        AND NOT EXISTS (
            SELECT FROM ledger l WHERE l.link_id = q.link_id AND l.side = q.side AND l.why = 'late notice'
                AND l.native = c.change ->> 'n' AND l.value = n.note -> 'v' AND l.winner = c.change -> 'v')
    RETURNING 1
)
SELECT
    coalesce(sum(j.size) FILTER (WHERE j.echo), 0)::integer AS dropped,
    coalesce(sum(j.size) FILTER (WHERE NOT j.echo), 0)::integer AS queued,
    (SELECT count(*) FROM late)::integer AS late,
    :delivery::bytea IS NOT NULL AND (SELECT count(*) FROM fresh) = 0 AS repeated,
    CASE WHEN bool_or(NOT j.echo) THEN pg_notify('accord_pending', :lane::text) END AS woken
FROM judged j;

-- name: forget_deliveries!
DELETE FROM delivery WHERE at < :before::timestamptz;
