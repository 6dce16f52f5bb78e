"""A fresh org: the company itself, its users and queue, its lead statuses and sales stages."""

from typing import Any

from connector.practice.people import REPS
from connector.practice.salesforce.schema_business import STAGES
from connector.practice.salesforce.state import Org

INTEGRATION_USERNAME = "accord.integration@practice.example.com"
PROFILES = ("System Administrator", "Standard User", "Minimum Access - API Only Integrations")
_CONVERTED = "Closed - Converted"
# role, first name, last name, e-mail, active
_STAFF = (
    ("integration", "Accord", "Integration", INTEGRATION_USERNAME, True),
    ("admin", "Ada", "Admin", "admin@accord.example.com", True),
    ("process", "Automated", "Process", "process@accord.example.com", True),
    ("inactive", "Gone", "Former", "former@accord.example.com", False),
)


def found(org: Org) -> str:
    """Fills an empty org; gives the organization's id. `org.people` learns roles and e-mails."""
    org_id = add_row(
        org, "Organization", Name="Practice Org", OrganizationType="Enterprise Edition", InstanceName="PR01"
    )
    for name in PROFILES:
        add_row(org, "Profile", Name=name)
    profiles = {"integration": "Minimum Access - API Only Integrations", "admin": "System Administrator"}
    people = [*_STAFF, *((rep.email, rep.first_name, rep.last_name, rep.email, True) for rep in REPS)]
    for role, first, last, email, active in people:
        org.people[role] = org.people[email] = add_user(
            org, first, last, email, active, profiles.get(role, "Standard User")
        )
    org.people["user"] = org.people[REPS[1].email]
    org.people["automation"] = org.people["process"]
    org.people["queue"] = add_row(
        org, "Group", Name="Inbound Leads", DeveloperName="Inbound_Leads", Email="inbound@accord.example.com"
    )
    for choice in org.objects["Lead"].fields["Status"].choices:
        add_status(org, choice.value)
    for place, stage in enumerate(STAGES, 1):
        add_stage(org, place, *stage)
    org.commit()
    return org_id


def add_status(org: Org, value: str, label: str | None = None, converted: bool | None = None) -> None:
    """A row of LeadStatus for a picklist value; nothing when it is there."""
    rows = org.tables["LeadStatus"].rows
    if any(row["ApiName"] == value for row in rows.values()):
        return
    add_row(
        org,
        "LeadStatus",
        ApiName=value,
        MasterLabel=label or value,
        SortOrder=len(rows) + 1,
        IsDefault=not rows,
        IsConverted=value == _CONVERTED if converted is None else converted,
    )


def add_user(org: Org, first: str, last: str, email: str, active: bool, profile: str) -> str:
    """A User with one of the org's profiles, by name."""
    process = first == "Automated"
    return add_row(
        org,
        "User",
        Username=email,
        FirstName=first,
        LastName=last,
        Name=f"{first} {last}",
        Email=email,
        IsActive=active,
        Alias=last[:8].lower(),
        UserType="AutomatedProcess" if process else "Standard",
        ProfileId=next(key for key, row in org.tables["Profile"].rows.items() if row["Name"] == profile),
    )


def add_stage(org: Org, place: int, name: str, closed: bool, won: bool, chance: int, forecast: str) -> None:
    """A row of OpportunityStage, known to the deals from now on."""
    row_id = add_row(
        org,
        "OpportunityStage",
        ApiName=name,
        MasterLabel=name,
        SortOrder=place,
        IsClosed=closed,
        IsWon=won,
        DefaultProbability=float(chance),
        ForecastCategory=forecast,
        ForecastCategoryName=forecast,
    )
    org.stages[name] = org.tables["OpportunityStage"].rows[row_id]


def add_row(org: Org, object_name: str, **values: Any) -> str:
    """A row past all rules: of objects that the API can't write, or that an admin makes."""
    shape = org.objects[object_name]
    row_id = org.ids.new(shape.prefix)
    at = org.stamp()
    by = org.people.get("admin", "")
    stamps = {"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at}
    row = {**shape.blank, **values, **stamps, "Id": row_id, "CreatedById": by, "LastModifiedById": by}
    org.store(org.tables[object_name], row)
    return row_id
