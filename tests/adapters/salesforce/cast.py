"""An org with a few Leads and Contacts, and short names for what tests say all the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connector.core.records import Ref, Side
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEY = "Accord_HubSpot_Id__c"


def org(people: int = 0) -> SalesforceCore:
    return SalesforceCore(clock=ManualClock(START), people=people, seed=3)


def lead(id_: str) -> Ref:
    return Ref(Side.SALESFORCE, "Lead", id_)


def contact(id_: str) -> Ref:
    return Ref(Side.SALESFORCE, "Contact", id_)


def refs_of(core: SalesforceCore, object_: str) -> list[Ref]:
    return [Ref(Side.SALESFORCE, object_, str(row["Id"])) for row in core.snapshot()[object_]]


def value_of(core: SalesforceCore, ref: Ref, field: str) -> Any:
    return next(row[field] for row in core.snapshot()[ref.object] if row["Id"] == ref.id)


def new_lead(core: SalesforceCore, **values: Any) -> Ref:
    named = {"LastName": "Ames", "Company": "Ames Ltd", **values}
    return lead(core.edit("Lead", values=named, create=True))


def update(ref: Ref, **values: Any) -> Write:
    return Write(ref, values)
