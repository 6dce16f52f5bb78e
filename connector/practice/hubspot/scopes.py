"""Which scopes a call needs. Source: API-FACTS 1.2, and the security lists of HubSpot's OpenAPI descriptions."""

from __future__ import annotations

from collections.abc import Collection

from connector.practice.hubspot.errors import Refused, missing_schema_scopes, missing_scopes
from connector.practice.hubspot.kinds import STANDARD, Kind

_TICKETS = "tickets"


_DO = ("read", "write")


def _all() -> tuple[str, ...]:
    named = {kind.scope for kind in STANDARD if kind.scope != _TICKETS} | {"custom"}
    crm = [
        f"crm.{part}.{name}.{do}" for part in ("objects", "schemas") for name in sorted(named) for do in _DO
    ]
    lists = [f"crm.lists.{do}" for do in _DO]
    return (
        "oauth",
        "automation",
        _TICKETS,
        "crm.objects.owners.read",
        "communication_preferences.read",
        "communication_preferences.read_write",
        "communication_preferences.write",
        *lists,
        *crm,
    )


SCOPES: tuple[str, ...] = _all()
"""All that there are here."""

Need = tuple[str, str]
"""What kind of thing is asked for (objects, schemas, associations, lists …), and whether it is read or written."""


def check(need: Need, kinds: Collection[Kind], granted: Collection[str]) -> None:
    """Raises the 403 that names the scope; `kinds`: the object types in the path."""
    for wanted in _wanted(need, kinds):
        if not set(wanted) & set(granted):
            raise _missing(need, wanted)


def _wanted(need: Need, kinds: Collection[Kind]) -> list[tuple[str, ...]]:
    """All of these must be granted; of each, any one will do."""
    what, do = need
    if what == "lists":
        both = ("crm.lists.read", "crm.lists.write")
        return [both[:1]] if do == "read" else [(scope,) for scope in both]
    if what == "owners":
        return [("crm.objects.owners.read",)]
    if what == "automation":
        return [("automation",)]
    if what == "preferences":
        scope = "communication_preferences"
        wanted = (f"{scope}.read_write", f"{scope}.{do}")
        return [wanted]
    if what == "schemas":
        return [(f"crm.schemas.custom.{do}",)]
    if what in ("properties", "pipelines"):
        return [_definition(kind, do) for kind in kinds]
    if what in ("objects", "associations"):
        return [_object(kind, do, what) for kind in kinds]
    return []


def _object(kind: Kind, do: str, what: str) -> tuple[str, ...]:
    if kind.scope == _TICKETS:
        return (_TICKETS,)
    wanted = f"crm.objects.{kind.scope}.{do}"
    if what == "associations" and do == "read":
        return (wanted, f"crm.objects.{kind.scope}.write")
    return (wanted,)


def _definition(kind: Kind, do: str) -> tuple[str, ...]:
    """Definitions can be read by whoever may read the records; the schemas scope stands first, and is named."""
    if kind.scope == _TICKETS:
        return (_TICKETS,)
    wanted = f"crm.schemas.{kind.scope}.{do}"
    if do == "write":
        return (wanted,)
    return (wanted, f"crm.objects.{kind.scope}.read", f"crm.objects.{kind.scope}.write")


def _missing(need: Need, wanted: tuple[str, ...]) -> Refused:
    return missing_schema_scopes([wanted[0]]) if need[0] == "schemas" else missing_scopes([wanted[0]])
