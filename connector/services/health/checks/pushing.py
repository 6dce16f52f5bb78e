"""Are we told of changes at once? Webhook subscriptions (T11), outbound messages and the flows that send them, and what
an edition allows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from connector.core.desk import Desk
from connector.core.records import Side
from connector.ports.survey import Automations, Message, OrgSurvey
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding
from connector.services.health.subscriptions import outbound_fields, unheard

PUBSUB, OUTBOUND, POLL = "pubsub", "outbound", "poll"
STREAMING = ("Enterprise", "Unlimited", "Performance", "Developer")
"""Editions with Change Data Capture over the Pub/Sub API. Source: Salesforce's edition tables."""
MESSAGING = STREAMING
"""Editions whose flows send outbound messages."""
FLOWS = "Accord"
"""How the flows that `accord setup` makes are named."""


def subscribed(desk: Desk, told: Iterable[tuple[str, str]] | None, on: bool) -> Iterator[Finding]:
    """``told``: the app's active subscriptions, None where they can't be read. ``on``: webhooks are set up at all."""
    if not on:
        return
    if told is None:
        why = "the subscriptions of this app can't be read by its token"
        fix = "`accord mappings webhooks` lists those that are needed; --canary REF tries one."
        yield Finding("subscriptions", SKIP, f"hubspot: {why}", fix)
        return
    missing = [trouble.field for trouble in unheard(desk, told)]
    if not missing:
        yield Finding("subscriptions", OK, "hubspot: every property that matters has its subscription")
        return
    fix = "Add them to the app's webhooks: `accord mappings webhooks` lists all. Until then polls find such changes."
    yield Finding("subscriptions", WARN, f"hubspot does not tell of: {', '.join(missing)}", fix)


def messages(
    desk: Desk, told: Sequence[Message] | None, target: str, automations: Automations | None
) -> Iterator[Finding]:
    """``target``: where outbound messages have to go, '' where none are taken. It holds a secret: only hosts are
    shown."""
    if not target:
        return
    if told is None:
        fix = "Ask an admin whether the outbound messages point at Accord; --canary REF tries it."
        yield Finding("outbound messages", SKIP, "salesforce: they can't be read by this user", fix)
        return
    for object_, needed in outbound_fields(desk).items():
        yield _message(object_, needed, [m for m in told if m.object == object_], target)
    for flow in automations.found if automations else ():
        if flow.kind == "flow" and flow.name.startswith(FLOWS) and not flow.active:
            told_of = f"salesforce: the flow {flow.name} of {flow.object} is inactive"
            yield Finding("outbound messages", FAIL, told_of, "Activate it: Setup, Flows.")


def _message(object_: str, needed: Sequence[str], told: Sequence[Message], target: str) -> Finding:
    area = "outbound messages"
    fix = "Mend it, or let `accord setup` make it anew; `accord mappings webhooks` lists all."
    ours = next((m for m in told if m.url == target), None)
    if ours is None and not told:
        return Finding(area, FAIL, f"salesforce: {object_} has none", fix)
    if ours is None:
        hosts = ", ".join(sorted({urlsplit(m.url).hostname or "nowhere" for m in told}))
        return Finding(area, FAIL, f"salesforce: that of {object_} points elsewhere ({hosts})", fix)
    lacks = [] if ours.fields is None else sorted(set(needed) - {"Id"} - set(ours.fields))
    if lacks:
        return Finding(
            area, WARN, f"salesforce: that of {object_} lacks {', '.join(lacks)}: told late, by polls", fix
        )
    return Finding(area, OK, f"salesforce: that of {object_} points here")


def captured(
    needed: Iterable[str], told: Collection[str] | None, on: str, troubles: Sequence[str]
) -> Iterator[Finding]:
    """Does Change Data Capture tell of all objects, where the stream is in use? ``told``: those that are selected, None
    where that can't be read. (A stream of an object that is not may be open all the same, and silent.)"""
    if on != PUBSUB and not troubles:
        return
    if told is None:
        fix = "Look in Setup, Change Data Capture; `accord setup --plan` tells which are needed."
        yield Finding("push", SKIP, "salesforce: what is selected for change events can't be read", fix)
        return
    missing = [object_ for object_ in needed if object_ not in told]
    if missing:
        fix = (
            "`accord setup --apply --side salesforce` selects them, or an admin: Setup, Change Data Capture."
        )
        lacks = (
            f"salesforce: the stream runs, but these are not selected for change events: {', '.join(missing)}"
        )
        yield Finding("push", WARN, lacks, fix)
    else:
        yield Finding("push", OK, "salesforce: every object is selected for change events")


def mode(
    org: OrgSurvey | None, on: str, troubles: Sequence[str], unset: Mapping[Side, str]
) -> Iterator[Finding]:
    """How changes of Salesforce reach us, and what the edition would allow. ``on``: pubsub, outbound or poll."""
    for trouble in troubles:
        fix = (
            "Select the object for Change Data Capture (Setup), and give the integration user the right to see it. "
            "Then run `accord doctor` once more: it lets a running worker ask again."
        )
        yield Finding("push", WARN, f"salesforce: the stream of {trouble}", fix)
    yield _mode(org, on, unset)


def _mode(org: OrgSurvey | None, on: str, unset: Mapping[Side, str]) -> Finding:
    edition = org.edition if org is not None else ""
    streams = edition.startswith(STREAMING)
    if on == POLL and edition and not streams:
        return Finding(
            "push", OK,
            f"salesforce: {edition} neither streams changes nor sends outbound messages: polls find them, later by "
            "minutes; all else is as in other editions",
        )  # fmt: skip
    if on == OUTBOUND and edition and not edition.startswith(MESSAGING):
        fix = "Unset ACCORD_SALESFORCE_OUTBOUND_SECRET: polls are then made more often."
        return Finding("push", WARN, f"salesforce: {edition} sends no outbound messages", fix)
    if on == PUBSUB and edition and not streams:
        return Finding(
            "push", FAIL, f"salesforce: {edition} has no Pub/Sub API", "Use outbound messages, or polls."
        )
    if on == POLL:
        fix = (
            unset.get(Side.SALESFORCE)
            or "Set up outbound messages or the Pub/Sub API: `accord setup --plan`."
        )
        return Finding("push", WARN, "salesforce can't push: changes are found by polls only", fix)
    return Finding(
        "push", OK, f"salesforce may push, by {'the Pub/Sub API' if on == PUBSUB else 'outbound messages'}"
    )
