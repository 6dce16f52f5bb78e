"""Credentials from where they are: the environment, which wins, or the connection stored in the database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout
from pydantic import SecretStr

from connector import logs
from connector.adapters.calling import utc_now
from connector.adapters.postgres.accounts import PostgresConnections, PostgresTokenShelf
from connector.adapters.postgres.database import Pool
from connector.core.records import Side
from connector.errors import FixConfiguration
from connector.ports import Clock
from connector.ports.accounts import Connection
from connector.settings import HubSpot, Salesforce, Settings

_log = logs.get(__name__)
EVERY, SOON = 60.0, 5.0
"""Seconds between two looks at what is stored, and after one that failed."""
ENVIRONMENT, STORED, NOWHERE = "environment", "connection", ""
NULLABLE = ("instance_url", "audience")
CREDENTIALS: Mapping[Side, frozenset[str]] = {
    Side.HUBSPOT: frozenset({"access_token", "client_id", "refresh_token"}),
    Side.SALESFORCE: frozenset(
        {"client_id", "client_secret", "username", "private_key", "instance_url", "audience"}
    ),
}
"""What belongs together: all of it comes from one place. (HubSpot's client secret also proves webhooks.)"""


def connections_on(settings: Settings, pool: Pool, clock: Clock = utc_now) -> PostgresConnections:
    return PostgresConnections(pool, settings.process.secret_key.get_secret_value(), clock)


def connected(settings: Settings, pool: Pool, clock: Clock = utc_now) -> Settings:
    """The settings with whatever is stored filled in: credentials of a side the environment names none for, and the
    account that the database is bound to. Raises FixConfiguration where something is stored that can't be opened."""
    store = connections_on(settings, pool, clock)
    sources: dict[str, str] = {}
    groups: dict[str, Any] = {}
    shelf = None
    for side, group in ((Side.HUBSPOT, settings.hubspot), (Side.SALESFORCE, settings.salesforce)):
        sources[side] = ENVIRONMENT if not group.missing() else NOWHERE
        stored = _stored(store, side, sources[side])
        if stored is not None and not sources[side]:
            sources[side] = STORED
            if stored.kind == "oauth":
                shelf = PostgresTokenShelf(store, pool, clock)
        groups[side] = _filled(group, stored, side, sources[side], _account(store, side))
    found = replace(
        settings,
        hubspot=groups[Side.HUBSPOT],
        salesforce=groups[Side.SALESFORCE],
        shelf=shelf,
        sources=sources,
    )
    logs.hide(found.secrets())
    return found


def insist(settings: Settings) -> None:
    """Raises FixConfiguration where a side's credentials are nowhere."""
    if missing := settings.missing():
        raise FixConfiguration(missing)


def _stored(store: PostgresConnections, side: Side, source: str) -> Connection | None:
    """A connection that the environment makes needless is no reason to fail, even where its key is lost."""
    if source == ENVIRONMENT:
        try:
            return store.get(side)
        except FixConfiguration:
            return None
    return store.get(side)


def _account(store: PostgresConnections, side: Side) -> dict[str, str]:
    bound = store.binding(side)
    name = "portal_id" if side is Side.HUBSPOT else "org_id"
    return {name: bound.account_id} if bound else {}


def _filled(
    group: HubSpot | Salesforce,
    stored: Connection | None,
    side: Side,
    source: str,
    account: Mapping[str, str],
) -> HubSpot | Salesforce:
    known: dict[str, str] = {**account}
    if stored is not None:
        known |= {**stored.facts, **stored.secrets}
    if source == ENVIRONMENT:
        known = {name: value for name, value in known.items() if name not in CREDENTIALS[side]}
    fields = type(group).model_fields
    blank: dict[str, str | None] = {
        name: value
        for name, value in known.items()
        if name in fields and value and _blank(getattr(group, name))
    }
    if source == STORED:  # half of another set of credentials must not mix with ours
        blank |= {name: known.get(name, "") for name in CREDENTIALS[side] if name in fields}
        blank = {name: value or (None if name in NULLABLE else "") for name, value in blank.items()}
    return group.model_copy(
        update={name: _typed(fields[name].annotation, value) for name, value in blank.items()}
    )


def _blank(value: Any) -> bool:
    return not (value.get_secret_value() if isinstance(value, SecretStr) else value)


def _typed(annotation: Any, value: str | None) -> Any:
    return SecretStr(value or "") if "SecretStr" in str(annotation) else value


class Latest:
    """The settings of a process that lives long: what is stored is looked at again every minute, so that a connection
    made meanwhile counts without a restart. While the database is away the last look stands."""

    def __init__(self, settings: Settings, pool: Pool, clock: Clock = utc_now) -> None:
        self._given, self._pool, self._clock = settings, pool, clock
        self._found, self._due = settings, 0.0

    def forget(self) -> None:
        """Look anew the next time."""
        self._due = 0.0

    def now(self) -> Settings:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + EVERY
            try:
                self._found = connected(self._given, self._pool, self._clock)
            except (psycopg.Error, PoolTimeout, FixConfiguration) as error:
                _log.error("what is stored of the connections can't be read", error=type(error).__name__)
                self._due = time.monotonic() + SOON
        return self._found
