-- depends: 0010-runs
-- The journal by months of intended_at, so that what is past its time goes by dropping a table. The old table becomes the
-- first part as it is: nothing is copied. What no month covers is caught by journal_rest; a worker makes the months ahead.
-- The release before inserts, settles and reads as ever: the name, the columns and the ids are the same.
-- Whoever takes notices or saves a round waits here, holding nothing else: else the two of us would wait for each other.
LOCK TABLE delivery, pending IN ACCESS EXCLUSIVE MODE;
DO $$
DECLARE
    goes_on bigint;
    until   timestamptz;
    given   record;
BEGIN
    -- Only writers wait here: readers go on until the name changes hands below.
    CREATE UNIQUE INDEX journal_before_pkey ON journal (id, intended_at);
    SELECT last_value + is_called::integer INTO goes_on FROM journal_id_seq;
    -- A clock may be ahead of this one at the end of a month. (That nothing is later still is proved by the attaching.)
    SELECT date_trunc('month', greatest(now(), max(intended_at)), 'UTC') + interval '1 month' INTO until
    FROM (SELECT intended_at FROM journal ORDER BY id DESC LIMIT 10000) latest;
    ALTER TABLE journal RENAME TO journal_before;
    ALTER TABLE journal_before ALTER id DROP IDENTITY, DROP CONSTRAINT journal_pkey,
        ADD PRIMARY KEY USING INDEX journal_before_pkey;
    ALTER INDEX journal_link RENAME TO journal_before_link;
    ALTER INDEX journal_intended RENAME TO journal_before_intended;
    ALTER INDEX journal_lapsed RENAME TO journal_before_lapsed;
    ALTER INDEX journal_run RENAME TO journal_before_run;

    CREATE TABLE journal (LIKE journal_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)
        PARTITION BY RANGE (intended_at);
    ALTER TABLE journal ALTER id ADD GENERATED ALWAYS AS IDENTITY, ADD PRIMARY KEY (id, intended_at);
    CREATE INDEX journal_link ON journal (link_id, id);
    CREATE INDEX journal_intended ON journal (id) WHERE state = 'intended';
    CREATE INDEX journal_lapsed ON journal (intended_at) WHERE state = 'lapsed';
    CREATE INDEX journal_run ON journal (run_id, id) WHERE run_id IS NOT NULL;
    PERFORM setval('journal_id_seq', goes_on, false);
    EXECUTE format('ALTER TABLE journal ATTACH PARTITION journal_before FOR VALUES FROM (MINVALUE) TO (%L)', until);
    CREATE TABLE journal_rest PARTITION OF journal DEFAULT WITH (fillfactor = 90);

    -- Whoever was allowed to read the journal still is.
    FOR given IN SELECT a.grantee, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = 'journal_before'::regclass AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT %s ON journal TO %s', given.privilege_type,
            CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(given.grantee)) END);
    END LOOP;
END
$$;

-- The parts of the journal: since (null: from the beginning) and until (null, both: the rest).
CREATE VIEW journal_month AS
SELECT c.relname::text AS name, b.bound[1]::timestamptz AS since, b.bound[2]::timestamptz AS until,
    greatest(c.reltuples, 0)::bigint AS about, pg_total_relation_size(c.oid) AS bytes
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
LEFT JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid),
    'FROM \((?:MINVALUE|''([^'']+)'')\) TO \((?:MAXVALUE|''([^'']+)'')\)') AS b (bound) ON true
WHERE i.inhparent = 'journal'::regclass;

-- A month of its own for what is to come; rows of it that the rest had caught move there. False: it is covered already.
CREATE FUNCTION make_journal_month(in_since timestamptz) RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    ends constant timestamptz := in_since + interval '1 month';
    name constant text := 'journal_' || to_char(in_since, 'YYYY_MM');
BEGIN
    IF EXISTS (SELECT FROM journal_month m WHERE m.until IS NOT NULL AND m.until > in_since
        AND coalesce(m.since, '-infinity') < ends)
    THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES) WITH (fillfactor = 90)', name);
    -- Nobody may add to the rest while its rows of that month are on their way.
    LOCK TABLE journal_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM journal_rest WHERE intended_at >= %L AND intended_at < %L RETURNING *)
        INSERT INTO %I SELECT * FROM moved', in_since, ends, name);
    EXECUTE format('ALTER TABLE journal ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, in_since, ends);
    RETURN true;
END
$$;
DO $$ BEGIN
    PERFORM make_journal_month(date_trunc('month', now(), 'UTC') + make_interval(months => n)) FROM generate_series(1, 2) n;
END $$;

-- What is no longer kept: everything before that moment, as far as nothing needed it.
CREATE TABLE journal_pruned (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    before  timestamptz NOT NULL,
    at      timestamptz NOT NULL,
    by_whom text NOT NULL,
    months  text[] NOT NULL,
    records bigint NOT NULL
);

-- The door looks at the latest months only: what was intended earlier was settled, or has a row in pending. Generic plans
-- leave the other months out at once.
DO $$
DECLARE
    door   constant regprocedure := 'accept_notices(jsonb, timestamptz, timestamptz)'::regprocedure;
    body   text := pg_get_functiondef(door);
    before constant text := body;
BEGIN
    body := regexp_replace(body, '(FROM journal (j|r)\s+WHERE )',
        '\1\2.intended_at > in_now - interval ''40 days'' AND \2.intended_at < in_now + interval ''1 day'' AND ', 'g');
    -- Of an erased person nothing goes to the ledger any more.
    body := replace(body, 'JOIN link l ON l.id = u.link_id', 'JOIN link l ON l.id = u.link_id AND l.erased_at IS NULL');
    IF regexp_count(body, 'interval ''40 days''') <> 4 OR regexp_count(body, 'erased_at') <> 1 THEN
        RAISE EXCEPTION 'the door is another one than expected: %', before;
    END IF;
    EXECUTE body;
END
$$;

-- Persons who were erased (GDPR). An erasure is asked for (by HubSpot's privacy deletion, or by hand), and done by a worker
-- once; its row proves that, and holds none of the person's values.
CREATE TABLE erasure (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    side     text NOT NULL,
    object   text NOT NULL,
    ref_id   text NOT NULL,
    asked_at timestamptz NOT NULL,
    by_whom  text NOT NULL,
    done_at  timestamptz,
    link_id  bigint,
    records  jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX erasure_open ON erasure (side, object, ref_id) WHERE done_at IS NULL;
CREATE INDEX erasure_link ON erasure (link_id);

-- Their addresses, as salted hashes, so that neither a poll nor a backfill brings them back.
CREATE TABLE erased_address (
    hash       bytea PRIMARY KEY,
    erasure_id bigint NOT NULL REFERENCES erasure,
    link_id    bigint
);
CREATE TABLE erasure_salt (salt text NOT NULL);
INSERT INTO erasure_salt (salt) SELECT gen_random_uuid()::text || gen_random_uuid()::text;
CREATE FUNCTION address_hash(address text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(salt || lower(btrim(address)), 'UTF8')) FROM erasure_salt
$$;

-- An address that stands in other text, or in JSON, becomes a word.
CREATE FUNCTION replace_in(text, address text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace($1, '***=' || address, 'erased', 'gi')
$$;
CREATE FUNCTION replace_in(jsonb, address text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace($1::text, '***=' || address, 'erased', 'gi')::jsonb
$$;

-- The Link of an erased person stays, empty and at rest: it knows the ids under which they must not come back.
ALTER TABLE link ADD COLUMN erased_at timestamptz;
