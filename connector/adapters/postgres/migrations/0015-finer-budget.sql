-- depends: 0010-runs
-- The window of a side's calls is counted in eighths of a second, not in halves: the fewer calls a window has to leave out
-- for the sake of its ragged ends, the more of what the service allows can be used.
-- The slots have a column of their own: `slot` counts halves, and must never run ahead of the release before.
ALTER TABLE budget ADD COLUMN fine_slot bigint NOT NULL DEFAULT 0;

-- As take_calls. Both keep their counts in `spent`; whoever finds the other's (while releases change) begins anew.
CREATE FUNCTION take_fine_calls(
    in_side text, in_want integer, in_back integer, in_back_slot bigint, in_most integer, in_slot bigint,
    in_slots integer, in_now timestamptz, in_daily bigint, OUT granted integer, OUT slot bigint, OUT spent integer[], OUT today bigint,
    OUT daily_used bigint, OUT daily_limit bigint, OUT told_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    b     budget%ROWTYPE;
    moved integer;
    place bigint;
    total bigint;
BEGIN
    -- A grant that a power cut forgets does no harm, a wait for the disk at every call would.
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT * INTO STRICT b FROM budget WHERE side = in_side FOR UPDATE;
    -- A clock may be behind that of another machine: the slot never goes back.
    slot := greatest(b.fine_slot, in_slot);
    spent := CASE WHEN cardinality(b.spent) = in_slots THEN b.spent ELSE array_fill(0, ARRAY[in_slots]) END;
    moved := least(slot - b.fine_slot, in_slots);
    IF moved > 0 THEN
        spent := array_fill(0, ARRAY[moved]) || spent[1:in_slots - moved];
    END IF;
    place := slot - in_back_slot + 1;
    IF in_back > 0 AND place BETWEEN 1 AND in_slots THEN
        spent[place] := greatest(0, spent[place] - in_back);
    END IF;
    total := (SELECT sum(n) FROM unnest(spent) AS n);
    today := CASE WHEN b.day = (in_now AT TIME ZONE 'UTC')::date THEN greatest(0, b.used_today - in_back) ELSE 0 END;
    granted := greatest(0, least(in_want, in_most - total, in_daily - today));
    spent[1] := spent[1] + granted;
    today := today + granted;
    daily_used := b.daily_used;
    daily_limit := b.daily_limit;
    told_at := b.told_at;
    UPDATE budget SET fine_slot = take_fine_calls.slot, spent = take_fine_calls.spent, used = total + granted, window_start = in_now,
        day = (in_now AT TIME ZONE 'UTC')::date, used_today = today
    WHERE side = in_side;
END
$$;
