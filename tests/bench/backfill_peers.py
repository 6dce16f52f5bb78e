"""What people use instead, on the same job: both directions once over 1,000 persons, for one can't link both ways at once."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.numbers import Number
from tests.bench.practice import practice
from tests.bench.rivals import DIRECTIONS, NAMES, PEOPLE, run

WORDS = "they overwrite blindly, match nobody who has no key of ours yet, keep no state, and know no conflict"


def numbers() -> Iterator[Number]:
    """Calls for 1,000 persons both ways, and what HubSpot's limits alone make of 100,000."""
    for name, words in NAMES.items():
        with practice("hubspot", PEOPLE, 1) as hubspot, practice("salesforce", PEOPLE, 1) as salesforce:
            rivals = [run(hubspot, salesforce, name, direction) for direction in DIRECTIONS]
        calls = sum(rival.calls.total() * PEOPLE / rival.moved for rival in rivals)
        least = sum(rival.least_seconds * PEOPLE / rival.moved for rival in rivals) * 100
        cpu = sum(rival.cpu * 1000 / rival.moved for rival in rivals)
        yield Number(
            f"peers, 1,000 persons both ways ({WORDS})", f"API calls, {words}", calls, "calls",
            detail={"CPU ms a person": cpu, "least seconds for 100,000": least},
        )  # fmt: skip
