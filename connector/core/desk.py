"""The agreement, laid out for the hot path: what a plan looks up for every field of every pair, computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from connector.core.agreement import Agreement
from connector.core.mapping import Field, KindMapping
from connector.core.plan import Pair
from connector.core.records import Record, Side

FieldRow = tuple[str, str, str, Field]


@dataclass(slots=True)
class Desk:
    """``version``: the agreement's version as text. ``derived_order``: HubSpot properties that the agreement derives and
    that go back only through blank -> their options, early to late. ``fallbacks``: Salesforce fields a new record must have -> what is written for a blank
    (None: the person is held)."""

    mapping: KindMapping
    version: str
    derived_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fallbacks: Mapping[str, str | None] = field(default_factory=dict)
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
        """The mapping field that lies on this native field, if any (Salesforce: on any object)."""
        objects = ("contact",) if side is Side.HUBSPOT else self.mapping.salesforce_objects
        for object_ in objects:
            if native in self._natives[object_]:
                return self._natives[object_][native].name
        return None


def desk_for(agreement: Agreement) -> Desk:
    rules = agreement.handoff
    required: dict[str, str | None] = {"LastName": rules.last_name_fallback}
    if agreement.person.create_object == "Lead":
        required["Company"] = rules.company_fallback
    version = ".".join(str(part) for part in agreement.version)
    return Desk(agreement.person, version, {rules.hubspot.lifecycle: rules.lifecycle_order}, required)


def snapshot(pair: Pair, desk: Desk) -> str:
    """A short hash of all mapped values of a pair: a refusal holds until one of them changes."""
    if pair.hubspot is None or pair.salesforce is None:
        return ""
    h, s = pair.hubspot.values, pair.salesforce.values
    values = [(h.get(a), s.get(b)) for _, a, b, _ in desk.rows(pair.salesforce.ref.object)]
    return hashlib.blake2b(orjson.dumps(values), digest_size=12).hexdigest()


def side_natives(desk: Desk, object_: str, side: Side) -> dict[str, str]:
    """Native name -> mapping field name, for intake's echo door."""
    if side is Side.HUBSPOT:
        return {f.hubspot: f.name for f in desk.mapping.fields}
    return {f.salesforce[object_]: f.name for f in desk.mapping.fields if object_ in f.salesforce}
