"""The whole practice HubSpot in process: one call in, one answer out, no socket, no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connector.practice import people
from connector.practice.clock import Clock
from connector.practice.faults import Faults, OneShot
from connector.practice.http import Request, Response
from connector.practice.hubspot import own
from connector.practice.hubspot.delivery import Delivered, Delivery
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.injected import NAMED, answer_to
from connector.practice.hubspot.limits import Limits
from connector.practice.hubspot.populate import populate
from connector.practice.hubspot.routes import Route, find, let_in
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.state import Portal, Source
from connector.practice.hubspot.tokens import Caller
from connector.practice.hubspot.webhooks import Outbox, Subscription
from connector.practice.hubspot.writing import Change, Writer

OnWrite = Callable[["HubSpotCore", Change], None]


class HubSpotCore(Doing):
    """A portal with `count` generated persons of `seed`.

    `properties`: more contact properties, or others in place of the shipped ones; `lacking`: names of shipped
    ones that this portal does not have. `subscriptions`: webhook events to gather ("all", or a list; none by
    default); `take_events()` drains them in process. `on_write`: callbacks that see every committed change and
    may answer it with `edit(by="automation")`.
    """

    named = NAMED

    def __init__(
        self,
        count: int = 0,
        seed: int = 1,
        *,
        clock: Clock | None = None,
        faults: Faults | None = None,
        settings: Settings | None = None,
        properties: Iterable[Property] = (),
        lacking: Iterable[str] = (),
        subscriptions: Sequence[Subscription] | str = (),
    ) -> None:
        super().__init__(clock, faults)
        self.count, self.seed = count, seed
        self.settings = settings or Settings()
        self.more_properties, self.lacking = tuple(properties), tuple(lacking)
        self.base_url = "https://api.hubapi.com"
        self.delivery = Delivery()
        self.delivered = Delivered()
        self.sender_shown = None
        self.on_write = []
        self.automations = []
        self._closing: list[Callable[[], None]] = []
        self._start(subscriptions)

    def _start(self, subscriptions: Sequence[Subscription] | str) -> None:
        self.portal = Portal(self.settings, self.seed, self.more_properties, self.lacking)
        self.writer = Writer(self.portal, self.told)
        self.indexes = self.new_indexes()
        self.limits = Limits(self.settings)
        self.tokens, self.codes = {}, {}
        self.refresh_token = self.portal.account.refresh_token
        self.installed_scopes = None
        self.outbox = Outbox(self.portal, self.seed)
        self.api_source = Source("INTEGRATION", str(self.portal.account.app_id), label="Accord")
        self._depth = 0
        self.version = "v3"
        placed = (one.person for one in people.places(self.seed, self.count) if one.in_hubspot)
        populate(self, placed)
        self.outbox.subscribe(subscriptions)

    # the service -----------------------------------------------------------------------------------
    def answer(self, request: Request) -> Response:
        route = find(request.method, request.path)
        correlation = self.portal.correlation()
        limit_headers: Mapping[str, str] = {}
        self.version = route.version
        try:
            caller = let_in(self, route, request)
            if caller is not None and self.faults.rate_limits:
                limit_headers = self._admitted(route, caller)
            response = route.answer(self, request, *route.args)
        except Refused as refused:
            response = refused.response(correlation)
        response.headers["X-HubSpot-Correlation-Id"] = correlation
        response.headers.update(limit_headers)
        return response

    def _admitted(self, route: Route, caller: Caller) -> dict[str, str]:
        self.limits.admit(route.lane, caller.oauth, self.now_ms())
        return self.limits.headers(route.lane, caller.oauth)

    def refusal(self, shot: OneShot, request: Request) -> Response:
        is_search = find(request.method, request.path).lane == "search"
        return answer_to(shot, is_search, self.portal.correlation())

    def endpoint(self, request: Request) -> str | None:
        route = find(request.method, request.path)
        return None if route.is_token else route.name

    def practice(self, request: Request) -> Response | None:
        return own.answer(self, request)

    # in process ------------------------------------------------------------------------------------
    def edit(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        email: str | None = None,
        by: str = "user",
        create: bool = False,
        delete: bool = False,
        object: str = "contact",
        restore: bool = False,
        merge: str | None = None,
        forget: bool = False,
    ) -> str:
        """What a person ("user"), "automation", "form", "import" or "other_app" does; gives the record's id.

        The record is named by `id` or `email`. A form for an e-mail that is known updates that contact.
        `merge`: the id that is merged into this one; the id given is then the survivor's. `restore`: back from the
        recycle bin. `forget`: a privacy deletion. Raises Refused as the API would answer it; is not counted.
        """
        deed = own.Deed(object, id, email, by, create, delete, restore, merge, forget)
        with self.lock:
            return own.edit(self, dict(values or {}), deed)

    def snapshot(self) -> dict[str, Any]:
        """Live records of every kind that has any, ids of archived contacts, lists, owners; all in order of id."""
        with self.lock:
            return {
                "contacts": _rows(self.portal.contact_store.live),
                "archived": sorted(self.portal.archived, key=int),
                "lists": [
                    {"id": one.id, "name": one.name, "members": sorted(one.members, key=int)}
                    for one in self.portal.lists.values()
                ],
                "owners": [{"id": one.id, "email": one.email} for one in self.portal.owners.values()],
                **{
                    store.kind.plural: _rows(store.live)
                    for store in self.portal.stores.values()
                    if store.live and not store.has_emails
                },
            }

    def reset(self) -> None:
        """All records as at the start; faults, settings and subscriptions stay, tokens go."""
        with self.lock:
            wake, heard = self.outbox.wake, self.outbox.subscriptions
            if not isinstance(heard, str):  # a kind of the portal's own goes, and what was subscribed of it
                own = {
                    name
                    for one in self.portal.stores.values()
                    if one.kind.custom
                    for name in one.kind.names()
                }
                heard = [one for one in heard if one.get("object") not in own]
            self._start(heard)
            self.outbox.wake = wake
            self.calls.reset()

    def closing(self, callback: Callable[[], None]) -> None:
        """Something to be ended with this core."""
        self._closing.append(callback)

    def close(self) -> None:
        for callback in self._closing:
            callback()
        self._closing.clear()


def _rows(live: Mapping[str, Any]) -> list[dict[str, Any]]:
    held = [live[key] for key in sorted(live, key=int)]
    return [{"id": one.id, "properties": dict(sorted(one.values.items()))} for one in held]


def connection(core: HubSpotCore, base_url: str) -> dict[str, Any]:
    """What a client needs: base_url, access_token (a private app's), portal_id, app_id, client_id,
    client_secret, refresh_token, developer_key (for the app's own webhook settings)."""
    account = core.portal.account
    return {
        "base_url": base_url,
        "access_token": account.private_token,
        "portal_id": account.portal_id,
        "app_id": account.app_id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "refresh_token": account.refresh_token,
        "developer_key": account.developer_key,
    }
