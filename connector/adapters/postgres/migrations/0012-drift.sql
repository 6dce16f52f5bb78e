-- depends: 0010-runs
-- Comparisons of both sides with the agreement: counts only, nobody's values. scope: as of a run, or {"sample": n, "seed": s};
-- causes: cause -> {people, fields}; problem: why it did not come to its end, '' if it did.
-- Whoever takes notices or saves a round waits here, holding nothing else: else the two of us would wait for each other.
LOCK TABLE delivery, pending IN ACCESS EXCLUSIVE MODE;
CREATE TABLE verification (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    by_whom    text NOT NULL,
    scope      jsonb NOT NULL,
    agreement  text NOT NULL,
    people     bigint NOT NULL,
    differing  bigint NOT NULL,
    explained  bigint NOT NULL,
    mended     bigint NOT NULL DEFAULT 0,
    causes     jsonb NOT NULL DEFAULT '{}',
    problem    text NOT NULL DEFAULT ''
);

-- The account of hand-offs asks when each began, and how.
CREATE INDEX handoff_edge_handoff ON handoff_edge (handoff_id);

-- Hand-offs of records that an undo had put into the recycle bin stayed open: nobody can answer them any more.
WITH left_open AS (
    SELECT h.id, h.state FROM handoff h JOIN link l ON l.id = h.link_id WHERE l.archived IS NOT NULL AND h.open
), told AS (
    INSERT INTO handoff_edge (handoff_id, edge, reason, at)
    SELECT id, state || '->withdrawn', 'an undo put the record into the recycle bin', now() FROM left_open
)
UPDATE handoff h SET state = 'withdrawn', open = false, due_at = NULL, changed_at = now(),
    document = h.document || '{"state": "withdrawn", "cool_off_until": null, "evidence": null}'
FROM left_open o WHERE h.id = o.id;
