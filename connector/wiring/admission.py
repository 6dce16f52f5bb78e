"""At the start: are these the accounts that the database belongs to? (T55; the rule: services/accounts/binding.py.)"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from connector.adapters.hubspot.account import account_of as hubspot_account
from connector.adapters.salesforce.account import account_of as salesforce_account
from connector.core.records import Side
from connector.ports.accounts import Account, ConnectionStore
from connector.services.accounts.binding import admit
from connector.settings import Settings
from connector.wiring.sides import hubspot_api, salesforce_api


def accounts(settings: Settings) -> Iterator[Account]:
    """The portal and the org that the credentials really open. Raises CallFailed."""
    yield account(settings, Side.HUBSPOT)
    yield account(settings, Side.SALESFORCE)


def account(settings: Settings, side: Side) -> Account:
    """Whatever account it is: the check against the one that is expected comes after, and says more."""
    if side is Side.HUBSPOT:
        with closing(hubspot_api(settings)) as hubspot:
            return hubspot_account(hubspot)
    anyone = replace(settings, salesforce=settings.salesforce.model_copy(update={"org_id": ""}))
    with closing(salesforce_api(anyone)) as salesforce:
        return salesforce_account(salesforce)


def admit_both(settings: Settings, store: ConnectionStore, by: str, now: datetime) -> None:
    """Raises Refused where a portal or org is another one than the database belongs to; CallFailed where a side does
    not answer, so that nobody knows."""
    for found in accounts(settings):
        admit(store, found, by, now)
