-- name: take_calls^
SELECT granted, slot, spent, today, daily_used, daily_limit, told_at
FROM take_fine_calls(:side, :want, :back, :back_slot, :most, :slot, :slots, :now, :daily);

-- name: told!
UPDATE budget SET daily_used = :used, daily_limit = :limit, told_at = :now WHERE side = :side;

-- name: pause_lanes!
-- A pause that a person made stays theirs.
INSERT INTO lane_pause (lane, reason, at) SELECT lane, :reason, :now FROM unnest(:lanes::smallint[]) AS lane
ON CONFLICT (lane) DO NOTHING;

-- name: lift_lanes
DELETE FROM lane_pause WHERE reason LIKE :ours AND NOT lane = ANY (:lanes::smallint[]) RETURNING lane;

-- name: wake!
SELECT pg_notify('accord_pending', '');
