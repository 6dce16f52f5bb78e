"""What every part of the service does to the portal: tell of a change, archive, associate, answer a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from connector.practice.clock import milliseconds
from connector.practice.http import Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.associations import End, Turn
from connector.practice.hubspot.delivery import Delivered, Delivery
from connector.practice.hubspot.indexes import Index
from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.limits import Limits
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.store import Record, Source, Store, Written
from connector.practice.hubspot.tokens import Code, Token
from connector.practice.hubspot.webhooks import Event, Outbox
from connector.practice.hubspot.writing import Change, Writer, touch
from connector.practice.service import Service

_DEEPEST = 3
_COMPANY = "associatedcompanyid"


class Workflow(Protocol):
    """What answers writes; see own.Automation."""

    def uses(self, plural: str, name: str) -> bool: ...
    def consider(self, core: Doing, change: Change) -> None: ...


class Doing(Service):
    """Everything that changes records passes through here. The core's lock is held.

    All paths of the service see the core as this: the core itself, which knows them all, comes last (core.py).
    """

    portal: Portal
    writer: Writer
    settings: Settings
    seed: int
    base_url: str
    outbox: Outbox
    delivery: Delivery
    delivered: Delivered
    sender_shown: Callable[[], dict[str, Any]] | None
    indexes: dict[str, Index]
    limits: Limits
    tokens: dict[str, Token]
    codes: dict[str, Code]
    refresh_token: str | None
    installed_scopes: tuple[str, ...] | None
    api_source: Source
    on_write: list[Callable[[Any, Change], None]]
    automations: list[Workflow]
    version: str
    _depth: int

    def now_ms(self) -> int:
        return milliseconds(self.clock.now())

    def edit(
        self, values: Mapping[str, Any] | None = None, *, id: str | None = None, email: str | None = None,
        by: str = "user", create: bool = False, delete: bool = False, object: str = "contact", restore: bool = False,
        merge: str | None = None, forget: bool = False,
    ) -> str:  # fmt: skip
        """What a person does; see HubSpotCore.edit."""
        raise NotImplementedError

    def contact(self, key: str) -> dict[str, str]:
        """The stored values of a live contact, by id or e-mail; a copy. KeyError if there is none."""
        return self.record("contacts", key)

    def record(self, name: str, key: str) -> dict[str, str]:
        """The stored values of a live record of a kind, by id (a contact by e-mail too); a copy. KeyError."""
        with self.lock:
            store = self.portal.store(name)
            found = store.find(key, None) or (store.find(key, "email") if store.has_emails else None)
            if found is None:
                raise KeyError(key)
            return dict(found.values)

    def take_events(self) -> list[Event]:
        """Drains the webhook events that wait, oldest first."""
        with self.lock:
            return self.outbox.take()

    # the version of the call at hand ---------------------------------------------------------------
    @property
    def any_dated(self) -> bool:
        """A dated path, of whatever date."""
        return self.version.startswith("20")

    @property
    def dated(self) -> bool:
        """2026-09 or later: where the ways of the dated versions differ most."""
        return self.any_dated and self.version >= "2026-09"

    def _on(self, setting: str) -> bool:
        return setting == "all" or (setting == "dated" and self.dated)

    @property
    def ruled(self) -> bool:
        """Whether the admin's rules hold for this call."""
        return self._on(self.settings.rules_on)

    @property
    def warned(self) -> bool:
        """Whether normalised values are told in this answer."""
        return self._on(self.settings.warnings_on)

    # answers ---------------------------------------------------------------------------------------
    def batch_frame(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        """The body of a batch, in HubSpot's order of results: any."""
        if self.settings.shuffle_results:
            self.portal.dice.shuffle(results)
        stamp = values.iso(self.now_ms())
        return {"completedAt": stamp, "status": "COMPLETE", "startedAt": stamp, "results": results}

    def batch_answer(
        self, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]
    ) -> Response:
        """`status`, or 207 when there are errors; on dated paths they stand in the normal answer (a setting)."""
        body = self.batch_frame(results)
        if errors:
            body |= {"errors": errors, "numErrors": len(errors)}
            if not self.dated or self.settings.dated_207:
                status = 207
        return json_response(status, body)

    # changes ---------------------------------------------------------------------------------------
    def new_indexes(self) -> dict[str, Index]:
        return {type_id: Index(self.settings) for type_id in self.portal.stores}

    def index_of(self, store: Store) -> Index:
        return self.indexes[store.kind.type_id]

    def add_kind(self, kind: Kind, properties: dict[str, Property]) -> Store:
        """A kind of the portal's own."""
        self.indexes[kind.type_id] = Index(self.settings)
        return self.portal.add_kind(kind, properties)

    def drop_kind(self, store: Store) -> None:
        del self.indexes[store.kind.type_id]
        self.portal.drop_kind(store.kind)

    def told(self, store: Store, record: Record, change: Change) -> None:
        """Search, webhooks and automations learn of a change."""
        gone = change.archived or change.what == "privacyDeletion"
        self.indexes[store.kind.type_id].note(record.id, None if gone else record.values, change.at_ms)
        self.outbox.note(change)
        if _COMPANY in change.new:
            self._company_written(record, change)
        if self.on_write or self.automations:
            self._answered_by_automations(change)

    def merged(self, store: Store, survivor: Record, gone: Iterable[str], change: Change) -> None:
        """Search forgets the ids that went into the survivor."""
        for key in gone:
            if key != survivor.id:
                self.indexes[store.kind.type_id].note(key, None, change.at_ms)
        self.told(store, survivor, change)

    def _answered_by_automations(self, change: Change) -> None:
        """Automations answer writes, also each other's, but three deep at most: no portal loops for ever."""
        if self._depth >= _DEEPEST:
            return
        self._depth += 1
        try:
            for callback in tuple(self.on_write):
                callback(self, change)
            for rule in self.automations:
                rule.consider(self, change)
        finally:
            self._depth -= 1

    def archive(self, record: Record, source: Source, store: Store | None = None) -> None:
        """Deletes a record (it can still be read as archived) and tells about it."""
        store = store or self.portal.contact_store
        now = self.now_ms()
        self.portal.archive(store, record, now)
        self.told(store, record, Change(record.id, source, False, now, archived=True, kind=store.kind))

    def restore(self, store: Store, record: Record, source: Source) -> None:
        """Back from the recycle bin. ValueError when its e-mail or a unique value is somebody else's by now."""
        store.restore(record)
        now = self.now_ms()
        touch(store, record, now)
        self.told(store, record, Change(record.id, source, False, now, kind=store.kind, what="restore"))

    # associations ----------------------------------------------------------------------------------
    def link(self, start: End, end: End, type_ids: set[int]) -> None:
        """Associates two records and tells about it."""
        self._turned(self.portal.associations.link(start, end, type_ids))

    def unlink(self, start: End, end: End, type_ids: set[int] | None) -> None:
        """Takes labels off two records, or all there are; tells about it."""
        self._turned(self.portal.associations.unlink(start, end, type_ids))

    def _turned(self, turns: list[Turn]) -> None:
        """One event a label and direction."""
        for turn in turns:
            store = self.portal.stores[turn.start[0]]
            record = store.live.get(turn.start[1])
            if record is None:
                continue
            more = {
                "associationType": turn.label.name.removesuffix("_UNLABELED"),
                "fromObjectId": int(turn.start[1]),
                "toObjectId": int(turn.end[1]),
                "associationRemoved": turn.removed,
                "isPrimaryAssociation": turn.label.primary,
            }
            change = Change(
                record.id,
                self.api_source,
                False,
                self.now_ms(),
                kind=store.kind,
                what="associationChange",
                more=more,
            )
            self.told(store, record, change)
            if turn.label.primary and (turn.start[0], turn.end[0]) == ("0-1", "0-2"):
                self._company_named(store, record, "" if turn.removed else turn.end[1])

    def _company_named(self, store: Store, record: Record, company: str) -> None:
        """A contact's property follows its primary company."""
        old = record.values.get(_COMPANY, "")
        if old == company or _COMPANY not in store.properties:
            return
        now = self.now_ms()
        if company:
            record.values[_COMPANY] = company
        else:
            record.values.pop(_COMPANY, None)
        record.history.append(Written(now, self.api_source, {_COMPANY: company}))
        touch(store, record, now)
        change = Change(record.id, self.api_source, False, now, {_COMPANY: company}, {_COMPANY: old})
        self.told(store, record, change)

    def _company_written(self, record: Record, change: Change) -> None:
        """And its primary company follows the property."""
        company, companies = change.new[_COMPANY], self.portal.stores["0-2"]
        known = self.portal.associations.between("0-1", "0-2")
        primary = next(key for key, label in known.items() if label.primary)
        held = self.portal.associations.of(("0-1", record.id), "0-2")
        if company in companies.live and primary not in held.get(company, ()):
            self.link(("0-1", record.id), ("0-2", company), {primary})
