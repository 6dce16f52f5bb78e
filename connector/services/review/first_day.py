"""The first day: what the records that would be made cost on either side, and what in the org would answer our writes.

Read from the accounts as far as they show it; what can't be read is said to be unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, TypeVar

from connector.core.records import Side
from connector.errors import CallFailed
from connector.ports.survey import Automations, OrgSurvey, PortalSurvey
from connector.services.review.waking import ASK, Writes, doubles, listed_workflows, marks, risks
from connector.services.workbench import Workbench

KB_A_RECORD = 2
"""Salesforce counts a Lead, Contact or Account as 2 KB of storage, whatever it holds."""
@dataclass(frozen=True, slots=True)
class Terms:
    """``tier``: marketing contacts that are paid for; ``new_are_marketing``: whether HubSpot makes contacts of apps
    marketing contacts. None: not known here. ``workflows``: HubSpot's, as an admin listed them."""

    tier: int | None = None
    new_are_marketing: bool | None = None
    workflows: str = ""


@dataclass(frozen=True, slots=True)
class FirstDay:
    """``creates``: records by side. ``costs`` and ``risks``: lines for people. ``warnings``: those that need a look."""

    creates: Mapping[str, int]
    costs: tuple[str, ...]
    risks: tuple[str, ...]
    warnings: tuple[str, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        return asdict(self)


UNKNOWN = Terms()
UNCHANGED: Mapping[Side, Mapping[str, int]] = {}
T = TypeVar("T")


def look(
    bench: Workbench,
    creates: Mapping[Side, int],
    terms: Terms = UNKNOWN,
    changed: Mapping[Side, Mapping[str, int]] = UNCHANGED,
) -> FirstDay:
    """Some reading calls on either side; a side that can't be asked costs its lines, not the report. ``changed``: by
    side and native field the records that would be written."""
    portal, org = _portal(bench), _org(bench)
    costs, warnings = [], []
    for line, loud in [*_hubspot(creates.get(Side.HUBSPOT, 0), portal, terms),
                       *_salesforce(creates.get(Side.SALESFORCE, 0), org)]:  # fmt: skip
        costs.append(line)
        if loud:
            warnings.append(line)
    counts = {str(side): n for side, n in creates.items()}
    told = tuple(_risks(bench, terms.workflows, Writes(creates, changed)))
    return FirstDay(counts, tuple(costs), told, tuple(warnings))


def _hubspot(count: int, portal: PortalSurvey | None, terms: Terms) -> Iterator[tuple[str, bool]]:
    yield f"HubSpot: {count} contacts would be made.", False
    if not count:
        return
    now = portal.marketing if portal is not None else None
    if terms.new_are_marketing is None:
        yield (
            "HubSpot: whether they count as marketing contacts, which are billed, is said in its settings (Marketing "
            "contacts) and not by its API: look there, then set ACCORD_HUBSPOT_NEW_ARE_MARKETING.",
            True,
        )
    elif not terms.new_are_marketing:
        yield "HubSpot: they would be no marketing contacts, so they cost nothing.", False
    known = f"{now} are now" if now is not None else "how many are now can't be read"
    if terms.new_are_marketing is not False and terms.tier is not None:
        then = (now or 0) + count
        loud = then > terms.tier
        word = "passes" if loud else "stays below"
        yield (
            f"HubSpot: with all of them as marketing contacts ({known}) {then} {word} the tier of {terms.tier}.",
            loud,
        )
    elif terms.new_are_marketing is not False:
        told = f"HubSpot: up to {count} more marketing contacts ({known})"
        yield f"{told}. Set ACCORD_HUBSPOT_MARKETING_TIER to what is paid for.", False


def _salesforce(count: int, org: OrgSurvey | None) -> Iterator[tuple[str, bool]]:
    need = -(-count * KB_A_RECORD // 1024)
    yield (
        f"Salesforce: {count} records would be made, about {need} MB of storage ({KB_A_RECORD} KB a record).",
        False,
    )
    if org is None or org.storage is None:
        yield f"Salesforce: the storage that is left can't be read: {ASK}.", bool(count)
        return
    left, most = org.storage
    loud = need > left
    yield f"Salesforce: {left} of {most} MB are free{': that is not enough' if loud else ''}.", loud


def _risks(bench: Workbench, listed: str, writes: Writes) -> Iterator[str]:
    automations, surveyor = _automations(bench), bench.salesforce.surveyor
    if automations is not None and writes.changed.get(Side.SALESFORCE):
        automations = _or_none(partial(surveyor.looked_at, automations)) or automations
    workflows = _or_none(bench.hubspot.surveyor.automations)
    yield from risks(automations, workflows, listed_workflows(listed), writes)
    makes, changed = bool(writes.made.get(Side.SALESFORCE)), writes.changed.get(Side.SALESFORCE, {})
    for object_ in bench.desk.mapping.salesforce_objects if makes or changed else ():
        new = makes and object_ == bench.desk.mapping.create_object
        if new or changed:
            yield from doubles(_or_none(partial(surveyor.duplicate_rules, object_)), object_, new, changed)
    if any(writes.changed.values()):
        yield from marks(bench.desk.mapping)


def _or_none(ask: Callable[[], T | None]) -> T | None:
    try:
        return ask()
    except CallFailed:
        return None


def _portal(bench: Workbench) -> PortalSurvey | None:
    try:
        return bench.hubspot.surveyor.survey()
    except CallFailed:
        return None


def _org(bench: Workbench) -> OrgSurvey | None:
    try:
        return bench.salesforce.surveyor.survey()
    except CallFailed:
        return None


def _automations(bench: Workbench) -> Automations | None:
    objects = (*bench.desk.mapping.salesforce_objects, "Account")
    try:
        return bench.salesforce.surveyor.automations(objects)
    except CallFailed:
        return None
