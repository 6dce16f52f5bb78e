"""The doctor: is everything there that Accord needs? Each finding with its fix. Reads only; see canary.py for a
write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from connector.core.mapping import Direction
from connector.core.records import Side
from connector.errors import AccordError, CallFailed, MendConnection
from connector.ports import Crm, FieldSchema
from connector.services.findings import FAIL, OK, SKIP, WARN, Finding, Schemas, Seen, Surroundings
from connector.services.own_integration import own_integration
from connector.services.status import Standing
from connector.services.workbench import Workbench

CLOCKS_APART = timedelta(seconds=2)
"""Beyond this, settling may place a write before or after its own transaction (core/settle.py)."""


def examine(bench: Workbench, around: Surroundings, standing: Callable[[], Standing]) -> Iterator[Finding]:
    """All findings, as they are made. Never raises: what can't be examined is a finding, too."""
    yield from _guarded("database", lambda: around.database())
    if around.missing:
        yield from (
            Finding("credentials", FAIL, line, "See connector/settings.py.") for line in around.missing
        )
        return
    schemas: dict[str, dict[str, FieldSchema]] = {}
    reached = []
    for side, crm, objects in _sides(bench):
        yield from _guarded(f"{side}", lambda side=side: _outside(side, around))  # type: ignore[misc]
        found = list(_guarded(f"{side}", lambda c=crm, o=objects: _credentials(c, o, schemas)))  # type: ignore[misc]
        reached.append(all(f.level == OK for f in found))
        yield from found
    if all(reached):
        yield from _guarded("permissions", lambda: _permissions(bench, schemas))
        yield from _guarded("mapping", lambda: _mapping(around, schemas))
        yield from _guarded("owners", lambda: _owners(bench))
        yield from _guarded("own integration", lambda: _own_integration(bench, schemas["contact"]))
    yield from _push(around)
    yield from _guarded("running", lambda: _running(standing()))


def _sides(bench: Workbench) -> list[tuple[Side, Crm, tuple[str, ...]]]:
    return [
        (Side.HUBSPOT, bench.hubspot, ("contact",)),
        (Side.SALESFORCE, bench.salesforce, (*bench.desk.mapping.salesforce_objects, "Opportunity")),
    ]


def _guarded(area: str, check: Callable[[], Any]) -> Iterator[Finding]:
    try:
        yield from check()
    except MendConnection as error:
        fix = "Connect anew, and give the app or its user the scopes and permissions that are named."
        yield Finding(area, FAIL, str(error), fix)
    except CallFailed as error:
        yield Finding(
            area, FAIL, str(error), "Try again in a minute; if it stays, look at the service's status page."
        )
    except AccordError as error:
        yield Finding(area, FAIL, str(error))


def _outside(side: Side, around: Surroundings) -> Iterator[Finding]:
    seen = around.probe(side)
    if seen is None:
        yield Finding(side, SKIP, "not looked at from outside")
        return
    if seen.error:
        yield Finding(
            side, FAIL, f"{side} does not answer ({seen.error})", "Check its address and your network."
        )
        return
    yield from _version(side, around.versions.get(side, ""), seen)
    yield _clock(side, seen.ahead)


def _version(side: Side, wanted: str, seen: Seen) -> Iterator[Finding]:
    if side is Side.HUBSPOT or not isinstance(seen.body, list):
        yield Finding(side, OK, f"API version {wanted}, as set" if wanted else "API version as set")
        return
    offered = sorted((str(row.get("version")) for row in seen.body), key=float)
    fitting = [version for version in offered if float(version) <= float(wanted)]
    if not fitting:
        fix = f"Set ACCORD_SALESFORCE_API_VERSION to one of {offered[0]} to {offered[-1]}."
        yield Finding(side, FAIL, f"API version {wanted} is not offered", fix)
    else:
        note = "" if fitting[-1] == wanted else f" ({wanted} is set, and not offered yet)"
        yield Finding(side, OK, f"API version {fitting[-1]}{note}")


def _clock(side: Side, ahead: timedelta | None) -> Finding:
    if ahead is None:
        return Finding(side, SKIP, "its clock can't be compared: its answers carry no Date")
    seconds = ahead.total_seconds()
    told = f"its clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(ahead) <= CLOCKS_APART:
        return Finding(side, OK, told)
    level = FAIL if abs(ahead) > timedelta(minutes=4) else WARN
    return Finding(
        side,
        level,
        told,
        "Let this machine keep its time by NTP: webhooks over five minutes old are refused.",
    )


def _credentials(
    crm: Crm, objects: Sequence[str], schemas: dict[str, dict[str, FieldSchema]]
) -> Iterator[Finding]:
    people = crm.people()
    for object_ in objects:
        schemas[object_] = crm.schema(object_)
    yield Finding(
        crm.side, OK, f"signed in; {', '.join(objects)} described, {len(people)} people can own records"
    )


def _permissions(bench: Workbench, schemas: Schemas) -> Iterator[Finding]:
    """Every mapped field that we write has to be there and to be writable for us."""
    wanted: dict[str, dict[str, bool]] = {object_: {} for object_ in schemas if object_ != "Opportunity"}
    for f in bench.desk.mapping.fields:
        wanted["contact"][f.hubspot] = f.direction is not Direction.TO_SALESFORCE
        for object_, native in f.salesforce.items():
            if object_ in wanted:
                wanted[object_][native] = f.direction is not Direction.TO_HUBSPOT
    for object_, fields in wanted.items():
        side = Side.HUBSPOT if object_ == "contact" else Side.SALESFORCE
        schema = schemas[object_]
        unseen = sorted(name for name in fields if name not in schema)
        locked = sorted(
            n for n, written in fields.items() if written and n in schema and not schema[n].writable
        )
        if unseen:
            fix = "Create them, or let the connected app or user see them; or take them out of the mapping."
            yield Finding("permissions", FAIL, f"{side} {object_}: not visible: {', '.join(unseen)}", fix)
        if locked:
            fix = "Give the connected app or user edit rights, or let the mapping go the other way only."
            yield Finding("permissions", FAIL, f"{side} {object_}: not writable: {', '.join(locked)}", fix)
        if not unseen and not locked:
            yield Finding(
                "permissions", OK, f"{side} {object_}: {len(fields)} mapped fields are as writable as needed"
            )


def _mapping(around: Surroundings, schemas: Schemas) -> Iterator[Finding]:
    rest = {object_: schema for object_, schema in schemas.items() if object_ != "contact"}
    problems = around.mapping(schemas["contact"], rest)
    if not problems:
        yield Finding("mapping", OK, "the agreement fits both sides")
    for problem in problems:
        yield Finding("mapping", FAIL, problem, "See `accord mappings check --live`.")


def _owners(bench: Workbench) -> Iterator[Finding]:
    named = bench.agreement.owners_named()
    found = {Side.HUBSPOT: bench.hubspot.people(), Side.SALESFORCE: bench.salesforce.people()}
    missing = [
        f"{email} ({side})" for side, people in found.items() for email in named if email not in people
    ]
    if missing:
        fix = "Activate or invite them, or name others in handoff.yaml."
        yield Finding("owners", FAIL, f"named, but not there or not active: {', '.join(missing)}", fix)
    else:
        yield Finding(
            "owners", OK, f"all {len(named)} owners that the agreement names are there on both sides"
        )


def _own_integration(bench: Workbench, schema: dict[str, FieldSchema]) -> Iterator[Finding]:
    wrote = own_integration(bench, schema)
    if wrote is None:
        yield Finding("own integration", OK, "HubSpot's own Salesforce integration was never installed")
    elif wrote:
        yield Finding(
            "own integration", WARN,
            f"HubSpot's own Salesforce integration seems to be on: within the last week it linked {wrote} contacts",
            "Turn its sync off (HubSpot: Settings, Integrations, Salesforce): two syncs on the same fields fight.",
        )  # fmt: skip
    else:
        yield Finding(
            "own integration", OK, "HubSpot's own Salesforce integration linked nobody within the last week"
        )


def _push(around: Surroundings) -> Iterator[Finding]:
    for side in Side:
        fix = around.unset.get(side)
        if fix:
            yield Finding("push", WARN, f"{side} can't push: changes are found by polls only", fix)
        else:
            yield Finding("push", OK, f"{side} may push (--canary REF tries it)")


def _running(standing: Standing) -> Iterator[Finding]:
    modes = ", ".join(f"{row['side']} {row['mode']}" for row in standing.modes)
    yield Finding("running", OK, f"modes: {modes}; {standing.totals['links']} links")
    for warning in standing.warnings:
        yield Finding("running", WARN, warning, "See `accord status`.")
