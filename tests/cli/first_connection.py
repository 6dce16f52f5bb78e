"""A new admin's accounts: a portal and an org that nobody set up yet, over HTTP, and an environment without credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from typer.testing import CliRunner

from connector.adapters.keyring import new_key
from connector.cli import build
from connector.practice import hubspot, salesforce
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.settings import Settings as PortalSettings
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.settings import Settings as OrgSettings

PUBLIC = "https://accord.example.com"


@dataclass
class Accounts:
    """``h`` and ``s``: what an admin reads in both accounts. ``said``: everything any command printed."""

    hubspot: HubSpotCore
    salesforce: SalesforceCore
    h: dict[str, Any]
    s: dict[str, Any]
    key: str
    said: list[str] = field(default_factory=list)

    def accord(self, *words: str, stdin: str = "", fails: bool = False) -> str:
        done = CliRunner().invoke(build(), words, input=stdin, catch_exceptions=False)
        self.said.append(done.output)
        assert bool(done.exit_code) is fails, done.output
        return done.output

    def connect_hubspot(self) -> str:
        told = f"{self.h['access_token']}\n{self.h['client_secret']}\n"
        return self.accord("connect", "hubspot", stdin=told)

    def connect_salesforce(self) -> str:
        where = ("--instance-url", self.s["instance_url"], "--client-id", self.s["client_id"])
        told = f"{self.s['client_secret']}\n"
        return self.accord("connect", "salesforce", *where, "--client-credentials", stdin=told)

    def secrets(self) -> list[str]:
        given = [self.h[name] for name in ("access_token", "client_secret", "refresh_token")]
        return [*given, self.s["client_secret"], self.s["access_token"], self.key]


@contextmanager
def accounts(
    *, people: int = 0, seed: int = 3, fields: bool = False, pubsub: bool = False, **org: Any
) -> Iterator[Accounts]:
    portal_core = HubSpotCore(
        people, seed, settings=PortalSettings(accord_fields=fields), subscriptions="all"
    )
    settings = OrgSettings(accord_fields=fields)
    settings.update(org)
    with closing(hubspot.serve_hubspot(core=portal_core)) as portal:
        with closing(
            salesforce.serve_salesforce(people=people, seed=seed, settings=settings, pubsub=pubsub)
        ) as served:
            h = hubspot.connection(portal_core, portal.base_url)
            yield Accounts(portal_core, served.core, h, dict(served.connection()), new_key())


def environment(given: Accounts, database_url: str) -> dict[str, str]:
    """What the README tells to set: where the database is, the key, the public address. (And, for practice servers
    only, HubSpot's address.)"""
    return {
        "DATABASE_URL": database_url,
        "ACCORD_SECRET_KEY": given.key,
        "ACCORD_PUBLIC_URL": PUBLIC,
        "ACCORD_HUBSPOT_BASE_URL": given.h["base_url"],
    }


def stored(database_url: str) -> bytes:
    """Everything the database holds of the connections, as its files would."""
    with psycopg.connect(database_url) as connection:
        rows = [
            row
            for table in ("connection", "connecting", "binding")
            for row in connection.execute(f"SELECT * FROM {table}".encode())
        ]
    return b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row)


def sources(new: Accounts) -> dict[str, Any]:
    return {row["side"]: row["source"] for row in json.loads(new.accord("connect", "status", "--json"))}


def begun(new: Accounts) -> dict[str, str]:
    """The query of the printed address."""
    from urllib.parse import parse_qsl, urlsplit

    told = new.accord(
        "connect",
        "hubspot",
        "--oauth",
        "--client-id",
        new.h["client_id"],
        stdin=f"{new.h['client_secret']}\n",
    )
    address = next(line for line in told.splitlines() if "/oauth/authorize?" in line)
    assert address.startswith(new.h["base_url"])
    return dict(parse_qsl(urlsplit(address).query))


def agreed(new: Accounts, asked: dict[str, str]) -> str:
    """What the portal's admin, agreeing in the browser, makes HubSpot send to us; any word where its practice server has
    no consent page."""
    from urllib.parse import parse_qsl, urlsplit

    import requests

    answer = requests.get(
        f"{new.h['base_url']}/oauth/authorize", params=asked, allow_redirects=False, timeout=60
    )
    place = answer.headers.get("Location", "")
    return dict(parse_qsl(urlsplit(place).query)).get("code", "a-code")


def doctor(new: Accounts) -> str:
    from typer.testing import CliRunner

    from connector.cli import build

    return CliRunner().invoke(build(), ["doctor", "--json"], catch_exceptions=False).output
