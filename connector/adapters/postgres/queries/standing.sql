-- name: lanes
SELECT p.lane, count(*) AS waiting, count(*) FILTER (WHERE p.leased_until > :now) AS leased,
    count(*) FILTER (WHERE p.due_at > :now AND (p.leased_until IS NULL OR p.leased_until <= :now)) AS later,
    coalesce(extract(epoch FROM :now::timestamptz - min(p.born_at)), 0)::float AS oldest_seconds,
    coalesce(extract(epoch FROM :now::timestamptz - min(p.due_at)
        FILTER (WHERE p.due_at <= :now AND (p.leased_until IS NULL OR p.leased_until <= :now))), 0)::float AS lag_seconds
FROM pending p GROUP BY p.lane;

-- name: recovery
SELECT started_at, started_by FROM recovery WHERE finished_at IS NULL;

-- name: pauses
SELECT lane, reason, at FROM lane_pause ORDER BY lane;

-- name: issues
SELECT code, count(*) AS open, min(opened_at) AS oldest FROM issue WHERE closed_at IS NULL GROUP BY code ORDER BY 2 DESC, 1;

-- name: budgets
SELECT side, CASE WHEN day = (:now::timestamptz AT TIME ZONE 'UTC')::date THEN used_today ELSE 0 END AS used_today,
    daily_used, daily_limit, CASE WHEN not_before > :now THEN not_before END AS not_before
FROM budget ORDER BY side;

-- name: breakers
SELECT side, code, field, reason, tripped_at FROM breaker WHERE lifted_at IS NULL ORDER BY tripped_at, side, field;

-- name: modes
SELECT side, mode, limits, changed_at, changed_by FROM side_mode ORDER BY side;

-- name: workers
SELECT name, extract(epoch FROM :now::timestamptz - at)::float AS age_seconds, detail FROM worker ORDER BY name;

-- name: handoffs
SELECT state, count(*) AS handoffs, count(*) FILTER (WHERE open) AS open,
    count(*) FILTER (WHERE open AND (document ->> 'due_at')::timestamptz < :now
                     AND document ->> 'answered_at' IS NULL) AS overdue
FROM handoff GROUP BY state ORDER BY state;

-- name: verified
-- The last comparison of both sides with the agreement.
SELECT id, ended_at, by_whom, scope, people, differing, explained, mended, causes, problem FROM verification
ORDER BY id DESC LIMIT 1;

-- name: totals^
SELECT (SELECT count(*) FROM link) AS links, (SELECT count(*) FROM journal WHERE state = 'intended') AS intended,
    (SELECT count(*) FROM ledger WHERE restored_at IS NULL) AS losers,
    (SELECT max(settled_at) FROM journal WHERE settled_at > :now::timestamptz - interval '1 day') AS last_write;

-- name: server^
SELECT current_setting('server_version') AS version, clock_timestamp() AS at;

-- name: pause!
INSERT INTO lane_pause (lane, reason, at) SELECT lane, :reason, :now FROM unnest(:lanes::smallint[]) AS lane
ON CONFLICT (lane) DO UPDATE SET reason = excluded.reason;

-- name: unpause
DELETE FROM lane_pause WHERE lane = ANY (:lanes) RETURNING lane;

-- name: lift
UPDATE breaker SET lifted_at = :now WHERE lifted_at IS NULL RETURNING side, code, field;

-- name: held_by_breakers
-- The issues close with the next plan that is no longer held.
SELECT DISTINCT link_id, subject FROM issue WHERE code = 'breaker' AND closed_at IS NULL;

-- name: wake!
UPDATE pending SET due_at = :now WHERE due_at > :now AND due_at <= :now::timestamptz + interval '1 minute' AND token IS NULL;
