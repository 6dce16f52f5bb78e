"""Lead conversion: a Contact with its Account, on request an Opportunity with the Contact in its primary role.

Fields of records that exist already are only filled where they are empty. The Lead stays, read-only.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.practice.salesforce import errors, saving
from connector.practice.salesforce.derived import add_role
from connector.practice.salesforce.persons import of_lead
from connector.practice.salesforce.state import Actor, Org, Written
from connector.practice.salesforce.tables import Row

_ACCOUNT_MAP = {
    "Company": "Name", "Phone": "Phone", "Fax": "Fax", "Website": "Website", "Industry": "Industry",
    "AnnualRevenue": "AnnualRevenue", "NumberOfEmployees": "NumberOfEmployees", "Street": "BillingStreet",
    "City": "BillingCity", "State": "BillingState", "PostalCode": "BillingPostalCode", "Country": "BillingCountry",
    "LeadSource": "AccountSource",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a sales person chooses. `opportunity_name` None and `amount` None: no opportunity."""

    lead_id: str
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_name: str | None = None
    amount: float | None = None
    status: str = "Closed - Converted"
    owner_id: str | None = None
    overwrite_source: bool = False


def convert(org: Org, wish: Conversion, actor: Actor) -> dict[str, str | None]:
    """Gives `{"lead_id", "account_id", "contact_id", "opportunity_id"}`; raises Refusal and changes nothing."""
    lead = _lead(org, wish)
    owner = wish.owner_id or (lead["OwnerId"] if lead["OwnerId"].startswith("005") else actor.user_id)
    account_id = _account(org, wish, lead, owner, actor)
    contact_id = _contact(org, wish, lead, account_id, owner, actor)
    deal_id = _deal(org, wish, lead, account_id, contact_id, owner, actor)
    _carry_over(org, lead["Id"], contact_id, actor)
    _close(org, wish, lead, (account_id, contact_id, deal_id), actor)
    return {
        "lead_id": lead["Id"],
        "account_id": account_id,
        "contact_id": contact_id,
        "opportunity_id": deal_id,
    }


def _lead(org: Org, wish: Conversion) -> Row:
    lead = org.tables["Lead"].rows.get(org.known(wish.lead_id, org.objects["Lead"]) or "")
    if lead is None:
        raise errors.not_found()
    if lead["IsConverted"]:
        raise errors.Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "lead is already converted", [])
    statuses = org.tables["LeadStatus"].rows.values()
    if not any(row["ApiName"] == wish.status and row["IsConverted"] for row in statuses):
        raise errors.Refusal("INVALID_STATUS", f"invalid convertedStatus: {wish.status}", ["convertedStatus"])
    return lead


def _account(org: Org, wish: Conversion, lead: Row, owner: str, actor: Actor) -> str:
    values = {target: lead[source] for source, target in _ACCOUNT_MAP.items() if lead[source] is not None}
    chosen = wish.account_id
    if chosen is None and wish.contact_id:
        contact = org.row(wish.contact_id)
        chosen = contact["AccountId"] if contact else None
    if chosen is None and not lead["Company"] and org.settings.person_accounts:
        values = of_lead({**org.settings.standard_map, **org.settings.custom_map}, lead)
    return _make_or_fill(org, "Account", chosen, {**values, "OwnerId": owner}, actor)


def _contact(org: Org, wish: Conversion, lead: Row, account_id: str, owner: str, actor: Actor) -> str:
    account = org.tables["Account"].rows[account_id]
    if account.get("IsPersonAccount"):
        return str(account["PersonContactId"])
    pairs = {**org.settings.standard_map, **org.settings.custom_map}
    fields = org.objects["Contact"].fields
    values = {
        target: lead[source]
        for source, target in pairs.items()
        if target in fields and lead.get(source) not in (None, False)
    }
    return _make_or_fill(
        org,
        "Contact",
        wish.contact_id,
        {**values, "AccountId": account_id, "OwnerId": owner},
        actor,
        wish.overwrite_source,
    )


def _make_or_fill(
    org: Org,
    object_name: str,
    chosen: str | None,
    values: dict[str, Any],
    actor: Actor,
    overwrite: bool = False,
) -> str:
    shape = org.objects[object_name]
    if chosen is None:
        return saving.create(org, shape, values, actor)
    row = org.tables[object_name].rows.get(org.known(chosen, shape) or "")
    if row is None:
        raise errors.bad_reference(f"{object_name}Id")
    only_empty = org.settings.conversion_fills_only_empty
    kept = ("OwnerId", "AccountId", "Name")
    empty = {
        name: value
        for name, value in values.items()
        if row[name] in (None, False) or not (only_empty or name in kept)
    }
    if overwrite and values.get("LeadSource"):
        empty["LeadSource"] = values["LeadSource"]
    if empty:
        saving.update(org, shape, row, empty, actor)
    return str(row["Id"])


def _deal(
    org: Org, wish: Conversion, lead: Row, account_id: str, contact_id: str, owner: str, actor: Actor
) -> str | None:
    if wish.opportunity_name is None and wish.amount is None:
        return None
    values = {
        "Name": wish.opportunity_name or f"{lead['Company']}-",
        "AccountId": account_id,
        "StageName": "Prospecting",
        "CloseDate": (org.clock.now() + timedelta(days=90)).date().isoformat(),
        "Amount": wish.amount,
        "LeadSource": lead["LeadSource"],
        "OwnerId": owner,
    }
    deal_id = saving.create(org, org.objects["Opportunity"], values, actor)
    add_role(org, deal_id, contact_id, actor)
    return deal_id


def _carry_over(org: Org, lead_id: str, contact_id: str, actor: Actor) -> None:
    """Tasks go over to the contact; campaign members belong to both from now on."""
    for name, link, target in (("Task", "WhoId", "WhoId"), ("CampaignMember", "LeadId", "ContactId")):
        for row in org.tables[name].find(link, lead_id) if name in org.tables else ():
            at = org.stamp()
            new = {**row, target: contact_id, "LastModifiedDate": at, "SystemModstamp": at}
            org.store(org.tables[name], new)
            org.note(Written("updated", name, row["Id"], actor.user_id, at, row, new, (target,)))


def _close(org: Org, wish: Conversion, lead: Row, ids: tuple[str, str, str | None], actor: Actor) -> None:
    at = org.stamp()
    changes: dict[str, Any] = {
        "IsConverted": True,
        "ConvertedDate": at[:10],
        "Status": wish.status,
        "ConvertedAccountId": ids[0],
        "ConvertedContactId": ids[1],
        "ConvertedOpportunityId": ids[2],
        "IsUnreadByOwner": False,
    }
    row = {**lead, **changes, "SystemModstamp": at, "LastModifiedById": actor.user_id}
    if org.settings.conversion_moves_last_modified:
        row["LastModifiedDate"] = at
    org.store(org.tables["Lead"], row)
    moved = tuple(name for name, value in changes.items() if lead[name] != value)
    if org.settings.conversion_notifies:
        org.note(Written("updated", "Lead", lead["Id"], actor.user_id, at, lead, row, moved))
