"""What differs from org to org, or what nobody here has seen: settings, so that tests can run both ways.

Those marked (memory) stand for facts that documents or recordings do not prove.
"""

from dataclasses import dataclass, field, fields
from typing import Any

# Lead field -> Contact field on conversion; the standard ones of the same meaning.
STANDARD_MAP = {
    "Salutation": "Salutation", "FirstName": "FirstName", "LastName": "LastName", "Title": "Title", "Phone": "Phone",
    "MobilePhone": "MobilePhone", "Fax": "Fax", "Email": "Email", "LeadSource": "LeadSource",
    "Description": "Description", "HasOptedOutOfEmail": "HasOptedOutOfEmail", "DoNotCall": "DoNotCall",
    "Street": "MailingStreet", "City": "MailingCity", "State": "MailingState", "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}  # fmt: skip
CUSTOM_MAP = (
    "Accord_HubSpot_Id__c", "Accord_Tier__c", "Accord_Reasons__c", "Accord_Handoff__c", "Accord_Answer__c",
    "Accord_Reject_Reason__c", "Accord_Answer_By__c", "Budget__c", "Decision_Maker__c", "Purchase_Timeframe__c",
    "Demo_Requested__c", "Fit_Score__c", "Webinar_Date__c", "Product_Interest__c",
)  # fmt: skip


@dataclass
class Settings:
    """One practice org's knobs; all can be set in process or by POST /_practice/settings."""

    daily_api_calls: int = 101_000
    session_seconds: int = 7200
    page_size: int = 2000
    max_uri: int = 16_384
    upsert_status_updated: int = 200  # 204 before v46 (memory)
    collections_per_composite: int = 5  # query and collection subrequests together (memory)
    composite_inherits_headers: bool = (
        False  # whether Sforce-Auto-Assign of the outer call reaches the subrequests
    )
    rollback_status: int = 200  # of a collection refused as a whole under allOrNone; 400 was seen by others
    collection_parser_error: str = (
        "row"  # a value of the wrong JSON type fails its "row" or the whole "call" (memory)
    )
    no_op_moves_stamp: bool = True  # an update that changes nothing still moves LastModifiedDate (memory)
    no_op_notifies: bool = True
    conversion_moves_last_modified: bool = True
    conversion_notifies: bool = True
    unmodified_since_field: str = "LastModifiedDate"  # what If-Unmodified-Since is held against (memory)
    auto_assign: bool = True  # without Sforce-Auto-Assign: FALSE a written Lead goes to the default owner
    default_owner: str = "queue"  # "queue", "admin", or a User or Group id
    rounds_numbers: bool = True  # decimals beyond a field's scale are rounded (memory)
    trims_text: bool = True
    jwt_public_key: str = ""  # PEM; empty: any well-formed assertion of the right client and user is accepted
    row_write_ms: float = 0.0  # slow triggers: time that each written row costs its call
    history_length: int = 10_000  # how many writes `org.history` remembers
    standard_map: dict[str, str] = field(default_factory=lambda: dict(STANDARD_MAP))
    custom_map: dict[str, str] = field(default_factory=lambda: {name: name for name in CUSTOM_MAP})

    def update(self, values: dict[str, Any]) -> None:
        """Sets the named knobs; ValueError names those that do not exist."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        for name, value in values.items():
            setattr(self, name, value)
