"""A page of a dry run: the very steps of rounds for many persons, on fresh reads, with nothing leased or written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.core.bounds import may_link
from connector.core.forecast import Schema, add_to, failures
from connector.core.plan import Plan
from connector.core.records import Side
from connector.core.runs import Outcome
from connector.ports import Claim, Guard, Rounds
from connector.services.rounds import breakers
from connector.services.rounds.claiming import claim
from connector.services.rounds.looking import LookingRounds
from connector.services.rounds.planning import Planning
from connector.services.rounds.reading import read_pairs
from connector.services.rounds.resolving import Resolved, Resolving
from connector.services.runs import duplicates
from connector.services.runs.outcomes import entry
from connector.services.runs.store import Row, RunStore
from connector.services.workbench import Workbench


@dataclass(slots=True)
class Previewed:
    """``items``: what would do something, or can't be done; ``counts``: a preview's counts with this page added."""

    items: list[Row] = field(default_factory=list)
    counts: Row = field(default_factory=dict)


def preview_page(
    bench: Workbench,
    store: RunStore,
    run: int,
    rows: Sequence[Row],
    counts: Row,
    schema: Schema,
    guard: Guard,
) -> Previewed:
    """Raises what the sides' calls raise; then nothing of the page is kept."""
    dry = replace(bench, rounds=PageRounds(bench.rounds, store, [r | {"run_id": run} for r in rows]))
    claimed = claim(dry, len(rows))
    claimed.claim.modes = {s: _as_if_live(claimed.claim.modes.get(s)) for s in map(str, Side)}
    resolved = Resolving(dry, claimed, guard).run() if claimed.loose else Resolved()
    read_pairs(dry, claimed.pairs, guard)
    plans = Planning(dry, claimed.claim.modes).run([*claimed.pairs, *resolved.pairs], guard)
    breakers.before_writing(dry, plans)
    answer = Previewed(counts=counts)
    first = _first_met(store, run, plans)
    doubles = duplicates.refused(dry, first, guard)
    for plan in first:
        _add(answer, plan, [*failures(plan, schema), *doubles.get(id(plan), ())])
    for row, ref, trouble in resolved.troubles:
        _count(answer, Outcome.HELD)
        holds = counts.setdefault("holds", {})
        holds[trouble.code] = holds.get(trouble.code, 0) + 1
        ids = {f"{row['side']}_id": row["ref_id"]}
        answer.items.append(_item(str(ref), None, Outcome.HELD, trouble.message, {}) | ids)
    _count(answer, Outcome.ELSEWHERE, len(resolved.finished) + len(resolved.later))
    return answer


def _first_met(store: RunStore, run: int, plans: Sequence[Plan]) -> list[Plan]:
    """Two records that are to be linked are met twice, once from each side: they count once."""
    loose = {_subject(p): p for p in plans if p.pair.link is None}
    rows = [{"subject": subject, "link_id": None} for subject in loose]
    fresh = {row["subject"] for row in store.unmet(run, rows)} if rows else set()
    return [p for p in plans if p.pair.link is not None or _subject(p) in fresh]


def _subject(plan: Plan) -> str:
    first = plan.pair.hubspot or plan.pair.salesforce
    return plan.pair.subject if plan.pair.link is not None or first is None else str(first.ref)


def _as_if_live(told: tuple[str, dict[str, Any]] | None) -> tuple[str, dict[str, Any]]:
    """What would be written if it were: a side that is only observed counts as live."""
    return told if told is not None and told[0] == "limited" else ("live", {})


def _add(answer: Previewed, plan: Plan, failing: list[tuple[str, str]]) -> None:
    pair = plan.pair
    links = pair.link is None and pair.hubspot is not None and pair.salesforce is not None and may_link(pair)
    outcome, reason = _outcome(plan, links, failing)
    _count(answer, outcome)
    if outcome in (Outcome.NOTHING, Outcome.NOT_SELECTED, Outcome.GONE):
        return
    add_to(answer.counts, plan, links, failing)
    refs = [ref for ref in (pair.origin, pair.linked_ref) if pair.gone is not None and ref is not None]
    refs += [r.ref for r in (pair.hubspot, pair.salesforce) if r is not None]
    ids = {f"{ref.side}_id": ref.id for ref in refs}
    answer.items.append(
        _item(_subject(plan), pair.link, outcome, reason, _document(plan, links, failing)) | ids
    )


def _outcome(plan: Plan, links: bool, failing: list[tuple[str, str]]) -> tuple[Outcome, str]:
    if plan.fetch is not None:
        return Outcome.WOULD, f"{plan.fetch} out of the recycle bin"
    if plan.pair.gone is not None:
        return (Outcome.HELD if plan.beyond else Outcome.GONE), plan.reason
    if plan.reason.startswith("not selected"):
        return Outcome.NOT_SELECTED, plan.reason
    told = [f"{where}: {why}" for where, why in failing] + [
        f"{t.field or 'it'}: {t.message}" for t in plan.troubles
    ]
    if plan.writes or links:
        return Outcome.WOULD, "; ".join(told)
    if any(t.code == "conflict" for t in plan.troubles):
        return Outcome.CONFLICT, "; ".join(told)
    if plan.troubles or plan.held:
        return Outcome.HELD, "; ".join(told) or "held: " + ", ".join(sorted(plan.held))
    if plan.beyond and _undoes(plan):
        return Outcome.LEFT, "; ".join(f"{c.side} {c.native}: {c.why}" for c in plan.beyond)
    return Outcome.NOTHING, plan.reason


def _undoes(plan: Plan) -> bool:
    return plan.pair.bounds is not None and "undo" in plan.pair.bounds.only


def _document(plan: Plan, links: bool, failing: list[tuple[str, str]]) -> Row:
    """As run_item.plan holds it; ``was`` is what an apply keeps to (core/bounds.py)."""
    pair, made = plan.pair, plan.creation
    refs = [str(r.ref) for r in (pair.hubspot, pair.salesforce) if r is not None]
    values = {c.native: c.send for c in made.changes if c.origin is not None} if made else {}
    make = {"side": made.side, "object": made.object, "values": values} if made else None
    losers = [*plan.losers, *(c.loser for c in plan.changes if c.loser is not None)]
    exact = {"bounds": dict(pair.bounds.only)} if _undoes(plan) else {}
    return exact | {
        "was": {"refs": refs, "link": links, "make": make, "changes": [entry(c) for c in plan.changes]},
        "archive": str(plan.archive) if plan.archive else None,
        "fetch": str(plan.fetch) if plan.fetch else None,
        "left": [entry(c) for c in plan.beyond] if _undoes(plan) else [],
        "create": [entry(c) for c in made.changes] if made else [],
        "losers": [{"side": x.side, "field": x.field, "value": x.value, "winner": x.winner} for x in losers],
        "fails": [f"{where}: {why}" for where, why in failing],
    }


def _item(subject: str, link: int | None, outcome: str, reason: str, plan: Row) -> Row:
    ids = {"hubspot_id": "", "salesforce_id": ""}
    return {
        "subject": subject,
        "link_id": link,
        "outcome": outcome,
        "reason": reason[:300],
        "plan": plan,
    } | ids


def _count(answer: Previewed, outcome: Outcome, n: int = 1) -> None:
    if n:
        found = answer.counts.setdefault("outcomes", {})
        found[str(outcome)] = found.get(str(outcome), 0) + n


class PageRounds(LookingRounds):
    """As looking, for a page of rows."""

    def __init__(self, rounds: Rounds, store: RunStore, rows: Sequence[Row]) -> None:
        self._rounds, self._runs, self._rows = rounds, store, rows

    def claim(self, limit: int, now: datetime, until: datetime, spare: Sequence[int] = ()) -> Claim:
        return self._runs.look(self._rows, now)

    def claim_identities(self, token: int, keys: Iterable[str], now: datetime, until: datetime) -> set[str]:
        return set(keys)

    def turns(self, name: str, count: int) -> int:
        return self._runs.turn(name)
