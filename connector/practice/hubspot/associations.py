"""Which record belongs to which, under which labels, both ways. Sources: API-FACTS 1.9 and its recordings.

Type ids of pairs that the facts name are the real ones; other pairs get invented ones, above 90,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from connector.practice.hubspot.settings import Settings

HUBSPOT, USER = "HUBSPOT_DEFINED", "USER_DEFINED"
_INVENTED = 90_001
_FIRST_OWN = 35

End = tuple[str, str]
"""An object's type id and id."""


@dataclass(slots=True)
class Label:
    """One association type in one direction. `label` None: the unlabelled one. `inverse`: its other direction."""

    type_id: int
    category: str
    label: str | None
    name: str
    inverse: int

    @property
    def primary(self) -> bool:
        return self.category == HUBSPOT and self.label == "Primary"


class Turn(NamedTuple):
    """One label put on or taken off a pair, in one direction."""

    start: End
    end: End
    label: Label
    removed: bool


_PAIRS: tuple[tuple[str, str, tuple[int, int], tuple[int, int] | None, str], ...] = (
    ("0-1", "0-2", (279, 280), (1, 2), "CONTACT_TO_COMPANY"),
    ("0-3", "0-1", (3, 4), None, "DEAL_TO_CONTACT"),
    ("0-3", "0-2", (341, 342), (5, 6), "DEAL_TO_COMPANY"),
    ("0-46", "0-1", (202, 201), None, "NOTE_TO_CONTACT"),
    ("0-27", "0-1", (204, 203), None, "TASK_TO_CONTACT"),
    ("0-49", "0-1", (198, 197), None, "EMAIL_TO_CONTACT"),
    ("0-47", "0-1", (200, 199), None, "MEETING_EVENT_TO_CONTACT"),
    ("0-48", "0-1", (194, 193), None, "CALL_TO_CONTACT"),
)
"""From, to, (unlabelled there, and back), (primary there, and back), name."""


@dataclass
class Associations:
    """All links of a portal. `labels`: (from type, to type) -> type id -> Label."""

    settings: Settings
    labels: dict[tuple[str, str], dict[int, Label]] = field(default_factory=dict)
    links: dict[End, dict[str, dict[str, set[int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next_own = _FIRST_OWN
        self._next_invented = _INVENTED
        for start, end, plain, primary, name in _PAIRS:
            suffix = "_UNLABELED" if primary else ""
            self._define(start, end, plain, None, name + suffix)
            if primary:
                self._define(start, end, primary, "Primary", name)
        same = self.settings.contact_contact_type_id
        self._define("0-1", "0-1", (same, same), None, "CONTACT_TO_CONTACT")

    def _define(self, start: str, end: str, ids: tuple[int, int], label: str | None, name: str) -> None:
        there, back = ids
        first, _, last = name.partition("_TO_")
        turned = (
            last.removesuffix("_UNLABELED") + "_TO_" + first + last[len(last.removesuffix("_UNLABELED")) :]
        )
        self.labels.setdefault((start, end), {})[there] = Label(there, HUBSPOT, label, name, back)
        self.labels.setdefault((end, start), {})[back] = Label(back, HUBSPOT, label, turned, there)

    # labels ----------------------------------------------------------------------------------------
    def between(self, start: str, end: str, names: tuple[str, str] = ("", "")) -> dict[int, Label]:
        """All labels of a pair; a pair never met before gets its unlabelled type. `names`: CONTACT, NOTE …"""
        found = self.labels.get((start, end))
        if found is None:
            ids = (self._next_invented, self._next_invented + (start != end))
            self._next_invented += 2
            self._define(start, end, ids, None, "_TO_".join(names))
            found = self.labels[(start, end)]
        return found

    def plain(self, start: str, end: str) -> Label:
        """The unlabelled type of a pair."""
        return next(one for one in self.between(start, end).values() if one.label is None)

    def own(self, start: str, end: str) -> list[Label]:
        """The labels that the portal itself made."""
        return [one for one in self.between(start, end).values() if one.category == USER]

    def add_label(self, start: str, end: str, name: str, label: str, inverse: str | None) -> list[Label]:
        """A label of the portal's own, in both directions."""
        there = back = self._next_own
        if start != end or (inverse is not None and inverse != label):
            back = there + 1
        self._next_own = back + 1
        self.between(start, end)[there] = Label(there, USER, label, name, back)
        if back != there:
            self.between(end, start)[back] = Label(back, USER, inverse or label, name, there)
            return [self.labels[(start, end)][there], self.labels[(end, start)][back]]
        return [self.labels[(start, end)][there]]

    def drop_label(self, start: str, end: str, type_id: int) -> None:
        """Takes the label off every pair that has it; the pairs stay associated."""
        gone = self.between(start, end).pop(type_id)
        self.between(end, start).pop(gone.inverse, None)
        for (from_type, _), ends in self.links.items():
            for to_type, others in ends.items():
                if {(from_type, to_type)} & {(start, end), (end, start)}:
                    for held in others.values():
                        held -= {type_id, gone.inverse}

    # links -----------------------------------------------------------------------------------------
    def of(self, start: End, to_type: str) -> dict[str, set[int]]:
        """Associated ids of one type -> the type ids of their labels."""
        return self.links.get(start, {}).get(to_type, {})

    def all_of(self, start: End) -> Iterator[tuple[str, str, set[int]]]:
        """(type, id, labels) of everything associated with a record."""
        for to_type, others in self.links.get(start, {}).items():
            for to_id, held in others.items():
                yield to_type, to_id, held

    def link(self, start: End, end: End, type_ids: set[int]) -> list[Turn]:
        """Puts labels on a pair, the unlabelled type with them; a new primary one takes the place of the old."""
        known = self.between(start[0], end[0])
        wanted = [self.plain(start[0], end[0]), *(known[key] for key in sorted(type_ids))]
        turns: list[Turn] = []
        for label in dict.fromkeys(one.type_id for one in wanted):
            if known[label].primary:
                turns += self._dethrone(start, end, known[label])
            turns += self._put(start, end, known[label])
        return turns

    def _dethrone(self, start: End, end: End, label: Label) -> list[Turn]:
        """A record has one primary company: whoever was it until now stays, unlabelled."""
        before = [
            other
            for other, held in self.of(start, end[0]).items()
            if label.type_id in held and other != end[1]
        ]
        return [turn for other in before for turn in self._take(start, (end[0], other), label)]

    def _put(self, start: End, end: End, label: Label) -> list[Turn]:
        held = self.links.setdefault(start, {}).setdefault(end[0], {}).setdefault(end[1], set())
        if label.type_id in held:
            return []
        held.add(label.type_id)
        back = self.between(end[0], start[0])[label.inverse]
        self.links.setdefault(end, {}).setdefault(start[0], {}).setdefault(start[1], set()).add(back.type_id)
        return [Turn(start, end, label, False), Turn(end, start, back, False)]

    def _take(self, start: End, end: End, label: Label) -> list[Turn]:
        held = self.of(start, end[0]).get(end[1], set())
        if label.type_id not in held:
            return []
        held.discard(label.type_id)
        back = self.between(end[0], start[0])[label.inverse]
        self.of(end, start[0]).get(start[1], set()).discard(back.type_id)
        return [Turn(start, end, label, True), Turn(end, start, back, True)]

    def unlink(self, start: End, end: End, type_ids: set[int] | None = None) -> list[Turn]:
        """Takes labels off a pair; all of them, when none are named or the unlabelled one is."""
        known = self.between(start[0], end[0])
        held = set(self.of(start, end[0]).get(end[1], ()))
        everything = type_ids is None or self.plain(start[0], end[0]).type_id in type_ids
        going = held if everything else held & (type_ids or set())
        turns = [turn for key in sorted(going) for turn in self._take(start, end, known[key])]
        if everything and held:
            self.links[start][end[0]].pop(end[1], None)
            self.links[end][start[0]].pop(start[1], None)
        return turns

    def move(self, loser: End, survivor: End) -> None:
        """What was associated with a record that was merged away is associated with the survivor."""
        for to_type, to_id, held in list(self.all_of(loser)):
            self.unlink(loser, (to_type, to_id))
            if (to_type, to_id) != survivor:
                self.link(survivor, (to_type, to_id), held)
        self.links.pop(loser, None)

    def forget(self, gone: End) -> None:
        """A record that is no more has no associations."""
        for to_type, to_id, _ in list(self.all_of(gone)):
            self.unlink(gone, (to_type, to_id))
        self.links.pop(gone, None)
