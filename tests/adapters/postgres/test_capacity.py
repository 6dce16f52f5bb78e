"""The connection budget: counted before anything starts, refused with settings that fit."""

import psycopg
import pytest

from connector.adapters.postgres.capacity import Capacity, Demand, capacity, refuse_too_many
from connector.errors import FixConfiguration
from connector.settings import Engine, Process, Settings
from connector.wiring.concurrency import web_processes
from connector.wiring.sizing import connection_budget, demand_of


def test_what_fits_is_told_in_one_line() -> None:
    told = refuse_too_many(Demand(2, 1, 10), Capacity(97, 3))
    assert told == (
        "connections: web 2 x 4 + worker 1 x 17 + release 2 = 27 of 97 that the database gives (3 in use by others)"
    )


def test_a_small_database_is_refused_with_a_pool_that_fits() -> None:
    small = Capacity(20, 0)
    with pytest.raises(FixConfiguration, match="ACCORD_POOL_SIZE=3"):
        refuse_too_many(Demand(2, 1, 10), small)
    assert "= 18 of 20" in refuse_too_many(Demand(2, 1, 3), small)


def test_where_no_pool_fits_fewer_processes_are_asked_for() -> None:
    with pytest.raises(FixConfiguration, match="WEB_CONCURRENCY, ACCORD_WEB_MACHINES, ACCORD_WORKER_MACHINES"):
        refuse_too_many(Demand(4, 4, 10), Capacity(20, 0))


def test_the_role_the_database_and_the_server_limit_it(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        most = capacity(database_url).limit
        connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 7".encode())
        try:
            assert (most > 7, capacity(database_url).limit) == (True, 7)
            with pytest.raises(FixConfiguration):
                connection_budget(Settings(Process(), Engine(pool_size=10)), database_url)
        finally:
            connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1".encode())
    assert f"of {most} that" in connection_budget(Settings(Process()), database_url)


def test_others_are_counted_and_accord_itself_is_not(database_url: str) -> None:
    before = capacity(database_url).used
    with psycopg.connect(database_url, application_name="a report"), psycopg.connect(
        database_url, application_name="accord listen"
    ):
        assert capacity(database_url).used == before + 1


def test_machines_and_web_concurrency_make_the_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    demand = demand_of(Settings(Process(web_machines=2, worker_machines=5), Engine(pool_size=6)))
    assert (demand.web_processes, demand.worker_processes, demand.total) == (6, 5, 6 * 4 + 5 * 13 + 2)


def test_a_machine_of_many_cores_does_not_take_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert web_processes() == 8
