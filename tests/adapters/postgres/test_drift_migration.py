"""Hand-offs that the release before left open though an undo had put their record away are closed by the migration."""

from __future__ import annotations

from pathlib import Path

from connector.adapters.postgres import migrate
from connector.adapters.postgres.database import Pool
from tests.cases.cast import hot
from tests.world import World

MIGRATION = Path(migrate.__file__).parent / "migrations" / "0012-drift.sql"


def test_hand_offs_of_records_in_the_recycle_bin_are_closed(database: Pool) -> None:
    world = World(database)
    hot(world)
    hot(world, email="ben@acme.example.com")
    first = world.all("SELECT id FROM link ORDER BY id")[0]["id"]
    closing = MIGRATION.read_text(encoding="utf-8").split("-- Hand-offs of records")[1].split("\n", 1)[1]
    with database.connection() as conn:
        conn.execute("UPDATE link SET archived = 'salesforce' WHERE id = %s", (first,))
        conn.execute(closing.encode())
    rows = world.all("SELECT link_id, state, open, document ->> 'state' AS told FROM handoff ORDER BY link_id")
    assert [(r["state"], r["open"], r["told"]) for r in rows] == [
        ("withdrawn", False, "withdrawn"),
        ("offered", True, "offered"),
    ]
    edges = world.all("SELECT edge, reason FROM handoff_edge WHERE edge LIKE '%withdrawn'")
    assert edges == [{"edge": "offered->withdrawn", "reason": "an undo put the record into the recycle bin"}]
