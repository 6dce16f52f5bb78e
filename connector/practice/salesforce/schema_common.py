"""Fields that every Salesforce object, or every person, has."""

from connector.practice import wordlists
from connector.practice.salesforce.fields import (
    Field,
    flag,
    lookup,
    number,
    picklist,
    read_only,
    text,
    typed,
)

INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
    "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance",
    "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media",
    "Not For Profit", "Recreation", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation",
    "Utilities", "Other",
)  # fmt: skip
SOURCES = tuple(label for _, label in wordlists.LEAD_SOURCES)
RATINGS = ("Hot", "Warm", "Cold")
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
REJECT_REASONS = (
    "No budget", "No authority", "No need", "Bad timing", "Wrong contact", "Bad data", "Competitor", "Other",
)  # fmt: skip


def identity(label: str) -> list[Field]:
    """Id and the deleted mark."""
    return [
        read_only(
            typed("id", "Id", f"{label} ID", 18, nillable=False, defaulted=True, id_lookup=True, indexed=True)
        ),
        read_only(flag("IsDeleted", "Deleted")),
    ]


def history(owner: tuple[str, ...] = ()) -> list[Field]:
    """Owner (where there is one) and the stamps that the service keeps itself."""
    always: dict[str, bool] = {"nillable": False, "defaulted": True}
    fields = [lookup("OwnerId", "Owner ID", owner, **always)] if owner else []
    stamps = [
        typed("datetime", "CreatedDate", "Created Date", **always),
        lookup("CreatedById", "Created By ID", ("User",), **always),
        typed("datetime", "LastModifiedDate", "Last Modified Date", **always),
        lookup("LastModifiedById", "Last Modified By ID", ("User",), **always),
        typed("datetime", "SystemModstamp", "System Modstamp", **always),
        typed("date", "LastActivityDate", "Last Activity"),
    ]
    for item in fields + stamps:
        # Owners and stamps are on every row: an index over them would be one huge bucket per user.
        item.indexed = False
    return fields + [read_only(item) for item in stamps]


def person_name() -> list[Field]:
    return [
        text("LastName", "Last Name", 80, nillable=False, compound="Name"),
        text("FirstName", "First Name", 40, compound="Name"),
        picklist("Salutation", "Salutation", SALUTATIONS, compound="Name"),
        read_only(text("Name", "Full Name", 121, nillable=False)),
    ]


def address(prefix: str, label: str = "") -> list[Field]:
    """The parts of one address and its read-only compound."""
    said = f"{label} " if label else ""
    parts = [
        typed("textarea", f"{prefix}Street", f"{said}Street", 255),
        text(f"{prefix}City", f"{said}City", 40),
        text(f"{prefix}State", f"{said}State/Province", 80),
        text(f"{prefix}PostalCode", f"{said}Zip/Postal Code", 20),
        text(f"{prefix}Country", f"{said}Country", 80),
        number("double", f"{prefix}Latitude", f"{said}Latitude", 18, 15),
        number("double", f"{prefix}Longitude", f"{said}Longitude", 18, 15),
    ]
    for part in parts:
        part.compound = f"{prefix}Address"
    return [*parts, read_only(typed("address", f"{prefix}Address", f"{said}Address"))]


def agreed_fields() -> list[Field]:
    """Accord's own fields and the custom ones a marketing team has, alike on Lead and Contact."""
    return [
        text(
            "Accord_HubSpot_Id__c", "Accord HubSpot Id", 40, external_id=True, unique=True, case_sensitive=True,
            id_lookup=True, indexed=True,
        ),
        picklist("Accord_Tier__c", "Accord Tier", ("Hot", "Warm", "Nurture"), 255, restricted=True),
        typed("textarea", "Accord_Reasons__c", "Accord Reasons", 32000),
        picklist("Accord_Handoff__c", "Accord Handoff", ("Offered", "Withdrawn"), 255, restricted=True),
        picklist("Accord_Answer__c", "Accord Answer", ("Accepted", "Rejected"), 255, restricted=True),
        picklist("Accord_Reject_Reason__c", "Accord Reject Reason", REJECT_REASONS, 255, restricted=True),
        typed("datetime", "Accord_Answer_By__c", "Accord Answer By"),
        number("currency", "Budget__c", "Budget", 18, 2),
        flag("Decision_Maker__c", "Decision Maker"),
        picklist(
            "Purchase_Timeframe__c", "Purchase Timeframe", [label for _, label in wordlists.TIMEFRAMES], 255,
            restricted=True,
        ),
        flag("Demo_Requested__c", "Demo Requested"),
        number("double", "Fit_Score__c", "Fit Score", 3, 0),
        typed("date", "Webinar_Date__c", "Webinar Date"),
        picklist(
            "Product_Interest__c", "Product Interest", [label for _, label in wordlists.INTERESTS], 4099,
            kind="multipicklist", restricted=True,
        ),
    ]  # fmt: skip
