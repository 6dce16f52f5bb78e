"""Connecting to one account: what was given is proved first, then bound, then stored; never the other way round."""

from __future__ import annotations

import secrets as dice
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.core.records import Side
from connector.core.scopes import lacking
from connector.errors import Refused
from connector.ports.accounts import Account, Connection, ConnectionStore
from connector.services.accounts.binding import admit


@dataclass(frozen=True, slots=True)
class Proved:
    """What credentials turned out to open. ``granted``: scopes, None where the side did not tell."""

    account: Account
    granted: frozenset[str] | None = None


def connect(
    store: ConnectionStore,
    proved: Proved,
    kind: str,
    facts: Mapping[str, str],
    secrets: Mapping[str, str],
    wanted: Sequence[str],
    by: str,
    now: datetime,
) -> Connection:
    """Binds and stores. Raises Refused where a scope is missing or the account is another one than the bound one."""
    missing = lacking(proved.granted, wanted)
    if missing:
        raise Refused(
            f"The token opens {proved.account.words}, but the app lacks these scopes: {', '.join(missing)}. Add them "
            "to the app (`accord connect hubspot --project FOLDER` writes them, `hs project upload` brings them up), "
            "install it again, and connect with the token of then. Nothing was stored."
        )
    account = proved.account
    admit(store, account, by, now)
    name = "portal_id" if account.side is Side.HUBSPOT else "org_id"
    told = {**account.facts, **facts, name: account.id, "sandbox": "yes" if account.sandbox else "no"}
    filled = {key: value for key, value in secrets.items() if value}
    connection = Connection(account.side, kind, {k: v for k, v in told.items() if v}, filled, by, now)
    store.keep(connection)
    return connection


def kept_secret(store: ConnectionStore, side: Side, name: str) -> str:
    """A secret of the present connection that a new one takes over; '' where there is none."""
    present = store.get(side)
    return present.secrets.get(name, "") if present else ""


def outbound_secret(store: ConnectionStore) -> str:
    """The secret end of the path for outbound messages: the one in use, or a new one."""
    return kept_secret(store, Side.SALESFORCE, "outbound_secret") or dice.token_urlsafe(24)
