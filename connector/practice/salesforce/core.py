"""The whole practice Salesforce in process: no socket, no thread, deterministic with a manual clock."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from connector.practice.clock import Clock, ManualClock
from connector.practice.faults import Faults, OneShot
from connector.practice.http import Request, Response, json_response
from connector.practice.salesforce import endpoints, errors, oauth, practice_paths, tooling
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.addresses import split
from connector.practice.salesforce.admin import Admin
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.founding import found
from connector.practice.salesforce.injected import NAMED, answer_to
from connector.practice.salesforce.limits import Limits
from connector.practice.salesforce.metadata.layouts import usual
from connector.practice.salesforce.outbound import Outbound
from connector.practice.salesforce.routes import Rest
from connector.practice.salesforce.seeding import settle
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.state import Org, Written

_CLIENT = re.compile(r"client\s*=\s*([^;,\s]+)", re.IGNORECASE)
OnWrite = Callable[["SalesforceCore", Written], None]


class SalesforceCore(Acts):
    """One org behind its REST API. `people` and `seed` fill it with generated persons; `setup` makes the org what it
    is before they come (see admin.py), at the start and after each reset.

    In process: `edit` and `convert` are what people do, `take_notifications` drains outbound messages, `org.rules`
    holds validation rules, automations and normalizers, `on_write` callbacks see each committed write.
    """

    named = NAMED

    def __init__(
        self,
        clock: Clock | None = None,
        faults: Faults | None = None,
        settings: Settings | None = None,
        people: int = 0,
        seed: int = 1,
        setup: Callable[[Admin], None] | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.settings = settings or Settings()
        self.base_url = "https://practice.my.salesforce.com"
        self.on_write: list[OnWrite] = []
        self.on_commit = []
        self.pubsub = None
        self._world = (people, seed)
        self._setup = setup
        self._owed = threading.local()
        self._build()

    admin: Admin

    def wished(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        return self.admin.perform(wish)

    def _build(self) -> None:
        self.org = Org(self.clock, self.faults, self.settings)
        self.org_id = found(self.org)
        self.org.layouts = usual()
        self.tokens = oauth.Tokens(self.org, self.org_id)
        self.limits = Limits(self.org)
        self.outbound = Outbound(self.org, self.org_id)
        tooling.setup_of(self.org).outbound = self.outbound
        self.rest = Rest(self.org, self.limits, self.outbound)
        self.admin = Admin(self)
        if self._setup is not None:
            self._setup(self.admin)
            self.org.commit()
        if self._world[0]:
            settle(self.org, *self._world)
        self.org.history.clear()
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
            "username": str(self.org.tables["User"].rows[self.org.people["integration"]]["Username"]),
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
        # What an admin did directly stands, whatever becomes of this call.
        self.org.commit()
        try:
            reply = self._reply(request)
        except Refusal as refusal:
            reply = refused(refusal)
        except BaseException:
            # A fault of ours must not leave half a call behind for the next one to commit.
            self.org.undo_to((0, 0))
            self.org.viewer, self.org.origin = None, ""
            raise
        if reply.status >= 400:
            self.org.undo_to((0, 0))
        events = self.org.commit()
        self.org.viewer, self.org.origin = None, ""
        self._tell(events)
        return _response(reply, self.limits.header())

    def _reply(self, request: Request) -> Reply:
        outside = endpoints.unauthenticated(self, request)
        if outside is not None:
            return outside
        user_id = self.tokens.user_of(request.headers)
        endpoints.check_uri(request, self.settings.max_uri)
        if not self.settings.api_enabled:
            raise errors.api_disabled()
        self.limits.count()
        self.org.viewer = user_id
        place = split(request.path)
        if place is None:
            return endpoints.identity(self, request, user_id)
        client = _CLIENT.search(request.headers.get("sforce-call-options", ""))
        interface = "bulkapi" if place[1][:1] == ["jobs"] else "rest"
        self.org.origin = (
            f"com/salesforce/api/{interface}/{place[0]};client={client.group(1) if client else ''}"
        )
        call = Call(
            request.method, place[0], place[1], request.query, request.headers, _json(request), user_id
        )
        return self.rest.perform(call)

    def _tell(self, events: list[Written]) -> None:
        """Committed writes reach the outbound queue, then the callbacks, which may write in their turn."""
        if not events:
            return
        cost = len(events) * self.settings.row_write_ms
        if self.org.rules.slow:
            cost += sum(self.org.rules.slow.get(event.object, 0.0) for event in events)
        self._owed.seconds = getattr(self._owed, "seconds", 0.0) + cost / 1000
        if self.settings.outbound_messages and (self.outbound.objects or self.outbound.actions):
            self.outbound.queue(events)
        for hear in self.on_commit:
            hear(events)
        for callback in self.on_write:
            for event in events:
                callback(self, event)

    def refusal(self, shot: OneShot, request: Request) -> Response:
        return _response(answer_to(shot), self.limits.header())

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


_RAW = ("text/csv", "multipart/form-data", "application/zip", "text/xml")


def _json(request: Request) -> Any:
    """The parsed body; bytes for CSV and forms of files; raises 400 for broken JSON, 415 for other types."""
    if request.method in ("GET", "DELETE", "HEAD"):
        return None
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in _RAW:
        return request.body
    if kind and "json" not in kind and request.body:
        text = f"Content type '{kind}' is not supported for this resource"
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", text)
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
        return Response(reply.status, reply.payload, {"Content-Type": "text/html", **headers})
    return json_response(reply.status, reply.payload, headers)
