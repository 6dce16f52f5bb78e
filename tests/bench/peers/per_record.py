"""Record by record: look it up on the other side, then write it."""

from __future__ import annotations

from tests.bench.peers.batched import all_contacts, all_leads
from tests.bench.peers.fields import KEY, Ends, as_contact, as_lead


def to_salesforce(ends: Ends) -> int:
    moved = 0
    for contact in all_contacts(ends):
        soql = f"SELECT Id FROM Lead WHERE {KEY} = '{contact['id']}'"
        found = ends.org("GET", "/query", params={"q": soql})["records"]
        values = as_lead(contact["properties"])
        if found:
            ends.org("PATCH", f"/sobjects/Lead/{found[0]['Id']}", json=values)
        else:
            ends.org("POST", "/sobjects/Lead", json=values | {KEY: contact["id"]})
        moved += 1
    return moved


def to_hubspot(ends: Ends) -> int:
    moved = 0
    for lead in all_leads(ends):
        filters = [{"propertyName": "email", "operator": "EQ", "value": str(lead["Email"]).lower()}]
        found = ends.contacts("POST", "/search", json={"filterGroups": [{"filters": filters}], "limit": 1})["results"]
        properties = {"properties": as_contact(lead)}
        if found:
            ends.contacts("PATCH", f"/{found[0]['id']}", json=properties)
        else:
            ends.contacts("POST", "", json=properties)
        moved += 1
    return moved
