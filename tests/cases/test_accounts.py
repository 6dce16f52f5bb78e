"""T55: ids of another portal, org or sandbox mean nothing here. The database belongs to the accounts it first met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.adapters.postgres.accounts import PostgresConnections
from connector.adapters.postgres.database import Pool
from connector.core.records import Side
from connector.errors import MendConnection, Refused
from connector.ports.accounts import Account
from connector.services.accounts.binding import admit, crossed
from connector.settings import load
from connector.wiring.admission import admit_both
from connector.wiring.connected import connected, connections_on
from tests.cli.first_connection import Accounts, accounts, environment

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(database: Pool) -> PostgresConnections:
    return PostgresConnections(database, "", lambda: NOW)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Iterator[Accounts]:
    with accounts(fields=True) as given:
        told = environment(given, database_url) | {
            "ACCORD_HUBSPOT_ACCESS_TOKEN": given.h["access_token"],
            "ACCORD_SALESFORCE_INSTANCE_URL": given.s["instance_url"],
            "ACCORD_SALESFORCE_CLIENT_ID": given.s["client_id"],
            "ACCORD_SALESFORCE_CLIENT_SECRET": given.s["client_secret"],
        }
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield given


def portal(id_: str = "111", *, sandbox: bool = False) -> Account:
    return Account(Side.HUBSPOT, id_, sandbox)


def org(id_: str = "00D8b0000002ABCEA2", *, sandbox: bool = False) -> Account:
    return Account(Side.SALESFORCE, id_, sandbox)


def test_T55_the_first_account_binds_the_database_and_is_welcome_ever_after(
    store: PostgresConnections,
) -> None:
    for _ in range(2):
        assert admit(store, portal(), "alice", NOW).account_id == "111"


def test_T55_another_portal_is_refused_with_the_way_out(store: PostgresConnections, database: Pool) -> None:
    admit(store, portal(), "alice", NOW)
    with pytest.raises(
        Refused, match="hubspot portal 222.*belongs to hubspot portal 111.*accord disconnect hubspot"
    ):
        admit(store, portal("222"), "bob", NOW)
    with database.connection() as conn:
        conn.execute(
            "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id)"
            " VALUES ('1', 'Lead', '00Q000000000001AAA')"
        )
    with pytest.raises(Refused) as told:
        admit(store, portal("222"), "bob", NOW)
    assert "1 links" in str(told.value) and "empty database" in str(told.value)
    assert "disconnect" not in str(told.value)
    assert not store.unbind(Side.HUBSPOT)


def test_T55_a_sandbox_is_refused_where_production_was_bound(store: PostgresConnections) -> None:
    admit(store, org(), "alice", NOW)
    with pytest.raises(Refused, match="a sandbox.*Production and test data never share"):
        admit(store, org("00D8b0000002XYZEA2", sandbox=True), "alice", NOW)
    # a refreshed sandbox may even keep the id in its tokens
    with pytest.raises(Refused, match="a sandbox"):
        admit(store, org(sandbox=True), "alice", NOW)


def test_T55_a_sandbox_on_one_side_only_is_named(store: PostgresConnections) -> None:
    admit(store, portal(), "alice", NOW)
    assert crossed(store) == ""
    admit(store, org(sandbox=True), "alice", NOW)
    assert "salesforce 00D8b0000002ABCEA2 is a test account and hubspot 111 is production" in crossed(store)


def test_T55_a_start_with_the_environment_of_another_org_is_refused(
    env: Accounts, database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = connected(load(), database)
    store = connections_on(settings, database)
    admit_both(settings, store, "worker", NOW)
    bound = store.binding(Side.SALESFORCE)
    assert bound is not None and bound.account_id == env.s["org_id"]
    with accounts(fields=True) as other:
        _make_sandbox(other)
        monkeypatch.setenv("ACCORD_SALESFORCE_INSTANCE_URL", other.s["instance_url"])
        with pytest.raises(Refused, match=r"a sandbox.*belongs to salesforce org .*\(production\), since"):
            admit_both(connected(load(), database), store, "worker", NOW)


def test_T55_a_token_of_another_org_is_refused_even_without_a_start(env: Accounts, database: Pool) -> None:
    """Every login is held against the bound org: no command writes past the check of the worker's start."""
    from contextlib import closing

    from connector.wiring.sides import make_salesforce

    store = PostgresConnections(database, "", lambda: NOW)
    admit(store, org("00D8b0000002XYZEA2"), "alice", NOW)
    with closing(make_salesforce(connected(load(), database))) as salesforce:
        with pytest.raises(MendConnection, match="the settings name 00D8b0000002XYZEA2"):
            salesforce.people()


def _make_sandbox(given: Accounts) -> None:
    table = given.salesforce.org.tables["Organization"]
    for row in list(table.rows.values()):
        table.put({**row, "IsSandbox": True})


def test_T55_a_command_that_writes_is_refused_with_a_token_of_another_portal(
    env: Accounts, database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit(PostgresConnections(database, "", lambda: NOW), portal("222"), "alice", NOW)
    with pytest.raises(Refused, match="belongs to hubspot portal 222"):
        env.accord("match", "report")
