"""Every line of a round carries the lease's number, which stands in the journal, too; so do lines of its threads."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

from connector import logs
from connector.adapters.postgres.database import Pool
from connector.services.workbench import SideBySide
from tests.cases.cast import hot
from tests.world import World


def test_a_round_is_named_in_the_log_as_in_the_journal(database: Pool) -> None:
    world, lines = World(database), io.StringIO()
    logs.configure("info", "json", stream=lines)
    try:
        hot(world)
    finally:
        logs.configure()
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    rounds = {line["round"] for line in told if line["event"] == "round" and line["written"]}
    assert rounds == {row["token"] for row in world.all("SELECT DISTINCT token FROM journal")} != set()


def test_calls_side_by_side_log_under_their_rounds_own_number() -> None:
    both = SideBySide(4)

    def a_round(number: int) -> list[str | None]:
        with logs.request(f"round-{number}"):
            return both([logs.request_id, logs.request_id])

    with ThreadPoolExecutor(4) as drains:
        found = list(drains.map(a_round, range(20)))
    both.close()
    assert found == [[f"round-{number}"] * 2 for number in range(20)]
