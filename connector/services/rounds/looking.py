"""A dry run: the very steps of a round for one person, on a fresh read, with nothing leased, written or kept.

A round asks the database through ports.Rounds; here that is something which answers the same and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from connector.core.plan import Plan, Trouble
from connector.core.records import Ref
from connector.ports import Claim, Intent, Mine, Rounds, Rows, Saving
from connector.services.rounds import breakers
from connector.services.rounds.claiming import claim
from connector.services.rounds.planning import Planning
from connector.services.rounds.reading import read_pairs
from connector.services.rounds.resolving import Resolved, Resolving
from connector.services.rounds.unleased import unleased
from connector.services.workbench import Workbench


class LookStore(Protocol):
    def look(self, ref: Ref, link: int | None, now: datetime) -> Claim:
        """What a claim of this one row would bring, without a lease or a trace."""

    def turn(self, name: str) -> int:
        """The turn of a round robin that comes next; it is not taken."""


@dataclass(frozen=True, slots=True)
class Looked:
    """``plan`` None: there is nothing to plan, and ``said`` tells why. ``link``: the Link that goes round instead."""

    plan: Plan | None
    said: str = ""
    trouble: Trouble | None = None
    link: int | None = None


def look(bench: Workbench, store: LookStore, ref: Ref, link: int | None = None) -> Looked:
    """The Plan that a round would take now. Raises what the sides' calls raise (CallFailed)."""
    dry = replace(bench, rounds=LookingRounds(bench.rounds, store, ref, link))
    claimed = claim(dry, 1)
    if any(row["erased_at"] is not None for row in claimed.claim.links.values()):
        return Looked(None, "This person was erased: Accord keeps nothing of them, and nothing flows any more.")
    resolved = Resolving(dry, claimed, unleased).run() if claimed.loose else Resolved()
    read_pairs(dry, claimed.pairs, unleased)
    pairs = [*claimed.pairs, *resolved.pairs]
    plans = Planning(dry, claimed.claim.modes).run(pairs, unleased)
    breakers.before_writing(dry, plans)
    return Looked(plans[0]) if plans else _nothing(ref, resolved)


def _nothing(ref: Ref, resolved: Resolved) -> Looked:
    if resolved.troubles:
        trouble = resolved.troubles[0][2]
        return Looked(None, trouble.message, trouble, next(iter(resolved.links), None))
    if resolved.links:
        link = min(resolved.links)
        return Looked(None, f"{ref} leads to link {link}, which goes round instead.", link=link)
    if resolved.refs:
        return Looked(None, f"{ref} was read as {min(resolved.refs)}, which goes round instead.")
    return Looked(None, f"{ref} does not exist, or can't be read.")


class LookingRounds:
    """Implements ports.Rounds: reads go through, claims take nothing, saves are refused."""

    def __init__(self, rounds: Rounds, store: LookStore, ref: Ref, link: int | None) -> None:
        self._rounds, self._store, self._ref, self._link = rounds, store, ref, link

    def claim(self, limit: int, now: datetime, until: datetime, spare: Sequence[int] = ()) -> Claim:
        return self._store.look(self._ref, self._link, now)

    def claim_identities(self, token: int, keys: Iterable[str], now: datetime, until: datetime) -> set[str]:
        return set(keys)

    def turns(self, name: str, count: int) -> int:
        return self._store.turn(name)

    def busy(self, links: Sequence[int], since: datetime, limit: int) -> list[dict[str, Any]]:
        return self._rounds.busy(links, since, limit)

    def written(self, side: str, since: datetime) -> tuple[int, int]:
        return self._rounds.written(side, since)

    def report_side(self, side: str, message: str, fix: str, now: datetime, part: str = "") -> None:
        """Looking reports nothing."""

    def side_works(self, side: str, now: datetime, part: str = "") -> None:
        """Nor does it close anything."""

    def vanished(self, since: datetime) -> dict[str, int]:
        return self._rounds.vanished(since)

    def tripped(self) -> list[tuple[str, str]]:
        return self._rounds.tripped()

    def handoffs(self, persons: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
        return self._rounds.handoffs(persons)

    def outcomes(self, contacts: Sequence[str]) -> dict[str, dict[str, Any]]:
        return self._rounds.outcomes(contacts)

    def linked(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        return self._rounds.linked(refs)

    def waiting(self, now: datetime) -> int:
        return self._rounds.waiting(now)

    def erased(self, addresses: Sequence[str]) -> dict[str, datetime]:
        return self._rounds.erased(addresses)

    # -- what leaves a trace in a round, and none here

    def spent(self, run: int, calls: Mapping[str, float]) -> None: ...

    def trip(self, trips: Sequence[tuple[str, str, str, str]], now: datetime) -> None: ...
    def drop(self, token: int, rows: Rows) -> set[int]:
        return set()

    def readmit(self, address: str) -> bool:
        return False

    def release(self, token: int, rows: Rows) -> None: ...
    def requeue(self, links: Sequence[int], refs: Sequence[Ref], lane: int, now: datetime) -> None: ...
    def intend(self, token: int, rows: Rows, intent: Intent, now: datetime) -> Mine:
        raise AssertionError("a dry run writes nothing")

    def save(self, token: int, rows: Rows, saving: Saving, now: datetime) -> set[int]:
        raise AssertionError("a dry run saves nothing")
