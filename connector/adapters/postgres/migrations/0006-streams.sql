-- depends: 0004-review
-- Streams of changes that Salesforce pushes (Pub/Sub API), one row per object: how far each was taken in, and how it does.
-- One process holds all of them; its successor goes on from here.
CREATE TABLE stream (
    object   text PRIMARY KEY,
    place    bytea,
    state    text NOT NULL CHECK (state IN ('open', 'waiting', 'refused')),
    trouble  text NOT NULL DEFAULT '',
    since    timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    event_at timestamptz
) WITH (fillfactor = 70);
