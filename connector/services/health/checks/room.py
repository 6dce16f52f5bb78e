"""Room that is left: API calls of the day, properties, storage."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.desk import Desk
from connector.core.records import Side
from connector.ports.survey import OrgSurvey, PortalSurvey
from connector.services.health.checks.rights import CONTACT, wanted_fields
from connector.services.health.findings import FAIL, OK, WARN, Finding, Schemas

MOST_OWN, MOST_UNIQUE = 1_000, 10
"""Properties that people and apps may add to an object, and how many of them with unique values (API-FACTS 1.8)."""
LEAST_STORAGE = 0.05


def calls(side: Side, used_of: tuple[int, int] | None, backfill: float, live: float) -> Iterator[Finding]:
    """``backfill``, ``live``: the shares of the day at which backfills and then everything but hand-offs wait (T65)."""
    if used_of is None:
        return
    used, limit = used_of
    told = (
        f"{side}: {used} of {limit} API calls of the day are used, by all apps together ({used / limit:.0%})"
    )
    if used >= limit * live:
        fix = "Find out who uses them (Salesforce: System Overview; HubSpot: Integrations, API usage), or buy more."
        yield Finding("budget", FAIL, f"{told}: all but hand-offs wait", fix)
    elif used >= limit * backfill:
        yield Finding(
            "budget", WARN, f"{told}: backfills wait", "They go on by themselves when calls are free again."
        )
    else:
        yield Finding("budget", OK, told)


def properties(portal: PortalSurvey, desk: Desk, schemas: Schemas) -> Iterator[Finding]:
    """Does HubSpot's plan leave room for what is still to be created?"""
    if portal.own_properties is None:
        return
    wanted = wanted_fields(desk, schemas).get(CONTACT, {})
    missing = [name for name in wanted if name not in schemas[CONTACT]]
    left = MOST_OWN - portal.own_properties
    told = f"hubspot: {portal.own_properties} of {MOST_OWN} contact properties of your own are used"
    if left < len(missing):
        fix = "Archive properties that nobody needs, or map fewer fields."
        yield Finding("plan", FAIL, f"{told}, {len(missing)} more are needed", fix)
    else:
        yield Finding("plan", WARN if left < 20 else OK, told, "Archive properties that nobody needs.")
    if desk.mapping.hubspot_key in missing and (portal.unique_properties or 0) >= MOST_UNIQUE:
        yield Finding(
            "plan", FAIL,
            f"hubspot: {portal.unique_properties} properties with unique values, and no more than {MOST_UNIQUE} are "
            f"allowed: {desk.mapping.hubspot_key} can't be created",
            "Archive one of them: the link between the two sides needs a unique property.",
        )  # fmt: skip


def storage(org: OrgSurvey) -> Iterator[Finding]:
    if org.storage is None:
        return
    left, most = org.storage
    told = f"salesforce: {left} of {most} MB of storage are free"
    if left < most * LEAST_STORAGE:
        yield Finding(
            "budget", WARN, told, "Delete or archive records, or buy storage: records can't be made without."
        )
    else:
        yield Finding("budget", OK, told)
