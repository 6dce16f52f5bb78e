"""What a comparison comes to: counts by cause, a few examples of each, and whom a round would mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.core.causes import EXPLAINED, Cause, Difference, native
from connector.core.records import Ref
from connector.services.drift.comparing import Compared

EXAMPLES = 3
"""Of each cause, and of each of its fields."""


@dataclass(frozen=True, slots=True)
class Example:
    subject: str
    hubspot_id: str
    salesforce_id: str
    who: str
    difference: Difference


@dataclass(slots=True)
class Tally:
    """``people`` were looked at: ``equal``, ``explained`` (the agreement or a person wants it so) or ``differing``.
    ``causes``: people of a cause; ``fields``: differences by cause and field. A person may have several causes."""

    people: int = 0
    equal: int = 0
    explained: int = 0
    differing: int = 0
    causes: Counter[Cause] = field(default_factory=Counter)
    fields: Counter[tuple[Cause, str]] = field(default_factory=Counter)
    examples: dict[tuple[Cause, str], list[Example]] = field(default_factory=dict)
    links: list[int] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)

    def add(self, people: Iterable[Compared]) -> None:
        for person in people:
            self.people += 1
            self.differing += person.differs
            self.explained += bool(person.differences) and not person.differs
            self.equal += not person.differences
            self.causes.update({d.cause for d in person.differences})
            for d in person.differences:
                self._example(person, d)
            if person.mendable:
                self.links += [person.link] if person.link is not None else []
                self.refs += person.refs if person.link is None else ()

    def _example(self, person: Compared, d: Difference) -> None:
        key = d.cause, d.field
        self.fields[key] += 1
        kept = self.examples.setdefault(key, [])
        if len(kept) < EXAMPLES:
            kept.append(Example(person.subject, person.hubspot_id, person.salesforce_id, person.who, d))

    @property
    def mendable(self) -> int:
        """People whom a round would mend."""
        return len(self.links) + len(self.refs)

    def by_cause(self) -> dict[str, dict[str, int]]:
        """cause -> {people, differences}, those that count first, each by size."""
        order = sorted(self.causes, key=lambda c: (c in EXPLAINED, -self.causes[c], c))
        return {
            str(c): {"people": self.causes[c], "differences": sum(n for (k, _), n in self.fields.items() if k is c)}
            for c in order
        }

    def document(self) -> dict[str, Any]:
        """As JSON shows it."""
        fields: dict[str, dict[str, int]] = {}
        for (cause, name), n in sorted(self.fields.items()):
            fields.setdefault(str(cause), {})[native(name) or "(the record)"] = n
        causes = {
            c: row | {"counts": Cause(c) not in EXPLAINED, "fields": fields[c]}
            for c, row in self.by_cause().items()
        }
        names = ("people", "equal", "explained", "differing", "mendable")
        shown = [
            {"subject": e.subject, "hubspot_id": e.hubspot_id, "salesforce_id": e.salesforce_id, "who": e.who,
             "cause": str(e.difference.cause), "field": native(e.difference.field), "hubspot": e.difference.hubspot,
             "salesforce": e.difference.salesforce, "why": e.difference.why}
            for examples in self.examples.values() for e in examples
        ]  # fmt: skip
        return {name: getattr(self, name) for name in names} | {"causes": causes, "examples": shown}
