"""The contact properties of the practice portal: HubSpot's own, a marketing team's, and Accord's.

Types and read-only marks of HubSpot's own are as recorded from a real portal (API-FACTS 1.8).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.practice import wordlists as words

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `options`: (value, label) pairs. `owner_options`: the value is an owner's id."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    group: str = "contactinformation"
    unique: bool = False
    read_only: bool = False
    calculated: bool = False
    hubspot_defined: bool = True
    owner_options: bool = False
    hidden: bool = False
    description: str = ""
    at_ms: int = 1_704_067_200_000
    extra: dict[str, Any] = field(default_factory=dict)

    def custom(self) -> "Property":
        """The same property as a portal's own."""
        return replace(self, hubspot_defined=False)


def text(name: str, label: str, **more: Any) -> Property:
    return Property(name, label, **more)


def select(name: str, label: str, options: Pairs, **more: Any) -> Property:
    more.setdefault("field_type", "select")
    return Property(name, label, "enumeration", options=tuple(options), **more)


def boolean(name: str, label: str, **more: Any) -> Property:
    yes_no = (("true", "Yes"), ("false", "No"))
    return Property(name, label, "bool", "booleancheckbox", options=yes_no, **more)


def numeric(name: str, label: str, **more: Any) -> Property:
    return Property(name, label, "number", "number", **more)


def day(name: str, label: str, **more: Any) -> Property:
    return Property(name, label, "date", "date", **more)


def instant(name: str, label: str, **more: Any) -> Property:
    return Property(name, label, "datetime", "date", **more)


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)


LIFECYCLE: Pairs = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUS: Pairs = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
_SOURCES = _same("ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "REFERRALS", "DIRECT_TRAFFIC", "OFFLINE")
_BANDS: Pairs = (*((band, band) for _, band in words.EMPLOYEE_BANDS), ("1000+", "1000+"))

STANDARD: tuple[Property, ...] = (
    text("email", "Email"),
    text("firstname", "First Name"),
    text("lastname", "Last Name"),
    text("salutation", "Salutation"),
    text("phone", "Phone Number"),
    text("mobilephone", "Mobile Phone Number"),
    text("fax", "Fax Number"),
    text("jobtitle", "Job Title"),
    text("company", "Company Name"),
    text("website", "Website URL"),
    text("address", "Street Address"),
    text("city", "City"),
    text("state", "State/Region"),
    text("zip", "Postal Code"),
    text("country", "Country/Region"),
    text("industry", "Industry"),
    select("numemployees", "Number of Employees", _BANDS),
    text("annualrevenue", "Annual Revenue"),
    text("date_of_birth", "Date of birth"),
    text("message", "Message", field_type="textarea", group="contact_activity"),
    select("lifecyclestage", "Lifecycle Stage", LIFECYCLE, field_type="radio"),
    select("hs_lead_status", "Lead Status", LEAD_STATUS, field_type="radio", group="sales_properties"),
    select("hubspot_owner_id", "Contact owner", (), owner_options=True, group="sales_properties"),
    select("hs_language", "Preferred language", (("en", "English"), ("de", "German"), ("fr", "French"))),
    text("hs_additional_emails", "Additional email addresses"),
    boolean("hs_email_optout", "Unsubscribed from all email", read_only=True, group="emailinformation"),
    select("hs_analytics_source", "Original Source", _SOURCES, read_only=True, group="analyticsinformation"),
    text("salesforceleadid", "Salesforce Lead ID", group="salesforceinformation"),
    text("salesforcecontactid", "Salesforce Contact ID", group="salesforceinformation"),
    instant("createdate", "Create Date", read_only=True),
    instant("lastmodifieddate", "Last Modified Date", read_only=True),
    numeric("hs_object_id", "Record ID", read_only=True, calculated=True),
    text("hs_email_domain", "Email Domain", read_only=True, calculated=True),
    text("hs_full_name_or_email", "Full name or email", read_only=True, calculated=True),
    text("hs_all_contact_vids", "All vids for a contact", read_only=True, calculated=True),
    text("hs_merged_object_ids", "Merged record IDs", read_only=True, calculated=True),
    text("hs_calculated_merged_vids", "Merged vids with timestamps", read_only=True, calculated=True),
    numeric("associatedcompanyid", "Primary Associated Company ID", hidden=True),
    boolean("hs_is_unworked", "Contact unworked", read_only=True, calculated=True),
    text("hs_pipeline", "Pipeline", read_only=True),
    text("hs_object_source", "Record creation source", read_only=True),
    text("hs_object_source_id", "Record creation source ID", read_only=True),
    text("hs_object_source_label", "Record source", read_only=True),
    instant("hubspot_owner_assigneddate", "Owner Assigned Date", read_only=True, group="sales_properties"),
    *(
        instant(f"hs_lifecyclestage_{stage}_date", f"Became a {label} Date", read_only=True)
        for stage, label in LIFECYCLE
    ),
)

TEAM: tuple[Property, ...] = tuple(
    item.custom()
    for item in (
        select("lead_source", "Lead source", words.LEAD_SOURCES),
        numeric("budget", "Budget"),
        boolean("decision_maker", "Decision maker"),
        select("purchase_timeframe", "Purchase timeframe", words.TIMEFRAMES),
        boolean("demo_requested", "Demo requested"),
        numeric("fit_score", "Fit score"),
        day("webinar_date", "Webinar date"),
        select("product_interest", "Product interest", words.INTERESTS, field_type="checkbox"),
        boolean("do_not_call", "Do not call"),
    )
)

_HANDOFF = "offered accepted rejected working converted won lost expired withdrawn".split()
_REASONS = "no_budget no_authority no_need bad_timing wrong_contact bad_data competitor other".split()

ACCORD: tuple[Property, ...] = tuple(
    replace(item, hubspot_defined=False, group="accord")
    for item in (
        text("accord_salesforce_id", "Accord: Salesforce ID", unique=True),
        select("accord_tier", "Accord: tier", _same("hot", "warm", "nurture")),
        text("accord_tier_reasons", "Accord: reasons", field_type="textarea"),
        select("accord_handoff", "Accord: hand-off", _same(*_HANDOFF)),
        select("accord_reject_reason", "Accord: reject reason", _same(*_REASONS)),
        text("accord_opportunity_stage", "Accord: opportunity stage"),
        select("accord_outcome", "Accord: outcome", _same("won", "lost", "open")),
        numeric("accord_amount", "Accord: amount"),
        text("accord_currency", "Accord: currency"),
        text("accord_lost_reason", "Accord: lost reason"),
        instant("accord_answered_at", "Accord: answered at"),
        instant("accord_handed_off_at", "Accord: handed off at"),
    )
)


def schema(extra: Iterable[Property] = ()) -> dict[str, Property]:
    """All properties by name; `extra` ones are added or put in place of others."""
    return {item.name: item for item in (*STANDARD, *TEAM, *ACCORD, *extra)}
