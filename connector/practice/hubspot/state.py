"""What a practice portal holds: contacts with their history, and the indexes that keep them unique."""

import random
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector.practice.hubspot import values
from connector.practice.hubspot.errors import not_found
from connector.practice.hubspot.schema import Property, schema
from connector.practice.hubspot.settings import Settings
from connector.practice.people import REPS

FIRST_ID = 171_591_000_101
"""Beyond 2^31: real ids are, and clients must keep them as text."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who writes. `type` and `id` stand in the history and in webhook events."""

    type: str
    id: str
    user_id: int | None = None
    label: str | None = None


class Written(NamedTuple):
    """One write to a contact: the properties it changed, with their new values ("" for cleared)."""

    at_ms: int
    source: Source
    values: dict[str, str]


@dataclass(slots=True)
class Contact:
    """`values` holds no blanks; `history` lists the writes, oldest first: a property's history is read from it."""

    id: str
    created_ms: int
    updated_ms: int
    values: dict[str, str] = field(default_factory=dict)
    history: list[Written] = field(default_factory=list)
    archived_ms: int | None = None


@dataclass(slots=True)
class Owner:
    """A portal user that records can belong to. Owner ids are not user ids."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False


@dataclass(slots=True)
class StaticList:
    """A MANUAL list: contact id -> time of joining, in ms."""

    id: str
    name: str
    created_ms: int
    updated_ms: int
    members: dict[str, int] = field(default_factory=dict)
    version: int = 1


class Rule(NamedTuple):
    """How one property takes a write; without `normalise` any text is stored as it is."""

    normalise: values.Normalise | None
    read_only: bool
    unique: bool


@dataclass(frozen=True)
class Account:
    """The portal's own numbers and the app's credentials, all invented from the seed."""

    portal_id: int
    app_id: int
    client_id: str
    client_secret: str
    refresh_token: str
    private_token: str

    @classmethod
    def of_seed(cls, seed: int) -> "Account":
        dice = random.Random(f"account:{seed}")
        return cls(
            portal_id=44_000_000 + dice.randrange(1_000_000),
            app_id=1_900_000 + dice.randrange(90_000),
            client_id=_uuid(dice),
            client_secret=_uuid(dice),
            refresh_token=f"na1-{_uuid(dice)}",
            private_token=f"pat-na1-{_uuid(dice)}",
        )


def _uuid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


class Portal:
    """All records of one portal. Not thread-safe: the core's lock guards it."""

    def __init__(self, settings: Settings, seed: int = 1, extra: Iterable[Property] = ()) -> None:
        self.settings = settings
        self.account = Account.of_seed(seed)
        self.dice = random.Random(f"portal:{seed}")
        self.properties = schema(extra)
        self.owners = {owner.id: owner for owner in _owners()}
        self.contacts: dict[str, Contact] = {}
        self.archived: dict[str, Contact] = {}
        self.lists: dict[str, StaticList] = {}
        self.by_email: dict[str, str] = {}
        self.by_unique: dict[str, dict[str, str]] = {}
        self._order: list[int] = []
        self._next_list = 1
        self.rules: dict[str, Rule] = {}
        self.unique_names: frozenset[str] = frozenset()
        self.lay_rules()

    def lay_rules(self) -> None:
        """To be called when a property was added, changed or removed."""
        self.rules = {name: self._rule(item) for name, item in self.properties.items()}
        for name, rule in self.rules.items():
            if rule.unique:
                self.by_unique.setdefault(name, {})
        self.unique_names = frozenset({"email", "hs_additional_emails", *self.by_unique})

    def _rule(self, item: Property) -> Rule:
        read_only = item.read_only or item.calculated
        if item.name == "hs_additional_emails":
            return Rule(values.email_list, not self.settings.additional_emails_writable, unique=False)
        return Rule(self._normaliser(item), read_only, item.unique)

    def _normaliser(self, item: Property) -> values.Normalise | None:
        if item.name == "email":
            return values.email
        if item.owner_options:
            return values.one_option(lambda: {key: own.email for key, own in self.owners.items()})
        if item.options:
            allowed = dict(item.options)
            several = item.field_type == "checkbox"
            return values.several_options(lambda: allowed) if several else values.one_option(lambda: allowed)
        by_type = {"date": values.calendar_date, "datetime": values.moment}
        if item.type == "number":
            return values.number(self.settings)
        return by_type.get(item.type) or (values.trimmed if self.settings.trim_text else None)

    # contacts --------------------------------------------------------------------------------------
    def new_contact(self, now_ms: int) -> Contact:
        number = self._order[-1] + 1 + self.dice.randrange(9) if self._order else FIRST_ID
        self._order.append(number)
        contact = Contact(str(number), now_ms, now_ms)
        self.contacts[contact.id] = contact
        return contact

    def after(self, cursor: int) -> Iterator[str]:
        """Ids above `cursor`, live or archived, in order."""
        for position in range(bisect_right(self._order, cursor), len(self._order)):
            yield str(self._order[position])

    def find(self, key: str, id_property: str | None) -> Contact | None:
        """A live contact by id, by primary or secondary e-mail, or by a unique property."""
        if id_property is None or id_property == "hs_object_id":
            return self.contacts.get(key)
        if id_property == "email":
            found = self.by_email.get(key.strip().lower())
        else:
            found = self.by_unique.get(id_property, {}).get(key)
        return self.contacts.get(found) if found else None

    def get(self, key: str, id_property: str | None) -> Contact:
        contact = self.find(key, id_property)
        if contact is None:
            raise not_found(key)
        return contact

    def holder(self, name: str, value: str) -> str | None:
        """Which contact has this e-mail or unique value."""
        if name == "email":
            return self.by_email.get(value)
        return self.by_unique[name].get(value)

    def archive(self, contact: Contact, now_ms: int) -> None:
        """Out of every index; e-mail and unique values are free again."""
        del self.contacts[contact.id]
        self.archived[contact.id] = contact
        contact.archived_ms = now_ms
        for email in emails_of(contact.values):
            self.by_email.pop(email, None)
        for name, taken in self.by_unique.items():
            taken.pop(contact.values.get(name, ""), None)
        for held in self.lists.values():
            held.members.pop(contact.id, None)

    def new_list(self, name: str, now_ms: int) -> StaticList:
        made = StaticList(str(self._next_list), name, now_ms, now_ms)
        self._next_list += 1
        self.lists[made.id] = made
        return made

    def correlation(self) -> str:
        return _uuid(self.dice)


def emails_of(held: dict[str, str]) -> list[str]:
    """Primary and secondary e-mails of a contact's values."""
    more = held.get("hs_additional_emails", "")
    return [held["email"], *more.split(";")] if more and "email" in held else _only(held, more)


def _only(held: dict[str, str], more: str) -> list[str]:
    primary = held.get("email")
    return ([primary] if primary else []) + (more.split(";") if more else [])


def _owners() -> Iterator[Owner]:
    for index, rep in enumerate(REPS):
        yield Owner(str(700_101 + index), 9_000_011 + index, rep.email, rep.first_name, rep.last_name)


def shown_list(held: StaticList) -> dict[str, Any]:
    """A list as the API shows it."""
    stamp = values.iso(held.updated_ms)
    return {
        "listId": held.id,
        "listVersion": held.version,
        "name": held.name,
        "objectTypeId": "0-1",
        "processingType": "MANUAL",
        "processingStatus": "COMPLETE",
        "size": len(held.members),
        "createdAt": values.iso(held.created_ms),
        "updatedAt": stamp,
        "filtersUpdatedAt": stamp,
        "createdById": "9000011",
        "updatedById": "9000011",
    }
