-- depends: 0004-review
-- The door takes several requests in one turn: under load most of a turn was planning, committing and waiting. Its
-- namesakes of 0002-capture.sql serve processes of the release before.

-- The door of ALGORITHM.md ("Echo", "The gap"). A function, because this is the hottest statement of all: one turn to the
-- database, plans that are kept, and no sequential scan, which a plan made while pending was empty would keep for ever.
-- What is dropped is decided by one statement, so that Seen, pending, journal and issues are judged under one snapshot;
-- what is queued may be queued later, for a round reads the records anew.
-- One element of the document is one Ref of one request, and its verdict stands at the same place:
--   h or r     its id in HubSpot or in Salesforce, o its object
--   d          digest of the request in hex, by which its exact repeat is known; or null. lane: as in pending
--   expected   Seen key -> value, where the notice could be an echo; else null
--   keys       Seen key of each note by position (null: none), where notices carried the whole record; else null
--   requeued   something in it can't be compared with Seen
--   since      earliest occurrence of a pushed value (ms), where recent enough for a late notice; else null
--   notes      see the table pending
-- Sessions plan every statement anew, which took two thirds of the door's time. No plan allowed here is led astray by an
-- empty table, so these are kept.
CREATE FUNCTION accept_notices(
    in_document jsonb, in_now timestamptz, in_due timestamptz, OUT verdicts text[], OUT late integer
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    fresh      text[];          -- digests not taken before
    findings   door_finding[];  -- of what is queued
    to_known   boolean;
    finding    door_finding;
    told       jsonb;
    notes      jsonb;
    again      boolean;
    any_recent boolean := false;
BEGIN
    late := 0;
    WITH taken AS (
        INSERT INTO delivery (digest, at)
        SELECT DISTINCT decode(s.d, 'hex') AS digest, in_now FROM jsonb_to_recordset(in_document) AS s (d text)
        WHERE s.d IS NOT NULL
        ORDER BY digest  -- or two of these wait for each other
        ON CONFLICT (digest) DO NOTHING
        RETURNING digest
    )
    SELECT array_agg(encode(digest, 'hex')) INTO fresh FROM taken;

    WITH found AS MATERIALIZED (
        SELECT s.place, s.h, s.r, s.o, s.expected, s.since, coalesce(hub.id, force.id, old.link_id) AS link_id,
            old.link_id IS NOT NULL AS is_old, coalesce(hub.held, force.held) AS held,
            coalesce(hub.group_key, force.group_key) AS group_key,
            CASE WHEN hub.id IS NULL THEN force.seen_salesforce ELSE hub.seen_hubspot END AS seen,
            coalesce(hub.hubspot_object, force.hubspot_object) AS hubspot_object,
            coalesce(hub.hubspot_id, force.hubspot_id) AS hubspot_id,
            coalesce(hub.salesforce_object, force.salesforce_object) AS salesforce_object,
            coalesce(hub.salesforce_id, force.salesforce_id) AS salesforce_id
        FROM ROWS FROM (jsonb_to_recordset(in_document)
            AS (h text, r text, o text, d text, expected jsonb, since bigint)
        ) WITH ORDINALITY AS s (h, r, o, d, expected, since, place)
        LEFT JOIN link hub ON hub.hubspot_object = s.o AND hub.hubspot_id = s.h
        LEFT JOIN link force ON force.salesforce_object = s.o AND force.salesforce_id = s.r
        LEFT JOIN alias old ON hub.id IS NULL AND force.id IS NULL AND old.object = s.o
            AND old.side = CASE WHEN s.h IS NULL THEN 'salesforce' ELSE 'hubspot' END
            AND old.ref_id = coalesce(s.h, s.r)
        WHERE s.d IS NULL OR s.d = ANY (fresh)
    ), compared AS MATERIALIZED (
        -- As text: an outbound message has text where the API has numbers and booleans.
        SELECT f.*, f.expected IS NOT NULL AND f.seen IS NOT NULL AND NOT EXISTS (
                SELECT FROM jsonb_each_text(f.expected) AS e (key, value)
                WHERE NOT f.seen ? e.key OR f.seen ->> e.key IS DISTINCT FROM e.value) AS same,
            (SELECT p.id FROM pending p WHERE p.link_id = f.link_id LIMIT 1) AS link_row,
            (SELECT p.id FROM pending p WHERE p.link_id IS NULL AND p.object = f.o
                AND p.side = CASE WHEN f.h IS NULL THEN 'salesforce' ELSE 'hubspot' END
                AND p.ref_id = coalesce(f.h, f.r) LIMIT 1) AS ref_row
        FROM found f
    ), judged AS MATERIALIZED (  -- or its subqueries would run once per mention of echo
        SELECT c.*, c.same AND NOT c.held AND c.link_row IS NULL AND c.ref_row IS NULL
            AND (SELECT i.id FROM issue i WHERE i.link_id = c.link_id AND i.closed_at IS NULL LIMIT 1) IS NULL
            AND (SELECT j.id FROM journal j WHERE j.side = 'hubspot' AND j.object = c.hubspot_object
                    AND j.ref_id = c.hubspot_id AND j.state = 'intended' LIMIT 1) IS NULL
            AND (SELECT j.id FROM journal j WHERE j.side = 'salesforce' AND j.object = c.salesforce_object
                    AND j.ref_id = c.salesforce_id AND j.state = 'intended' LIMIT 1) IS NULL AS echo
        FROM compared c
    )
    SELECT array_agg(CASE WHEN j.echo THEN 'dropped' WHEN NOT j.echo THEN 'queued' ELSE 'repeated' END ORDER BY e.place),
        array_agg((j.place, j.link_id, j.is_old, j.same,
            CASE WHEN j.link_id IS NULL THEN j.ref_row ELSE j.link_row END,
            j.since IS NOT NULL AND coalesce((
                SELECT coalesce(r.settled_at, in_now) > in_now - interval '1 hour' FROM journal r
                WHERE r.link_id = j.link_id ORDER BY r.id DESC LIMIT 1), false), j.group_key)::door_finding
            ORDER BY j.link_id, j.h, j.r, j.o, j.place) FILTER (WHERE NOT j.echo),
        bool_or(coalesce(j.link_row, j.ref_row) IS NOT NULL)
    INTO verdicts, findings, to_known
    FROM generate_series(1, jsonb_array_length(in_document)) AS e (place) LEFT JOIN judged j ON j.place = e.place;
    IF findings IS NULL THEN
        RETURN;
    END IF;

    IF to_known THEN
        -- In the order in which rounds lock them, or a request and a round would wait for each other.
        PERFORM p.id FROM pending p WHERE p.id IN (SELECT f.pending_id FROM unnest(findings) f)
        ORDER BY p.id FOR UPDATE;
    END IF;

    FOREACH finding IN ARRAY findings LOOP
        told := in_document -> (finding.place - 1);
        notes := told -> 'notes';
        again := (told ->> 'requeued')::boolean;
        any_recent := any_recent OR finding.recent;
        IF finding.is_old THEN
            -- What an old Ref of the Link holds says nothing of the record that now stands for it.
            again := true;
            SELECT jsonb_agg(CASE WHEN n ? 'k' THEN n ELSE n - 'f' - 'v' || jsonb_build_object(
                'k', 'changed', 'o', told ->> 'o', 'i', coalesce(told ->> 'h', told ->> 'r')) END)
            INTO notes FROM jsonb_array_elements(notes) n;
        ELSIF told -> 'keys' <> 'null' THEN
            -- Of a whole record only what moved is worth a note.
            again := again OR NOT finding.same;
            IF finding.link_id IS NOT NULL THEN
                SELECT coalesce(jsonb_agg(n.note ORDER BY n.place), '[]') INTO notes
                FROM jsonb_array_elements(notes) WITH ORDINALITY AS n (note, place)
                LEFT JOIN link l ON l.id = finding.link_id
                CROSS JOIN LATERAL (SELECT told -> 'keys' ->> (n.place::integer - 1),
                    CASE WHEN told ->> 'h' IS NULL THEN l.seen_salesforce ELSE l.seen_hubspot END) AS s (key, seen)
                WHERE s.seen ->> s.key IS DISTINCT FROM n.note ->> 'v' OR coalesce(NOT s.seen ? s.key, true);
            END IF;
        END IF;
        IF finding.link_id IS NOT NULL THEN
            INSERT INTO pending AS p (link_id, side, object, ref_id, lane, due_at, born_at, requeued, group_key, notes)
            VALUES (finding.link_id, CASE WHEN told ->> 'h' IS NULL THEN 'salesforce' ELSE 'hubspot' END, told ->> 'o',
                coalesce(told ->> 'h', told ->> 'r'), (told ->> 'lane')::smallint, in_due, in_now, again, finding.group_key, notes)
            ON CONFLICT (link_id) WHERE link_id IS NOT NULL DO UPDATE SET
                seq = p.seq + 1,
                lane = least(p.lane, excluded.lane),
                due_at = CASE WHEN p.token IS NOT NULL AND p.leased_until > in_now THEN p.due_at
                    ELSE least(p.due_at, excluded.due_at) END,
                -- A whole record that equals Seen leaves no note, but the round under way may be about to change Seen.
                requeued = p.requeued OR excluded.requeued OR jsonb_array_length(p.notes) >= 200
                    OR p.token IS NOT NULL AND jsonb_array_length(excluded.notes) = 0,
                notes = notes_added(p.notes, excluded.notes, p.seq + 1, p.token IS NOT NULL AND p.leased_until > in_now);
        ELSE
            INSERT INTO pending AS p (side, object, ref_id, lane, due_at, born_at, requeued, notes)
            VALUES (CASE WHEN told ->> 'h' IS NULL THEN 'salesforce' ELSE 'hubspot' END, told ->> 'o',
                coalesce(told ->> 'h', told ->> 'r'), (told ->> 'lane')::smallint, in_due, in_now, again, notes)
            ON CONFLICT (side, object, ref_id) WHERE link_id IS NULL DO UPDATE SET
                seq = p.seq + 1,
                lane = least(p.lane, excluded.lane),
                due_at = CASE WHEN p.token IS NOT NULL AND p.leased_until > in_now THEN p.due_at
                    ELSE least(p.due_at, excluded.due_at) END,
                requeued = p.requeued OR excluded.requeued OR jsonb_array_length(p.notes) >= 200,
                notes = notes_added(p.notes, excluded.notes, p.seq + 1, p.token IS NOT NULL AND p.leased_until > in_now);
        END IF;
    END LOOP;

    -- The gap between our read and our write: a value that stood there in between was overwritten unread.
    IF any_recent THEN
        INSERT INTO ledger (link_id, side, object, ref_id, field, native, value, winner, why, at)
        SELECT DISTINCT ON (u.link_id, j.side, c.change ->> 'n', n.note -> 'v')
            u.link_id, j.side, j.object, j.ref_id, c.change ->> 'f', c.change ->> 'n', n.note -> 'v', c.change -> 'v',
            'late notice', in_now
        FROM unnest(findings) AS u
        JOIN link l ON l.id = u.link_id
        CROSS JOIN LATERAL jsonb_to_record(in_document -> (u.place - 1))
            AS d (h text, r text, o text, notes jsonb)
        CROSS JOIN LATERAL (
            SELECT r.* FROM journal r WHERE r.link_id = u.link_id ORDER BY r.id DESC LIMIT 20
        ) j
        CROSS JOIN LATERAL jsonb_array_elements(j.changes) AS c (change)
        CROSS JOIN LATERAL jsonb_array_elements(d.notes) AS n (note)
        WHERE u.recent AND j.object = d.o AND j.ref_id = coalesce(d.h, d.r)
            AND j.side = CASE WHEN d.h IS NULL THEN 'salesforce' ELSE 'hubspot' END
            -- A row is refused, or lapsed, for the sake of one field: the others in it were written. And the blank of a
            -- two-step value overwrites, whatever became of the second step.
            AND (coalesce(c.change ->> 'st', replace(j.state, 'intended', 'done')) = 'done' OR c.change ? 'two')
            AND coalesce(j.settled_at, in_now) > in_now - interval '1 hour'
            AND n.note ->> 'f' = c.change ->> 'n' AND n.note -> 'p' = 'false'
            AND to_timestamp((n.note ->> 't')::bigint / 1000.0) BETWEEN j.read_at AND coalesce(j.settled_at, in_now)
            AND n.note ->> 'v' IS DISTINCT FROM c.change ->> 'o'
            AND n.note ->> 'v' IS DISTINCT FROM c.change ->> 'v'
            -- The blank between the two steps of a value is ours.
            AND NOT (c.change ? 'two' AND coalesce(n.note ->> 'v', '') = '')
            AND (NOT c.change ? 'got' OR n.note ->> 'v' IS DISTINCT FROM c.change ->> 'got')
            AND n.note ->> 'v' IS DISTINCT FROM
                CASE WHEN d.h IS NULL THEN l.seen_salesforce ELSE l.seen_hubspot END ->> (c.change ->> 'f')
            AND NOT EXISTS (
                SELECT FROM ledger e WHERE e.link_id = u.link_id AND e.side = j.side AND e.why = 'late notice'
                    AND e.native = c.change ->> 'n' AND e.value = n.note -> 'v' AND e.winner = c.change -> 'v');
        GET DIAGNOSTICS late = ROW_COUNT;
    END IF;
END
$$;

-- The door, and then the workers' wake-up call in a transaction of its own. Commits that notify go one by one, each with
-- its own wait for the disk; without that, requests that come at once share one. Should the server stop in between, the
-- rows are there and a worker finds them when it next looks by itself.
CREATE PROCEDURE take_notices(
    in_document jsonb, in_now timestamptz, in_due timestamptz, OUT verdicts text[], OUT late integer
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.* INTO verdicts, late FROM accept_notices(in_document, in_now, in_due) AS a;
    IF 'queued' = ANY (verdicts) THEN
        COMMIT;
        SET LOCAL synchronous_commit = off;
        PERFORM pg_notify('accord_pending', '');
    END IF;
END
$$;
