"""How an org is built, where that changes what a sync may do: person accounts, currencies, queues."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.desk import Desk
from connector.ports.survey import OrgSurvey, PortalSurvey
from connector.services.health.findings import WARN, Finding


def org_shape(org: OrgSurvey, portal: PortalSurvey | None, desk: Desk) -> Iterator[Finding]:
    if org.person_accounts:
        yield Finding(
            "org", WARN,
            "salesforce has person accounts: a converted Lead without a company becomes an Account, and its Contact "
            "half is synced as a Contact",
            "Leave the Company fallback in handoff.yaml filled, or convert such Leads with an Account of a firm.",
        )  # fmt: skip
    money = [f.name for f in desk.mapping.fields if f.lens_name == "currency"]
    if org.multi_currency and money:
        told = f"salesforce has several currencies: {', '.join(money)} are written as numbers of the record's currency"
        fix = "Map CurrencyIsoCode, or leave these fields to one currency: Accord never converts an amount."
        yield Finding("org", WARN, told, fix)
    if org.queue_leads:
        yield Finding(
            "owners", WARN,
            f"salesforce: {org.queue_leads} open Leads belong to a queue, and HubSpot knows no queues: their owner "
            "goes over as the owner lens's fallback",
            "Let an assignment rule give them to people, or accept the fallback.",
        )  # fmt: skip
    if portal is not None and portal.queues:
        told = f"hubspot: {portal.queues} owners are queues, and no Contact of Salesforce can belong to one"
        yield Finding("owners", WARN, told, "Give their records to people before the first sync.")
