"""Writing to a record, in two steps: `plan` checks everything and changes nothing, `commit` changes it.

So a batch without trace ids can be refused as a whole. Sources: API-FACTS 1.3, 1.4, 1.6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.derived import compute, is_computed, newborn
from connector.practice.hubspot.errors import ContactExists, InvalidValues, Problem, Refused
from connector.practice.hubspot.kinds import CONTACT, Kind
from connector.practice.hubspot.ruling import lacking, piped
from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.store import Record, Source, Store, Written, emails_of

_NOTHING: dict[str, str] = {}

Claims = dict[tuple[str, str], int]
"""(property, value) -> the planned but not yet committed write that takes it."""


@dataclass(slots=True)
class Planned:
    """One checked write. `record` None: a new one. `changes`: property -> value to store ("" clears)."""

    store: Store
    record: Record | None
    changes: dict[str, str]
    sent: Mapping[str, Any]
    trace: str | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a committed write did: changed property -> new and old value. Given to on_write callbacks.

    `contact_id` is the record's id, whatever its `kind`. `what`: "" for a plain write, else merge, restore,
    privacyDeletion or associationChange, with what the webhook event of that name tells in `more`.
    """

    contact_id: str
    source: Source
    created: bool
    at_ms: int
    new: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    archived: bool = False
    kind: Kind = CONTACT
    what: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Writer:
    """Plans and commits writes of one portal. `told` gets every Change: webhooks, search index, automations."""

    portal: Portal
    told: Callable[[Store, Record, Change], None]

    # plan ------------------------------------------------------------------------------------------
    def plan(
        self,
        store: Store,
        record: Record | None,
        sent: Mapping[str, Any],
        source: Source,
        claims: Claims | None = None,
        *,
        ruled: bool = False,
    ) -> Planned:
        """Checks one write; raises InvalidValues, ContactExists or Refused and changes nothing.

        `ruled`: the portal's own rules (required properties) hold for this call.
        """
        if not isinstance(sent, Mapping):
            raise Refused(400, 'Invalid input JSON: "properties" must be an object')
        stored = record.values if record else _NOTHING
        changes, problems = self._normalised(store, stored, sent, source)
        if store.kind.pipeline:
            problems += piped(store, self.portal.pipelines, stored, changes)
        if ruled:
            problems += lacking(self.portal.settings, store.kind, record is None, stored, changes)
        if problems:
            raise InvalidValues(problems, self.portal.account.portal_id)
        planned = Planned(store, record, changes, sent)
        if store.stages and (record is None or "lifecyclestage" in changes):
            self._lifecycle(planned, stored, source)
        if not store.unique_names.isdisjoint(changes):
            self._unique(planned, stored, claims)
        if record is None:
            newborn(store.kind, changes)
        return planned

    def _normalised(
        self, store: Store, stored: dict[str, str], sent: Mapping[str, Any], source: Source
    ) -> tuple[dict[str, str], list[Problem]]:
        """The changes and the refusals of one write. Hot: a value that is stored already is not looked at."""
        changes: dict[str, str] = {}
        problems: list[Problem] = []
        rules = store.rules
        by_hand = source.type == "CRM_UI"
        for name, raw in sent.items():
            rule, old = rules.get(name), stored.get(name, "")
            if rule is None:
                problems.append(Problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif rule.read_only and not (by_hand and not is_computed(name)):
                if self.portal.settings.read_only_write == "refused":
                    message = f'"{name}" is a read only property; its value cannot be set.'
                    problems.append(Problem(name, "READ_ONLY_VALUE", message, str(raw)))
            elif raw == old:
                continue
            elif rule.normalise is None and type(raw) is str:
                changes[name] = raw
            else:
                self._take(store, name, raw, old, changes, problems)
        return changes, problems

    def _take(
        self,
        store: Store,
        name: str,
        raw: Any,
        old: str,
        changes: dict[str, str],
        problems: list[Problem],
    ) -> None:
        settings = self.portal.settings
        if raw is None and not settings.null_clears:
            return
        normalise = store.rules[name].normalise
        try:
            text = values.as_text(raw, settings.json_values)
            new = normalise(text, old) if normalise else text
        except values.Invalid as wrong:
            problems.append(Problem(name, wrong.code, wrong.message, str(raw)))
        else:
            if new != old:
                changes[name] = new

    def _lifecycle(self, planned: Planned, stored: dict[str, str], source: Source) -> None:
        """Only forward, except through blank; a person in the UI may do as they like."""
        changes, settings = planned.changes, self.portal.settings
        if planned.record is None and settings.default_lifecycle in planned.store.stages:
            changes.setdefault("lifecyclestage", settings.default_lifecycle)
        new = changes.get("lifecyclestage")
        if not new or not settings.lifecycle_forward_only or source.type == "CRM_UI":
            return
        order = planned.store.stages
        held = stored.get("lifecyclestage", "")
        if new in order and held in order and order.index(new) < order.index(held):
            del changes["lifecyclestage"]
            planned.backward = True

    def _unique(self, planned: Planned, stored: dict[str, str], claims: Claims | None) -> None:
        changes = planned.changes
        if planned.store.has_emails and ("email" in changes or "hs_additional_emails" in changes):
            self._unique_emails(planned, stored, claims)
        for name in planned.store.by_unique:
            value = changes.get(name)
            if value:
                self._unique_value(planned, name, value, claims)

    def _unique_emails(self, planned: Planned, stored: dict[str, str], claims: Claims | None) -> None:
        after = {**stored, **planned.changes}
        own = planned.record.id if planned.record else None
        if own and "email" in planned.changes:
            _swap_primary(planned.changes, stored, after)
        for email in emails_of(after):
            holder = planned.store.holder("email", email)
            if holder is not None and holder != own:
                raise ContactExists(holder)
            _claim(claims, "email", email, id(planned), ContactExists(None))

    def _unique_value(self, planned: Planned, name: str, value: str, claims: Claims | None) -> None:
        holder = planned.store.holder(name, value)
        own = planned.record.id if planned.record else None
        if holder is not None and holder != own:
            raise self._clash(planned, name, value, holder)
        _claim(claims, name, value, id(planned), self._clash(planned, name, value, "another record"))

    def _clash(self, planned: Planned, name: str, value: str, holder: str) -> InvalidValues:
        own = planned.record.id if planned.record else None
        portal = self.portal.account.portal_id
        message = (
            f"Cannot set PropertyValueCoordinates{{portalId={portal}, objectTypeId=ObjectTypeId{{legacyObjectType="
            f"{planned.store.kind.caps}}}, propertyName={name}, value={value}}} on {own or 'a new record'}. "
            f"{holder} already has that value."
        )
        problem = Problem(name, "CONFLICTING_UNIQUE_VALUE", message, value)
        return InvalidValues([problem], portal, self.portal.settings.unique_clash)

    # commit ----------------------------------------------------------------------------------------
    def commit(self, planned: Planned, source: Source, now_ms: int) -> Record:
        """Stores a planned write, with history, indexes and computed properties, and tells about it."""
        store, created = planned.store, planned.record is None
        record = planned.record or store.add(now_ms)
        if created:
            self._born(store, record, source, now_ms)
        if not (planned.changes or created):
            if self.portal.settings.equal_write_touches:
                touch(store, record, now_ms)
            return record
        old = self.put(store, record, planned.changes, now_ms)
        record.history.append(Written(now_ms, source, planned.changes))
        touch(store, record, now_ms)
        change = Change(record.id, source, created, now_ms, planned.changes, old, kind=store.kind)
        self.told(store, record, change)
        return record

    def put(self, store: Store, record: Record, new: dict[str, str], now_ms: int) -> dict[str, str]:
        """Puts the new values in, with indexes and what follows from them; gives the old ones."""
        held = record.values
        get = held.get
        old = {name: get(name, "") for name in new}
        indexed = not store.unique_names.isdisjoint(new)
        before = emails_of(held) if indexed and store.has_emails else []
        held.update(new)
        if "" in new.values():
            for name in [name for name, value in new.items() if not value]:
                del held[name]
        if indexed:
            _index(store, record, before, old)
        compute(store.kind, self.portal.pipelines, held, new, now_ms)
        return old

    def _born(self, store: Store, record: Record, source: Source, now_ms: int) -> None:
        record.values.update(
            {store.kind.created: values.iso(now_ms)},
            hs_object_id=record.id,
            hs_object_source=source.type,
            hs_object_source_id=source.id,
            hs_object_source_label=source.label or source.type,
        )
        if store.has_emails:
            record.values.update(
                hs_all_contact_vids=record.id,
                hs_is_unworked="true",
                hs_pipeline="contacts-lifecycle-pipeline",
            )


def touch(store: Store, record: Record, now_ms: int) -> None:
    """Moves the record's time of last change."""
    record.updated_ms = now_ms
    record.values[store.kind.modified] = values.iso(now_ms)


def _index(store: Store, record: Record, before: list[str], old: dict[str, str]) -> None:
    held = record.values
    if store.has_emails and ("email" in old or "hs_additional_emails" in old):
        for email in before:
            store.by_email.pop(email, None)
        for email in emails_of(held):
            store.by_email[email] = record.id
    for name, taken in store.by_unique.items():
        if name in old:
            taken.pop(old[name], None)
            if name in held:
                taken[held[name]] = record.id


def _swap_primary(changes: dict[str, str], stored: dict[str, str], after: dict[str, str]) -> None:
    """A secondary e-mail made the primary one changes places with it."""
    others = after.get("hs_additional_emails", "").split(";")
    if changes["email"] and changes["email"] in others and "hs_additional_emails" not in changes:
        swapped = [stored.get("email", "") if item == changes["email"] else item for item in others]
        changes["hs_additional_emails"] = after["hs_additional_emails"] = ";".join(filter(None, swapped))


def _claim(claims: Claims | None, name: str, value: str, who: int, refusal: Refused) -> None:
    if claims is not None and claims.setdefault((name, value), who) != who:
        raise refusal
