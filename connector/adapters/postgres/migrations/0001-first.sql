-- Links: two Refs that are one thing, and what each side last held (Seen), per mapping field.
-- Seen also holds "=name" keys: the last value that the agreement itself derived for a shared field.
-- shown_at: the last read at which Salesforce still showed Seen; shown: fields for which that was earlier.
CREATE TABLE link (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind              text NOT NULL DEFAULT 'person',
    hubspot_object    text NOT NULL DEFAULT 'contact',
    hubspot_id        text NOT NULL,
    salesforce_object text NOT NULL,
    salesforce_id     text NOT NULL,
    seen_hubspot      jsonb NOT NULL DEFAULT '{}',
    seen_salesforce   jsonb NOT NULL DEFAULT '{}',
    shown_at          timestamptz,
    shown             jsonb NOT NULL DEFAULT '{}',
    group_key         text,
    tier              text,
    held              boolean NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    synced_at         timestamptz
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX link_hubspot ON link (hubspot_object, hubspot_id);
CREATE UNIQUE INDEX link_salesforce ON link (salesforce_object, salesforce_id);

-- Old Refs of a Link: the Lead that was converted, the contact that was merged away.
CREATE TABLE alias (
    side    text NOT NULL,
    object  text NOT NULL,
    ref_id  text NOT NULL,
    link_id bigint NOT NULL REFERENCES link ON DELETE CASCADE,
    PRIMARY KEY (side, object, ref_id)
);

-- What may have moved: one row per Link once linked, one per Ref before.
-- lane: 0 hand-off, 1 live, 2 backfill. seq rises with every notice; a round that saves compares it with the seq it claimed.
-- notes: [{"s": side, "f": native field, "v": value, "l": came under a lease, "n": seq, "t": occurred at (ms), "p": by poll}]
CREATE TABLE pending (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id      bigint REFERENCES link ON DELETE CASCADE,
    side         text NOT NULL,
    object       text NOT NULL,
    ref_id       text NOT NULL,
    lane         smallint NOT NULL DEFAULT 1,
    due_at       timestamptz NOT NULL DEFAULT now(),
    born_at      timestamptz NOT NULL DEFAULT now(),
    seq          bigint NOT NULL DEFAULT 1,
    token        bigint,
    leased_until timestamptz,
    was_leased   boolean NOT NULL DEFAULT false,
    requeued     boolean NOT NULL DEFAULT false,
    group_key    text,
    attempts     integer NOT NULL DEFAULT 0,
    notes        jsonb NOT NULL DEFAULT '[]'
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX pending_link ON pending (link_id) WHERE link_id IS NOT NULL;
CREATE UNIQUE INDEX pending_ref ON pending (side, object, ref_id) WHERE link_id IS NULL;
CREATE INDEX pending_due ON pending (lane, due_at, id);
CREATE INDEX pending_group ON pending (group_key) WHERE group_key IS NOT NULL;
CREATE SEQUENCE lease_token;

-- One worker at a time may link or create one identity.
CREATE TABLE identity (
    kind       text NOT NULL,
    match_key  text NOT NULL,
    token      bigint NOT NULL,
    held_until timestamptz NOT NULL,
    PRIMARY KEY (kind, match_key)
);

-- Every write, intended and then done, refused or lapsed. One row per written record;
-- changes: [{"f": field, "n": native, "o": old, "v": sent, "s": source's value, "from": side or "accord", "why": cause,
--            "two": two-step, "st": done|refused|lapsed, "got": read-back when it is neither sent nor old}]
CREATE TABLE journal (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id     bigint,
    side        text NOT NULL,
    object      text NOT NULL,
    ref_id      text NOT NULL,
    mate        text,
    action      text NOT NULL CHECK (action IN ('update', 'create')),
    state       text NOT NULL CHECK (state IN ('intended', 'done', 'refused', 'lapsed')),
    changes     jsonb NOT NULL,
    agreement   text NOT NULL,
    token       bigint NOT NULL,
    read_at     timestamptz NOT NULL,
    intended_at timestamptz NOT NULL,
    settled_at  timestamptz,
    note        text
) WITH (fillfactor = 90);
CREATE INDEX journal_link ON journal (link_id, id);
CREATE INDEX journal_intended ON journal (id) WHERE state = 'intended';
CREATE INDEX journal_lapsed ON journal (intended_at) WHERE state = 'lapsed';

-- The losing values of conflicts, restorable.
CREATE TABLE ledger (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id     bigint,
    side        text NOT NULL,
    object      text NOT NULL,
    ref_id      text NOT NULL,
    field       text NOT NULL,
    native      text NOT NULL,
    value       jsonb,
    winner      jsonb,
    why         text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    restored_at timestamptz
);
CREATE INDEX ledger_link ON ledger (link_id, id);

-- Something a person must decide or mend. One open row per subject, code and field.
CREATE TABLE issue (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text NOT NULL,
    subject   text NOT NULL,
    link_id   bigint,
    field     text NOT NULL DEFAULT '',
    message   text NOT NULL,
    fix       text NOT NULL,
    detail    jsonb NOT NULL DEFAULT '{}',
    count     integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL DEFAULT now(),
    seen_at   timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE UNIQUE INDEX issue_open ON issue (subject, code, field) WHERE closed_at IS NULL;
CREATE INDEX issue_link ON issue (link_id) WHERE closed_at IS NULL;

-- Refusals: not tried again until any value of the pair, the Ref or the agreement changes, a person retries, or a day passes.
CREATE TABLE block (
    link_id   bigint NOT NULL REFERENCES link ON DELETE CASCADE,
    side      text NOT NULL,
    ref_id    text NOT NULL,
    field     text NOT NULL,
    sent      jsonb,
    agreement text NOT NULL,
    snapshot  text NOT NULL,
    until     timestamptz NOT NULL,
    PRIMARY KEY (link_id, side, field)
);

-- The hand-off of one person: attached to a Lead or a Contact. document holds the whole dataclass, the columns what is searched.
CREATE TABLE handoff (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person       text NOT NULL,
    link_id      bigint,
    state        text NOT NULL,
    owner_email  text,
    offered_at   timestamptz,
    due_at       timestamptz,
    open         boolean NOT NULL DEFAULT true,
    document     jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    changed_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX handoff_person ON handoff (person, id);
CREATE INDEX handoff_due ON handoff (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE handoff_edge (
    handoff_id bigint NOT NULL REFERENCES handoff ON DELETE CASCADE,
    edge       text NOT NULL,
    reason     text NOT NULL,
    at         timestamptz NOT NULL
);

-- What sales made of a contact: the opportunity that speaks for it.
CREATE TABLE outcome (
    contact_id     text PRIMARY KEY,
    opportunity_id text NOT NULL,
    document       jsonb NOT NULL,
    changed_at     timestamptz NOT NULL DEFAULT now()
);

-- Observe before live.
CREATE TABLE side_mode (
    side       text PRIMARY KEY,
    mode       text NOT NULL CHECK (mode IN ('observe', 'limited', 'live')),
    limits     jsonb NOT NULL DEFAULT '{}',
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO side_mode (side, mode) VALUES ('hubspot', 'observe'), ('salesforce', 'observe');
CREATE TABLE match_report (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at     timestamptz NOT NULL DEFAULT now(),
    summary     jsonb NOT NULL,
    approved_at timestamptz,
    agreement   text NOT NULL
);
-- What a round would have done to a side that is only observed; the latest plan per subject.
CREATE TABLE observed (
    subject text PRIMARY KEY,
    side    text NOT NULL,
    object  text NOT NULL,
    ref_id  text NOT NULL,
    plan    jsonb NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE lane_pause (lane smallint PRIMARY KEY, reason text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE breaker (
    side       text NOT NULL,
    code       text NOT NULL,
    field      text NOT NULL DEFAULT '',
    reason     text NOT NULL,
    tripped_at timestamptz NOT NULL DEFAULT now(),
    lifted_at  timestamptz,
    PRIMARY KEY (side, code, field)
);
-- A counter row per side: granted in chunks by a single UPDATE.
CREATE TABLE budget (
    side         text PRIMARY KEY,
    window_start timestamptz NOT NULL DEFAULT now(),
    used         integer NOT NULL DEFAULT 0,
    day          date NOT NULL DEFAULT CURRENT_DATE,
    used_today   bigint NOT NULL DEFAULT 0,
    daily_used   bigint,
    daily_limit  bigint,
    not_before   timestamptz
);
INSERT INTO budget (side) VALUES ('hubspot'), ('salesforce');
CREATE TABLE cursor (name text PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE turn (name text PRIMARY KEY, n bigint NOT NULL DEFAULT 0);
CREATE TABLE worker (name text PRIMARY KEY, at timestamptz NOT NULL, detail jsonb NOT NULL DEFAULT '{}');
CREATE TABLE agreement (fingerprint text PRIMARY KEY, version text NOT NULL, document jsonb NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now());
