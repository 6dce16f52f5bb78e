-- depends: 0001-first
-- Requests taken lately, by digest: an exact repeat has no effect. Unlogged: losing it in a crash only means that a
-- repeat is looked at again, which the door and the rounds make harmless.
CREATE UNLOGGED TABLE delivery (
    digest bytea PRIMARY KEY,
    at     timestamptz NOT NULL
);
CREATE INDEX delivery_at ON delivery (at);

-- What polls passed on: per poll and record the digest of the version and values that were read. Polls overlap, and
-- a row must not be passed on again for that.
CREATE TABLE polled (
    name   text NOT NULL,
    ref_id text NOT NULL,
    digest bytea NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (name, ref_id)
) WITH (fillfactor = 80);

-- The notes of a pending row with those of a new notice. A row that hears very much keeps only what came under a lease
-- and what became of the record; whoever calls this marks it as requeued then.
CREATE FUNCTION notes_added(notes jsonb, added jsonb, seq bigint, leased boolean) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_array_length(notes) < 200 THEN notes ELSE (
            SELECT coalesce(jsonb_agg(n), '[]') FROM jsonb_array_elements(notes) n
            WHERE n -> 'l' = 'true' OR n ->> 'k' IN ('gone', 'merged')
        ) END || (
            SELECT coalesce(jsonb_agg(n || jsonb_build_object('l', leased, 'n', seq)), '[]')
            FROM jsonb_array_elements(added) n)
$$;
