"""Lead and Contact, with the lengths and flags of a real describe."""

from connector.practice.salesforce import schema_common as common
from connector.practice.salesforce.fields import (
    Child,
    Field,
    SObject,
    flag,
    lookup,
    number,
    picklist,
    read_only,
    text,
    typed,
)

LEAD_STATUSES = (
    "Open - Not Contacted", "Working - Contacted", "Accepted", "Rejected", "Nurturing", "Closed - Converted",
    "Closed - Not Converted",
)  # fmt: skip


def _consents() -> list[Field]:
    return [flag("HasOptedOutOfEmail", "Email Opt Out"), flag("DoNotCall", "Do Not Call")]


def _bounces(createable: bool) -> list[Field]:
    return [
        text("EmailBouncedReason", "Email Bounced Reason", 255, createable=createable),
        typed("datetime", "EmailBouncedDate", "Email Bounced Date", createable=createable),
    ]


def _views() -> list[Field]:
    return [
        read_only(typed("datetime", "LastViewedDate", "Last Viewed Date")),
        read_only(typed("datetime", "LastReferencedDate", "Last Referenced Date")),
    ]


def lead() -> SObject:
    fields = [
        *common.identity("Lead"),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Lead",))),
        *common.person_name(),
        text("Title", "Title", 128),
        text("Company", "Company", 255, nillable=False),
        *common.address(""),
        typed("phone", "Phone", "Phone", 40),
        typed("phone", "MobilePhone", "Mobile Phone", 40),
        typed("phone", "Fax", "Fax", 40),
        typed("email", "Email", "Email", 80, id_lookup=True, indexed=True),
        typed("url", "Website", "Website", 255),
        typed("textarea", "Description", "Description", 32000),
        picklist("LeadSource", "Lead Source", common.SOURCES),
        picklist(
            "Status",
            "Status",
            LEAD_STATUSES,
            default=LEAD_STATUSES[0],
            nillable=False,
            defaulted=True,
            restricted=True,
        ),
        picklist("Industry", "Industry", common.INDUSTRIES),
        picklist("Rating", "Rating", common.RATINGS),
        number("currency", "AnnualRevenue", "Annual Revenue"),
        number("int", "NumberOfEmployees", "Employees"),
        *_conversion(),
        flag("IsUnreadByOwner", "Unread By Owner"),
        *_consents(),
        *common.history(("Group", "User")),
        *_views(),
        *_bounces(False),
        *common.agreed_fields(),
    ]
    children = (Child("Tasks", "Task", "WhoId"), Child("CampaignMembers", "CampaignMember", "LeadId"))
    return _object("Lead", "00Q", fields, children)


def _conversion() -> list[Field]:
    return [
        read_only(flag("IsConverted", "Converted")),
        read_only(typed("date", "ConvertedDate", "Converted Date")),
        read_only(lookup("ConvertedAccountId", "Converted Account ID", ("Account",))),
        read_only(lookup("ConvertedContactId", "Converted Contact ID", ("Contact",))),
        read_only(lookup("ConvertedOpportunityId", "Converted Opportunity ID", ("Opportunity",))),
    ]


def contact() -> SObject:
    fields = [
        *common.identity("Contact"),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Contact",))),
        lookup("AccountId", "Account ID", ("Account",)),
        *common.person_name(),
        *common.address("Mailing", "Mailing"),
        *common.address("Other", "Other"),
        typed("phone", "Phone", "Business Phone", 40),
        typed("phone", "Fax", "Business Fax", 40),
        typed("phone", "MobilePhone", "Mobile Phone", 40),
        typed("phone", "HomePhone", "Home Phone", 40),
        typed("phone", "OtherPhone", "Other Phone", 40),
        typed("phone", "AssistantPhone", "Asst. Phone", 40),
        lookup("ReportsToId", "Reports To ID", ("Contact",), relationship="ReportsTo"),
        typed("email", "Email", "Email", 80, id_lookup=True, indexed=True),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        text("AssistantName", "Assistant's Name", 40),
        picklist("LeadSource", "Lead Source", common.SOURCES),
        typed("date", "Birthdate", "Birthdate"),
        typed("textarea", "Description", "Contact Description", 32000),
        *_consents(),
        *common.history(("User",)),
        *_views(),
        *_bounces(True),
        read_only(flag("IsEmailBounced", "Is Email Bounced")),
        *common.agreed_fields(),
    ]
    return _object("Contact", "003", fields, _contact_children())


def _contact_children() -> tuple[Child, ...]:
    return (
        Child("OpportunityContactRoles", "OpportunityContactRole", "ContactId"),
        Child("Tasks", "Task", "WhoId"),
        Child("CampaignMembers", "CampaignMember", "ContactId"),
    )


def _object(name: str, prefix: str, fields: list[Field], children: tuple[Child, ...] = ()) -> SObject:
    return SObject(name, name, name + "s", prefix, {item.name: item for item in fields}, children)
