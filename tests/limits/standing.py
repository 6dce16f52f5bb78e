"""A town that stands for all tests of this folder: both services, the database, and pairs that are linked and quiet.

Each test takes a pair of its own, spoils something, sees what Accord does, mends it, and sees that nothing was lost.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict
from typing import Any

from connector.practice.faults import OneShot
from connector.services.rounds.sync import RoundReport
from tests.world import World

AT_ONCE = 40


class Standing:
    """``world`` is live on both sides and quiet between tests."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._pairs: list[tuple[str, str]] = []
        self._made = 0
        self._hubspot, self._salesforce = asdict(world.hubspot.settings), asdict(world.salesforce.settings)
        world.settle()

    # -- who is there

    def pair(self) -> tuple[str, str]:
        """Ids of a contact and its Lead, linked, quiet, and nobody else's."""
        if not self._pairs:
            self._settle_more()
        return self._pairs.pop()

    def _settle_more(self) -> None:
        leads = {self.world.lead(LastName="Kim", Company="Kim AG", Email=f"{self.name()}@kim.example.com") for _ in range(AT_ONCE)}
        self.world.settle()
        rows = self.world.all("SELECT hubspot_id h, salesforce_id s FROM link WHERE salesforce_id = ANY (%s)", sorted(leads))
        self._pairs = [(r["h"], r["s"]) for r in rows]
        assert len(rows) == AT_ONCE

    def name(self) -> str:
        """A name that nobody has yet."""
        self._made += 1
        return f"p{self._made}"

    def other(self, values: dict[str, str]) -> dict[str, str]:
        """Other values for the same fields, which nobody can take offence at."""
        fine = {"city": "Bern", "lead_source": "other", "email": f"{self.name()}@kim.example.com", "fax": "+1 555 010 0009", "budget": "500"}
        return {name: fine[name] for name in values}

    # -- what happens

    def look(self) -> RoundReport:
        """What both sides tell is taken, and one round is run."""
        self.world.later(seconds=1)
        self.world.deliver()
        return self.world.round()

    def due(self, link_of: str) -> float:
        """Seconds until the pair of this contact is looked at again."""
        row = self.world.one("SELECT p.due_at d FROM pending p JOIN link l ON l.id = p.link_id WHERE l.hubspot_id = %s", link_of)
        return float((row["d"] - self.world.clock.now()).total_seconds())

    def hubspot_fails(self, match: str, times: int = 99, **how: Any) -> None:
        self.world.hubspot.faults.update({"next": [shot(match, times, how)]})

    def salesforce_fails(self, match: str, times: int = 99, **how: Any) -> None:
        self.world.salesforce.faults.update({"next": [shot(match, times, how)]})

    def issue(self, code: str, field: str | None = None) -> dict[str, Any]:
        """The one open issue of this code: it names what it is about and says what to do."""
        rows = self.world.all("SELECT * FROM issue WHERE closed_at IS NULL AND code = %s", code)
        rows = [row for row in rows if field is None or row["field"] == field]
        assert len(rows) == 1, [(r["code"], r["field"], r["message"]) for r in self.issues()]
        assert rows[0]["subject"] and rows[0]["message"] and len(rows[0]["fix"]) > 15
        return rows[0]

    def issues(self) -> list[dict[str, Any]]:
        return self.world.all("SELECT * FROM issue WHERE closed_at IS NULL")

    def mended(self) -> None:
        """Whatever was wrong is over; Accord goes on by itself."""
        self.world.hubspot.faults.clear()
        self.world.salesforce.faults.clear()
        self.world.later(hours=25)
        self.world.settle()

    # -- between tests

    def restore(self) -> None:
        """Well-behaved services, and nothing left over of the test before."""
        world = self.world
        world.hubspot.faults.clear()
        world.salesforce.faults.clear()
        world.hubspot.settings.update(deepcopy(self._hubspot))
        world.salesforce.settings.update(deepcopy(self._salesforce))
        world.salesforce.org.rules.clear()
        world.hubspot.take_events()
        world.salesforce.take_notifications()
        with world.database.connection() as conn:
            for table in ("pending", "issue", "block", "breaker"):
                conn.execute(f"DELETE FROM {table}".encode())
        world.later(hours=1)


def shot(match: str, times: int, how: dict[str, Any]) -> OneShot:
    """A fault for some calls: a status, a named ``error``, or another ``kind``."""
    return OneShot(match, **{"kind": "error" if "error" in how else "status", "times": times, **how})
