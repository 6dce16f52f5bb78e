"""Leaving one side clean: tokens ended, credentials forgotten, and, if asked for, what Accord made taken away.

Journal, ledger, Links and hand-offs stay: they are the record of what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from connector.adapters.calling import utc_now
from connector.adapters.hubspot.account import Authoriser
from connector.adapters.hubspot.shaping import GROUP, Shaper
from connector.adapters.postgres.accounts import PostgresConnections
from connector.adapters.salesforce import capturing, deploying
from connector.adapters.salesforce.account import revoke
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.assigning import unassign
from connector.adapters.salesforce.deploying import Deployed
from connector.adapters.salesforce.metadata import removal, zipped
from connector.adapters.salesforce.metadata.capture import OURS
from connector.adapters.salesforce.metadata.package import Org, idle_flows
from connector.adapters.salesforce.metadata.permissions import INTEGRATION, REPS
from connector.adapters.salesforce.metadata.push import flow_name
from connector.core.agreement import Agreement
from connector.core.records import Side
from connector.core.wanted import Wanted, wanted
from connector.errors import AccordError, CallFailed, Refused
from connector.settings import Settings
from connector.wiring.connected import ENVIRONMENT
from connector.wiring.drawing import undraw
from connector.wiring.setup import Plan, org_of
from connector.wiring.sides import (
    hubspot_api,
    hubspot_connection,
    hubspot_options,
    make_salesforce,
    salesforce_api,
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """``fields``: those of Accord's own that are there. ``flows``: object -> versions of Accord's flow. ``members``:
    what we selected for Change Data Capture, object -> name. ``notes``: what could not be looked at."""

    side: Side
    source: str
    kind: str
    account: str
    links: int
    fields: list[Wanted] = field(default_factory=list)
    flows: dict[str, list[int]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def survey(settings: Settings, store: PostgresConnections, agreement: Agreement, side: Side) -> Leaving:
    """What disconnecting would find. Changes nothing; a side that does not answer is told of."""
    facts, bound, source = store.facts(side) or {}, store.binding(side), settings.sources.get(side, "")
    leaving = Leaving(side, source, facts.get("kind", ""), bound.account_id if bound else "", store.links())
    if not source:
        return leaving
    try:
        if side is Side.HUBSPOT:
            leaving.fields.extend(_ours_in_hubspot(settings, agreement))
        else:
            _look_at_org(settings, agreement, leaving)
    except CallFailed as error:
        leaving.notes.append(f"{side} could not be looked at: {error}")
    return leaving


def leave(
    settings: Settings,
    store: PostgresConnections,
    agreement: Agreement,
    leaving: Leaving,
    remove_fields: bool,
) -> Iterator[str]:
    """Does it, and tells of each step. What a side refuses is told; the credentials go in any case, last."""
    try:
        if leaving.source and leaving.side is Side.HUBSPOT:
            yield from _leave_hubspot(settings, leaving, remove_fields)
        elif leaving.source:
            yield from _leave_salesforce(settings, agreement, leaving, remove_fields)
    except Refused:
        raise
    except AccordError as error:
        yield f"not done: {error}"
    if store.forget(leaving.side):
        yield "forgot the stored credentials"
    if store.unbind(leaving.side):
        yield "nothing is linked, so the database is free for another account"
    if leaving.source == ENVIRONMENT:
        yield f"take the ACCORD_{leaving.side.upper()}_… credentials out of the environment, too"


# --- HubSpot ---------------------------------------------------------------------------------------------------------


def _ours_in_hubspot(settings: Settings, agreement: Agreement) -> list[Wanted]:
    """Only what lies in Accord's own group: a property of another group was somebody else's before us."""
    with closing(hubspot_api(settings)) as api:
        shaper = Shaper(api)
        own = [one for one in wanted(agreement, Side.HUBSPOT) if one.own]
        return [one for one in own if shaper.group_of(one.name) == GROUP]


def _leave_hubspot(settings: Settings, leaving: Leaving, remove_fields: bool) -> Iterator[str]:
    if remove_fields:
        with closing(hubspot_api(settings)) as api:
            shaper = Shaper(api)
            for one in leaving.fields:
                shaper.archive(one.name)
                yield f"archived the property {one.name}"
            if leaving.fields:
                shaper.archive_group()
                yield f"removed the property group {GROUP}"
    refresh = settings.hubspot.refresh_token.get_secret_value()
    if settings.shelf is not None or refresh:
        stored = settings.shelf.now() if settings.shelf else None
        ended = Authoriser(hubspot_connection(settings), hubspot_options(settings), utc_now).revoke(
            stored.refresh_token if stored else refresh
        )
        yield "revoked the refresh token" if ended else "the refresh token was not known to HubSpot any more"
    else:
        yield "a lasting token can't be ended from here: uninstall the app in HubSpot, or rotate its token"
    yield "webhooks stop when the app is uninstalled (Connected Apps), or by `hs project upload` without them"


# --- Salesforce ------------------------------------------------------------------------------------------------------


def _look_at_org(settings: Settings, agreement: Agreement, leaving: Leaving) -> None:
    own = [one for one in wanted(agreement, Side.SALESFORCE) if one.own]
    with closing(make_salesforce(settings)) as salesforce:
        for object_ in dict.fromkeys(one.object for one in own):
            there = salesforce.schema(object_)
            leaving.fields.extend(one for one in own if one.object == object_ and one.name in there)
    org = _org(settings, agreement)
    with closing(salesforce_api(settings)) as api:
        selected = capturing.selected(api) or {}
        leaving.members.update({o: name for o, name in selected.items() if name.startswith(OURS)})
        try:
            versions = {object_: deploying.flow_versions(api, flow_name(object_)) for object_ in org.told}
        except CallFailed:
            leaving.notes.append("the org's flows can't be read: look for Accord_tell_… in Setup, Flows")
            return
    leaving.flows.update({object_: found for object_, found in versions.items() if found})


def _org(settings: Settings, agreement: Agreement) -> Org:
    return org_of(settings, agreement, Plan(Side.SALESFORCE, [], {}))


def _leave_salesforce(
    settings: Settings, agreement: Agreement, leaving: Leaving, remove_fields: bool
) -> Iterator[str]:
    org = _org(settings, agreement)
    with closing(salesforce_api(settings)) as api:
        yield from _stop_push(api, org, leaving)
        if remove_fields and leaving.members:
            gone = capturing.deselect(api, list(leaving.members.values()), org.version)
            yield _words("change events, no longer selected", gone)
        if remove_fields and leaving.fields:
            taken = unassign(api, (INTEGRATION, REPS))
            yield f"took the permission sets from {taken} users"
            if (undrawn := undraw(api, _names(leaving.fields), org.version)) is not None:
                yield _words("page layouts without Accord's section", undrawn)
            done = deploying.deploy(api, zipped(removal(org, {}, leaving.fields, push_there=False)))
            yield _words("fields, rule, list and permission sets", done)
        yield "ended the session" if revoke(api) else "the session had ended"
    yield "revoke the External Client App in Setup as well: it could still log in with its key"


def _stop_push(api: SalesforceApi, org: Org, leaving: Leaving) -> Iterator[str]:
    """First out of use, then away: an active flow can't be deleted."""
    if not leaving.flows:
        return
    objects = list(leaving.flows)
    idle = deploying.deploy(api, zipped(idle_flows(org, objects)))
    yield _words("flows out of use", idle)
    if idle.ok:
        versions = {object_: deploying.flow_versions(api, flow_name(object_)) for object_ in objects}
        told = {object_: org.told[object_] for object_ in objects}
        gone = removal(Org(org.version, org.names, told=told), versions, ())
        yield _words("flows and outbound messages removed", deploying.deploy(api, zipped(gone)))


def _names(fields: list[Wanted]) -> dict[str, list[str]]:
    objects = dict.fromkeys(one.object for one in fields if one.object != "Opportunity")
    return {object_: [one.name for one in fields if one.object == object_] for object_ in objects}


def _words(what: str, done: Deployed) -> str:
    if done.ok:
        return f"{what}: {done.done} components"
    faults = "; ".join(fault.words for fault in done.faults) or done.message
    return f"{what}: {done.status}: {faults}. An admin has to do it in Setup"


__all__ = ["Leaving", "leave", "survey"]
