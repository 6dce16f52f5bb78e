"""The properties of everything but contacts: companies, deals, tickets, and the little that the rest has."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.schema import (
    LIFECYCLE,
    Property,
    boolean,
    day,
    instant,
    numeric,
    schema,
    select,
    text,
)

_GROUPS = {
    "companies": "companyinformation",
    "deals": "dealinformation",
    "tickets": "ticketinformation",
    "products": "productinformation",
    "line_items": "lineiteminformation",
}
_INDUSTRIES = (("COMPUTER_SOFTWARE", "Computer Software"), ("MACHINERY", "Machinery"), ("RETAIL", "Retail"))
_COMPANY_TYPES = (("PROSPECT", "Prospect"), ("PARTNER", "Partner"), ("OTHER", "Other"))
_DEAL_TYPES = (("newbusiness", "New Business"), ("existingbusiness", "Existing Business"))
_PRIORITIES = (("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"))

_COMPANY: tuple[Property, ...] = (
    text("name", "Company name"),
    text("domain", "Company Domain Name"),
    text("website", "Website URL"),
    text("phone", "Phone Number", field_type="phonenumber"),
    text("address", "Street Address"),
    text("city", "City"),
    text("state", "State/Region"),
    text("zip", "Postal Code"),
    text("country", "Country/Region"),
    select("industry", "Industry", _INDUSTRIES),
    select("type", "Type", _COMPANY_TYPES, field_type="radio"),
    select("lifecyclestage", "Lifecycle Stage", LIFECYCLE, field_type="radio"),
    numeric("annualrevenue", "Annual Revenue"),
    numeric("numberofemployees", "Number of Employees"),
    text("description", "Description", field_type="textarea"),
    *(
        instant(f"hs_lifecyclestage_{stage}_date", f"Became a {label} Date", read_only=True)
        for stage, label in LIFECYCLE
    ),
)
_DEAL: tuple[Property, ...] = (
    text("dealname", "Deal Name"),
    numeric("amount", "Amount"),
    instant("closedate", "Close Date"),
    text("description", "Deal Description", field_type="textarea"),
    select("dealtype", "Deal Type", _DEAL_TYPES, field_type="radio"),
    select("deal_currency_code", "Currency", (("USD", "USD"), ("EUR", "EUR"), ("GBP", "GBP"))),
    text("closed_lost_reason", "Closed Lost Reason", field_type="textarea"),
    text("closed_won_reason", "Closed Won Reason", field_type="textarea"),
    day("contract_signed", "Contract signed").custom(),
    boolean("hs_is_closed", "Is Deal Closed?", read_only=True, calculated=True),
    boolean("hs_is_closed_won", "Is Closed Won", read_only=True, calculated=True),
    boolean("hs_is_closed_lost", "Is Closed Lost", read_only=True, calculated=True),
    numeric("hs_deal_stage_probability", "Deal probability", read_only=True, calculated=True),
)
_TICKET: tuple[Property, ...] = (
    text("subject", "Ticket name"),
    text("content", "Ticket description", field_type="textarea"),
    select("hs_ticket_priority", "Priority", _PRIORITIES),
    select("hs_ticket_category", "Category", (("PRODUCT_ISSUE", "Product issue"), ("OTHER", "Other"))),
)
_PLAIN: dict[str, tuple[Property, ...]] = {
    "products": (text("name", "Name"), text("description", "Description"), numeric("price", "Unit price")),
    "line_items": (text("name", "Name"), numeric("quantity", "Quantity"), numeric("amount", "Net price")),
    "leads": (text("hs_lead_name", "Lead name"),),
}
_OWN: dict[str, tuple[Property, ...]] = {"companies": _COMPANY, "deals": _DEAL, "tickets": _TICKET, **_PLAIN}


def properties_of(kind: Kind) -> dict[str, Property]:
    """All properties of one kind, by name."""
    return dict(_held(kind))


@cache
def _held(kind: Kind) -> dict[str, Property]:
    if kind.plural == "contacts":
        return schema()
    group = _GROUPS.get(kind.plural, f"{kind.singular}information")
    own = _OWN.get(kind.plural, (text(kind.name_property, kind.label),))
    return {item.name: replace(item, group=group) for item in (*own, *_piped(kind), *_common(kind))}


def _piped(kind: Kind) -> tuple[Property, ...]:
    """The options of these two are the pipelines and their stages, not a list of their own."""
    if not kind.pipeline:
        return ()
    return (
        select(kind.pipeline, "Pipeline", (), extra={"externalOptions": True}),
        select(kind.stage, f"{kind.label} Stage", (), field_type="radio", extra={"externalOptions": True}),
    )


def _common(kind: Kind) -> tuple[Property, ...]:
    return (
        select("hubspot_owner_id", f"{kind.label} owner", (), owner_options=True),
        instant("hubspot_owner_assigneddate", "Owner Assigned Date", read_only=True),
        instant(kind.created, "Create Date", read_only=True),
        instant(kind.modified, "Last Modified Date", read_only=True),
        numeric("hs_object_id", "Record ID", read_only=True, calculated=True),
        text("hs_merged_object_ids", "Merged record IDs", read_only=True, calculated=True),
        text("hs_object_source", "Record creation source", read_only=True),
        text("hs_object_source_id", "Record creation source ID", read_only=True),
        text("hs_object_source_label", "Record source", read_only=True),
    )
