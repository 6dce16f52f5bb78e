"""The agreement, laid out for the hot path: what a plan looks up for every field of every pair, computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from connector.core.agreement import Agreement
from connector.core.conditions import fields_of
from connector.core.mapping import Field, KindMapping
from connector.core.plan import Pair
from connector.core.records import Record, Side
from connector.core.rules import HandoffRules

FieldRow = tuple[str, str, str, Field]


@dataclass(slots=True)
class Desk:
    """``version``: the agreement's version as text. ``derived_order``: HubSpot properties that the agreement
    derives and
    that go back only through blank -> their options, early to late. ``fallbacks``: Salesforce fields a new record
    must have -> what is written for a blank
    (None: the person is held).
    ``watched``: fields that are not mapped, but whose change matters (traits, sales' answers): Seen holds them as
    ``@name``.
    ``judged``: HubSpot properties, mapped or not, that traits and the selection read.
    ``offer``: what a hand-off writes on a side besides the verdict; ``telling``: those of it that nobody else writes;
    ``handoff``: the HubSpot property that shows its state.
    """

    mapping: KindMapping
    version: str
    derived_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fallbacks: Mapping[str, str | None] = field(default_factory=dict)
    watched: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    judged: frozenset[str] = frozenset()
    offer: Mapping[Side, frozenset[str]] = field(default_factory=lambda: dict.fromkeys(Side, frozenset()))
    telling: frozenset[str] = frozenset()
    handoff: str = ""
    fields: dict[str, Field] = field(init=False)
    _rows: dict[str, list[FieldRow]] = field(init=False)
    _natives: dict[str, dict[str, Field]] = field(init=False)

    def __post_init__(self) -> None:
        fields = self.mapping.fields
        self.fields = {f.name: f for f in fields}
        objects = self.mapping.salesforce_objects
        self._rows = {
            o: [(f.name, f.hubspot, f.salesforce[o], f) for f in fields if o in f.salesforce] for o in objects
        }
        self._natives = {o: {f.salesforce[o]: f for f in fields if o in f.salesforce} for o in objects}
        self._natives["contact"] = {f.hubspot: f for f in fields}

    def rows(self, salesforce_object: str) -> list[FieldRow]:
        """(name, HubSpot property, Salesforce field, Field) for every field that object carries."""
        return self._rows[salesforce_object]

    def by_native(self, record: Record) -> dict[str, Field]:
        return self._natives[record.ref.object]

    def by_native_name(self, side: Side, native: str) -> str | None:
        """The key in Seen of this native field, if it has one (Salesforce: on any object)."""
        objects = ("contact",) if side is Side.HUBSPOT else self.mapping.salesforce_objects
        for object_ in objects:
            if native in self._natives[object_]:
                return self._natives[object_][native].name
        return "@" + native if native in self.watched.get(side, ()) else None


def desk_for(agreement: Agreement) -> Desk:
    rules = agreement.handoff
    required: dict[str, str | None] = {"LastName": rules.last_name_fallback}
    if agreement.person.create_object == "Lead":
        required["Company"] = rules.company_fallback
    version = ".".join(str(part) for part in agreement.version)
    order = {rules.hubspot.lifecycle: rules.lifecycle_order}
    return Desk(
        agreement.person, version, order, required, _watched(agreement), frozenset(_judged(agreement)), _offer(rules),
        _telling(rules), rules.hubspot.handoff,
    )  # fmt: skip


def _offer(rules: HandoffRules) -> dict[Side, frozenset[str]]:
    h, s = rules.hubspot, rules.salesforce
    return {
        Side.HUBSPOT: frozenset({h.handoff, h.handed_off_at, h.lifecycle, h.status, h.owner} - {""}),
        Side.SALESFORCE: frozenset({s.handoff, s.answer_by, s.status, s.owner} - {""}),
    }


def _telling(rules: HandoffRules) -> frozenset[str]:
    h, s = rules.hubspot, rules.salesforce
    return frozenset({h.handoff, h.handed_off_at, s.handoff, s.answer_by} - {""})


def _judged(agreement: Agreement) -> list[str]:
    traits = [name for trait in agreement.qualification.traits for name in fields_of(trait.condition)]
    return [*traits, *fields_of(agreement.person.selection.hubspot)]


def _watched(agreement: Agreement) -> dict[Side, tuple[str, ...]]:
    """Not mapped, but a change of it can move the verdict, the hand-off or the selection."""
    person, answers = agreement.person, agreement.handoff.salesforce
    hubspot = _judged(agreement)
    salesforce = [answers.answer, answers.reject_reason, *fields_of(person.selection.salesforce)]
    mapped = {f.hubspot for f in person.fields}, {n for f in person.fields for n in f.salesforce.values()}
    return {
        Side.HUBSPOT: tuple(dict.fromkeys(n for n in hubspot if n not in mapped[0])),
        Side.SALESFORCE: tuple(dict.fromkeys(n for n in salesforce if n not in mapped[1])),
    }


def natives(desk: Desk) -> dict[tuple[Side, str], dict[str, str | None]]:
    """Per side and object: each native field whose change matters -> its key in Seen. For intake's echo door."""
    found: dict[tuple[Side, str], dict[str, str | None]] = {
        (Side.HUBSPOT, "contact"): {f.hubspot: f.name for f in desk.mapping.fields}
    }
    for object_ in desk.mapping.salesforce_objects:
        fields = (f for f in desk.mapping.fields if object_ in f.salesforce)
        found[Side.SALESFORCE, object_] = {f.salesforce[object_]: f.name for f in fields}
    for (side, _), names in found.items():
        names |= {native: "@" + native for native in desk.watched.get(side, ())}
    return found


def snapshot(pair: Pair, desk: Desk) -> str:
    """A short hash of all mapped values of a pair: a refusal holds until one of them changes."""
    if pair.hubspot is None or pair.salesforce is None:
        return ""
    h, s = pair.hubspot.values, pair.salesforce.values
    values = [(h.get(a), s.get(b)) for _, a, b, _ in desk.rows(pair.salesforce.ref.object)]
    return hashlib.blake2b(orjson.dumps(values), digest_size=12).hexdigest()
