"""The door among others: requests that meet each other, claims, and rounds that save."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.notices import PostgresNotices
from connector.adapters.postgres.rounds import PostgresRounds
from connector.core.records import Notice, Ref, Side
from connector.ports import Accepted
from connector.services.intake import LIVE, accept

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=2)


def contact(number: int) -> Ref:
    return Ref(Side.HUBSPOT, "contact", str(number))


def told(number: int, title: str) -> Notice:
    return Notice(contact(number), {"jobtitle": title}, NOW)


@pytest.fixture
def store(database: Pool) -> PostgresNotices:
    return PostgresNotices(database, {(Side.HUBSPOT, "contact"): {"jobtitle": "title"}}, lambda: NOW)


def link(database: Pool, number: int, title: str) -> None:
    with database.connection() as connection:
        connection.execute(
            "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot) VALUES (%s, 'Lead', %s, %s)",
            (str(number), f"L{number}", Jsonb({"title": title})),
        )


def rows(database: Pool) -> list[dict[str, Any]]:
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return list(cursor.execute("SELECT * FROM pending ORDER BY id").fetchall())


@contextmanager
def in_between(work: Callable[[], Accepted], connection: psycopg.Connection) -> Iterator[list[Accepted]]:
    """Starts ``work`` in the middle of the connection's transaction, which ends with the block; then awaits it."""
    done: list[Accepted] = []
    thread = threading.Thread(target=lambda: done.append(work()))
    thread.start()
    thread.join(0.1)
    assert thread.is_alive(), "it must wait for the row"
    yield done
    connection.commit()
    thread.join(10)


def test_a_notice_that_meets_a_claim_knows_that_it_came_under_the_lease(
    database: Pool, store: PostgresNotices
) -> None:
    link(database, 1, "Clerk")
    accept(store, [told(1, "Head")])
    with database.connection() as claim:
        claim.execute("UPDATE pending SET token = 7, leased_until = %s, was_leased = true", (UNTIL,))
        with in_between(lambda: accept(store, [told(1, "CEO")]), claim) as done:
            pass
    (row,) = rows(database)
    assert (done[0].queued, row["seq"], [note["l"] for note in row["notes"]]) == (1, 2, [False, True])


def test_a_notice_that_meets_the_end_of_a_round_gets_a_row_of_its_own(
    database: Pool, store: PostgresNotices
) -> None:
    link(database, 1, "Clerk")
    accept(store, [told(1, "Head")])
    with database.connection() as saving:
        saving.execute("DELETE FROM pending")
        with in_between(lambda: accept(store, [told(1, "CEO")]), saving):
            pass
    (row,) = rows(database)
    assert (row["seq"], [note["v"] for note in row["notes"]]) == (1, ["CEO"])


def test_a_ref_that_is_linked_meanwhile_is_found_by_the_claim(database: Pool, store: PostgresNotices) -> None:
    accept(store, [told(1, "Head")])
    link(database, 1, "Clerk")
    claim = PostgresRounds(database).claim(10, NOW, UNTIL)
    assert (claim.moved, claim.rows) == (1, [])
    (row,) = rows(database)
    assert row["link_id"] is not None


def test_a_link_that_goes_while_we_look_leaves_its_ref(database: Pool, store: PostgresNotices) -> None:
    link(database, 1, "Clerk")
    with database.connection() as merging:
        merging.execute("DELETE FROM link")
        with in_between(lambda: accept(store, [told(1, "CEO")]), merging) as done:
            pass
    (row,) = rows(database)
    assert (done[0].queued, row["link_id"], row["ref_id"]) == (1, None, "1")


def test_the_same_request_twice_at_once_counts_once(store: PostgresNotices, database: Pool) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: accept(store, [told(1, "CEO")], LIVE, b"digest"), range(8)))
    assert sorted(accepted.repeated for accepted in found) == [False] + [True] * 7
    assert rows(database)[0]["seq"] == 1


@pytest.mark.slow
def test_requests_and_rounds_at_once_lose_no_change(database: Pool, store: PostgresNotices) -> None:
    """People change titles and HubSpot tells; rounds read what stands there and make it Seen. When all is quiet,
    Seen is what stands there: no notice was dropped that meant something, and no row vanished with news in it."""
    titles = dict.fromkeys(range(8), "t0")
    for number in (1, 2, 4, 5, 7):
        link(database, number, "t0")
    stop, deadline = threading.Event(), time.monotonic() + 240

    def tell(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(3):
            chosen = dice.sample(range(8), dice.randint(1, 5))
            titles.update({number: f"t{dice.randint(0, 1)}" for number in chosen})
            accept(store, [told(number, titles[number]) for number in chosen])

    def work() -> None:
        while not stop.is_set():
            _round(database, titles)

    with ThreadPoolExecutor(5) as pool:
        workers = [pool.submit(work) for _ in range(2)]
        try:
            for burst in range(60):
                list(pool.map(tell, range(3 * burst, 3 * burst + 3)))
                while rows(database):
                    assert time.monotonic() < deadline
                assert _seen(database) == {n: title for n, title in titles.items() if n in _seen(database)}, (
                    burst
                )
        finally:
            stop.set()
        for worker in workers:
            worker.result()
    assert _seen(database) == titles


def _seen(database: Pool) -> dict[int, str]:
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute("SELECT hubspot_id, seen_hubspot ->> 'title' AS title FROM link").fetchall()
    return {int(row["hubspot_id"]): row["title"] for row in found}


def _round(database: Pool, titles: dict[int, str]) -> None:
    """Claim, read, save under the fence; a Ref without a Link gets one."""
    try:
        claim = PostgresRounds(database).claim(5, NOW, UNTIL)
    except psycopg.errors.DeadlockDetected:
        return
    read = {row["id"]: titles[int(row["ref_id"])] for row in claim.rows}
    time.sleep(0.003)  # reading and writing both sides takes its time
    with database.connection() as connection:
        ids = [row["id"] for row in claim.rows]
        connection.execute("SELECT id FROM pending WHERE id = ANY (%s) ORDER BY id FOR UPDATE", (ids,))
        for row in claim.rows:
            seen = Jsonb({"title": read[row["id"]]})
            connection.execute(
                "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot)"
                " VALUES (%s, 'Lead', %s, %s) ON CONFLICT (hubspot_object, hubspot_id) DO UPDATE"
                " SET seen_hubspot = excluded.seen_hubspot",
                (row["ref_id"], f"L{row['ref_id']}", seen),
            )
            connection.execute("DELETE FROM pending WHERE id = %s AND seq = %s", (row["id"], row["seq"]))
            connection.execute(
                "UPDATE pending SET token = NULL, leased_until = NULL WHERE id = %s AND token = %s",
                (row["id"], claim.token),
            )
