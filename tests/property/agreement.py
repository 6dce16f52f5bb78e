"""The agreement of the generated histories: five fields that misbehave in five ways, and everybody is hot."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from connector.adapters.mappings import load
from connector.core.agreement import Agreement
from connector.core.conditions import Test
from connector.core.lenses.text import EmailLens, TextLens
from connector.core.mapping import Blank, Field, Selection, Wins
from connector.core.records import Side
from connector.core.rules import Qualification, Tier, Trait
from connector.demo.agreement import lay_out_for
from connector.practice import orgs

RANKS = range(4)
STAGES = tuple(f"{rank}-{n}" for rank in RANKS for n in range(100, 400))
"""Options of the two-step field, early to late: HubSpot goes back only through blank."""
BAD_STAGES = tuple(f"bad{n}" for n in range(100, 400))
"""Options that HubSpot refuses until its admin adds them."""


def _field(
    name: str, hubspot: str, lead: str, contact: str, wins: Wins, lens: TextLens, **more: object
) -> Field:
    return Field(
        name,
        hubspot,
        {"Lead": lead, "Contact": contact},
        lens,
        "text",
        wins=wins,
        tie=Side.HUBSPOT,
        **more,  # type: ignore[arg-type]
    )


FIELDS = {
    "p": _field("p", "city", "City", "MailingCity", Wins.HUBSPOT, TextLens(limit=40)),
    "n": _field("n", "jobtitle", "Title", "Title", Wins.NEWEST, TextLens(limit=128)),
    # the lens knows that Salesforce holds a cut text
    "t": _field(
        "t", "zip", "PostalCode", "MailingPostalCode", Wins.SALESFORCE, TextLens(limit=6, truncate=True)
    ),
    # the org cuts this one, and the lens does not know
    "u": _field("u", "address", "Street", "MailingStreet", Wins.HUBSPOT, TextLens(limit=255)),
    "s": _field(
        "s", "lifecyclestage", "Fax", "Fax", Wins.SALESFORCE, TextLens(limit=40), order=STAGES + BAD_STAGES
    ),
}
ALWAYS = (
    Field("email", "email", {"Lead": "Email", "Contact": "Email"}, EmailLens(), "email", blank=Blank.KEEP),
    Field(
        "last",
        "lastname",
        {"Lead": "LastName", "Contact": "LastName"},
        TextLens(limit=80),
        "text",
        blank=Blank.KEEP,
    ),
    Field("firm", "company", {"Lead": "Company"}, TextLens(limit=255), "text", blank=Blank.KEEP),
)
_OTHER = {Wins.HUBSPOT: Wins.SALESFORCE, Wins.SALESFORCE: Wins.HUBSPOT, Wins.NEWEST: Wins.NEWEST}


def _turned(field: Field) -> Field:
    return replace(field, wins=_OTHER[field.wins], tie=Side.SALESFORCE, first_link=Side.SALESFORCE)


@cache
def org(name: str) -> orgs.Org:
    return orgs.load(name)


@cache
def of_org(name: str) -> Agreement:
    """The shipped agreement, as it fits this org."""
    with tempfile.TemporaryDirectory() as folder:
        return load(lay_out_for(org(name).mappings, Path(folder)))


def _required(agreed: Agreement, name: str) -> list[Field]:
    """Fields without which this org makes no record: they go along, with the agreement's fallback."""
    wished = org(name).salesforce.fields.get(agreed.person.create_object, {})
    needed = {native for native, wish in wished.items() if wish.required}
    return [f for f in agreed.person.fields if f.salesforce.get(agreed.person.create_object) in needed]


def _on(field: Field, objects: tuple[str, ...]) -> Field:
    return replace(field, salesforce={o: native for o, native in field.salesforce.items() if o in objects})


@cache
def agreement(names: str, turned: bool = False, of: str = orgs.STANDARD) -> Agreement:
    """``names``: which of the five fields take part. ``turned``: the other side wins. ``of``: whose org it fits."""
    agreed = of_org(of)
    objects = agreed.person.salesforce_objects
    chosen = [FIELDS[n] for n in names]
    fields = (*ALWAYS, *(map(_turned, chosen) if turned else chosen), *_required(agreed, of))
    person = replace(
        agreed.person,
        fields=tuple(f for f in (_on(f, objects) for f in fields) if f.salesforce),
        selection=Selection(),
        hubspot_extra=tuple(
            n for n in agreed.person.hubspot_extra if n not in ("hubspot_owner_id", "hs_lead_status")
        ),
    )
    trait = Trait("there", "Is there", Test("email", "filled", True))
    everybody = Qualification(1, (trait,), {0: Tier.HOT, 1: Tier.HOT})
    rules = replace(
        agreed.handoff, lifecycle={}, status_on_offer=None, last_name_fallback="Unknown", company_fallback="Unknown",
        nurture_list="", hubspot=replace(agreed.handoff.hubspot, owner="", status="", lifecycle=""),
    )  # fmt: skip
    return replace(agreed, person=person, qualification=everybody, handoff=rules)
