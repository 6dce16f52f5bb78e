"""The fewest API calls that the first link of two filled systems could take, and how that is reckoned.

Every call is as full as the service lets it be, no record is read oftener than the algorithm asks for, and nothing is
asked twice. What the algorithm asks for, and a blind import does not: a person is read under their identity's lease
right before they are linked (the walk's own read is older), every write is read back, and a person who is made in
HubSpot comes round once more, for verdict and hand-off want the whole record.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

SEARCH, READ, WRITE = 200, 100, 100
"""Rows a HubSpot call: a search page, a batch read, a batch write."""
QUERY, RETRIEVE, COMPOSITE = 2000, 2000, 800
"""Rows a Salesforce call: a query page, a retrieve, and a composite of four collections of 200 and their read-back."""
ADDRESSES, IDS, QUERIES = 285, 925, 5
"""Values that fit a query of 15,000 characters, its list of fields taken off, where it asks by e-mail (49 encoded
characters in this population) or by a contact's id (15); queries in a composite."""
LIST = 10_000
"""Members that one call puts on a list."""


@dataclass(frozen=True, slots=True)
class Population:
    """``contacts``: in HubSpot; ``records``: of each Salesforce object; ``strangers``: known to Salesforce only;
    ``written``: records written on either side in the contacts' own rounds; ``opted_out``: set one by one."""

    contacts: int
    records: dict[str, int]
    strangers: int
    hubspot_written: int
    salesforce_written: int
    opted_out: int = 0


def floor_of(p: Population) -> dict[str, int]:
    """Calls by what they are for."""
    objects = max(1, len(p.records))
    questions = objects * (ceil(p.contacts / ADDRESSES) + ceil(p.contacts / IDS))
    return {
        "HubSpot: who is there (searches)": ceil(p.contacts / SEARCH),
        "HubSpot: reads": ceil(p.contacts / READ),
        "Salesforce: matches": ceil(questions / QUERIES),
        "HubSpot: writes": ceil(p.hubspot_written / WRITE),
        "Salesforce: writes, read back": ceil(p.salesforce_written / COMPOSITE),
        "Salesforce: who is there": sum(ceil(n / QUERY) for n in p.records.values()),
        "Strangers: read, looked for, asked back": ceil(p.strangers / RETRIEVE) + 2 * ceil(p.strangers / READ),
        "Strangers: made, read once more, written": 3 * ceil(p.strangers / WRITE)
        + 2 * ceil(p.strangers / COMPOSITE),
        "HubSpot: opt-outs, one a call": p.opted_out,
        "HubSpot: lists": ceil(p.contacts / LIST),
    }
