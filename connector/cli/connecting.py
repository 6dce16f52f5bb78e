"""What the commands of `accord connect` share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from connector.cli import showing
from connector.cli.options import database, refuse_if_outdated
from connector.core.records import Side
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.adapters.postgres.accounts import PostgresConnections
    from connector.adapters.postgres.database import Pool
    from connector.ports.accounts import Connection
    from connector.settings import Settings


@dataclass(frozen=True, slots=True)
class Connecting:
    """What the commands of this file work with."""

    settings: "Settings"
    pool: "Pool"
    store: "PostgresConnections"


@contextmanager
def connecting(embedded: Path | None, *, key: bool = True) -> Iterator[Connecting]:
    """``key``: ACCORD_SECRET_KEY must be there; where it is not, one is made and shown."""
    from connector import logs
    from connector.adapters.keyring import Keyring
    from connector.adapters.postgres.database import open_pool
    from connector.settings import load
    from connector.wiring.connected import connections_on

    settings = load()
    logs.configure("warning", "console", settings.secrets())
    if key:
        Keyring(settings.process.secret_key.get_secret_value())
    with database(embedded, settings) as url:
        refuse_if_outdated(url)
        with open_pool(url, max_size=2) as pool:
            yield Connecting(settings, pool, connections_on(settings, pool))


def tell(connection: "Connection", settings: "Settings") -> None:
    from connector.ports.accounts import Account

    facts = connection.facts
    name = "portal_id" if connection.side is Side.HUBSPOT else "org_id"
    account = Account(connection.side, facts[name], facts["sandbox"] == "yes", facts)
    more = [
        f"{k.replace('_', ' ')} {facts[k]}"
        for k in ("edition", "user", "api_version", "app_id")
        if facts.get(k)
    ]
    showing.line(f"Connected to {account.words}{': ' + ', '.join(more) if more else ''}.")
    if not (settings.hubspot if connection.side is Side.HUBSPOT else settings.salesforce).missing():
        showing.line(
            f"Credentials in the environment win over it: take the ACCORD_{connection.side.upper()}_… ones out."
        )
    showing.line(f"Stored, sealed. Next: accord setup --plan --side {connection.side}")


def lines(text: str) -> None:
    """Several lines, each as one."""
    for one in text.splitlines():
        showing.line(one)


def secret(words: str) -> str:
    """Asked for without echo; without a terminal the next line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(words, default="", hide_input=True, show_default=False)).strip()
    return sys.stdin.readline().strip()


def asked(words: str) -> str:
    if not sys.stdin.isatty():
        raise Refused(f"{words}: missing, and nobody can be asked here. Give it as an option (--help).")
    return str(typer.prompt(words)).strip()
