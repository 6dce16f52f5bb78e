"""What the credentials may do: scopes of HubSpot's app, and every mapped field on both sides (T56)."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.agreement import Agreement
from connector.core.consent import by_preferences
from connector.core.desk import Desk
from connector.core.mapping import Direction
from connector.core.records import Side
from connector.core.scopes import UNSUBSCRIBE, WORKFLOWS, lacking, scopes_for
from connector.ports.survey import PortalSurvey
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding, Schemas

SETUP = "crm.schemas.contacts.write"
CONTACT = "contact"


def scopes(portal: PortalSurvey, agreement: Agreement) -> Iterator[Finding]:
    """Each scope that is missing, by name."""
    if portal.scopes is None:
        yield Finding("scopes", SKIP, "hubspot does not tell what this token may do")
        return
    missing = lacking(portal.scopes, scopes_for(agreement))
    needed = [scope for scope in missing if scope not in (UNSUBSCRIBE, SETUP)]
    fix = "Add it to the app in HubSpot and install it anew; then connect again."
    if needed:
        yield Finding("scopes", FAIL, f"hubspot: the app lacks {', '.join(needed)}", fix)
    if UNSUBSCRIBE in missing:
        told = f"hubspot: without {UNSUBSCRIBE} opt-outs made in Salesforce can't reach HubSpot, and become issues"
        yield Finding("scopes", WARN, told, fix)
    if SETUP in missing:
        yield Finding("scopes", WARN, f"hubspot: without {SETUP} `accord setup` can't make properties", fix)
    if WORKFLOWS not in portal.scopes:
        told = f"hubspot: without {WORKFLOWS} a preview can't name the workflows that it would wake"
        yield Finding("scopes", SKIP, told, "`accord connect hubspot --project FOLDER --workflows`, and upload it.")
    if not missing:
        yield Finding("scopes", OK, "hubspot: all scopes that the agreement needs are granted")


def wanted_fields(desk: Desk, objects: Schemas) -> dict[str, dict[str, bool]]:
    """{object: {field: do we write it}} of the mapping and of its link fields."""
    mapping = desk.mapping
    wanted: dict[str, dict[str, bool]] = {
        o: {} for o in (CONTACT, *mapping.salesforce_objects) if o in objects
    }
    for f in mapping.fields:
        wanted[CONTACT][f.hubspot] = f.direction is not Direction.TO_SALESFORCE
        for object_, native in f.salesforce.items():
            if object_ in wanted:
                wanted[object_][native] = f.direction is not Direction.TO_HUBSPOT
    for object_, fields in wanted.items():
        side = Side.HUBSPOT if object_ == CONTACT else Side.SALESFORCE
        fields[mapping.hubspot_key if object_ == CONTACT else mapping.salesforce_key] = True
        fields |= {mapping.run_marks[side]: True} if side in mapping.run_marks else {}
    return wanted


def fields(desk: Desk, schemas: Schemas) -> Iterator[Finding]:
    """Every mapped field that we read has to be visible, every one that we write has to be writable for us."""
    for object_, wanted in wanted_fields(desk, schemas).items():
        side = Side.HUBSPOT if object_ == CONTACT else Side.SALESFORCE
        schema = schemas[object_]
        unseen = sorted(name for name in wanted if name not in schema)
        locked = sorted(
            name for name, written in wanted.items()
            if written and name in schema and not schema[name].writable and not by_preferences(object_, name)
        )  # fmt: skip
        if unseen:
            yield Finding(
                "permissions", FAIL, f"{side} {object_}: not visible: {', '.join(unseen)}", _visible(side)
            )
        if locked:
            fix = "Give the connected app or user edit rights, or let the mapping go the other way only."
            yield Finding("permissions", FAIL, f"{side} {object_}: not writable: {', '.join(locked)}", fix)
        if not unseen and not locked:
            told = f"{side} {object_}: {len(wanted)} mapped fields are as writable as needed"
            yield Finding("permissions", OK, told)


def _visible(side: Side) -> str:
    if side is Side.HUBSPOT:
        return "Create them (`accord setup --plan` lists ours), or take them out of the mapping."
    return (
        "Create them (`accord setup --plan` lists ours), or give the integration user's permission set read access "
        "(field-level security hides a field as if it did not exist); or take them out of the mapping."
    )
