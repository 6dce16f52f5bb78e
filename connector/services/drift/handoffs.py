"""The account of hand-offs of a period: everybody who qualified, handed off or the reason why not; and everything that
was sent, received by Salesforce's own records or the reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from connector.core.causes import Cause
from connector.core.handoff import Handoff
from connector.core.handoff.account import RECEIVED, Arrival, Why, arrival, of_handoff, of_plan
from connector.core.plan import Plan
from connector.core.qualification import judge
from connector.core.records import Ref, Side
from connector.services.drift.arrived import found_of, strangers
from connector.services.drift.comparing import PageCompared, compare_page
from connector.services.drift.patience import Patience
from connector.services.drift.verifying import Means
from connector.services.rounds.reading import read_hubspot

Row = dict[str, Any]
PAGE = 1000


class HandoffStore(Protocol):
    """See adapters/postgres/reckoning.py."""

    def begun(self, since: datetime, until: datetime) -> list[Row]: ...
    def judged(self, since: datetime, until: datetime, native: str, tiers: Sequence[str]) -> dict[str, datetime]: ...
    def told(self, subjects: Sequence[str]) -> list[Row]: ...
    def unknown(self, refs: Sequence[Ref]) -> list[Ref]: ...


@dataclass(slots=True)
class Line:
    """One person who qualified. ``qualified_at`` None: nobody wrote down when. ``arrival`` None: not handed off."""

    person: str
    who: str
    qualified_at: datetime | None
    why: Why
    words: str
    state: str = ""
    offered_at: datetime | None = None
    owner: str = ""
    answered_at: datetime | None = None
    salesforce: str = ""
    arrival: Arrival | None = None
    arrived: str = ""
    moved_to: str = ""

    @property
    def left_over(self) -> bool:
        return self.why is Why.UNEXPLAINED or self.arrival is Arrival.MISSING


@dataclass(slots=True)
class Account:
    """``strangers``: records that Salesforce shows as handed off since then, and that no hand-off of ours is about."""

    since: datetime
    until: datetime
    lines: list[Line] = field(default_factory=list)
    strangers: list[Ref] = field(default_factory=list)

    @property
    def handed(self) -> list[Line]:
        return [line for line in self.lines if line.why is Why.HANDED]

    def sums(self) -> Row:
        """qualified = handed_off + explained + unexplained; handed_off = received + accounted_for + missing."""
        whys = Counter(line.why for line in self.lines)
        arrivals = Counter(line.arrival for line in self.handed)
        received = sum(arrivals[a] for a in RECEIVED)
        handed, missing = whys[Why.HANDED], arrivals[Arrival.MISSING]
        return {
            "qualified": len(self.lines), "handed_off": handed, "unexplained": whys[Why.UNEXPLAINED],
            "explained": len(self.lines) - handed - whys[Why.UNEXPLAINED], "received": received, "missing": missing,
            "accounted_for": handed - received - missing, "strangers": len(self.strangers),
            "reasons": {str(w): n for w, n in whys.most_common() if w is not Why.HANDED},
            "arrivals": {str(a): n for a, n in arrivals.most_common()},
            "states": dict(Counter(line.state for line in self.handed).most_common()),
        }  # fmt: skip

    @property
    def balances(self) -> bool:
        return not self.strangers and not any(line.left_over for line in self.lines)


def account(means: Means, store: HandoffStore, since: datetime, until: datetime) -> Account:
    """Of the people who qualified in that time. Who was hot already, or is with sales since before, belongs to an
    earlier account. Reads both sides; raises CallFailed."""
    patience = Patience(means.bench.clock, means.sleep)
    made = Account(since, until)
    begun = store.begun(since, until)
    known = {row["person"] for row in begun}
    rules = means.bench.agreement.handoff
    judged = store.judged(since, until, rules.hubspot.tier, [str(t) for t in rules.hand_over])
    others: dict[str, datetime | None] = {f"hubspot:contact:{i}": at for i, at in judged.items()}
    others |= {ref: None for ref in patience(lambda: _hot_now(means, since, until)) if ref not in others}
    others = {ref: at for ref, at in others.items() if ref not in known}
    made.lines = [*_handed(means, store, begun, patience), *_not_handed(means, others, patience)]
    made.lines.sort(key=lambda line: (line.qualified_at or until, line.person))
    odd = store.unknown(patience(lambda: strangers(means, since, until)))
    made.strangers = patience(lambda: _unheard_of(means, store, odd, made.lines)) if odd else []
    return made


def _unheard_of(means: Means, store: HandoffStore, odd: Sequence[Ref], lines: Sequence[Line]) -> list[Ref]:
    """A Contact that a Lead of ours became, and a record that one was merged into, are ours, too."""
    ours = {line.moved_to for line in lines}
    leads = means.bench.salesforce.lead_of([r.id for r in odd if r.object == "Contact"], means.guard)
    from_ours = {
        contact
        for contact, ids in leads.items()
        if len(store.unknown([Ref(Side.SALESFORCE, "Lead", id_) for id_ in ids])) < len(ids)
    }
    return [ref for ref in odd if ref.id not in ours | from_ours]


def _hot_now(means: Means, since: datetime, until: datetime) -> list[str]:
    """Contacts that moved in that time, are hot now, and may be handed off for all that an earlier hand-off says."""
    bench, found = means.bench, list[str]()
    rules, fields = bench.agreement.handoff, bench.desk.mapping.hubspot_fields()
    for page in bench.hubspot.changes("contact", since, fields, means.guard):
        hot = {}
        for record in page:
            verdict = judge(bench.agreement.qualification, record.values.get, bench.clock())
            if verdict.tier in rules.hand_over and (record.modified_at or since) < until:
                hot[str(record.ref)] = verdict
        for ref, (_, document) in (bench.rounds.handoffs(list(hot)) if hot else {}).items():
            earlier = Handoff.from_document(document)
            if earlier.is_open or earlier.evidence == hot[ref].fingerprint():
                del hot[ref]
        found += hot
    return found


# -- who has a hand-off


def _handed(means: Means, store: HandoffStore, begun: Sequence[Row], patience: Patience) -> Iterator[Line]:
    for at in range(0, len(begun), PAGE):
        rows = [row | {"handoff": Handoff.from_document(row["document"], row["id"])} for row in begun[at : at + PAGE]]
        refs = [Ref.parse(row["person"]) for row in rows]
        contacts = patience(partial(read_hubspot, means.bench, refs, means.guard))
        found = patience(partial(found_of, means, [r for r in rows if r["handoff"].offered_at is not None]))
        told = _told(means, store, rows)
        for row in rows:
            record = contacts.get(Ref.parse(row["person"]))
            who = str(record.values.get("email") or "") if record is not None else ""
            yield _line(row, who, found, told)


def _told(means: Means, store: HandoffStore, rows: Sequence[Row]) -> dict[str, Row]:
    """By person: what the database knows of why it is not in Salesforce."""
    links = [row["link_id"] for row in rows if row["link_id"] is not None]
    refs = [Ref.parse(row["person"]) for row in rows]
    waiting = means.store.waiting(links, refs)
    subjects = {row["person"]: row["person"] for row in rows}
    subjects |= {f"link:{row['link_id']}": row["person"] for row in rows if row["link_id"] is not None}
    found: dict[str, Row] = {row["person"]: {} for row in rows}
    for issue in store.told(list(subjects)):
        found[subjects[issue["subject"]]]["gone" if issue["code"] == "gone" else "refused"] = issue["message"]
    for subject in waiting & subjects.keys():
        found[subjects[subject]]["pending"] = True
    return found


def _line(row: Row, who: str, found: dict[str, Row], told: dict[str, Row]) -> Line:
    handoff: Handoff = row["handoff"]
    why, words = of_handoff(handoff, row["reason"], bool(row["erased"]))
    who = "(erased)" if row["erased"] else who
    line = Line(
        row["person"], who, row["qualified_at"], why, words, str(handoff.state), handoff.offered_at,
        handoff.owner_email or "", handoff.answered_at, handoff.salesforce_ref or "",
    )  # fmt: skip
    if why is Why.HANDED:
        known = told[row["person"]] | {"archived": row["archived"], "erased": row["erased"]}
        there = found.get(str(row["id"]))
        line.arrival, line.arrived = arrival(there, handoff, known)
        line.moved_to = str((there or {}).get("ConvertedContactId") or (there or {}).get("MasterRecordId") or "")
        line.salesforce = line.salesforce or (there or {}).get("ref", "")
    return line


# -- who has none


def _not_handed(means: Means, others: dict[str, datetime | None], patience: Patience) -> Iterator[Line]:
    subjects = list(others)
    for at in range(0, len(subjects), PAGE):
        refs = [Ref.parse(s) for s in subjects[at : at + PAGE]]
        linked = means.bench.rounds.linked(refs)
        rows: list[Row] = [
            {"subject": f"link:{linked[r]}" if r in linked else str(r), "link_id": linked.get(r)} for r in refs
        ]
        met: set[str] = set()
        while rows:
            page = patience(partial(compare_page, means.bench, means.runs, means.store, rows, means.guard))
            for line in _lines(means, page, {v: str(r) for r, v in linked.items()}, others):
                met.add(line.person)
                yield line
            rows = page.again if len(page.again) < len(rows) else []
        for ref in map(str, refs):
            if ref not in met:
                yield Line(ref, "", others[ref], Why.GONE, "deleted, erased or merged in HubSpot")


def _lines(
    means: Means, page: PageCompared, persons: dict[int, str], others: dict[str, datetime | None]
) -> Iterator[Line]:
    """Of what a page came to. Who is stuck before a plan could be made is told by the comparison itself."""
    planned = {p.pair.subject: p for p in page.plans}
    for person in page.people:
        plan: Plan | None = planned.get(person.subject)
        ref = persons.get(person.link or 0) or person.subject
        if ref not in others:
            continue
        if plan is None:
            told = person.differences[0]
            why = {Cause.HELD: Why.DUPLICATE, Cause.ERASED: Why.ERASED}.get(told.cause, Why.UNDONE)
            yield Line(ref, person.who, others[ref], why, told.why)
            continue
        refused = next((d.why for d in person.differences if d.cause is Cause.REFUSED and not d.field), "")
        pending = any(d.cause is Cause.PENDING for d in person.differences)
        why, words = of_plan(plan, means.bench.agreement.handoff, pending, refused, means.bench.clock())
        earlier: Handoff | None = plan.pair.handoff
        salesforce = plan.pair.record(Side.SALESFORCE)
        yield Line(
            ref, person.who, others[ref], why, words, str(earlier.state) if earlier else "",
            owner=(earlier.owner_email or "") if earlier else "", salesforce=str(salesforce.ref) if salesforce else "",
        )  # fmt: skip
