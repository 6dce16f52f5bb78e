"""The first day: what the records that would be made cost on either side, and what in the org would answer our writes.

Read from the accounts as far as they show it; what can't be read is said to be unread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from connector.core.records import Side
from connector.errors import CallFailed
from connector.ports.survey import Automations, OrgSurvey, PortalSurvey
from connector.services.workbench import Workbench

KB_A_RECORD = 2
"""Salesforce counts a Lead, Contact or Account as 2 KB of storage, whatever it holds."""
ASK = "ask your admin"
_ON_CREATE = {
    "assignment rule": "is not run: Accord sends Sforce-Auto-Assign: FALSE, and names the owner itself",
    "auto-response rule": "runs on web forms; by the API only where a caller asks for it, which Accord never does",
    "trigger": "runs on every record that Accord writes, in batches of up to 200",
    "flow": "runs on every record that Accord writes, if its conditions are met: look for those that send e-mail",
    "workflow rule": "is looked at on every record that Accord writes: look for those that send e-mail",
    "validation rule": "may refuse what Accord writes: such a record is shown as an issue, the others go on",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """``tier``: marketing contacts that are paid for; ``new_are_marketing``: whether HubSpot makes contacts of apps
    marketing contacts. None: not known here."""

    tier: int | None = None
    new_are_marketing: bool | None = None


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


def look(bench: Workbench, creates: Mapping[Side, int], terms: Terms = UNKNOWN) -> FirstDay:
    """Some reading calls on either side; a side that can't be asked costs its lines, not the report."""
    portal, org, automations = _portal(bench), _org(bench), _automations(bench)
    costs, warnings = [], []
    for line, loud in [*_hubspot(creates.get(Side.HUBSPOT, 0), portal, terms),
                       *_salesforce(creates.get(Side.SALESFORCE, 0), org)]:  # fmt: skip
        costs.append(line)
        if loud:
            warnings.append(line)
    counts = {str(side): n for side, n in creates.items()}
    return FirstDay(counts, tuple(costs), tuple(_risks(automations)), tuple(warnings))


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


def _risks(automations: Automations | None) -> Iterator[str]:
    if automations is None:
        yield f"Salesforce: its rules can't be read: {ASK} which triggers, flows and rules run on Leads and Contacts."
    else:
        yield from _rules(automations)
    yield (
        f"HubSpot: its workflows can't be read by this app: {ASK} which of them enrol new or changed contacts, and "
        "whether any sends e-mail."
    )


def _rules(automations: Automations) -> Iterator[str]:
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in automations.found:
        if one.active:
            by[one.kind, one.object].append(one.name)
    for (kind, object_), names in sorted(by.items()):
        shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        several = f"{len(names)} {kind}{'s' if len(names) > 1 else ''} ({shown})"
        yield f"Salesforce, {object_}: {several}: {_ON_CREATE[kind]}."
    for kind in automations.unreadable:
        yield f"Salesforce: {kind}s can't be read: {ASK}."


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
