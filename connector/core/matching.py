"""Which record on the other side is the same person: ids that Accord or HubSpot's own integration left, then
e-mail. Pure.

Several equally good ones are never guessed between: they are held and shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.core.mapping import KindMapping
from connector.core.records import Record, Ref, Side

NATIVE_IDS = {"Contact": "salesforcecontactid", "Lead": "salesforceleadid"}
"""Properties in which HubSpot's own integration keeps the ids of the records it linked."""
EMAIL = {Side.HUBSPOT: "email", Side.SALESFORCE: "Email"}


@dataclass(frozen=True, slots=True)
class Match:
    """``record`` None: no match, or several (``several`` names them). ``by``: 'id', 'integration' or 'e-mail'."""

    record: Record | None
    by: str = ""
    several: tuple[Ref, ...] = ()


def match_key(record: Record) -> str:
    """Under this key one worker at a time links or creates: the e-mail, else the record itself."""
    address = record.values.get(EMAIL[record.ref.side])
    return str(address).strip().casefold() if address else str(record.ref)


def match_salesforce(mapping: KindMapping, hubspot: Record, candidates: Sequence[Record]) -> Match:
    """``candidates``: all live Salesforce records that could be this contact."""
    key = mapping.salesforce_key
    claimed = {hubspot.values.get(mapping.hubspot_key)} - {None}
    by_id = [c for c in candidates if c.values.get(key) == hubspot.ref.id or c.ref.id in claimed]
    left = {hubspot.values.get(NATIVE_IDS[o]) for o in mapping.salesforce_objects if o in NATIVE_IDS} - {None}
    by_integration = [c for c in candidates if c.ref.id in left or c.ref.id[:15] in left]
    address = _email(hubspot)
    by_email = _free([c for c in candidates if address and _email(c) == address], key)
    return _first(by_id, by_integration, by_email)


def match_hubspot(mapping: KindMapping, salesforce: Record, candidates: Sequence[Record]) -> Match:
    """``candidates``: all HubSpot contacts that could be this Lead or Contact."""
    key = mapping.hubspot_key
    ours = salesforce.values.get(mapping.salesforce_key)
    by_id = [c for c in candidates if c.values.get(key) == salesforce.ref.id or c.ref.id == ours]
    names = [NATIVE_IDS[salesforce.ref.object]] if salesforce.ref.object in NATIVE_IDS else []
    by_integration = [
        c for c in candidates if any(_same_id(c.values.get(n), salesforce.ref.id) for n in names)
    ]
    address = _email(salesforce)
    by_email = _free([c for c in candidates if address and address in _emails(c)], key)
    return _first(by_id, by_integration, by_email)


def _first(by_id: list[Record], by_integration: list[Record], by_email: list[Record]) -> Match:
    for by, found in (("id", by_id), ("integration", by_integration), ("e-mail", by_email)):
        found = _contact_before_lead(found)
        if len(found) == 1:
            return Match(found[0], by)
        if found:
            return Match(None, by, tuple(sorted(c.ref for c in found)))
    return Match(None)


def _free(found: list[Record], key: str) -> list[Record]:
    """Records that nobody's id stands on come first; a taken one shows that this person is a duplicate."""
    return [c for c in found if not c.values.get(key)] or found


def _contact_before_lead(found: Iterable[Record]) -> list[Record]:
    unique = list({c.ref: c for c in found}.values())
    contacts = [c for c in unique if c.ref.object == "Contact"]
    return contacts or unique


def _email(record: Record) -> str:
    return str(record.values.get(EMAIL[record.ref.side]) or "").strip().casefold()


def _emails(contact: Record) -> set[str]:
    more = str(contact.values.get("hs_additional_emails") or "").split(";")
    return {_email(contact), *(address.strip().casefold() for address in more)} - {""}


def _same_id(told: object, id_: str) -> bool:
    return bool(told) and str(told)[:15] == id_[:15]
