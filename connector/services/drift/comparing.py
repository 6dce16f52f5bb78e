"""A page of persons, compared: the very steps of a round on fresh reads, and the cause of every difference.

Nothing is leased, written or kept. Modes count as they are: what a side that is only observed is spared, differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connector.core.causes import MENDABLE, Cause, Difference, Known
from connector.core.drift import differences
from connector.core.plan import Plan, Trouble
from connector.core.records import Ref, Side
from connector.ports import Guard
from connector.services.drift.store import DriftStore
from connector.services.rounds import breakers
from connector.services.rounds.claiming import Claimed, claim
from connector.services.rounds.planning import Planning
from connector.services.rounds.reading import read_pairs
from connector.services.rounds.resolving import Resolved, Resolving, row_ref
from connector.services.runs.previewing import PageRounds
from connector.services.runs.store import RunStore
from connector.services.workbench import Workbench

Row = dict[str, Any]
FRESH = timedelta(minutes=2)
"""What changed later than this may be on its way to us."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One person. ``subject``: ``link:7``, or the Ref of one who has no Link. ``who``: the address. ``refs``: what goes
    round when it is to be mended."""

    subject: str
    link: int | None
    hubspot_id: str
    salesforce_id: str
    who: str
    differences: tuple[Difference, ...]
    refs: tuple[Ref, ...] = ()

    @property
    def differs(self) -> bool:
        return any(d.counts for d in self.differences)

    @property
    def mendable(self) -> bool:
        return any(d.cause in MENDABLE for d in self.differences)


@dataclass(slots=True)
class PageCompared:
    """``again``: rows of persons who can't be compared in this page (another record of the same address is in it).
    ``plans``: as they were made, for whoever wants more of them than the differences."""

    people: list[Compared] = field(default_factory=list)
    again: list[Row] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)


def compare_page(
    bench: Workbench, runs: RunStore, store: DriftStore, rows: Sequence[Row], guard: Guard
) -> PageCompared:
    """``rows``: {subject, link_id, and key, where it is known}. Raises what the sides' calls raise."""
    given = [
        {"subject": r["subject"], "link_id": r["link_id"], "run_id": None, "bounds": {"key": r.get("key")}}
        for r in rows
    ]
    dry = replace(bench, rounds=PageRounds(bench.rounds, runs, given))
    claimed = claim(dry, len(given))
    resolved = Resolving(dry, claimed, guard).run() if claimed.loose else Resolved()
    read_pairs(dry, claimed.pairs, guard)
    plans = Planning(dry, claimed.claim.modes).run([*claimed.pairs, *resolved.pairs], guard)
    breakers.before_writing(dry, plans)
    answer = PageCompared(plans=plans, again=[{"subject": str(row_ref(r)), "link_id": None} for r, _ in resolved.later])
    answer.people = [*_planned(bench, store, plans), *(_stuck(*t) for t in resolved.troubles)]
    answer.people += _at_rest(claimed, plans)
    return answer


def _at_rest(claimed: Claimed, plans: Sequence[Plan]) -> list[Compared]:
    """Links that rounds pass over: an undo took them back or put one of the records away, or the person was erased."""
    planned = {plan.pair.link for plan in plans}
    resting = Difference(Cause.ARCHIVED, "", None, None, "an undo put it to rest; a run over this person wakes it")
    erased = Difference(Cause.ERASED, "", None, None, "the person was erased: nothing flows any more")
    return [
        Compared(
            f"link:{i}", i, link["hubspot_id"], link["salesforce_id"], "", (erased if link["erased_at"] else resting,)
        )
        for i, link in claimed.claim.links.items()
        if i not in planned
    ]


def _planned(bench: Workbench, store: DriftStore, plans: Sequence[Plan]) -> list[Compared]:
    links = [p.pair.link for p in plans if p.pair.link is not None]
    refs = [ref for p in plans if p.pair.link is None for ref in _refs(p)]
    waiting = store.waiting(links, refs) if plans else set()
    told: dict[str, dict[tuple[str, str], str]] = {}
    for row in store.issues([f"link:{i}" for i in links] + [str(r) for r in refs]) if plans else ():
        told.setdefault(row["subject"], {})[row["code"], row["field"]] = row["message"]
    fresh = bench.clock() - FRESH
    found = []
    for plan in plans:
        subjects = [plan.pair.subject, *map(str, _refs(plan))]
        issues = {key: m for s in subjects for key, m in told.get(s, {}).items()}
        known = Known(any(s in waiting for s in subjects), issues, fresh=fresh)
        found.append((plan, known, differences(plan, bench.desk, known)))
    return [_person(bench, plan, d) for plan, d in _with_undone(bench, store, found)]


def _with_undone(
    bench: Workbench, store: DriftStore, found: list[tuple[Plan, Known, list[Difference]]]
) -> list[tuple[Plan, list[Difference]]]:
    """The journal is asked only about what nothing else explains."""
    open_ = (Cause.UNEXPLAINED, Cause.LOSSY, Cause.RULE)
    odd = [p.pair.link for p, _, d in found if p.pair.link is not None and any(x.cause in open_ for x in d)]
    undone = store.undone(odd) if odd else {}
    answer = []
    for plan, known, told in found:
        names = undone.get(plan.pair.link or 0)
        again = replace(known, undone=frozenset(names)) if names else None
        answer.append((plan, told if again is None else differences(plan, bench.desk, again)))
    return answer


def _person(bench: Workbench, plan: Plan, told: list[Difference]) -> Compared:
    pair = plan.pair
    h, s = pair.hubspot, pair.salesforce
    ids = {r.side: r.id for r in (pair.origin, pair.linked_ref) if r is not None}
    ids |= {r.ref.side: r.ref.id for r in (h, s) if r is not None}
    who = (h and h.values.get("email")) or (s and s.values.get("Email")) or ""
    refs = () if pair.link is not None or pair.origin is None else (pair.origin,)
    hubspot_id, salesforce_id = ids.get(Side.HUBSPOT, ""), ids.get(Side.SALESFORCE, "")
    return Compared(pair.subject, pair.link, hubspot_id, salesforce_id, str(who), tuple(told), refs)


def _refs(plan: Plan) -> list[Ref]:
    pair = plan.pair
    return [r.ref for r in (pair.hubspot, pair.salesforce) if r is not None] or [r for r in (pair.origin,) if r]


def _stuck(row: Row, ref: Ref, trouble: Trouble) -> Compared:
    """Several records match it, or its match is somebody else's already."""
    ids = {ref.side: ref.id}
    cause = Cause.ERASED if trouble.code == "erased" else Cause.HELD
    told = Difference(cause, "", str(ref) if ref.side is Side.HUBSPOT else None,
                      str(ref) if ref.side is Side.SALESFORCE else None, trouble.message)  # fmt: skip
    return Compared(str(ref), None, ids.get(Side.HUBSPOT, ""), ids.get(Side.SALESFORCE, ""), "", (told,))
