"""What Accord asks HubSpot for leave to do: no more than the agreement needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.agreement import Agreement
from connector.core.mapping import Direction

ALWAYS = (
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
)
"""Persons, who owns them, and the properties that `accord setup` makes."""
LISTS = ("crm.lists.read", "crm.lists.write")
UNSUBSCRIBE = "communication_preferences.read_write"
"""Writing an opt-out goes through subscription preferences: the property is read-only."""
OPT_OUT = "hs_email_optout"
WORKFLOWS = "automation"
"""Reading workflows, so that a preview names those it would wake. Nothing else needs it, and only portals that have
workflows can grant it: never required of an OAuth app, and of a static app, which knows required scopes only, where
its admin asks for it."""


def scopes_for(agreement: Agreement) -> list[str]:
    """The scopes of the app, sorted."""
    wanted = set(ALWAYS)
    if agreement.handoff.nurture_list:
        wanted |= set(LISTS)
    if any(
        f.hubspot == OPT_OUT and f.direction is not Direction.TO_SALESFORCE for f in agreement.person.fields
    ):
        wanted.add(UNSUBSCRIBE)
    return sorted(wanted)


def lacking(granted: Iterable[str] | None, wanted: Iterable[str]) -> list[str]:
    """The wanted scopes that were not granted; none where nobody told what was."""
    return [] if granted is None else sorted(set(wanted) - set(granted))
