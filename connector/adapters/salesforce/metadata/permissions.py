"""Two permission sets: one for the user that Accord works as, one for the reps who answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.adapters.salesforce.metadata.xml import Parts
from connector.core.wanted import Wanted

INTEGRATION, REPS = "Accord_Integration", "Accord_Reps"
STANDARD: Mapping[str, frozenset[str]] = {
    "Lead": frozenset(
        "Address AnnualRevenue Email Fax Industry LeadSource MobilePhone NumberOfEmployees Phone Title Website "
        "DoNotCall HasOptedOutOfEmail".split()
    ),
    "Contact": frozenset(
        "AccountId MailingAddress Email Fax LeadSource MobilePhone Phone Title DoNotCall HasOptedOutOfEmail".split()
    ),
    "Opportunity": frozenset({"Amount", "AccountId"}),
}
"""Standard fields whose visibility is a matter of permission. (Names, Company, Status and owner always show.)"""
PARTS = {
    "Street": "Address", "City": "Address", "State": "Address", "PostalCode": "Address", "Country": "Address",
    "MailingStreet": "MailingAddress", "MailingCity": "MailingAddress", "MailingState": "MailingAddress",
    "MailingPostalCode": "MailingAddress", "MailingCountry": "MailingAddress",
}  # fmt: skip
"""Parts of an address have one permission, the address's."""


def integration(fields: Mapping[str, Iterable[str]]) -> Parts:
    """``fields``: per object, the native fields that Accord reads and writes."""
    visible = sorted(
        {f"{object_}.{name}" for object_, names in fields.items() for name in _permissible(object_, names)}
    )
    people = sorted(object_ for object_ in fields if object_ != "Opportunity")
    return [
        ("description", "For the user that Accord works as. Nothing may be deleted."),
        *(("fieldPermissions", _field(name, True)) for name in visible),
        ("hasActivationRequired", False),
        ("label", "Accord: integration user"),
        ("objectPermissions", _object("Account", edit=False)),
        *(("objectPermissions", _object(name, edit=True)) for name in people),
        ("objectPermissions", _object("Opportunity", edit=False)),
        ("userPermissions", [("enabled", True), ("name", "ApiEnabled")]),
    ]


def reps(own: Iterable[Wanted], answers: Iterable[str]) -> Parts:
    """Reps see Accord's fields and write the answer and its reason."""
    writable = set(answers)
    rows = sorted(
        (f"{one.object}.{one.name}", one.name in writable or one.object == "Opportunity") for one in own
    )
    return [
        ("description", "For those who answer offers."),
        *(("fieldPermissions", _field(name, edit)) for name, edit in rows),
        ("hasActivationRequired", False),
        ("label", "Accord: reps"),
    ]


def _permissible(object_: str, names: Iterable[str]) -> set[str]:
    whole = {PARTS.get(name, name) for name in names}
    return {name for name in whole if name.endswith("__c") or name in STANDARD.get(object_, ())}


def _field(name: str, edit: bool) -> Parts:
    return [("editable", edit), ("field", name), ("readable", True)]


def _object(name: str, *, edit: bool) -> Parts:
    return [
        ("allowCreate", edit),
        ("allowDelete", False),
        ("allowEdit", edit),
        ("allowRead", True),
        ("modifyAllRecords", False),
        ("object", name),
        ("viewAllRecords", True),
    ]
