"""From Salesforce's JSON rows to Records. A row's own dict becomes the values: nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.adapters.calling import NOTHING
from connector.core.records import Record, Ref, Side, Value

ALWAYS = ("Id", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
OF_LEADS = ("IsConverted", "ConvertedContactId", "ConvertedAccountId", "ConvertedOpportunityId")

_parse = datetime.fromisoformat
_SALESFORCE = Side.SALESFORCE
_NO_REFS: Mapping[str, Ref] = {}


def asked_fields(object_: str, fields: Sequence[str]) -> list[str]:
    """The fields to ask for: those wanted, and what a Record is made of."""
    extra = ALWAYS + OF_LEADS if object_ == "Lead" else ALWAYS
    return list(dict.fromkeys([*fields, *extra]))


def record_of(
    row: dict[str, Any], object_: str, read_at: datetime, us: str, refs: Mapping[str, Ref] = _NO_REFS
) -> Record:
    """A Record of one row, which is taken over. ``refs``: Refs to use again, by their 18-character id."""
    row.pop("attributes", None)
    id_ = row["Id"]
    stamp = row.get("LastModifiedDate")
    moved = None
    if row.get("IsConverted"):
        moved = Ref(_SALESFORCE, "Contact", row.get("ConvertedContactId") or "")
    return Record(
        refs.get(id_) or Ref(_SALESFORCE, object_, id_),
        row,
        read_at,
        _parse(stamp) if stamp else None,
        row.get("LastModifiedById") == us if us else None,
        moved,
        NOTHING,
    )


def sent_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Values as Salesforce wants them: JSON scalars, null clears; an empty string would be a blank too."""
    return {name: None if value == "" else value for name, value in values.items()}
