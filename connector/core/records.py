"""Sides, references and records: what the rest of the core speaks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Value = str | int | float | bool | None
"""A raw value as a side gives it. Blank is ``None`` (adapters turn ``""`` into ``None``).

HubSpot: ``str`` or ``None``. Salesforce: any JSON scalar (multi-picklists as ``a;b``)."""


class Side(StrEnum):
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"

    @property
    def other(self) -> Side:
        return Side.SALESFORCE if self is Side.HUBSPOT else Side.HUBSPOT


SIDES = tuple(Side)
"""Both, to walk over where it happens for every field of every pair: to walk over the class itself takes longer."""


class Ref(NamedTuple):
    """Side + object + id. HubSpot objects: ``contact``; Salesforce: ``Lead``, ``Contact`` … (18-character ids)."""

    side: Side
    object: str
    id: str

    def __str__(self) -> str:
        return f"{self.side}:{self.object}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Inverse of ``str``. Raises ValueError with the accepted form."""
        parts = text.split(":")
        if len(parts) != 3 or parts[0] not in ("hubspot", "salesforce") or not all(parts):
            raise ValueError(f"{text!r} is not a Ref: write hubspot:contact:512 or salesforce:Lead:00Q…")
        return cls(Side(parts[0]), parts[1], parts[2])


class Version(NamedTuple):
    """One entry of HubSpot's property history."""

    value: Value
    at: datetime
    ours: bool


@dataclass(frozen=True, slots=True)
class Record:
    """The values read at a Ref.

    ``values``: native field name -> raw value. ``read_at``: our clock just before the read was sent.
    ``modified_at``: HubSpot's lastmodifieddate (milliseconds) or Salesforce's LastModifiedDate (whole seconds).
    ``modified_by_us``: Salesforce's LastModifiedById is the integration user (None: not known).
    ``moved_to``: for a converted Lead its Contact (id may be '' when that Contact is gone).
    ``history``: HubSpot only and only when asked for, newest first.
    """

    ref: Ref
    values: Mapping[str, Value]
    read_at: datetime
    modified_at: datetime | None = None
    modified_by_us: bool | None = None
    moved_to: Ref | None = None
    history: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A hint that a Ref may have moved. ``values`` are what the sender said the fields held (native names,
    maybe empty); ``kind``: 'changed', 'created', 'gone', 'erased' or 'merged'. ``occurred_at``: the sender's clock.
    ``by_poll``: found by a poll or backfill rather than pushed. ``partial``: it speaks for its ``values`` alone, though
    its kind usually speaks for the whole record (a Salesforce change event)."""

    ref: Ref
    values: Mapping[str, Value]
    occurred_at: datetime | None
    kind: str = "changed"
    by_poll: bool = False
    redacted: bool = False
    partial: bool = False
