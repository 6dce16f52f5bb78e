-- depends: 0002-capture
-- The API budget: calls granted, by slots of the last seconds (spent[1] is slot number `slot`, spent[2] the one before …),
-- so that no span of ten seconds, wherever it begins, holds more than the service takes.
ALTER TABLE budget ADD COLUMN slot bigint NOT NULL DEFAULT 0;
ALTER TABLE budget ADD COLUMN spent integer[] NOT NULL DEFAULT '{}';
ALTER TABLE budget ADD COLUMN told_at timestamptz;

-- Grants up to in_want calls of a side, all processes being asked one after the other by the row's lock.
-- in_most: calls in in_slots slots (null: no such limit); in_daily: calls a day (null: none that we count ourselves).
-- in_back: calls granted in slot in_back_slot that were not made, and won't be.
CREATE FUNCTION take_calls(
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
    slot := greatest(b.slot, in_slot);
    spent := CASE WHEN cardinality(b.spent) = in_slots THEN b.spent ELSE array_fill(0, ARRAY[in_slots]) END;
    moved := least(slot - b.slot, in_slots);
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
    UPDATE budget SET slot = take_calls.slot, spent = take_calls.spent, used = total + granted, window_start = in_now,
        day = (in_now AT TIME ZONE 'UTC')::date, used_today = today
    WHERE side = in_side;
END
$$;

-- What sales' outcome has to be looked at for: Opportunities that Salesforce told of, Contacts that were linked just now.
CREATE TABLE outcome_due (
    object  text NOT NULL,
    ref_id  text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (object, ref_id)
);

-- A Link that comes to point at a Contact (made, or moved there by a conversion) may have Opportunities that moved long ago.
CREATE FUNCTION outcome_wanted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outcome_due (object, ref_id, told_at) VALUES ('Contact', NEW.salesforce_id, clock_timestamp())
    ON CONFLICT (object, ref_id) DO UPDATE SET told_at = excluded.told_at;
    PERFORM pg_notify('accord_outcome', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER outcome_wanted AFTER INSERT OR UPDATE OF salesforce_id ON link
    FOR EACH ROW WHEN (NEW.salesforce_object = 'Contact') EXECUTE FUNCTION outcome_wanted();
