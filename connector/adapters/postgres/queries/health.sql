-- name: answer$
SELECT 1;

-- name: backlog
SELECT lane, count(*) AS waiting, count(*) FILTER (WHERE token IS NOT NULL AND leased_until > :now::timestamptz) AS leased,
    coalesce(extract(epoch FROM :now::timestamptz - min(born_at)), 0)::float AS oldest
FROM pending GROUP BY lane;

-- name: issues
SELECT code, count(*) AS issues FROM issue WHERE closed_at IS NULL GROUP BY code;

-- name: totals^
SELECT (SELECT count(*) FROM breaker WHERE lifted_at IS NULL) AS breakers,
    (SELECT count(*) FROM journal WHERE state = 'intended') AS intended;

-- name: budgets
SELECT side, CASE WHEN day = (:now::timestamptz AT TIME ZONE 'UTC')::date THEN used_today ELSE 0 END AS used FROM budget;
