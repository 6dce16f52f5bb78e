"""Person accounts: one person as an Account and, behind it, a Contact that follows the Account."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.state import Actor, Org, Written
from connector.practice.salesforce.tables import Row

# Account field -> Contact field
_FOLLOWS = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation", "Name": "Name",
    "PersonEmail": "Email",
    "PersonMobilePhone": "MobilePhone", "PersonHomePhone": "HomePhone", "PersonTitle": "Title",
    "PersonBirthdate": "Birthdate", "PersonHasOptedOutOfEmail": "HasOptedOutOfEmail", "PersonDoNotCall": "DoNotCall",
    "PersonLeadSource": "LeadSource", "PersonMailingStreet": "MailingStreet", "PersonMailingCity": "MailingCity",
    "PersonMailingState": "MailingState", "PersonMailingPostalCode": "MailingPostalCode",
    "PersonMailingCountry": "MailingCountry", "Phone": "Phone", "Fax": "Fax", "OwnerId": "OwnerId",
}  # fmt: skip


def of_lead(pairs: Mapping[str, str], lead: Row) -> dict[str, Any]:
    """What a Lead without a company gives a person account; `pairs`: Lead field -> Contact field."""
    back = {contact: account for account, contact in _FOLLOWS.items()}
    given = {
        back[target]: lead[source] for source, target in pairs.items() if target in back and lead.get(source)
    }
    return {name: value for name, value in given.items() if name != "Name"}


def name_person(org: Org, old: Row | None, row: Row, changes: dict[str, Any]) -> None:
    """An account with a last name is a person; any other needs a name."""
    if row["LastName"]:
        name = " ".join(filter(None, (row["FirstName"], row["LastName"])))
        for field, value in (("Name", name), ("IsPersonAccount", True)):
            if row[field] != value:
                row[field] = changes[field] = value
    elif row["Name"] is None:
        raise errors.required(["Name"])


def follow(org: Org, row: Row, changes: Mapping[str, Any], actor: Actor) -> None:
    """The contact behind a stored person account comes to be, or takes the changes on."""
    if not row.get("IsPersonAccount"):
        return
    table, shape = org.tables["Contact"], org.objects["Contact"]
    contact = table.rows.get(row["PersonContactId"] or "")
    moved = {theirs: row[ours] for ours, theirs in _FOLLOWS.items() if ours in changes and ours in row}
    if contact is not None and not moved:
        return
    at = org.stamp()
    new = contact is None
    base = contact or {
        **shape.blank, "Id": org.ids.new(shape.prefix), "AccountId": row["Id"], "IsPersonAccount": True,
        "CreatedDate": at, "CreatedById": actor.user_id, "OwnerId": row["OwnerId"],
    }  # fmt: skip
    after = {**base, **moved, "LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": actor.user_id}
    org.store(table, after)
    if new:
        org.store(org.tables["Account"], {**row, "PersonContactId": after["Id"]})
    kind = "created" if new else "updated"
    org.note(Written(kind, "Contact", after["Id"], actor.user_id, at, contact or {}, after, tuple(moved)))


def refuse_direct(org: Org, row: Row, changes: Mapping[str, Any]) -> None:
    """The contact of a person account is written through its account (memory; a setting)."""
    if changes and row.get("IsPersonAccount") and org.settings.person_contact_writes == "refused":
        raise errors.not_writable(sorted(changes))
