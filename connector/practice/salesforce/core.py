"""The whole practice Salesforce in process: no socket, no thread, deterministic with a manual clock."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from connector.practice.clock import Clock, ManualClock
from connector.practice.faults import Faults, OneShot
from connector.practice.http import Request, Response, json_response
from connector.practice.salesforce import admin, endpoints, oauth, practice_paths, saving
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.convert import Conversion, convert
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.founding import INTEGRATION_USERNAME, found
from connector.practice.salesforce.limits import Limits
from connector.practice.salesforce.outbound import Outbound, Told
from connector.practice.salesforce.routes import Rest
from connector.practice.salesforce.seeding import settle
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.state import Actor, Org, Written, moment_of, stamp_of
from connector.practice.service import Service

OnWrite = Callable[["SalesforceCore", Written], None]


class SalesforceCore(Service):
    """One org behind its REST API. `people` and `seed` fill it with generated persons.

    In process: `edit` and `convert` are what people do, `take_notifications` drains outbound messages, `org.rules`
    holds validation rules, automations and normalizers, `on_write` callbacks see each committed write.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        faults: Faults | None = None,
        settings: Settings | None = None,
        people: int = 0,
        seed: int = 1,
    ) -> None:
        super().__init__(clock, faults)
        self.settings = settings or Settings()
        self.base_url = "https://practice.my.salesforce.com"
        self.on_write: list[OnWrite] = []
        self._world = (people, seed)
        self._owed = threading.local()
        self._build()

    org: Org
    outbound: Outbound

    def _build(self) -> None:
        self.org = Org(self.clock, self.faults, self.settings)
        self.org_id = found(self.org)
        if self._world[0]:
            settle(self.org, *self._world)
        self.org.history.clear()
        self.tokens = oauth.Tokens(self.org, self.org_id)
        self.limits = Limits(self.org)
        self.outbound = Outbound(self.org, self.org_id)
        self.rest = Rest(self.org, self.limits)
        self.access_token = self.tokens.issue(self.org.people["integration"])

    def connection(self, base_url: str | None = None) -> dict[str, str]:
        """What a client needs to know."""
        url = base_url or self.base_url
        return {
            "base_url": url,
            "access_token": self.access_token,
            "instance_url": url,
            "org_id": self.org_id,
            "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
            "username": INTEGRATION_USERNAME,
        }

    # the service ----------------------------------------------------------------------------------
    def respond(self, request: Request) -> Response:
        """As Service.respond; slow triggers cost their time after the lock is free again."""
        self._owed.seconds = 0.0
        try:
            return super().respond(request)
        finally:
            if self._owed.seconds and not isinstance(self.clock, ManualClock):
                time.sleep(self._owed.seconds)

    def answer(self, request: Request) -> Response:
        try:
            reply = self._reply(request)
        except Refusal as refusal:
            reply = refused(refusal)
        except BaseException:
            # A fault of ours must not leave half a call behind for the next one to commit.
            self.org.undo_to((0, 0))
            raise
        if reply.status >= 400:
            self.org.undo_to((0, 0))
        self._tell(self.org.commit())
        return _response(reply, self.limits.header())

    def _reply(self, request: Request) -> Reply:
        outside = endpoints.unauthenticated(self, request)
        if outside is not None:
            return outside
        user_id = self.tokens.user_of(request.headers)
        endpoints.check_uri(request, self.settings.max_uri)
        self.limits.count()
        place = endpoints.split(request.path)
        if place is None:
            return endpoints.identity(self, request, user_id)
        call = Call(
            request.method, place[0], place[1], request.query, request.headers, _json(request), user_id
        )
        return self.rest.perform(call)

    def _tell(self, events: list[Written]) -> None:
        """Committed writes reach the outbound queue, then the callbacks, which may write in their turn."""
        if not events:
            return
        self._owed.seconds = (
            getattr(self._owed, "seconds", 0.0) + len(events) * self.settings.row_write_ms / 1000
        )
        if self.outbound.objects:
            self.outbound.queue(events)
        for callback in self.on_write:
            for event in events:
                callback(self, event)

    def refusal(self, shot: OneShot, request: Request) -> Response:
        return _response(endpoints.injected(shot.status), self.limits.header())

    def endpoint(self, request: Request) -> str | None:
        return endpoints.name_of(request)

    def practice(self, request: Request) -> Response | None:
        return practice_paths.answer(self, request)

    def snapshot(self) -> dict[str, Any]:
        """`{object: [rows by id]}` of all live rows."""
        with self.lock:
            tables = self.org.tables.items()
            return {name: [table.rows[key] for key in sorted(table.rows)] for name, table in tables}

    def reset(self) -> None:
        """The state at the start, rules and outbound settings gone; settings and faults stay."""
        with self.lock:
            self.calls.reset()
            self._build()

    # people ---------------------------------------------------------------------------------------
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
        with self.lock:
            actor = Actor(self.org.people.get(by, by))
            try:
                saved = self._edited(object_name, record_id, dict(values or {}), create, delete, actor)
                if late_by:
                    self._backdate(object_name, saved, late_by)
            except Refusal:
                self.org.undo_to((0, 0))
                raise
            self._tell(self.org.commit())
            return saved

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
        admin.allow_values(self.org, name, values)
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

    def convert(self, lead_id: str, by: str = "user", **wish: Any) -> dict[str, str | None]:
        """Converts a Lead; keywords and result as in convert.Conversion and convert.convert."""
        with self.lock:
            try:
                made = convert(self.org, Conversion(lead_id, **wish), Actor(self.org.people.get(by, by)))
            except Refusal:
                self.org.undo_to((0, 0))
                raise
            self._tell(self.org.commit())
            return made

    def change_field(self, object_name: str, name: str, wish: Mapping[str, Any]) -> None:
        """Adds, changes or removes a field; see admin.change_field."""
        with self.lock:
            admin.change_field(self.org, object_name, name, wish)

    def take_notifications(self) -> list[Told]:
        """Drains pending outbound notifications: (org id, object, record id, {field: latest value})."""
        with self.lock:
            return self.outbound.take()


def _json(request: Request) -> Any:
    if request.method in ("GET", "DELETE"):
        return None
    try:
        return request.json()
    except ValueError:
        raise Refusal(
            "JSON_PARSER_ERROR", "Unexpected character in the request body at [line:1, column:1]"
        ) from None


def _response(reply: Reply, limit_info: str) -> Response:
    headers = {**reply.headers, "Sforce-Limit-Info": limit_info}
    if reply.payload is None:
        return Response(reply.status, b"", headers)
    if isinstance(reply.payload, bytes):
        return Response(reply.status, reply.payload, {**headers, "Content-Type": "text/html"})
    return json_response(reply.status, reply.payload, headers)
