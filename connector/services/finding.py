"""Whom an operator means: a Ref, a Link, or an e-mail address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from connector.core.records import Ref, Side
from connector.errors import Refused
from connector.services.rounds.unleased import unleased
from connector.services.workbench import Workbench

FORMS = "Write hubspot:contact:512, salesforce:Lead:00Q…, link:7 or an e-mail address."
_OBJECTS = {"contact": "Contact", "lead": "Lead"}


class LinkStore(Protocol):
    def link(self, link: int) -> dict[str, Any] | None:
        """A row of the table link."""


@dataclass(frozen=True, slots=True)
class Person:
    """``ref``: as asked, or of HubSpot's half where a Link was named. ``link``: the id of its Link, if it has one."""

    ref: Ref
    link: int | None = None


def find(bench: Workbench, store: LinkStore, text: str, long_id: Callable[[str], str] = str) -> Person:
    """Raises Refused where there is nobody, or several. ``long_id`` makes a Salesforce id 18 characters long."""
    text = text.strip()
    if text.startswith("link:"):
        return _by_link(store, text)
    if "@" in text:
        return _by_email(bench, text)
    ref = named(text, long_id)
    return Person(ref, bench.rounds.linked([ref]).get(ref))


def _by_link(store: LinkStore, text: str) -> Person:
    number = text.removeprefix("link:")
    row = store.link(int(number)) if number.isdigit() else None
    if row is None:
        raise Refused(f"There is no {text}. {FORMS}")
    return Person(Ref(Side.HUBSPOT, row["hubspot_object"], row["hubspot_id"]), row["id"])


def named(text: str, long_id: Callable[[str], str]) -> Ref:
    """The Ref that a text names. Raises Refused."""
    try:
        ref = Ref.parse(text)
    except ValueError:
        raise Refused(f"{text!r} names nobody. {FORMS}") from None
    if ref.side is Side.HUBSPOT:
        return ref._replace(object=ref.object.lower())
    return Ref(ref.side, _OBJECTS.get(ref.object.lower(), ref.object), long_id(ref.id))


def _by_email(bench: Workbench, text: str) -> Person:
    """A contact counts before Salesforce's records: its Link leads to them."""
    found = [r.ref for r in bench.hubspot.find("contact", "email", [text], ("email",), unleased)]
    if not found:
        objects = bench.desk.mapping.salesforce_objects
        found = [
            r.ref for o in objects for r in bench.salesforce.find(o, "Email", [text], ("Email",), unleased)
        ]
    linked = bench.rounds.linked(found) if found else {}
    persons = {linked.get(ref, ref): Person(ref, linked.get(ref)) for ref in found}
    if len(persons) == 1:
        return next(iter(persons.values()))
    if not persons:
        raise Refused(f"Nobody has the address {text}, neither in HubSpot nor in Salesforce.")
    names = ", ".join(sorted(str(ref) for ref in found))
    raise Refused(f"Several records have the address {text}: {names}. Name one of them.")
