"""Which account this database belongs to. What it remembers is about that portal and that org: ids of another one would
point at strangers, and a sandbox has copies of production's ids (T55)."""

from __future__ import annotations

from datetime import datetime

from connector.core.records import Side
from connector.errors import Refused
from connector.ports.accounts import Account, Binding, ConnectionStore


def admit(store: ConnectionStore, account: Account, by: str, now: datetime) -> Binding:
    """Binds the database to the first account it meets. Raises Refused for any other, with the way out."""
    bound = store.bind(Binding(account.side, account.id, account.sandbox, now, by))
    if (bound.account_id, bound.sandbox) != (account.id, account.sandbox):
        raise Refused(stranger(account, bound, store.links()))
    return bound


def stranger(account: Account, bound: Binding, links: int) -> str:
    """Why an account is refused, and what to do."""
    was = Account(bound.side, bound.account_id, bound.sandbox).words
    crossed = ""
    if account.sandbox != bound.sandbox:
        crossed = " Production and test data never share a database."
    out = (
        f"Use the credentials of {bound.account_id} again, or give Accord an empty database (DATABASE_URL) for "
        f"{account.id}."
    )
    if not links:
        out += f" Nothing is linked here yet, so this frees the database, too: accord disconnect {bound.side}"
    return (
        f"These credentials open {account.words}, but this database belongs to {was}, since {bound.at:%Y-%m-%d}, with "
        f"{links} links.{crossed} {out}"
    )


def crossed(store: ConnectionStore) -> str:
    """Whether a sandbox on one side is joined with production on the other: in words, '' where not or not known."""
    hubspot, salesforce = (store.binding(side) for side in Side)
    if hubspot is None or salesforce is None or hubspot.sandbox == salesforce.sandbox:
        return ""
    test, live = (hubspot, salesforce) if hubspot.sandbox else (salesforce, hubspot)
    return (
        f"{test.side} {test.account_id} is a test account and {live.side} {live.account_id} is production: what is "
        "tried in the one would be written to the other. Connect two test accounts, or two of production."
    )
