"""The kinds of object a portal holds, and what is particular to each. Source: API-FACTS 1.3, 1.8."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. `one_of`: a new record needs one of these; `needs`: it needs all of these.

    `scope`: the middle of its scopes ("contacts" in crm.objects.contacts.read). `events`: the first word of its
    legacy webhook events; without one only the generic object.* events tell of it. `created`, `modified`,
    `pipeline`, `stage`: the properties that hold those. `first_id`: real ids lie beyond 2^31.
    """

    type_id: str
    singular: str
    plural: str
    label: str
    name_property: str
    default_shown: tuple[str, ...]
    created: str = "createdate"
    modified: str = "hs_lastmodifieddate"
    one_of: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    scope: str = ""
    events: str = ""
    pipeline: str = ""
    stage: str = ""
    first_id: int = 29_013_000_101
    custom: bool = False

    @property
    def caps(self) -> str:
        """As errors name it: CONTACT."""
        return self.singular.upper()

    @property
    def always_shown(self) -> tuple[str, ...]:
        return (self.created, "hs_object_id", self.modified)

    def names(self) -> Iterable[str]:
        """Every name by which a path may call it."""
        return {self.type_id, self.singular, self.plural, self.caps, self.plural.upper()}


_BORN = {"products": "createdate", "line_items": "createdate"}


def _plain(type_id: str, singular: str, plural: str, named_by: str, *shown: str, scope: str = "") -> Kind:
    """A kind without rules of its own: engagements, products and the like."""
    born = _BORN.get(plural, "hs_createdate")
    default = tuple(sorted({born, "hs_lastmodifieddate", "hs_object_id", *shown}))
    label = singular.replace("_", " ").capitalize()
    return Kind(
        type_id,
        singular,
        plural,
        label,
        named_by,
        default,
        created=born,
        searched=(named_by,),
        scope=scope or "contacts",
    )


CONTACT = Kind(
    "0-1",
    "contact",
    "contacts",
    "Contact",
    "firstname",
    ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    modified="lastmodifieddate",
    one_of=("email", "firstname", "lastname"),
    searched=("email", "firstname", "lastname", "phone", "mobilephone", "company", "website"),
    scope="contacts",
    events="contact",
    first_id=171_591_000_101,
)
COMPANY = Kind(
    "0-2",
    "company",
    "companies",
    "Company",
    "name",
    ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    one_of=("name", "domain"),
    searched=("name", "domain", "website", "phone"),
    scope="companies",
    events="company",
)
DEAL = Kind(
    "0-3",
    "deal",
    "deals",
    "Deal",
    "dealname",
    (
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
    needs=("dealname", "dealstage"),
    searched=("dealname", "description"),
    scope="deals",
    events="deal",
    pipeline="pipeline",
    stage="dealstage",
    first_id=38_417_000_101,
)
TICKET = Kind(
    "0-5",
    "ticket",
    "tickets",
    "Ticket",
    "subject",
    (
        "content",
        "createdate",
        "hs_lastmodifieddate",
        "hs_object_id",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
        "subject",
    ),
    needs=("hs_pipeline_stage",),
    searched=("subject", "content"),
    scope="tickets",
    events="ticket",
    pipeline="hs_pipeline",
    stage="hs_pipeline_stage",
    first_id=18_417_000_101,
)

STANDARD: tuple[Kind, ...] = (
    CONTACT,
    COMPANY,
    DEAL,
    TICKET,
    _plain("0-7", "product", "products", "name", "name", "price", "description", scope="products"),
    _plain("0-8", "line_item", "line_items", "name", "name", "quantity", "amount", scope="line_items"),
    _plain("0-27", "task", "tasks", "hs_task_subject"),
    _plain("0-46", "note", "notes", "hs_note_body"),
    _plain("0-47", "meeting", "meetings", "hs_meeting_title"),
    _plain("0-48", "call", "calls", "hs_call_title"),
    _plain("0-49", "email", "emails", "hs_email_subject"),
    _plain("0-136", "lead", "leads", "hs_lead_name", "hs_lead_name", scope="leads"),
)


def custom(number: int, name: str, portal_id: int, primary: str, needs: tuple[str, ...]) -> Kind:
    """A portal's own kind, made over the schemas API: 2-<number>, p<portal>_<name>."""
    shown = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")
    return Kind(
        f"2-{number}",
        name,
        f"p{portal_id}_{name}",
        name,
        primary,
        shown,
        created="hs_createdate",
        needs=needs,
        searched=(primary,),
        scope="custom",
        custom=True,
    )
