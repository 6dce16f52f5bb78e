"""Fields the service works out itself, and the rows that a save brings along."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.persons import follow, name_person
from connector.practice.salesforce.regions import settle_places
from connector.practice.salesforce.state import Actor, Org, Written
from connector.practice.salesforce.tables import Row


def add_derived(org: Org, shape: SObject, old: Row | None, row: Row, changes: dict[str, Any]) -> None:
    """Fills the computed fields of `row`, and notes in `changes` those that moved."""
    if org.places:
        settle_places(org, shape.name, row, changes)
    if shape.name in ("Lead", "Contact", "User"):
        if old is None or "FirstName" in changes or "LastName" in changes:
            _set(row, changes, "Name", " ".join(filter(None, (row["FirstName"], row["LastName"]))) or None)
    elif shape.name == "Opportunity":
        _stage(org, old, row, changes)
    elif shape.name == "Account" and org.settings.person_accounts:
        name_person(org, old, row, changes)
    elif shape.name == "CampaignMember":
        _response(org, row, changes)
    elif shape.name == "Task":
        _set(row, changes, "IsClosed", row["Status"] == "Completed")


def _response(org: Org, row: Row, changes: dict[str, Any]) -> None:
    responded = row["Status"] == "Responded"
    _set(row, changes, "HasResponded", responded)
    if responded and row["FirstRespondedDate"] is None:
        _set(row, changes, "FirstRespondedDate", org.clock.now().date().isoformat())


def _set(row: Row, changes: dict[str, Any], name: str, value: Any) -> None:
    if row[name] != value:
        row[name] = changes[name] = value


def _stage(org: Org, old: Row | None, row: Row, changes: dict[str, Any]) -> None:
    stage = org.stages.get(row["StageName"] or "")
    moved = old is None or old["StageName"] != row["StageName"]
    if stage is not None and moved:
        _set(row, changes, "IsClosed", stage["IsClosed"])
        _set(row, changes, "IsWon", stage["IsWon"])
        _set(row, changes, "ForecastCategory", stage["ForecastCategory"])
        _set(row, changes, "ForecastCategoryName", stage["ForecastCategoryName"])
        if "Probability" not in changes:
            _set(row, changes, "Probability", stage["DefaultProbability"])
    amount, chance = row["Amount"], row["Probability"]
    _set(row, changes, "ExpectedRevenue", None if amount is None else amount * (chance or 0.0) / 100)


def after_store(org: Org, shape: SObject, row: Row, changes: Mapping[str, Any], actor: Actor) -> None:
    """A deal created with a contact gets a primary role; of a deal's roles only one stays primary."""
    if shape.name == "Opportunity" and changes.get("ContactId"):
        add_role(org, row["Id"], row["ContactId"], actor)
    elif shape.name == "Account" and org.settings.person_accounts:
        follow(org, row, changes, actor)
    elif shape.name == "OpportunityContactRole" and changes.get("IsPrimary"):
        table = org.tables[shape.name]
        for other in table.find("OpportunityId", row["OpportunityId"]):
            if other["IsPrimary"] and other["Id"] != row["Id"]:
                org.store(table, {**other, "IsPrimary": False, "SystemModstamp": row["SystemModstamp"]})


def add_role(org: Org, deal_id: str, contact_id: str, actor: Actor) -> str:
    """A primary contact role, as the service itself makes one."""
    shape = org.objects["OpportunityContactRole"]
    at = org.stamp()
    row = {
        **shape.blank,
        "Id": org.ids.new(shape.prefix),
        "OpportunityId": deal_id,
        "ContactId": contact_id,
        "IsPrimary": True,
        "CreatedDate": at,
        "LastModifiedDate": at,
        "SystemModstamp": at,
        "CreatedById": actor.user_id,
        "LastModifiedById": actor.user_id,
    }
    org.store(org.tables[shape.name], row)
    org.note(
        Written("created", shape.name, row["Id"], actor.user_id, at, {}, row, ("OpportunityId", "ContactId"))
    )
    return str(row["Id"])
