"""The mapping as the engine uses it: compiled, immutable, already checked. Files are read in
adapters/mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from connector.core.conditions import Condition
from connector.core.records import Record, Side, Value


class Lens(Protocol):
    """A two-way translation of one value. Pure. Blank (None) is handled by the engine and never reaches a
    lens."""

    def to_salesforce(self, raw: Value) -> Value:
        """HubSpot raw -> what to send to Salesforce. Raises Untranslatable."""

    def to_hubspot(self, raw: Value) -> Value:
        """Salesforce raw -> what to send to HubSpot (always a str). Raises Untranslatable."""

    def predict(self, side: Side, sent: Value) -> Value:
        """What ``side`` is expected to hold after ``sent`` was written there (trimmed, normalised, as JSON
        type)."""

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        """Do these two raw values mean the same? Never raises. True also where one is the lens image of the
        other."""


class Direction(StrEnum):
    BOTH = "both"
    TO_SALESFORCE = "to_salesforce"
    TO_HUBSPOT = "to_hubspot"


class Wins(StrEnum):
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    NEWEST = "newest"
    HOLD = "hold"


class Blank(StrEnum):
    COPY = "copy"
    """A person's blank is a change like any other."""
    KEEP = "keep"
    """A blank never overwrites a value; the other side's value comes back."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the mapping. ``salesforce`` gives the field per object, e.g. {"Lead": "State", "Contact":
    "MailingState"}; an object that is absent does not carry this field. ``tie``: who wins when ``newest``
    can't tell. ``first_link``: who wins when two filled records are linked for the first time.
    ``two_step``: HubSpot takes an earlier option only through blank (lifecyclestage); ``order`` gives the
    options from early to late for that test. ``required_on_create``: for these Salesforce objects a blank
    needs ``fallback``."""

    name: str
    hubspot: str
    salesforce: Mapping[str, str]
    lens: Lens
    lens_name: str
    direction: Direction = Direction.BOTH
    wins: Wins = Wins.NEWEST
    tie: Side = Side.HUBSPOT
    blank: Blank = Blank.COPY
    first_link: Side = Side.HUBSPOT
    order: tuple[str, ...] = ()
    fallback: Value = None
    consent: bool = False
    needs: str = ""
    """Name of the field without which Salesforce refuses this one (a state without its country): a value goes
    there only where that field is, or is being, filled on the same record."""

    @property
    def two_step(self) -> bool:
        return bool(self.order)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which persons take part, by the side they start from. None selects all. A linked person always
    syncs."""

    hubspot: Condition | None = None
    salesforce: Condition | None = None


@dataclass(frozen=True, slots=True)
class KindMapping:
    """The mapping of one kind (person). ``create_object``: what a hand-off creates in Salesforce: Lead or
    Contact. ``hubspot_key``/``salesforce_key``: the unique fields that Accord owns and that hold the *other*
    side's id. ``hubspot_extra``/``salesforce_extra``: fields read besides the mapped ones (traits, Accord's
    own, matching). ``run_marks``: by side the field in which a run leaves the time of its write, where one is named."""

    kind: str
    version: int
    fields: tuple[Field, ...]
    salesforce_objects: tuple[str, ...]
    create_object: str
    hubspot_key: str
    salesforce_key: str
    selection: Selection
    hubspot_extra: tuple[str, ...] = ()
    salesforce_extra: Mapping[str, tuple[str, ...]] | None = None
    run_marks: Mapping[Side, str] = field(default_factory=dict)

    def hubspot_fields(self) -> tuple[str, ...]:
        names = [f.hubspot for f in self.fields] + [self.hubspot_key, *self.hubspot_extra]
        names += [self.run_marks[Side.HUBSPOT]] if Side.HUBSPOT in self.run_marks else []
        return tuple(dict.fromkeys(names))

    def salesforce_fields(self, object_: str) -> tuple[str, ...]:
        names = [f.salesforce[object_] for f in self.fields if object_ in f.salesforce]
        extra = (self.salesforce_extra or {}).get(object_, ())
        names += [self.run_marks[Side.SALESFORCE]] if Side.SALESFORCE in self.run_marks else []
        return tuple(dict.fromkeys([*names, self.salesforce_key, *extra]))

    def native(self, field: Field, record: Record) -> str | None:
        """The field's native name on that record's object, or None where the object does not carry it."""
        return field.hubspot if record.ref.side is Side.HUBSPOT else field.salesforce.get(record.ref.object)
