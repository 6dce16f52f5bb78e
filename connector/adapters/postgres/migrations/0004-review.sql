-- depends: 0003-processes
-- What people decide, and when: nothing is written before a match report was approved and a preview looked at.
ALTER TABLE match_report ADD COLUMN approved_by text;
ALTER TABLE side_mode ADD COLUMN changed_by text;

-- What the latest match report found on both sides: the pairs that go round once it is approved.
-- verdict: 'one' (by its HubSpot Ref), or 'many' (by the Ref that several others match; it is held and shown).
CREATE TABLE matched (
    report_id bigint NOT NULL REFERENCES match_report ON DELETE CASCADE,
    side      text NOT NULL,
    object    text NOT NULL,
    ref_id    text NOT NULL,
    verdict   text NOT NULL CHECK (verdict IN ('one', 'many')),
    PRIMARY KEY (report_id, side, object, ref_id)
);

-- Previews that a person has looked at: counts only, no person's values.
CREATE TABLE preview (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seen_at   timestamptz NOT NULL,
    seen_by   text NOT NULL,
    agreement text NOT NULL,
    summary   jsonb NOT NULL
);

-- Losers that wait for their Link.
CREATE INDEX ledger_loose ON ledger (ref_id) WHERE link_id IS NULL;

-- What a person asked of a Link, until a round has done it: {field: {"side", "value", "why", "ledger"}}.
-- On the Link, so that a round that is claimed knows it without a query more.
ALTER TABLE link ADD COLUMN asked jsonb;
