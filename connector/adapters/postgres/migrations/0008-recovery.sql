-- depends: 0007-connections
-- After a backup was restored, Seen is older than both sides. doubt: names of the fields for which nobody has compared the
-- two sides since then ("*": all; "=handoff": its state); null: none.
ALTER TABLE link ADD COLUMN doubt jsonb;

-- While a row is not finished, both sides are only observed, whatever side_mode says.
CREATE TABLE recovery (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at  timestamptz NOT NULL,
    started_by  text NOT NULL,
    finished_at timestamptz,
    finished_by text
);
CREATE UNIQUE INDEX recovery_running ON recovery ((true)) WHERE finished_at IS NULL;
