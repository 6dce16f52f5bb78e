-- depends: 0008-recovery
-- Runs: backfills and undos. Operators write wanted; workers write state and facts.
-- cursor: how far the collection was queued; it moves in the transaction that queues. counts: what the walk itself found
-- (a preview's summary). token: who walks it now, until leased_until; a walk that lost it saves nothing.
CREATE TABLE run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purpose      text NOT NULL CHECK (purpose IN ('backfill', 'undo')),
    kind         text NOT NULL DEFAULT 'person',
    scope        jsonb NOT NULL,
    dry          boolean NOT NULL,
    state        text NOT NULL DEFAULT 'queued' CHECK (state IN
        ('queued', 'running', 'pausing', 'paused', 'cancelling', 'cancelled', 'succeeded', 'failed')),
    wanted       text NOT NULL DEFAULT 'run' CHECK (wanted IN ('run', 'pause', 'cancel')),
    reason       text NOT NULL DEFAULT '',
    cursor       jsonb NOT NULL DEFAULT '{}',
    walked       boolean NOT NULL DEFAULT false,
    taken        bigint NOT NULL DEFAULT 0,
    counts       jsonb NOT NULL DEFAULT '{}',
    calls        jsonb NOT NULL DEFAULT '{}',
    by_whom      text NOT NULL,
    why          text NOT NULL DEFAULT '',
    agreement    text NOT NULL,
    parent       bigint REFERENCES run,
    relation     text CHECK (relation IN ('apply', 'retry', 'undo')),
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    ended_at     timestamptz,
    token        bigint,
    leased_until timestamptz
);
CREATE INDEX run_open ON run (id) WHERE state NOT IN ('cancelled', 'succeeded', 'failed');

-- What became of one pair in a run. outcome 'waiting': to be queued (or planned) yet, with what a round may write of it.
-- plan: of a preview what would be done; of a run what was left, because it changed since.
CREATE TABLE run_item (
    run_id        bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    subject       text NOT NULL,
    link_id       bigint,
    hubspot_id    text NOT NULL DEFAULT '',
    salesforce_id text NOT NULL DEFAULT '',
    outcome       text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    journal       bigint[] NOT NULL DEFAULT '{}',
    bounds        jsonb,
    plan          jsonb,
    at            timestamptz NOT NULL,
    PRIMARY KEY (run_id, subject)
);
CREATE INDEX run_item_outcome ON run_item (run_id, outcome, subject);

-- run_only: what the run may write of the pair. Where run_seq is not seq any more, somebody else wants a round, too.
ALTER TABLE pending ADD COLUMN run_id bigint, ADD COLUMN run_seq bigint, ADD COLUMN run_only jsonb;
CREATE INDEX pending_run ON pending (run_id) WHERE run_id IS NOT NULL;

ALTER TABLE journal ADD COLUMN run_id bigint;
CREATE INDEX journal_run ON journal (run_id, id) WHERE run_id IS NOT NULL;

-- An undo puts records that Accord made into the recycle bin; the Link stays and rests, so nobody makes them anew.
-- put_away: such a row; its action is update, which is all that the release before knows.
ALTER TABLE journal ADD COLUMN put_away boolean NOT NULL DEFAULT false;
ALTER TABLE link ADD COLUMN archived text CHECK (archived IN ('hubspot', 'salesforce'));
