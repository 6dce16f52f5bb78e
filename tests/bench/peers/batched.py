"""In batches as large as both services take them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.peers.fields import (
    ALL_LEADS,
    COLLECTION,
    HUBSPOT_BATCH,
    HUBSPOT_LIST,
    KEY,
    PAIRS,
    Ends,
    as_contact,
    as_lead,
)


def to_salesforce(ends: Ends) -> int:
    contacts = list(all_contacts(ends))
    for at in range(0, len(contacts), COLLECTION):
        records = [
            {"attributes": {"type": "Lead"}, KEY: contact["id"], **as_lead(contact["properties"])}
            for contact in contacts[at : at + COLLECTION]
        ]
        ends.org("PATCH", f"/composite/sobjects/Lead/{KEY}", json={"allOrNone": False, "records": records})
    return len(contacts)


def to_hubspot(ends: Ends) -> int:
    leads = list(all_leads(ends))
    for at in range(0, len(leads), HUBSPOT_BATCH):
        inputs = [
            {"idProperty": "email", "id": str(lead["Email"]).lower(), "properties": as_contact(lead)}
            for lead in leads[at : at + HUBSPOT_BATCH]
        ]
        ends.contacts("POST", "/batch/upsert", json={"inputs": inputs})
    return len(leads)


def all_contacts(ends: Ends) -> Iterator[dict[str, Any]]:
    asked = {"limit": HUBSPOT_LIST, "properties": ",".join(PAIRS)}
    while True:
        page = ends.contacts("GET", "", params=asked)
        yield from page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            return
        asked = {**asked, "after": after}


def all_leads(ends: Ends) -> Iterator[dict[str, Any]]:
    page = ends.org("GET", "/query", params={"q": ALL_LEADS})
    while True:
        yield from page["records"]
        if page["done"]:
            return
        page = ends.org("GET", "/query/" + page["nextRecordsUrl"].rpartition("/")[2])
