"""Steps 7 and 8: write only the changed fields, in bulk, and judge each by what is read back.

Order: records that are made in HubSpot, everything in Salesforce, then HubSpot's fields (which may carry the id of a
record made a moment ago). A record that is refused goes again without the refused fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.core.confirm import Confirming
from connector.core.matching import EMAIL
from connector.core.plan import Change, Plan
from connector.core.records import Ref, Side
from connector.errors import CallFailed, LeaseEnding, OutcomeUnknown, Stopping, WaitUntil
from connector.ports import Guard, Write, Written
from connector.services.rounds.making import Making, Result, join, upsert
from connector.services.rounds.reading import salesforce_fields, with_history
from connector.services.workbench import Workbench

PASSES = 40
"""How often a refused record may go again with fewer fields."""


@dataclass(slots=True)
class _Sent:
    """One record's changes on one side on their way. ``todo``: what goes in the next call."""

    result: Result
    ref: Ref
    todo: list[Change]
    rest: list[Change] = field(default_factory=list)


class Writing:
    def __init__(self, bench: Workbench, plans: Sequence[Plan], guard: Guard) -> None:
        self.bench, self.guard = bench, guard
        self._making = Making(bench, guard)
        self.results = {plan.pair.row: Result(plan) for plan in plans}
        self._wait = 0.0
        self._stopped: CallFailed | None = None
        self._lost: dict[Side, str] = {}
        self.answering: set[Side] = set()
        """Sides that gave a verdict on some row."""

    def failure(self) -> CallFailed | None:
        """Why a side took nothing: what ended the writes, or that no write there got a verdict."""
        if self._stopped is not None:
            return self._stopped
        silent = [OutcomeUnknown(s, message) for s, message in self._lost.items() if s not in self.answering]
        return silent[0] if silent else None

    def _note(self, answers: Sequence[Written]) -> None:
        for answer in answers:
            side = answer.ref.side
            if answer.verdict == "unknown":
                self._lost[side] = answer.message.removeprefix(f"{side}: ")
            else:
                self.answering.add(side)

    def run(self) -> list[Result]:
        """Never raises for a side that fails: what got no verdict stays ``intended``, for a later round to settle."""
        results = list(self.results.values())
        try:
            self._note(self._making.in_hubspot(results))
            self._salesforce(results)
            self._hubspot(results)
            self._archive(results)
            self._fetch(results)
            self._making.twins(results)
        except (CallFailed, LeaseEnding, Stopping) as failed:
            self._after(failed)
        for result in results:
            self._leave(result)
        return results

    def _after(self, failed: Exception) -> None:
        if isinstance(failed, WaitUntil):
            self._wait = max(1.0, (failed.not_before - self.bench.clock()).total_seconds())
        else:
            self._wait = 2.0
        if isinstance(failed, CallFailed):
            self._stopped = failed

    def _leave(self, result: Result) -> None:
        """What no verdict came for: it may have happened."""
        plan = result.plan
        for change in plan.changes:
            if not change.verdict:
                change.verdict = "intended"
                plan.again = True
        if plan.archive is not None and result.archive not in ("done", "refused"):
            plan.again = True
        if plan.fetch is not None and result.fetch != "refused":
            plan.again = True  # the values follow, once it can be read
        if plan.creation is not None and not result.creation:
            result.creation = "unknown"
            plan.again = True
        if plan.again:
            plan.retry_after = max(plan.retry_after, self._wait)

    def _archive(self, results: list[Result]) -> None:
        for crm in (self.bench.hubspot, self.bench.salesforce):
            wanted = {r.plan.archive: r for r in results if r.plan.archive and r.plan.archive.side is crm.side}
            answers = crm.archive(list(wanted), self.guard) if wanted else {}
            for ref, answer in answers.items():
                wanted[ref].archive, wanted[ref].told = answer.verdict, answer.message
                if answer.verdict == "done":
                    wanted[ref].plan.archived = ref.side

    def _fetch(self, results: list[Result]) -> None:
        wanted = {r.plan.fetch: r for r in results if r.plan.fetch is not None}
        answers = self.bench.salesforce.fetch(list(wanted), self.guard) if wanted else {}
        for ref, answer in answers.items():
            wanted[ref].fetch, wanted[ref].told = answer.verdict, answer.message

    # -- Salesforce

    def _salesforce(self, results: list[Result]) -> None:
        creating = [
            r for r in results if r.plan.creation is not None and r.plan.creation.side is Side.SALESFORCE
        ]
        sent = self._sent(results, Side.SALESFORCE)
        updates = [self._update(s) for s in sent]
        if not creating and not sent:
            return
        single = len(updates) <= self.bench.pace.single
        if single:
            updates = [
                Write(w.ref, w.values, None, _modified(s.result.plan, Side.SALESFORCE))
                for w, s in zip(updates, sent, strict=True)
            ]
        writes = [upsert(r.plan.creation) for r in creating if r.plan.creation] + updates
        written = self.bench.salesforce.write(writes, salesforce_fields(self.bench), self.guard)
        self._note(written)
        for result, answer in zip(creating, written, strict=False):
            self._making.made(result, answer)
        self._passes(sent, written[len(creating) :])

    def _update(self, sent: _Sent) -> Write:
        return Write(sent.ref, {c.native: c.send for c in sent.todo})

    def _passes(self, sent: list[_Sent], written: Sequence[Written]) -> None:
        for _ in range(PASSES):
            sent = [again for s, w in zip(sent, written, strict=True) if (again := self._judge(s, w))]
            if not sent:
                return
            side = sent[0].ref.side
            crm = self.bench.salesforce if side is Side.SALESFORCE else self.bench.hubspot
            back = salesforce_fields(self.bench) if side is Side.SALESFORCE else self._hubspot_back(sent)
            written = crm.write([self._update(s) for s in sent], back, self.guard)

    def _judge(self, sent: _Sent, answer: Written) -> _Sent | None:
        """Confirms what this call settled; returns what must go again, or None."""
        if answer.verdict in ("refused", "duplicate") and len(sent.todo) > 1:
            named = self._named(sent, answer)
            if not named:
                return _Sent(sent.result, sent.ref, sent.todo[:1], sent.todo[1:] + sent.rest)
            self._confirm(sent.result, named, answer)
            others = [c for c in sent.todo if c not in named]
            return _Sent(sent.result, sent.ref, others, sent.rest) if others else None
        self._confirm(sent.result, sent.todo, answer)
        return _Sent(sent.result, sent.ref, sent.rest[:1], sent.rest[1:]) if sent.rest else None

    def _named(self, sent: _Sent, answer: Written) -> list[Change]:
        """The changes that a refusal is about. Of a value that is taken only unique fields can be meant."""
        named = [c for c in sent.todo if c.native in answer.fields]
        if named or answer.verdict != "duplicate":
            return named
        mapping = self.bench.desk.mapping
        unique = {EMAIL[sent.ref.side], mapping.hubspot_key, mapping.salesforce_key}
        return [c for c in sent.todo if c.native in unique]

    # -- HubSpot

    def _hubspot(self, results: list[Result]) -> None:
        for result in results:
            made = result.plan.created
            for change in result.plan.changes:
                if change.bound and made is not None and change.side is Side.HUBSPOT:
                    change.send = change.source = made.ref.id
                elif change.bound and made is None and not change.verdict:
                    change.verdict = "lapsed"
        sent = self._sent(results, Side.HUBSPOT)
        self._blank_first(sent)
        sent = [s for s in sent if s.todo]
        if sent:
            # an earlier stage may be answered as if it were taken: only a read tells
            fresh = any(c.two_step for s in sent for c in s.todo)
            updates = [self._update(s) for s in sent]
            written = self.bench.hubspot.write(updates, self._hubspot_back(sent), self.guard, fresh=fresh)
            self._note(written)
            self._passes(sent, written)

    def _blank_first(self, sent: list[_Sent]) -> None:
        """HubSpot takes an earlier stage only through blank, in a call of its own; if that fails no second is sent."""
        through = [(s, [c for c in s.todo if c.two_step and not c.second_only]) for s in sent]
        through = [(s, changes) for s, changes in through if changes]
        if not through:
            return
        writes = [Write(s.ref, {c.native: None for c in changes}) for s, changes in through]
        for (s, changes), answer in zip(
            through, self.bench.hubspot.write(writes, None, self.guard), strict=True
        ):
            if answer.verdict != "done":
                self._confirm(s.result, changes, answer)
                s.todo = [c for c in s.todo if c not in changes]
            else:
                for change in changes:
                    change.second_only = True

    def _hubspot_back(self, sent: list[_Sent]) -> dict[str, Sequence[str]]:
        natives = dict.fromkeys(c.native for s in sent for c in s.todo)
        return {"contact": tuple(natives)}

    # -- both

    def _sent(self, results: Iterable[Result], side: Side) -> list[_Sent]:
        sent = []
        for result in results:
            record = result.plan.pair.record(side)
            todo = [c for c in result.plan.changes if c.side is side and not c.verdict]
            if side is Side.SALESFORCE:
                for change in todo:
                    if change.bound and result.plan.created is not None:
                        change.send = change.source = result.plan.created.ref.id
                todo = [c for c in todo if not (c.bound and c.send is None)]
            if record is not None and todo:
                sent.append(_Sent(result, record.ref, todo))
        return sent

    def _confirm(self, result: Result, changes: Sequence[Change], answer: Written) -> None:
        judge = Confirming(result.plan, self.bench.desk, self.bench.clock())
        back = answer.record
        unsure = {c.native for c in changes if judge.needs_history(c, answer.verdict, back)}
        if unsure and back is not None:
            back = with_history(self.bench, [(back, unsure)], self.guard).get(back.ref, back)
        message = f"{answer.message} ({answer.existing} has it)" if answer.existing else answer.message
        for change in changes:
            judge.change(change, answer.verdict, back, message)
        join(result.confirmed, judge.result)
        if answer.verdict == "done" and back is None:
            result.plan.again = True


def _modified(plan: Plan, side: Side) -> datetime | None:
    record = plan.pair.record(side)
    # the header is compared in whole seconds: a later edit within that second passes, the read-back shows it
    return record.modified_at if record is not None else None
