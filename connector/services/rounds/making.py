"""Step 7, new records: made with an id of ours, so that a repeat makes no second one, and without the fields that are
refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connector.core.confirm import Confirmed, Confirming
from connector.core.plan import Creation, Plan
from connector.core.records import SIDES, Ref, Side
from connector.ports import Guard, Write, Written
from connector.services.rounds.reading import salesforce_fields
from connector.services.rounds.refusals import exists, not_made, twin
from connector.services.workbench import Workbench

OWNER_LEFT = "INACTIVE_OWNER_OR_USER"
NEWS_OF_OWNERS = 600.0
"""Seconds until we surely know who left: then the offer goes to somebody else."""


@dataclass(slots=True)
class Result:
    """What the writes of one plan came to. ``creation``: the verdict on the record to be made; ``looked``: whether
    twins of it were looked for. ``archive``, ``fetch``: the verdict on what an undo moves; ``told``: why not."""

    plan: Plan
    confirmed: Confirmed = field(default_factory=Confirmed)
    creation: str = ""
    existing: Ref | None = None
    looked: bool = False
    archive: str = ""
    fetch: str = ""
    told: str = ""


class Making:
    def __init__(self, bench: Workbench, guard: Guard) -> None:
        self.bench, self.guard = bench, guard

    def in_hubspot(self, results: list[Result]) -> list[Written]:
        """Records that are made in HubSpot; those in Salesforce go with its updates. The verdicts."""
        creating = [
            r for r in results if r.plan.creation is not None and r.plan.creation.side is Side.HUBSPOT
        ]
        if not creating:
            return []
        writes = [upsert(r.plan.creation) for r in creating if r.plan.creation]
        written = self.bench.hubspot.write(writes, {"contact": _sent(writes)}, self.guard)
        for result, answer in zip(creating, written, strict=True):
            self.made(result, answer)
        return written

    def made(self, result: Result, answer: Written) -> None:
        """Seen of a new record is judged like any write; it is made without the fields that are refused."""
        plan, creation = result.plan, result.plan.creation
        if creation is None:
            return
        result.creation, result.existing = answer.verdict, answer.existing
        if answer.verdict == "done" and answer.record is not None and answer.record.moved_to is None:
            plan.created = answer.record
            result.looked = answer.twins is not None
            plan.troubles += [twin(ref) for ref in answer.twins or ()]
            judge = Confirming(plan, self.bench.desk, self.bench.clock())
            for change in creation.changes:
                judge.change(change, "done", answer.record)
            join(result.confirmed, judge.result)
            plan.blocks = [b for b in plan.blocks if b.side is not creation.side]
            if creation.side is Side.HUBSPOT or creation.compare:
                plan.again = True  # its verdict and its hand-off come now that it is there
        elif answer.verdict == "refused":
            self._without(result, creation, answer)
        elif answer.verdict == "duplicate" and any(row.action == "create" for row in plan.pair.left):
            plan.troubles.append(exists(creation, answer))  # it was looked for anew, and not found
        else:
            plan.again = True
            plan.retry_after = max(plan.retry_after, 1.0)

    def _without(self, result: Result, creation: Creation, answer: Written) -> None:
        named = [c for c in creation.changes if c.native in answer.fields]
        result.plan.troubles.append(not_made(creation, answer, named))
        if answer.code == OWNER_LEFT:
            result.plan.again, result.plan.retry_after = True, NEWS_OF_OWNERS
        kept = [c for c in creation.changes if c not in named]
        if not named or not kept:
            return
        creation.changes = kept
        crm = self.bench.hubspot if creation.side is Side.HUBSPOT else self.bench.salesforce
        write = upsert(creation)
        fields = salesforce_fields(self.bench) | {"contact": _sent([write])}
        self.made(result, crm.write([write], fields, self.guard)[0])

    def twins(self, results: list[Result]) -> None:
        """Somebody may have made the same person between our search and our create: that is shown, not guessed at.
        Mostly the create's own read-back has told."""
        made = {}
        for result in results:
            created = result.plan.created
            if created is not None and created.ref.side is Side.SALESFORCE and not result.looked:
                made[str(created.values.get("Email") or "").casefold()] = result
        made.pop("", None)
        if not made:
            return
        object_ = self.bench.desk.mapping.create_object
        for other in self.bench.salesforce.find(object_, "Email", sorted(made), ("Email",), self.guard):
            maker = made.get(str(other.values.get("Email") or "").casefold())
            if maker and maker.plan.created and other.ref != maker.plan.created.ref:
                maker.plan.troubles.append(twin(other.ref))


def join(into: Confirmed, more: Confirmed) -> None:
    for side in SIDES:
        into.seen[side].update(more.seen[side])
    into.fine |= more.fine


def _sent(writes: Sequence[Write]) -> tuple[str, ...]:
    """What is read back of a new contact: its write's own answer holds that. The whole record is read when the pair
    comes round again, for its verdict and its hand-off."""
    return tuple(dict.fromkeys(native for write in writes for native in write.values))


def upsert(creation: Creation) -> Write:
    values = {c.native: c.send for c in creation.changes if c.send is not None}
    ref = Ref(creation.side, creation.object, creation.key_value)
    return Write(ref, values, key=creation.key, twins_by="Email" if creation.side is Side.SALESFORCE else "")
