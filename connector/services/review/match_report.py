"""A match report: the counts, the pairs, and those whom nobody may guess about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.core.records import Ref, Side
from connector.services.review.first_day import FirstDay

SHOWN_MANY, SHOWN_SAMPLES = 500, 20
Row = dict[str, Any]


@dataclass(slots=True)
class Count:
    """One side. ``linked``: already. ``one``: exactly one match, which is also its own; ``duplicate``: its match is
    another record's (or linked already). ``created``: of ``none``, those for whom a record would be made over there."""

    records: int = 0
    selected: int = 0
    linked: int = 0
    one: int = 0
    many: int = 0
    duplicate: int = 0
    none: int = 0
    created: int = 0
    by: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Several:
    ref: Ref
    by: str
    several: tuple[Ref, ...]


@dataclass(slots=True)
class Report:
    """``pairs``: (HubSpot's Ref, Salesforce's, by what). ``created``: for whom a record would be made, by the side it
    would be made on. ``who``: Ref -> e-mail, for the operator's eyes; it is not stored. ``first_day``: what that
    costs."""

    counts: dict[Side, Count] = field(default_factory=lambda: {side: Count() for side in Side})
    pairs: list[tuple[Ref, Ref, str]] = field(default_factory=list)
    many: list[Several] = field(default_factory=list)
    created: dict[Side, list[Ref]] = field(default_factory=lambda: {side: [] for side in Side})
    who: dict[Ref, str] = field(default_factory=dict)
    first_day: FirstDay | None = None
    id: int = 0

    def summary(self) -> Row:
        """What is stored: counts and Refs, no person's values."""
        return {
            "sides": {str(side): _document(count) for side, count in self.counts.items()},
            "pairs": len(self.pairs),
            "samples": [[str(h), str(s), by] for h, s, by in self.pairs[:SHOWN_SAMPLES]],
            "many": [
                {"ref": str(m.ref), "by": m.by, "several": [str(r) for r in m.several]}
                for m in self.many[:SHOWN_MANY]
            ],
            "first_day": self.first_day.document() if self.first_day is not None else None,
            "create": {
                str(side): [str(ref) for ref in refs[:SHOWN_SAMPLES]] for side, refs in self.created.items()
            },
        }

    def found(self) -> list[Row]:
        """What goes round once it is approved."""
        ones = [(ref, "one") for ref, _, _ in self.pairs]
        return [
            {"side": ref.side, "object": ref.object, "ref_id": ref.id, "verdict": verdict}
            for ref, verdict in [*ones, *((m.ref, "many") for m in self.many)]
        ]


def _document(count: Count) -> Row:
    return {name: getattr(count, name) for name in Count.__dataclass_fields__}
