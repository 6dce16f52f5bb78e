"""Proves what an admin gave, by real calls, before anything of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from pydantic import SecretStr, ValidationError

from connector.adapters.calling import is_loopback, utc_now
from connector.adapters.hubspot.account import AUTHORISE, Allowed, Authoriser, allowed_to
from connector.adapters.hubspot.account import account_of as hubspot_account
from connector.adapters.mappings import load
from connector.adapters.postgres.accounts import PostgresConnections
from connector.core.records import Side
from connector.core.scopes import scopes_for
from connector.errors import FixConfiguration, Refused
from connector.ports.accounts import Account, Connection
from connector.services.accounts.connecting import Proved, connect
from connector.settings import HubSpot, Salesforce, Settings
from connector.settings_words import in_words
from connector.wiring.admission import account
from connector.wiring.sides import hubspot_api, hubspot_connection, hubspot_options
from connector.wiring.stores import agreement_folder

CALLBACK = "/oauth/callback"


def trying_hubspot(settings: Settings, **given: str) -> Settings:
    """The settings with only these credentials."""
    blank = {"access_token": "", "client_id": "", "refresh_token": "", "portal_id": "", "app_id": ""}
    return replace(settings, hubspot=_group(settings.hubspot, blank | given), shelf=None)


def trying_salesforce(settings: Settings, **given: str) -> Settings:
    blank = {
        "client_id": "",
        "client_secret": "",
        "username": "",
        "private_key": "",
        "audience": "",
        "org_id": "",
    }
    return replace(settings, salesforce=_group(settings.salesforce, blank | given))


def _group(group: Any, values: Mapping[str, str]) -> Any:
    """A group with other values, checked as those of the environment are."""
    kind: type[HubSpot] | type[Salesforce] = type(group)
    taken = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in group
    }
    wanted: dict[str, Any] = taken | dict(values)
    wanted = {name: value or None if name == "audience" else value for name, value in wanted.items()}
    try:
        return kind(**wanted)
    except ValidationError as error:
        raise FixConfiguration(in_words(kind, error)) from None


def connect_static(
    settings: Settings, store: PostgresConnections, token: str, client_secret: str, by: str
) -> Connection:
    """HubSpot by the lasting token of a private or static app."""
    trial = trying_hubspot(settings, access_token=token, client_secret=client_secret)
    with closing(hubspot_api(trial)) as api:
        found, allowed = hubspot_account(api), allowed_to(api, token)
    secrets = {"access_token": token, "client_secret": client_secret}
    return _keep_hubspot(settings, store, "static", found, allowed, {}, secrets, by)


def _keep_hubspot(
    settings: Settings,
    store: PostgresConnections,
    kind: str,
    found: Account,
    allowed: Allowed,
    facts: Mapping[str, str],
    secrets: Mapping[str, str],
    by: str,
) -> Connection:
    proved = Proved(found, allowed.scopes)
    wanted = scopes_for(load(agreement_folder(settings)))
    told = {**facts, "app_id": allowed.app_id}
    return connect(store, proved, kind, told, secrets, wanted, by, utc_now())


def connect_salesforce(
    settings: Settings, store: PostgresConnections, kind: str, given: Mapping[str, str], outbound: str, by: str,
    facts: Mapping[str, str] | None = None,
) -> Connection:  # fmt: skip
    """Salesforce by JWT or client credentials."""
    found = account(trying_salesforce(settings, **given), Side.SALESFORCE)
    names = ("private_key",) if kind == "jwt" else ("client_secret",)
    secrets = {name: given[name] for name in names} | {"outbound_secret": outbound}
    told = {name: value for name, value in given.items() if name not in secrets} | dict(facts or {})
    return connect(store, Proved(found), kind, told, secrets, (), by, utc_now())


# --- OAuth -----------------------------------------------------------------------------------------------------------


def redirect_of(settings: Settings) -> str:
    """Raises Refused without a public address: HubSpot sends the admin's browser there."""
    if not settings.process.public_url:
        raise Refused(
            "Set ACCORD_PUBLIC_URL to the address of the web process: HubSpot sends your browser back to it."
        )
    return settings.process.public_url + CALLBACK


def authorise_base(settings: Settings) -> str:
    base = settings.hubspot.base_url
    return f"{base}/oauth/authorize" if is_loopback(base) else AUTHORISE


def finish_oauth(
    settings: Settings, store: PostgresConnections, state: str, code: str, by: str = "browser"
) -> Connection:
    """The second half of `accord connect hubspot --oauth`. Raises Refused for a state that nobody began, CallFailed."""
    begun = store.begun(Side.HUBSPOT, state, take=True) if state else None
    if begun is None:
        raise Refused("This authorisation was not begun here, or over a quarter of an hour ago. Begin anew.")
    facts, secrets = begun
    given = {"client_id": facts["client_id"], "client_secret": secrets["client_secret"]}
    trial = trying_hubspot(settings, **given)
    grant = Authoriser(hubspot_connection(trial), hubspot_options(trial), utc_now).exchange(
        code, facts["redirect"]
    )
    with closing(hubspot_api(trying_hubspot(settings, access_token=grant.access_token))) as api:
        found, allowed = hubspot_account(api), allowed_to(api, grant.access_token, oauth=True)
    tokens = {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "ends": grant.ends.isoformat(),
    }
    told = {"client_id": facts["client_id"]}
    return _keep_hubspot(
        settings,
        store,
        "oauth",
        found,
        allowed,
        told,
        tokens | {"client_secret": secrets["client_secret"]},
        by,
    )
