-- depends: 0005-one-turn-for-many 0006-streams
-- Credentials, sealed with a key that only the environment holds; facts about the account, which are no secret.
CREATE TABLE connection (
    side         text PRIMARY KEY CHECK (side IN ('hubspot', 'salesforce')),
    kind         text NOT NULL CHECK (kind IN ('static', 'oauth', 'jwt', 'client_credentials')),
    facts        jsonb NOT NULL,
    sealed       bytea NOT NULL,
    connected_by text NOT NULL,
    connected_at timestamptz NOT NULL
);

-- The account that this database belongs to. It outlives the credentials: Links and Seen are about that account only.
CREATE TABLE binding (
    side       text PRIMARY KEY CHECK (side IN ('hubspot', 'salesforce')),
    account_id text NOT NULL,
    sandbox    boolean NOT NULL,
    bound_by   text NOT NULL,
    bound_at   timestamptz NOT NULL
);

-- Begun and to be finished by a later call: an authorisation under way (by the hash of its state), a key pair whose
-- certificate is being uploaded (the empty state).
CREATE TABLE connecting (
    side     text NOT NULL CHECK (side IN ('hubspot', 'salesforce')),
    state    bytea NOT NULL,
    facts    jsonb NOT NULL,
    sealed   bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    PRIMARY KEY (side, state)
);
