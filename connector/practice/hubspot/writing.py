"""Writing to a contact, in two steps: `plan` checks everything and changes nothing, `commit` changes it.

So a batch without trace ids can be refused as a whole. Sources: API-FACTS 1.3, 1.4, 1.6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.errors import ContactExists, InvalidValues, Problem, Refused
from connector.practice.hubspot.state import Contact, Portal, Source, Written, emails_of

_NOTHING: dict[str, str] = {}
_NAMING = frozenset({"email", "firstname", "lastname"})
_DRIVING = _NAMING | {"hubspot_owner_id", "lifecyclestage"}

Claims = dict[tuple[str, str], int]
"""(property, value) -> the planned but not yet committed write that takes it."""


@dataclass(slots=True)
class Planned:
    """One checked write. `contact` None: a new one. `changes`: property -> value to store ("" clears)."""

    contact: Contact | None
    changes: dict[str, str]
    sent: Mapping[str, Any]
    trace: str | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a committed write did: changed property -> new and old value. Given to on_write callbacks."""

    contact_id: str
    source: Source
    created: bool
    at_ms: int
    new: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    archived: bool = False


@dataclass(slots=True)
class Writer:
    """Plans and commits writes of one portal. `told` gets every Change: webhooks, search index, automations."""

    portal: Portal
    told: Callable[[Contact, Change], None]

    # plan ------------------------------------------------------------------------------------------
    def plan(
        self, contact: Contact | None, sent: Mapping[str, Any], source: Source, claims: Claims | None = None
    ) -> Planned:
        """Checks one write; raises InvalidValues, ContactExists or Refused and changes nothing."""
        if not isinstance(sent, Mapping):
            raise Refused(400, 'Invalid input JSON: "properties" must be an object')
        stored = contact.values if contact else _NOTHING
        changes, problems = self._normalised(stored, sent, source)
        if problems:
            raise InvalidValues(problems, self.portal.account.portal_id)
        planned = Planned(contact, changes, sent)
        if contact is None or "lifecyclestage" in changes:
            self._lifecycle(planned, stored, source)
        if not self.portal.unique_names.isdisjoint(changes):
            self._unique(planned, stored, claims)
        if contact is None and _NAMING.isdisjoint(changes):
            raise _nothing_to_name()
        return planned

    def _normalised(
        self, stored: dict[str, str], sent: Mapping[str, Any], source: Source
    ) -> tuple[dict[str, str], list[Problem]]:
        """The changes and the refusals of one write. Hot: a value that is stored already is not looked at."""
        changes: dict[str, str] = {}
        problems: list[Problem] = []
        rules = self.portal.rules
        by_hand = source.type == "CRM_UI"
        for name, raw in sent.items():
            rule, old = rules.get(name), stored.get(name, "")
            if rule is None:
                problems.append(Problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif rule.read_only and not (by_hand and not _is_computed(name)):
                message = f'"{name}" is a read only property; its value cannot be set.'
                problems.append(Problem(name, "READ_ONLY_VALUE", message, str(raw)))
            elif raw == old:
                continue
            elif rule.normalise is None and type(raw) is str:
                changes[name] = raw
            else:
                self._take(name, raw, old, changes, problems)
        return changes, problems

    def _take(self, name: str, raw: Any, old: str, changes: dict[str, str], problems: list[Problem]) -> None:
        normalise = self.portal.rules[name].normalise
        try:
            text = values.as_text(raw)
            new = normalise(text, old) if normalise else text
        except values.Invalid as wrong:
            problems.append(Problem(name, wrong.code, wrong.message, str(raw)))
        else:
            if new != old:
                changes[name] = new

    def _lifecycle(self, planned: Planned, stored: dict[str, str], source: Source) -> None:
        """Only forward, except through blank; a person in the UI may do as they like."""
        changes, settings = planned.changes, self.portal.settings
        if planned.contact is None and settings.default_lifecycle:
            changes.setdefault("lifecyclestage", settings.default_lifecycle)
        new = changes.get("lifecyclestage")
        if not new or not settings.lifecycle_forward_only or source.type == "CRM_UI":
            return
        order = [value for value, _ in self.portal.properties["lifecyclestage"].options]
        held = stored.get("lifecyclestage", "")
        if new in order and held in order and order.index(new) < order.index(held):
            del changes["lifecyclestage"]
            planned.backward = True

    def _unique(self, planned: Planned, stored: dict[str, str], claims: Claims | None) -> None:
        changes = planned.changes
        if "email" in changes or "hs_additional_emails" in changes:
            self._unique_emails(planned, stored, claims)
        for name in self.portal.by_unique:
            value = changes.get(name)
            if value:
                self._unique_value(planned, name, value, claims)

    def _unique_emails(self, planned: Planned, stored: dict[str, str], claims: Claims | None) -> None:
        after = {**stored, **planned.changes}
        own = planned.contact.id if planned.contact else None
        if own and "email" in planned.changes:
            _swap_primary(planned.changes, stored, after)
        for email in emails_of(after):
            holder = self.portal.holder("email", email)
            if holder is not None and holder != own:
                raise ContactExists(holder)
            _claim(claims, "email", email, id(planned), ContactExists(None))

    def _unique_value(self, planned: Planned, name: str, value: str, claims: Claims | None) -> None:
        holder = self.portal.holder(name, value)
        own = planned.contact.id if planned.contact else None
        if holder is not None and holder != own:
            raise self._clash(name, value, own, holder)
        _claim(claims, name, value, id(planned), self._clash(name, value, own, "another record"))

    def _clash(self, name: str, value: str, own: str | None, holder: str) -> InvalidValues:
        portal = self.portal.account.portal_id
        message = (
            f"Cannot set PropertyValueCoordinates{{portalId={portal}, objectTypeId=ObjectTypeId{{legacyObjectType="
            f"CONTACT}}, propertyName={name}, value={value}}} on {own or 'a new record'}. {holder} already has that "
            "value."
        )
        return InvalidValues([Problem(name, "CONFLICTING_UNIQUE_VALUE", message, value)], portal)

    # commit ----------------------------------------------------------------------------------------
    def commit(self, planned: Planned, source: Source, now_ms: int) -> Contact:
        """Stores a planned write, with history, indexes and computed properties, and tells about it."""
        created = planned.contact is None
        contact = planned.contact or self.portal.new_contact(now_ms)
        if created:
            self._born(contact, source, now_ms)
        if not (planned.changes or created):
            if self.portal.settings.equal_write_touches:
                self._touch(contact, now_ms)
            return contact
        old = self._store(contact, planned.changes, now_ms)
        contact.history.append(Written(now_ms, source, planned.changes))
        self._touch(contact, now_ms)
        self.told(contact, Change(contact.id, source, created, now_ms, planned.changes, old))
        return contact

    def _store(self, contact: Contact, new: dict[str, str], now_ms: int) -> dict[str, str]:
        """Puts the new values in; gives the old ones."""
        held = contact.values
        get = held.get
        old = {name: get(name, "") for name in new}
        indexed = not self.portal.unique_names.isdisjoint(new)
        before = emails_of(held) if indexed else []
        held.update(new)
        if "" in new.values():
            for name in [name for name, value in new.items() if not value]:
                del held[name]
        if indexed:
            self._index(contact, before, old)
        if not _DRIVING.isdisjoint(new):
            _compute(held, new, now_ms)
        return old

    def _index(self, contact: Contact, before: list[str], old: dict[str, str]) -> None:
        held = contact.values
        if "email" in old or "hs_additional_emails" in old:
            for email in before:
                self.portal.by_email.pop(email, None)
            for email in emails_of(held):
                self.portal.by_email[email] = contact.id
        for name, taken in self.portal.by_unique.items():
            if name in old:
                taken.pop(old[name], None)
                if name in held:
                    taken[held[name]] = contact.id

    def _born(self, contact: Contact, source: Source, now_ms: int) -> None:
        contact.values.update(
            createdate=values.iso(now_ms),
            hs_object_id=contact.id,
            hs_all_contact_vids=contact.id,
            hs_is_unworked="true",
            hs_pipeline="contacts-lifecycle-pipeline",
            hs_object_source=source.type,
            hs_object_source_id=source.id,
            hs_object_source_label=source.label or source.type,
        )

    def _touch(self, contact: Contact, now_ms: int) -> None:
        contact.updated_ms = now_ms
        contact.values["lastmodifieddate"] = values.iso(now_ms)


def _swap_primary(changes: dict[str, str], stored: dict[str, str], after: dict[str, str]) -> None:
    """A secondary e-mail made the primary one changes places with it."""
    others = after.get("hs_additional_emails", "").split(";")
    if changes["email"] and changes["email"] in others and "hs_additional_emails" not in changes:
        swapped = [stored.get("email", "") if item == changes["email"] else item for item in others]
        changes["hs_additional_emails"] = after["hs_additional_emails"] = ";".join(filter(None, swapped))


def _claim(claims: Claims | None, name: str, value: str, who: int, refusal: Refused) -> None:
    if claims is not None and claims.setdefault((name, value), who) != who:
        raise refusal


def _is_computed(name: str) -> bool:
    return name in _COMPUTED or name.startswith("hs_lifecyclestage_")


_COMPUTED = frozenset(
    {
        "createdate",
        "lastmodifieddate",
        "hs_object_id",
        "hs_email_domain",
        "hs_full_name_or_email",
        "hs_all_contact_vids",
        "hs_is_unworked",
        "hubspot_owner_assigneddate",
    }
)


def _compute(held: dict[str, str], new: dict[str, str], now_ms: int) -> None:
    """Properties that follow from others."""
    if "email" in new:
        _put(held, "hs_email_domain", new["email"].partition("@")[2])
    if not _NAMING.isdisjoint(new):
        name = f"{held.get('firstname', '')} {held.get('lastname', '')}".strip()
        _put(held, "hs_full_name_or_email", name or held.get("email", ""))
    if "hubspot_owner_id" in new:
        _put(held, "hubspot_owner_assigneddate", values.iso(now_ms) if new["hubspot_owner_id"] else "")
    stage = new.get("lifecyclestage")
    if stage:
        held.setdefault(f"hs_lifecyclestage_{stage}_date", values.iso(now_ms))


def _put(held: dict[str, str], name: str, value: str) -> None:
    if value:
        held[name] = value
    else:
        held.pop(name, None)


def _nothing_to_name() -> Refused:
    detail = {
        "message": "A contact needs an email, a firstname or a lastname.",
        "code": "REQUIRED_FIELD",
        "context": {"properties": ["email", "firstname", "lastname"]},
    }
    message = "Error creating CONTACT. Some required properties were not set."
    return Refused(400, message, errors=[detail], category="VALIDATION_ERROR")
