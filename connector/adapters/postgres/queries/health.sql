-- name: answer$
SELECT 1;

-- name: backlog
SELECT lane, count(*) AS waiting, count(*) FILTER (WHERE token IS NOT NULL AND leased_until > :now::timestamptz) AS leased,
    coalesce(extract(epoch FROM :now::timestamptz - min(born_at)), 0)::float AS oldest,
    coalesce(extract(epoch FROM :now::timestamptz - min(due_at)
        FILTER (WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now))), 0)::float AS lag
FROM pending GROUP BY lane;

-- name: issues
SELECT code, count(*) AS issues FROM issue WHERE closed_at IS NULL GROUP BY code;

-- name: totals^
SELECT (SELECT count(*) FROM breaker WHERE lifted_at IS NULL) AS breakers,
    (SELECT count(*) FROM journal WHERE state = 'intended') AS intended,
    (SELECT count(*) FROM worker WHERE at > :now::timestamptz - interval '45 seconds') AS workers,
    (SELECT count(*) FROM handoff WHERE open AND (document ->> 'due_at')::timestamptz < :now
        AND document ->> 'answered_at' IS NULL) AS overdue,
    (SELECT coalesce(array_agg(lane), '{}') FROM lane_pause) AS paused,
    (SELECT count(*) FROM recovery WHERE finished_at IS NULL) AS recovering,
    CASE WHEN EXISTS (SELECT FROM recovery) THEN (SELECT count(*) FROM link WHERE doubt IS NOT NULL) ELSE 0 END AS doubted;

-- name: budgets
SELECT side, daily_used, daily_limit, CASE WHEN day = (:now::timestamptz AT TIME ZONE 'UTC')::date THEN used_today ELSE 0 END AS used
FROM budget;

-- name: applied
SELECT migration_id FROM _yoyo_migration;

-- name: connection_room^
-- What this role may have open, and what is open by others than Accord. reserved_connections is new in PostgreSQL 16.
SELECT least(
        current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
            - coalesce(current_setting('reserved_connections', true)::integer, 0),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
    ) AS room,
    (SELECT count(*) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND left(application_name, 6) <> 'accord' AND pid <> pg_backend_pid()) AS others;
