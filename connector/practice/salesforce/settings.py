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
CONVERSION_OPTIONS = {"allowOwnerChange": "true", "opportunityCreationOptions": "VisibleOptional"}


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
    password_grant: bool = False  # the user-name and password flow is blocked in new orgs (memory)
    rotates_refresh_tokens: bool = False
    client_credentials_user: bool = True  # the app names a run-as user
    preauthorised: bool = True  # the app's users are pre-authorised by an admin
    soap_login: bool = True  # off by default in orgs made from Winter '26 on
    authorize_answer: str = "allow"  # or "deny": what the person at the consent page says
    callback_urls: list[str] = field(default_factory=list)  # of the app; none: any redirect_uri will do
    replication_lag_seconds: int = 0  # how far a long transaction holds latestDateCovered back
    bulk_seconds: float = 0.0  # how long a bulk job is InProgress
    bulk_page: int = 50_000  # rows a page of bulk query results, where maxRecords says nothing
    bulk_field_length: int = 131_072  # or 32,000, as an older page says (memory)
    metadata_api: bool = True  # the edition, or the user's rights, allow deployments
    deploy_seconds: float = 0.0  # how long a deployment is InProgress
    deploy_status_created: int = 201  # of POST deployRequest (memory)
    most_captured: int = 5  # objects selected for Change Data Capture, where no more were bought
    channel_member_again: str = (
        "refused"  # or "taken": deploying a member that is there, under the same name (memory)
    )
    channel_member_names: bool = (
        True  # a channel member may bear another name than ChannelName_EventName (memory)
    )
    channel_told: str = (
        "name"  # or "id": how a member's EventChannel is told of the standard channel (memory)
    )
    views_all: bool = True  # the integration user sees all records without a permission set that says so
    deletes_active_flows: bool = False  # a destructive change of an active flow is refused (memory)
    replication_most: int = 600_000  # ids that getUpdated and getDeleted tell at most
    insufficient_access_status: int = 400  # or 403, of INSUFFICIENT_ACCESS_… (both were seen)
    composite_escapes_html: bool = False  # a client's source says that composite answers come HTML-escaped
    locator_prefix: str = "01g"  # or "0r8", of query locators: examples and help page differ
    conversion_fills_only_empty: bool = True  # fields of a Contact or Account that was there before (memory)
    tree_status_failed: int = 400  # (memory)
    bulk_na_clears: bool = True  # "#N/A" in a CSV cell clears the field (memory)
    outbound_omits_nulls: bool = (
        True  # a null field is left out of an outbound message (memory), else xsi:nil
    )
    hidden_field_write: str = (
        "INVALID_FIELD"  # or INVALID_FIELD_FOR_INSERT_UPDATE, on writing a field one can't see
    )
    duplicates_on_any_update: bool = False  # or only where a field changes that the rule compares (a book says so)
    edition: str = "Enterprise Edition"
    api_enabled: bool = True
    outbound_messages: bool = True  # whether the edition has them
    pub_sub: bool = True  # likewise Change Data Capture and the Pub/Sub API
    person_accounts: bool = False
    person_contact_writes: str = "refused"  # or "allowed": the Contact behind a person account (memory)
    sandbox: str = ""  # the sandbox's name; "" is production
    accord_fields: bool = True  # Accord's own fields are there from the start, not as in an org nobody set up
    history_length: int = 10_000  # how many writes `org.history` remembers
    standard_map: dict[str, str] = field(default_factory=lambda: dict(STANDARD_MAP))
    custom_map: dict[str, str] = field(default_factory=lambda: {name: name for name in CUSTOM_MAP})
    # What conversion maps to other objects, and its options: told and deployed, without effect on a conversion.
    other_maps: dict[str, dict[str, str]] = field(default_factory=dict)
    conversion_options: dict[str, str] = field(default_factory=lambda: dict(CONVERSION_OPTIONS))
    conversion_deploy: str = (
        "whole"  # or "named": what a deployed LeadConvertSettings leaves out stays (memory)
    )

    def __post_init__(self) -> None:
        if not self.accord_fields:
            self.custom_map = {k: v for k, v in self.custom_map.items() if not k.startswith("Accord_")}

    def update(self, values: dict[str, Any]) -> None:
        """Sets the named knobs; ValueError names those that do not exist."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        for name, value in values.items():
            setattr(self, name, value)
