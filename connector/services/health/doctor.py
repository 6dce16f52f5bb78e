"""The doctor: is everything there that Accord needs? Each finding with its fix. Reads only; see canary.py for a
write. What is looked at is in checks/, a concern a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connector.core.records import Side
from connector.errors import AccordError
from connector.ports import Crm, FieldSchema
from connector.ports.survey import Automations, OrgSurvey, PortalSurvey
from connector.services.health.checks import belonging, pushing, rights, room, shape
from connector.services.health.checks.mending import fix_of
from connector.services.health.checks.versions import version
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding, Surroundings
from connector.services.health.own_integration import own_integration
from connector.services.status import Standing
from connector.services.workbench import Workbench

CLOCKS_APART = timedelta(seconds=2)
"""Beyond this, settling may place a write before or after its own transaction (core/settle.py)."""
BUSINESS = "Opportunity"


@dataclass(slots=True)
class _Seen:
    """What the first checks read, for those that follow."""

    schemas: dict[str, dict[str, FieldSchema]] = field(default_factory=dict)
    portal: PortalSurvey | None = None
    org: OrgSurvey | None = None
    automations: Automations | None = None
    reached: set[Side] = field(default_factory=set)


def examine(bench: Workbench, around: Surroundings, standing: Callable[[], Standing]) -> Iterator[Finding]:
    """All findings, as they are made. Never raises: what can't be examined is a finding, too."""
    yield from _guarded("database", lambda: around.database())
    if around.missing:
        yield from (
            Finding("credentials", FAIL, line, "`accord connect hubspot`, `accord connect salesforce`.")
            for line in around.missing
        )
        return
    seen = _Seen()
    for side, crm, objects in _sides(bench):
        yield from _guarded(str(side), lambda side=side: _outside(side, around, bench))  # type: ignore[misc]
        found = list(_guarded(str(side), lambda c=crm, o=objects: _credentials(c, o, seen)))  # type: ignore[misc]
        if all(f.level == OK for f in found):
            seen.reached.add(side)
        yield from found
        if side in seen.reached:
            yield from _guarded(str(side), lambda side=side: _account(side, bench, around, seen))  # type: ignore[misc]
    if len(seen.reached) == len(Side):
        yield from _both(bench, around, seen)
    yield from _push(bench, around, seen)
    yield from _guarded("running", lambda: _running(standing()))
    if Side.HUBSPOT in seen.reached:
        yield from _guarded("own integration", lambda: _own_integration(bench, seen, standing()))


def _sides(bench: Workbench) -> list[tuple[Side, Crm, tuple[str, ...]]]:
    return [
        (Side.HUBSPOT, bench.hubspot, (rights.CONTACT,)),
        (Side.SALESFORCE, bench.salesforce, (*bench.desk.mapping.salesforce_objects, BUSINESS)),
    ]


def _guarded(area: str, check: Callable[[], Any]) -> Iterator[Finding]:
    try:
        yield from check()
    except AccordError as error:
        yield Finding(area, FAIL, str(error), fix_of(error))


def _outside(side: Side, around: Surroundings, bench: Workbench) -> Iterator[Finding]:
    seen = around.probe(side)
    if seen is None:
        yield Finding(side, SKIP, "not looked at from outside")
        return
    if seen.error:
        yield Finding(
            side, FAIL, f"{side} does not answer ({seen.error})", "Check its address and your network."
        )
        return
    yield from version(side, around.versions.get(side, ""), seen, bench.clock().date())
    yield _clock(side, seen.ahead)


def _clock(side: Side, ahead: timedelta | None) -> Finding:
    if ahead is None:
        return Finding(side, SKIP, "its clock can't be compared: its answers carry no Date")
    seconds = ahead.total_seconds()
    told = f"its clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(ahead) <= CLOCKS_APART:
        return Finding(side, OK, told)
    level = FAIL if abs(ahead) > timedelta(minutes=4) else WARN
    fix = "Let this machine keep its time by NTP: webhooks over five minutes old are refused."
    return Finding(side, level, told, fix)


def _credentials(crm: Crm, objects: Sequence[str], seen: _Seen) -> Iterator[Finding]:
    people = crm.people()
    for object_ in objects:
        seen.schemas[object_] = crm.schema(object_)
    yield Finding(
        crm.side, OK, f"signed in; {', '.join(objects)} described, {len(people)} people can own records"
    )


def _account(side: Side, bench: Workbench, around: Surroundings, seen: _Seen) -> Iterator[Finding]:
    """The account by itself: whose it is, what may be done, how much room is left."""
    if side is Side.HUBSPOT:
        portal = seen.portal = bench.hubspot.surveyor.survey()
        yield from belonging.bound({side: portal.id}, around.belongs, around.named)
        yield from rights.scopes(portal, bench.agreement)
        yield from room.calls(side, portal.calls, *around.shares)
        return
    org = seen.org = bench.salesforce.surveyor.survey()
    objects = (*bench.desk.mapping.salesforce_objects, "Account", BUSINESS)
    seen.automations = bench.salesforce.surveyor.automations(objects)
    yield from belonging.bound({side: org.id}, around.belongs, around.named)
    yield from room.calls(side, org.calls, *around.shares)
    yield from room.storage(org)


def _both(bench: Workbench, around: Surroundings, seen: _Seen) -> Iterator[Finding]:
    desk, schemas = bench.desk, seen.schemas
    portal, org = seen.portal, seen.org
    yield from _guarded("permissions", lambda: rights.fields(desk, schemas))
    yield from _guarded("mapping", lambda: _mapping(around, seen))
    yield from _guarded("owners", lambda: _owners(bench))
    yield from _guarded("belonging", lambda: belonging.crossing(portal, org, around.test_login))
    yield from _guarded("belonging", lambda: _copied_ids(bench, seen))
    if portal is not None:
        yield from room.properties(portal, desk, schemas)
    if org is not None:
        yield from shape.org_shape(org, portal, desk)


def _copied_ids(bench: Workbench, seen: _Seen) -> Iterator[Finding]:
    known = tuple(seen.schemas[rights.CONTACT])
    mapping = bench.desk.mapping
    return belonging.copied_ids(bench.hubspot.surveyor, bench.salesforce.surveyor, mapping, known)


def _mapping(around: Surroundings, seen: _Seen) -> Iterator[Finding]:
    rest = {object_: schema for object_, schema in seen.schemas.items() if object_ != rights.CONTACT}
    problems = around.mapping(seen.schemas[rights.CONTACT], rest)
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
        told = f"all {len(named)} owners that the agreement names are there on both sides"
        yield Finding("owners", OK, told)


def _own_integration(bench: Workbench, seen: _Seen, standing: Standing) -> Iterator[Finding]:
    area = "own integration"
    wrote = own_integration(bench, seen.schemas[rights.CONTACT])
    if wrote is None:
        yield Finding(area, OK, "HubSpot's own Salesforce integration was never installed")
    elif wrote:
        live = any(row["mode"] != "observe" for row in standing.modes)
        told = f"HubSpot's own Salesforce integration seems to be on: within the last week it linked {wrote} contacts"
        more = ", and Accord writes, too" if live else "; `accord mode live` refuses while it is"
        fix = "Turn its sync off (HubSpot: Settings, Integrations, Salesforce): two syncs on the same fields fight."
        yield Finding(area, FAIL if live else WARN, told + more, fix)
    else:
        yield Finding(area, OK, "HubSpot's own Salesforce integration linked nobody within the last week")


def _push(bench: Workbench, around: Surroundings, seen: _Seen) -> Iterator[Finding]:
    unset = around.unset.get(Side.HUBSPOT)
    if unset:
        yield Finding("push", WARN, "hubspot can't push: changes are found by polls only", unset)
    else:
        yield Finding("push", OK, "hubspot may push (--canary REF tries it)")
    if Side.HUBSPOT in seen.reached:
        yield from _guarded("subscriptions", lambda: _subscribed(bench, around, not unset))
    yield from _guarded("push", lambda: pushing.mode(seen.org, *around.push(), around.unset))
    if Side.SALESFORCE in seen.reached:
        yield from _guarded("push", lambda: _captured(bench, around))
    if Side.SALESFORCE in seen.reached and around.target:
        yield from _guarded("outbound messages", lambda: _messages(bench, around, seen))


def _subscribed(bench: Workbench, around: Surroundings, on: bool) -> Iterator[Finding]:
    told = around.subscribed() if on else None
    if on and told is None:
        told = bench.hubspot.surveyor.subscriptions()
    return pushing.subscribed(bench.desk, told, on)


def _captured(bench: Workbench, around: Surroundings) -> Iterator[Finding]:
    on, troubles = around.push()
    if on != pushing.PUBSUB and not troubles:
        return iter(())
    needed = [*bench.agreement.person.salesforce_objects, BUSINESS]
    return pushing.captured(needed, bench.salesforce.surveyor.captured(), on, troubles)


def _messages(bench: Workbench, around: Surroundings, seen: _Seen) -> Iterator[Finding]:
    told = bench.salesforce.surveyor.messages()
    return pushing.messages(bench.desk, told, around.target, seen.automations)


def _running(standing: Standing) -> Iterator[Finding]:
    modes = ", ".join(f"{row['side']} {row['mode']}" for row in standing.modes)
    yield Finding("running", OK, f"modes: {modes}; {standing.totals['links']} links")
    for warning in standing.warnings:
        yield Finding("running", WARN, warning, "See `accord status`.")
