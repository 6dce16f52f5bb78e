"""All records of one kind: live, archived and merged away, and the indexes that keep some values unique."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from connector.practice.hubspot import values
from connector.practice.hubspot.errors import not_found
from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.settings import Settings

Options = Callable[[str], dict[str, str]]
"""A kind's property -> its allowed values and their labels, where those are not the property's own."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who writes. `type` and `id` stand in the history and in webhook events."""

    type: str
    id: str
    user_id: int | None = None
    label: str | None = None


class Written(NamedTuple):
    """One write to a record: the properties it changed, with their new values ("" for cleared)."""

    at_ms: int
    source: Source
    values: dict[str, str]


@dataclass(slots=True)
class Record:
    """`values` holds no blanks; `history` lists the writes, oldest first: a property's history is read from it."""

    id: str
    created_ms: int
    updated_ms: int
    values: dict[str, str] = field(default_factory=dict)
    history: list[Written] = field(default_factory=list)
    archived_ms: int | None = None


class Rule(NamedTuple):
    """How one property takes a write; without `normalise` any text is stored as it is."""

    normalise: values.Normalise | None
    read_only: bool
    unique: bool


class Store:
    """The records of one kind. Not thread-safe: the core's lock guards it."""

    def __init__(
        self,
        kind: Kind,
        properties: dict[str, Property],
        settings: Settings,
        dice: random.Random,
        options: Options,
    ) -> None:
        self.kind, self.properties, self.settings = kind, properties, settings
        self._dice, self._options = dice, options
        self.live: dict[str, Record] = {}
        self.archived: dict[str, Record] = {}
        self.merged: dict[str, str] = {}
        self.by_email: dict[str, str] = {}
        self.by_unique: dict[str, dict[str, str]] = {}
        self.forgotten_emails: set[str] = set()
        self.archived_properties: dict[str, Property] = {}
        self.groups: dict[str, str] = {
            item.group: item.group.replace("_", " ").capitalize() for item in properties.values()
        }
        self._order: list[int] = []
        self.rules: dict[str, Rule] = {}
        self.unique_names: frozenset[str] = frozenset()
        self.stages: list[str] = []
        self.lay_rules()

    # properties ------------------------------------------------------------------------------------
    def lay_rules(self) -> None:
        """To be called when a property was added, changed or removed, or a setting of values changed."""
        self.rules = {name: self._rule(item) for name, item in self.properties.items()}
        for name, rule in self.rules.items():
            if rule.unique:
                self.by_unique.setdefault(name, {})
        emails = {"email", "hs_additional_emails"} if self.has_emails else set()
        self.unique_names = frozenset({*emails, *self.by_unique})
        stage = self.properties.get("lifecyclestage")
        self.stages = [value for value, _ in stage.options] if stage else []

    @property
    def has_emails(self) -> bool:
        """Contacts alone: their e-mails are unique, and find them."""
        return self.kind.plural == "contacts"

    def _rule(self, item: Property) -> Rule:
        read_only = item.read_only or item.calculated
        if item.name == "hs_additional_emails":
            return Rule(values.email_list, not self.settings.additional_emails_writable, unique=False)
        return Rule(self._normaliser(item), read_only, item.unique)

    def _normaliser(self, item: Property) -> values.Normalise | None:
        if item.name == "email" and self.has_emails:
            return values.email
        if item.owner_options or item.extra.get("externalOptions"):
            return values.one_option(lambda: self._options(item.name))
        if item.options:
            allowed = dict(item.options)
            several = item.field_type == "checkbox"
            return values.several_options(lambda: allowed) if several else values.one_option(lambda: allowed)
        if item.type == "number":
            return values.number(self.settings)
        by_type = {"date": values.calendar_date, "datetime": values.moment}
        return by_type.get(item.type) or (values.trimmed if self.settings.trim_text else None)

    def strip(self, name: str) -> None:
        """Takes a property's values off all records."""
        for record in (*self.live.values(), *self.archived.values()):
            record.values.pop(name, None)

    def reindex(self, name: str) -> None:
        """Finds again who holds which value of a unique property that came back."""
        held = {one.values[name]: one.id for one in self.live.values() if name in one.values}
        self.by_unique[name] = held

    # records ---------------------------------------------------------------------------------------
    def add(self, now_ms: int) -> Record:
        """A new record, empty, with the next id."""
        number = self._order[-1] + 1 + self._dice.randrange(9) if self._order else self.kind.first_id
        self._order.append(number)
        made = Record(str(number), now_ms, now_ms)
        self.live[made.id] = made
        return made

    def after(self, cursor: int) -> Iterator[str]:
        """Ids above `cursor`, live or archived, in order."""
        for position in range(bisect_right(self._order, cursor), len(self._order)):
            yield str(self._order[position])

    def find(self, key: str, id_property: str | None) -> Record | None:
        """A live record by id (also one merged away), by primary or secondary e-mail, or by a unique property."""
        if id_property is None or id_property == "hs_object_id":
            return self.live.get(key) or (self.live.get(self.survivor(key)) if self.merged else None)
        if id_property == "email" and self.has_emails:
            found = self.by_email.get(key.strip().lower())
            if found and not self.settings.secondary_email_finds:
                found = found if self.live[found].values.get("email") == key.strip().lower() else None
        else:
            found = self.by_unique.get(id_property, {}).get(key)
        return self.live.get(found) if found else None

    def survivor(self, key: str) -> str:
        """The id that a merged one leads to; others lead to themselves."""
        while key in self.merged:
            key = self.merged[key]
        return key

    def get(self, key: str, id_property: str | None) -> Record:
        """As `find`; raises the 404."""
        found = self.find(key, id_property)
        if found is None:
            raise not_found(key)
        return found

    def holder(self, name: str, value: str) -> str | None:
        """Which record has this e-mail or unique value."""
        if name == "email" and self.has_emails:
            return self.by_email.get(value)
        return self.by_unique[name].get(value)

    def archive(self, record: Record, now_ms: int) -> None:
        """Out of every index; e-mail and unique values are free again."""
        self.unlink(record)
        self.archived[record.id] = record
        record.archived_ms = now_ms

    def unlink(self, record: Record) -> None:
        """Takes a live record and what it holds out of every index."""
        del self.live[record.id]
        for email in emails_of(record.values) if self.has_emails else ():
            self.by_email.pop(email, None)
        for name, taken in self.by_unique.items():
            taken.pop(record.values.get(name, ""), None)

    def restore(self, record: Record) -> None:
        """Back from the recycle bin. ValueError when somebody else has its e-mail or unique value by now."""
        for name, value in self._claims(record):
            if self.holder(name, value):
                raise ValueError(f"another record has the {name} {value} by now")
        del self.archived[record.id]
        record.archived_ms = None
        self.live[record.id] = record
        for name, value in self._claims(record):
            index = self.by_email if name == "email" and self.has_emails else self.by_unique[name]
            index[value] = record.id

    def _claims(self, record: Record) -> list[tuple[str, str]]:
        emails = emails_of(record.values) if self.has_emails else []
        unique = [(name, record.values[name]) for name in self.by_unique if name in record.values]
        return [*(("email", one) for one in emails), *unique]


def emails_of(held: dict[str, str]) -> list[str]:
    """Primary and secondary e-mails of a contact's values."""
    more = held.get("hs_additional_emails", "")
    return [held["email"], *more.split(";")] if more and "email" in held else _only(held, more)


def _only(held: dict[str, str], more: str) -> list[str]:
    primary = held.get("email")
    return ([primary] if primary else []) + (more.split(";") if more else [])
