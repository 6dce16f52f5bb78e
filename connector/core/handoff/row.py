"""What a hand-off is, what it hears from sales, and what a step of it brings about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from connector.core.handoff.table import OPEN, WAITING, State
from connector.core.outcome import OpportunityView
from connector.core.plan import Trouble
from connector.core.records import Value
from connector.core.rules import Tier

REMIND_EVERY = timedelta(days=1)
"""How often the owner is reminded of the reason that a rejection still lacks."""

_TIMES = ("offered_at", "due_at", "answered_at", "cool_off_until", "reminded_at")


@dataclass(frozen=True, slots=True)
class Handoff:
    """One person's way through sales. A new offer after an end is a new row (``id`` None).

    ``tier``, ``verdict`` (its document), ``agreement``: the decision with its inputs and versions, as they were
    when it was made. ``evidence``: fingerprint of the verdict when the hand-off ended or ran out; only another one
    is new evidence. ``cool_off_until``: blank again once it is over. ``salesforce_ref``: the record it was made on,
    as text (set by the service). ``note``: what the owner is told above the reasons. ``standing``: what sales had
    said at the last step; only what is fresh moves the hand-off. Times are aware UTC; ``due_at``: when sales' answer
    is due.
    """

    state: State
    tier: Tier
    verdict: Mapping[str, Any]
    agreement: str
    id: int | None = None
    owner_email: str | None = None
    offered_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    reject_reason: str | None = None
    cool_off_until: datetime | None = None
    evidence: str | None = None
    reminded_at: datetime | None = None
    salesforce_ref: str | None = None
    note: str = ""
    standing: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def next_look(self) -> datetime | None:
        """When time alone may move this hand-off; None: only a change can."""
        times = [self.cool_off_until]
        if self.state in WAITING and not (self.answered_at or self.evidence):
            times.append(self.due_at)
        if self.state in WAITING and self.reminded_at:
            times.append(self.reminded_at + REMIND_EVERY)
        return min((t for t in times if t), default=None)

    def document(self) -> dict[str, Any]:
        """Everything but ``id`` as JSON scalars, lists and objects."""
        row: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "id"}
        row |= {name: row[name].isoformat() for name in _TIMES if row[name] is not None}
        row |= {"state": str(self.state), "tier": str(self.tier), "verdict": dict(self.verdict)}
        return row | {"standing": sorted(self.standing)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any], id_: int | None = None) -> Handoff:
        """Inverse of ``document``."""
        row = dict(document)
        row |= {name: datetime.fromisoformat(row[name]) for name in _TIMES if row.get(name) is not None}
        row |= {"state": State(row["state"]), "tier": Tier(row["tier"])}
        return cls(**row | {"standing": frozenset(row.get("standing", ())), "id": id_})


@dataclass(frozen=True, slots=True)
class SalesView:
    """The person as sales has them now. ``object`` None: there is no record.

    ``status_word``: vocabulary word of the Lead's status (None: none, or unknown). ``answer``: 'Accepted', 'Rejected'
    or None; ``reject_reason``: vocabulary code. ``converted``: the record was a Lead and is a Contact now.
    ``owner_email``: None also for a queue, an inactive user or the integration user, who can't answer.
    ``opportunity_known``: False where the Opportunities were not read; what was known of them then stays.
    """

    object: str | None = None
    status_word: str | None = None
    answer: str | None = None
    reject_reason: str | None = None
    converted: bool = False
    owner_id: str | None = None
    owner_email: str | None = None
    opportunity: OpportunityView | None = None
    opportunity_known: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What the agreement makes of a person now.

    ``handoff``: as it is after this step (None: there is none). ``edge``: 'offered->accepted', None if the state stays.
    ``hubspot``, ``salesforce``: native names -> values wanted there; statuses, stages and reject reasons are vocabulary
    words (a stage: Salesforce's own) and owners are e-mails until ``spoken.derived`` says them in a side's words.
    ``enforce``: names written whenever the side holds another value; the others only when the wanted value changes.
    ``nurture``: member of the nurture list. ``create``: a Salesforce record may be created for this person now.
    """

    handoff: Handoff | None
    edge: str | None
    reason: str
    hubspot: Mapping[str, Value]
    salesforce: Mapping[str, Value]
    enforce: frozenset[str]
    nurture: bool | None
    create: bool
    issues: tuple[Trouble, ...] = field(default=())
