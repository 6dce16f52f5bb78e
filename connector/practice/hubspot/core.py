"""The whole practice HubSpot in process: one call in, one answer out, no socket, no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connector.practice import people
from connector.practice.clock import Clock, milliseconds
from connector.practice.faults import Faults, OneShot
from connector.practice.http import Request, Response
from connector.practice.hubspot import own, routes
from connector.practice.hubspot.errors import Refused, injected
from connector.practice.hubspot.limits import Limits
from connector.practice.hubspot.oauth import Token, authenticate
from connector.practice.hubspot.populate import populate
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.search import Index
from connector.practice.hubspot.sender import Delivered, Delivery
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.state import Contact, Portal, Source
from connector.practice.hubspot.webhooks import Event, Outbox, Subscription
from connector.practice.hubspot.writing import Change, Writer
from connector.practice.service import Service

OnWrite = Callable[["HubSpotCore", Change], None]


class HubSpotCore(Service):
    """A portal with `count` generated persons of `seed`.

    `properties`: more contact properties, or others in place of the shipped ones. `subscriptions`: webhook
    events to gather ("all", or a list; none by default); `take_events()` drains them in process.
    `on_write`: callbacks that see every committed change and may answer it with `edit(by="automation")`.
    """

    def __init__(
        self,
        count: int = 0,
        seed: int = 1,
        *,
        clock: Clock | None = None,
        faults: Faults | None = None,
        settings: Settings | None = None,
        properties: Iterable[Property] = (),
        subscriptions: Sequence[Subscription] | str = (),
    ) -> None:
        super().__init__(clock, faults)
        self.count, self.seed = count, seed
        self.settings = settings or Settings()
        self.more_properties = tuple(properties)
        self.base_url = "https://api.hubapi.com"
        self.delivery = Delivery()
        self.delivered = Delivered()
        self.sender_shown: Callable[[], dict[str, Any]] | None = None
        self.on_write: list[OnWrite] = []
        self.automations: list[own.Automation] = []
        self._closing: list[Callable[[], None]] = []
        self._start(subscriptions)

    def _start(self, subscriptions: Sequence[Subscription] | str) -> None:
        self.portal = Portal(self.settings, self.seed, self.more_properties)
        self.writer = Writer(self.portal, self._told)
        self.index = Index(self.portal)
        self.limits = Limits(self.settings)
        self.tokens: dict[str, Token] = {}
        self.outbox = Outbox(self.portal.account, self.seed)
        self.api_source = Source("INTEGRATION", str(self.portal.account.app_id), label="Accord")
        self._depth = 0
        populate(
            self, (placed.person for placed in people.places(self.seed, self.count) if placed.in_hubspot)
        )
        self.outbox.subscribe(subscriptions)

    # the service -----------------------------------------------------------------------------------
    def answer(self, request: Request) -> Response:
        route = routes.find(request.method, request.path)
        correlation = self.portal.correlation()
        limit_headers: Mapping[str, str] = {}
        try:
            if not route.is_token:
                caller = authenticate(self, request)
                if self.faults.rate_limits:
                    self.limits.admit(route.is_search, caller.oauth, self.now_ms())
                    limit_headers = self.limits.headers(route.is_search, caller.oauth)
            response = route.answer(self, request, *route.args)
        except Refused as refused:
            response = refused.response(correlation)
        response.headers["X-HubSpot-Correlation-Id"] = correlation
        response.headers.update(limit_headers)
        return response

    def refusal(self, shot: OneShot, request: Request) -> Response:
        is_search = routes.find(request.method, request.path).is_search
        return injected(shot.status, is_search, self.portal.correlation())

    def endpoint(self, request: Request) -> str | None:
        route = routes.find(request.method, request.path)
        return None if route.is_token else route.name

    def practice(self, request: Request) -> Response | None:
        return own.answer(self, request)

    def now_ms(self) -> int:
        return milliseconds(self.clock.now())

    # writes ----------------------------------------------------------------------------------------
    def _told(self, contact: Contact, change: Change) -> None:
        self.index.note(contact.id, None if change.archived else contact.values, change.at_ms)
        self.outbox.note(change)
        if self.on_write or self.automations:
            self._answered_by_automations(change)

    def _answered_by_automations(self, change: Change) -> None:
        """Automations answer writes, also each other's, but three deep at most: no portal loops for ever."""
        if self._depth >= 3:
            return
        self._depth += 1
        try:
            for callback in tuple(self.on_write):
                callback(self, change)
            for rule in self.automations:
                rule.consider(self, change)
        finally:
            self._depth -= 1

    def archive(self, contact: Contact, source: Source) -> None:
        """Deletes a contact (it can still be read as archived) and tells about it."""
        now = self.now_ms()
        self.portal.archive(contact, now)
        self._told(contact, Change(contact.id, source, created=False, at_ms=now, archived=True))

    def edit(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        email: str | None = None,
        by: str = "user",
        create: bool = False,
        delete: bool = False,
    ) -> str:
        """What a person ("user"), "automation", "form", "import" or "other_app" does; gives the contact's id.

        The contact is named by `id` or `email`. A form for an e-mail that is known updates that contact.
        Raises Refused as the API would answer it; is not counted as a call.
        """
        with self.lock:
            return own.edit(self, dict(values or {}), id, email, by, create, delete)

    def contact(self, key: str) -> dict[str, str]:
        """The stored values of a live contact, by id or e-mail; a copy. KeyError if there is none."""
        with self.lock:
            found = self.portal.find(key, None) or self.portal.find(key, "email")
            if found is None:
                raise KeyError(key)
            return dict(found.values)

    # in process ------------------------------------------------------------------------------------
    def take_events(self) -> list[Event]:
        """Drains the webhook events that wait, oldest first."""
        with self.lock:
            return self.outbox.take()

    def snapshot(self) -> dict[str, Any]:
        """Live contacts, ids of archived ones, lists, owners; everything in order of id."""
        with self.lock:
            live = [self.portal.contacts[key] for key in sorted(self.portal.contacts, key=int)]
            rows = [{"id": one.id, "properties": dict(sorted(one.values.items()))} for one in live]
            return {
                "contacts": rows,
                "archived": sorted(self.portal.archived, key=int),
                "lists": [
                    {"id": one.id, "name": one.name, "members": sorted(one.members, key=int)}
                    for one in self.portal.lists.values()
                ],
                "owners": [{"id": one.id, "email": one.email} for one in self.portal.owners.values()],
            }

    def reset(self) -> None:
        """All records as at the start; faults, settings and subscriptions stay, tokens go."""
        with self.lock:
            wake = self.outbox.wake
            self._start(self.outbox.subscriptions)
            self.outbox.wake = wake
            self.calls.reset()

    def closing(self, callback: Callable[[], None]) -> None:
        """Something to be ended with this core."""
        self._closing.append(callback)

    def close(self) -> None:
        for callback in self._closing:
            callback()
        self._closing.clear()


def connection(core: HubSpotCore, base_url: str) -> dict[str, Any]:
    """What a client needs: base_url, access_token (a private app's), portal_id, app_id, client_id,
    client_secret, refresh_token."""
    account = core.portal.account
    return {
        "base_url": base_url,
        "access_token": account.private_token,
        "portal_id": account.portal_id,
        "app_id": account.app_id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "refresh_token": account.refresh_token,
    }
