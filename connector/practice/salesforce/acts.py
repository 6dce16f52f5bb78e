"""What people do in the browser, and admins besides: edits, conversion, merging, the recycle bin."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from connector.practice.salesforce import saving
from connector.practice.salesforce.convert import Conversion, convert
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.field_changes import allow_values, change_field
from connector.practice.salesforce.limits import Limits
from connector.practice.salesforce.merging import Merged, merge
from connector.practice.salesforce.oauth import Tokens
from connector.practice.salesforce.outbound import Outbound, Told
from connector.practice.salesforce.routes import Rest
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.state import Actor, Org, Written, moment_of, stamp_of
from connector.practice.service import Service

T = TypeVar("T")
_BROWSER = "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/"


OnCommit = Callable[[list[Written]], None]
"""Hears of each committed call whole: its writes in order."""


class Practised(Protocol):
    """A served Pub/Sub API that takes wishes; see pubsub/server.py."""

    def practise(self, wish: dict[str, Any]) -> dict[str, Any]: ...


class Acts(Service):
    """The part of SalesforceCore about people. All of it runs past the API: no call is counted, nothing is hidden.

    All paths and the admin see the core as this: the core itself, which knows them all, comes last (core.py).
    """

    settings: Settings
    base_url: str
    org: Org
    org_id: str
    access_token: str
    tokens: Tokens
    limits: Limits
    outbound: Outbound
    rest: Rest
    on_commit: list[OnCommit]
    pubsub: Practised | None

    def _tell(self, events: list[Written]) -> None:
        raise NotImplementedError

    def connection(self, base_url: str | None = None) -> dict[str, str]:
        """What a client needs to know."""
        raise NotImplementedError

    def wished(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """An admin's wish from outside; see Admin.perform."""
        raise NotImplementedError

    def renumbered(self, org_id: str) -> None:
        """The org has another id now: it became a sandbox."""
        self.org_id = self.tokens.org_id = self.outbound.org_id = org_id

    def edit(
        self,
        object_name: str,
        record_id: str | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        by: str = "user",
        create: bool = False,
        delete: bool = False,
        late_by: float = 0.0,
    ) -> str:
        """What a person (or automation) does in the browser; gives the record's id, raises Refusal.

        `by`: a role or e-mail of `org.people`, or a user id. A picklist value not yet known is added first. `late_by`
        seconds: the row appears with a SystemModstamp that much earlier, as after a long transaction.
        """

        def step(actor: Actor) -> str:
            saved = self._edited(object_name, record_id, dict(values or {}), create, delete, actor)
            if late_by:
                self._backdate(object_name, saved, late_by)
            return saved

        return self._as_person(by, step)

    def _edited(
        self,
        name: str,
        record_id: str | None,
        values: dict[str, Any],
        create: bool,
        delete: bool,
        actor: Actor,
    ) -> str:
        shape = self.org.objects[name]
        allow_values(self.org, name, values)
        if create or record_id is None:
            return saving.create(self.org, shape, values, actor)
        row = self.org.tables[name].rows[self.org.known(record_id, shape) or record_id]
        if delete:
            saving.delete(self.org, shape, row, actor)
        else:
            saving.update(self.org, shape, row, values, actor)
        return str(row["Id"])

    def _backdate(self, name: str, record_id: str, seconds: float) -> None:
        table = self.org.tables[name]
        row = table.rows[record_id]
        earlier = stamp_of(moment_of(row["SystemModstamp"]) - timedelta(seconds=seconds))
        self.org.store(table, {**row, "SystemModstamp": earlier, "LastModifiedDate": earlier})

    def merge(
        self, object_name: str, winner: str, losers: Sequence[str], values: Mapping[str, Any] | None = None,
        by: str = "user",
    ) -> Merged:  # fmt: skip
        """What a person does at "Merge Leads": see merging.merge."""
        shape = self.org.objects[object_name]
        return self._as_person(by, lambda actor: merge(self.org, shape, winner, losers, values or {}, actor))

    def undelete(self, record_id: str, by: str = "user") -> str:
        """Takes a record out of the recycle bin; KeyError when it isn't there."""
        shape = self.org.by_prefix[record_id[:3]]
        row = self.org.tables[shape.name].bin[self.org.known(record_id, shape) or record_id]
        self._as_person(by, lambda actor: saving.undelete(self.org, shape, row, actor))
        return record_id

    def _as_person(self, by: str, step: Callable[[Actor], T]) -> T:
        """Runs one act of a person under the lock: all of it or nothing, then told to whoever listens."""
        with self.lock:
            self.org.commit()
            viewer, origin = self.org.viewer, self.org.origin
            self.org.viewer, self.org.origin = None, _BROWSER
            try:
                made = step(Actor(self.org.people.get(by, by)))
            except Refusal:
                self.org.undo_to((0, 0))
                raise
            finally:
                self.org.viewer, self.org.origin = viewer, origin
            self._tell(self.org.commit())
            return made

    def convert(self, lead_id: str, by: str = "user", **wish: Any) -> dict[str, str | None]:
        """Converts a Lead; keywords and result as in convert.Conversion and convert.convert."""
        return self._as_person(by, lambda actor: convert(self.org, Conversion(lead_id, **wish), actor))

    def change_field(self, object_name: str, name: str, wish: Mapping[str, Any]) -> None:
        """Adds, changes or removes a field; see admin.change_field."""
        with self.lock:
            change_field(self.org, object_name, name, wish)

    def take_notifications(self) -> list[Told]:
        """Drains pending outbound notifications: (org id, object, record id, {field: latest value})."""
        with self.lock:
            return self.outbound.take()
