"""The door: what is dropped, what is queued, and what becomes of values that fell between a read and its write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.notices import Natives, PostgresNotices
from connector.core.records import Notice, Ref, Side, Value
from connector.ports import Accepted
from connector.services.intake import HANDOFF, LIVE, accept

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
ALICE = Ref(Side.HUBSPOT, "contact", "512")
ALICE_LEAD = Ref(Side.SALESFORCE, "Lead", "00QxxALICExxxxxAAA")
BOB = Ref(Side.HUBSPOT, "contact", "513")
NATIVES: dict[tuple[Side, str], Natives] = {
    (Side.HUBSPOT, "contact"): {
        "email": "email",
        "jobtitle": "title",
        "numemployees": "employees",
        "budget": None,
    },
    (Side.SALESFORCE, "Lead"): {"Email": "email", "Title": "title", "NumberOfEmployees": "employees"},
    (Side.SALESFORCE, "Contact"): {"Email": "email", "Title": "title"},
}


class Door:
    """A door on a database of its own, with a clock that stands at noon."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now = pool, NOON
        self.store = PostgresNotices(pool, NATIVES, lambda: self.now, timedelta(seconds=2))

    def run(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with self.pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            cursor.execute(statement.encode(), values)
            return list(cursor.fetchall()) if cursor.description else []

    def link(self, hubspot: dict[str, Value], salesforce: dict[str, Value] | None = None) -> int:
        row = self.run(
            "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot, seen_salesforce, group_key)"
            " VALUES (%s, %s, %s, %s, %s, 'acme') RETURNING id",
            ALICE.id, ALICE_LEAD.object, ALICE_LEAD.id, Jsonb(hubspot), Jsonb(salesforce or {}),
        )  # fmt: skip
        return int(row[0]["id"])

    def lease(self, seconds: float = 60) -> None:
        until = self.now + timedelta(seconds=seconds)
        self.run("UPDATE pending SET token = 7, leased_until = %s, was_leased = true", until)

    def journal(self, link: int, state: str = "done", ref: Ref = ALICE, **change: Any) -> None:
        """A write of ``title`` that read at 11:50 and was settled at 11:51."""
        changes = [{"f": "title", "n": "jobtitle", "o": "Clerk", "v": "Head", "from": "salesforce", **change}]
        settled = NOON - timedelta(minutes=9) if state == "done" else None
        self.run(
            "INSERT INTO journal (link_id, side, object, ref_id, action, state, changes, agreement, token, read_at,"
            " intended_at, settled_at) VALUES (%s, %s, %s, %s, 'update', %s, %s, 'v', 1, %s, %s, %s)",
            link, ref.side, ref.object, ref.id, state, Jsonb(changes), NOON - timedelta(minutes=10),
            NOON - timedelta(minutes=10), settled,
        )  # fmt: skip

    def pending(self) -> list[dict[str, Any]]:
        return self.run("SELECT * FROM pending ORDER BY id")

    def only(self) -> dict[str, Any]:
        (row,) = self.pending()
        return row


@pytest.fixture
def door(database: Pool) -> Door:
    return Door(database)


def changed(ref: Ref, at: datetime | None = NOON, by_poll: bool = False, **values: Value) -> Notice:
    return Notice(ref, values, at, by_poll=by_poll)


# --- echoes ------------------------------------------------------------------------------------------------------------
def test_our_own_write_coming_back_is_dropped(door: Door) -> None:
    door.link({"email": "alice@example.com", "title": "Head"})
    accepted = accept(
        door.store, [changed(ALICE, jobtitle="Head"), changed(ALICE, email="alice@example.com")]
    )
    assert (accepted.dropped, accepted.queued, door.pending()) == (2, 0, [])


def test_a_blank_equals_only_a_seen_blank(door: Door) -> None:
    door.link({"email": None})
    assert accept(door.store, [changed(ALICE, email=None)]).dropped == 1
    assert accept(door.store, [changed(ALICE, jobtitle=None)]).queued == 1


@pytest.mark.parametrize(
    "notices",
    [
        pytest.param([changed(ALICE, jobtitle="CEO")], id="another value"),
        pytest.param(
            [changed(ALICE, jobtitle="Head"), changed(ALICE, email="new@example.com")],
            id="one of two differs",
        ),
        pytest.param([changed(ALICE, jobtitle="CEO"), changed(ALICE, jobtitle="Head")], id="there and back"),
        pytest.param([changed(ALICE, budget="1")], id="a field that Seen does not hold"),
        pytest.param([changed(ALICE, hobby="chess")], id="a field nobody mapped"),
        pytest.param([Notice(ALICE, {}, NOON, "created")], id="creation"),
        pytest.param([Notice(ALICE, {}, NOON)], id="no values"),
        pytest.param([Notice(ALICE, {"jobtitle": None}, NOON, redacted=True)], id="redacted"),
        pytest.param([Notice(ALICE, {}, NOON, "gone")], id="gone"),
        pytest.param([Notice(ALICE, {"hs_object_id": "9"}, NOON, "merged")], id="merged"),
    ],
)
def test_whatever_may_be_news_is_queued(door: Door, notices: list[Notice]) -> None:
    door.link({"email": "alice@example.com", "title": "Head"})
    assert accept(door.store, notices).queued == len(notices)


@pytest.mark.parametrize(
    "obstacle", ["held", "issue", "link row", "ref row", "intended", "intended on the other side"]
)
def test_an_equal_value_is_queued_while_anything_is_going_on(door: Door, obstacle: str) -> None:
    link = door.link({"title": "Head"})
    if obstacle == "held":
        door.run("UPDATE link SET held = true")
    elif obstacle == "issue":
        door.run(
            "INSERT INTO issue (code, subject, link_id, message, fix) VALUES ('x', 's', %s, 'm', 'f')", link
        )
    elif obstacle == "link row":
        door.run(
            "INSERT INTO pending (link_id, side, object, ref_id) VALUES (%s, 'hubspot', 'contact', '512')",
            link,
        )
    elif obstacle == "ref row":
        door.run("INSERT INTO pending (side, object, ref_id) VALUES ('hubspot', 'contact', '512')")
    else:
        door.journal(link, "intended", ALICE if obstacle == "intended" else ALICE_LEAD)
    before = len(door.pending())
    assert accept(door.store, [changed(ALICE, jobtitle="Head")]).queued == 1
    assert len(door.pending()) == before + (obstacle != "link row")


def test_a_closed_issue_and_a_settled_write_do_not_matter(door: Door) -> None:
    link = door.link({"title": "Head"})
    door.journal(link)
    door.run(
        "INSERT INTO issue (code, subject, link_id, message, fix, closed_at) VALUES ('x', 's', %s, 'm', 'f', now())",
        link,
    )
    assert accept(door.store, [changed(ALICE, jobtitle="Head")]).dropped == 1


# --- whole records (outbound messages, polls) ----------------------------------------------------------------------------
LEAD_SEEN: dict[str, Value] = {"email": "alice@example.com", "title": "Head", "employees": 50}


def test_an_outbound_message_that_says_all_that_is_known_is_an_echo(door: Door) -> None:
    door.link({}, LEAD_SEEN)
    told = changed(ALICE_LEAD, Email="alice@example.com", Title="Head", NumberOfEmployees="50")
    assert accept(door.store, [told]).dropped == 1


def test_an_outbound_message_leaves_out_what_was_blanked(door: Door) -> None:
    door.link({}, LEAD_SEEN)
    accept(door.store, [changed(ALICE_LEAD, Email="alice@example.com", NumberOfEmployees="50")])
    row = door.only()
    assert row["requeued"], "nothing in the notes tells of the blank, so a claim must not drop it"
    assert row["notes"] == []


def test_a_field_that_seen_does_not_hold_makes_a_whole_record_go_round(door: Door) -> None:
    store = PostgresNotices(
        door.pool, {(Side.SALESFORCE, "Lead"): {"Email": "email", "Answer": None}}, lambda: NOON
    )
    door.link({}, LEAD_SEEN)
    assert store.accept([changed(ALICE_LEAD, Email="alice@example.com")], LIVE).queued == 1


def test_of_a_whole_record_only_what_moved_is_noted(door: Door) -> None:
    door.link({}, LEAD_SEEN)
    accept(
        door.store,
        [changed(ALICE_LEAD, by_poll=True, Email="alice@example.com", Title="CEO", NumberOfEmployees=50)],
    )
    (note,) = door.only()["notes"]
    at = int(NOON.timestamp() * 1000)
    assert note == {"s": "salesforce", "f": "Title", "v": "CEO", "l": False, "n": 1, "t": at, "p": True}


# --- queueing --------------------------------------------------------------------------------------------------------------
def test_a_first_notice_makes_a_row_for_the_link(door: Door) -> None:
    link = door.link({"title": "Head"})
    accept(door.store, [changed(ALICE, jobtitle="CEO")], HANDOFF)
    row = door.only()
    assert (row["link_id"], row["lane"], row["seq"], row["requeued"], row["group_key"]) == (
        link,
        0,
        1,
        False,
        "acme",
    )
    assert (row["due_at"], row["born_at"]) == (NOON + timedelta(seconds=2), NOON)


def test_both_halves_of_a_pair_in_one_request_make_one_row(door: Door) -> None:
    door.link({"title": "Head"}, LEAD_SEEN)
    accepted = accept(door.store, [changed(ALICE, jobtitle="CEO"), changed(ALICE_LEAD, Title="CFO")])
    assert accepted.queued == 2
    assert {(note["s"], note["v"]) for note in door.only()["notes"]} == {
        ("hubspot", "CEO"),
        ("salesforce", "CFO"),
    }


def test_an_unknown_record_gets_a_row_of_its_own(door: Door) -> None:
    accept(door.store, [changed(BOB, jobtitle="CEO"), Notice(BOB, {}, NOON, "created")])
    row = door.only()
    assert (row["link_id"], row["side"], row["object"], row["ref_id"]) == (None, *BOB)
    assert row["requeued"], "a creation says nothing that a claim could compare"


def test_T8_a_hundred_events_of_one_record_become_one_row(door: Door) -> None:
    accept(door.store, [changed(BOB, jobtitle=f"title {i}") for i in range(100)])
    row = door.only()
    assert (row["seq"], len(row["notes"])) == (1, 100)


def test_a_row_that_hears_for_ever_does_not_grow_for_ever(door: Door) -> None:
    for turn in range(4):
        accept(door.store, [changed(BOB, jobtitle=f"title {turn} {i}") for i in range(100)])
    row = door.only()
    assert (row["seq"], len(row["notes"]), row["requeued"]) == (4, 200, True)


def test_the_more_urgent_lane_and_the_earlier_time_win(door: Door) -> None:
    accept(door.store, [changed(BOB, jobtitle="a")], LIVE)
    door.run("UPDATE pending SET due_at = %s", NOON + timedelta(hours=1))
    accept(door.store, [changed(BOB, jobtitle="b")], HANDOFF)
    row = door.only()
    assert (row["lane"], row["due_at"], row["seq"]) == (HANDOFF, NOON + timedelta(seconds=2), 2)


def test_a_notice_under_a_lease_is_kept_and_does_not_move_the_due_time(door: Door) -> None:
    accept(door.store, [changed(BOB, jobtitle="a")])
    due = NOON + timedelta(hours=1)
    door.run("UPDATE pending SET due_at = %s", due)
    door.lease()
    accept(door.store, [changed(BOB, jobtitle="b")])
    row = door.only()
    assert (row["due_at"], row["seq"], row["token"]) == (due, 2, 7)
    assert [(note["v"], note["l"], note["n"]) for note in row["notes"]] == [("a", False, 1), ("b", True, 2)]


def test_a_lease_that_ran_out_holds_nothing(door: Door) -> None:
    accept(door.store, [changed(BOB, jobtitle="a")])
    door.run("UPDATE pending SET due_at = %s", NOON + timedelta(hours=1))
    door.lease(seconds=-1)
    accept(door.store, [changed(BOB, jobtitle="b")])
    row = door.only()
    assert (row["due_at"], row["notes"][1]["l"]) == (NOON + timedelta(seconds=2), False)


def test_an_old_ref_finds_its_link_but_its_values_say_nothing(door: Door) -> None:
    link = door.link({}, LEAD_SEEN)
    old = Ref(Side.SALESFORCE, "Lead", "00QxxCONVERTEDxAAA")
    door.run("INSERT INTO alias VALUES ('salesforce', %s, %s, %s)", old.object, old.id, link)
    accept(door.store, [changed(old, Email="alice@example.com", Title="Head", NumberOfEmployees=50)])
    row = door.only()
    assert (row["link_id"], row["requeued"]) == (link, True)
    assert {(note["k"], note["i"]) for note in row["notes"]} == {("changed", old.id)}
    assert not any("v" in note for note in row["notes"])


def test_what_became_of_a_record_is_kept_in_the_notes(door: Door) -> None:
    door.link({"title": "Head"})
    accept(
        door.store, [Notice(ALICE, {"hs_object_id": "900"}, NOON, "merged"), Notice(BOB, {}, NOON, "gone")]
    )
    merged, gone = door.pending()
    assert [(n["k"], n["i"], n.get("into")) for n in merged["notes"] + gone["notes"]] == [
        ("merged", "512", "900"),
        ("gone", "513", None),
    ]


def test_a_redacted_value_is_not_stored(door: Door) -> None:
    accept(door.store, [Notice(BOB, {"jobtitle": None}, NOON, redacted=True)])
    (note,) = door.only()["notes"]
    assert note["k"] == "redacted"
    assert "v" not in note
    assert "f" not in note


def test_workers_are_woken_only_when_something_is_due(door: Door, database_url: str) -> None:
    door.link({"title": "Head"})
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute("LISTEN accord_pending")
        accept(door.store, [changed(ALICE, jobtitle="Head")])
        accept(door.store, [changed(ALICE, jobtitle="CEO")], HANDOFF)
        (heard,) = listener.notifies(timeout=60, stop_after=1)
        assert heard.channel == "accord_pending"
        assert list(listener.notifies(timeout=0)) == []


# --- repeats ---------------------------------------------------------------------------------------------------------------
def test_T6_the_very_same_request_twice_has_no_effect(door: Door) -> None:
    first = accept(door.store, [changed(BOB, jobtitle="CEO")], LIVE, b"digest")
    again = accept(door.store, [changed(BOB, jobtitle="CEO")], LIVE, b"digest")
    assert (first.repeated, first.queued, again.repeated, again.queued) == (False, 1, True, 0)
    assert door.only()["seq"] == 1


def test_T6_the_same_event_in_another_request_changes_nothing_but_the_count(door: Door) -> None:
    door.link({"title": "Head"})
    accept(door.store, [changed(ALICE, jobtitle="CEO")], LIVE, b"first")
    accept(door.store, [changed(ALICE, jobtitle="CEO")], LIVE, b"retried")
    row = door.only()
    assert (row["seq"], [note["v"] for note in row["notes"]]) == (2, ["CEO", "CEO"])


# --- the gap -----------------------------------------------------------------------------------------------------------------
IN_THE_GAP = NOON - timedelta(minutes=9, seconds=30)


def ledger(door: Door) -> list[dict[str, Any]]:
    return door.run("SELECT * FROM ledger")


@pytest.mark.parametrize("state", ["done", "intended"])
def test_a_value_that_we_overwrote_unread_goes_to_the_ledger(door: Door, state: str) -> None:
    link = door.link({"title": "Head"})
    door.journal(link, state)
    assert accept(door.store, [changed(ALICE, IN_THE_GAP, jobtitle="Lost")]).late == 1
    (row,) = ledger(door)
    assert (row["link_id"], row["side"], row["object"], row["ref_id"]) == (link, *ALICE)
    assert (row["field"], row["native"], row["value"], row["winner"], row["why"]) == (
        "title", "jobtitle", "Lost", "Head", "late notice",
    )  # fmt: skip


def test_a_late_value_that_comes_twice_is_in_the_ledger_once(door: Door) -> None:
    door.journal(door.link({"title": "Head"}))
    for _ in range(2):
        accept(
            door.store,
            [changed(ALICE, IN_THE_GAP, jobtitle="Lost"), changed(ALICE, IN_THE_GAP, jobtitle="Lost")],
        )
    assert len(ledger(door)) == 1


@pytest.mark.parametrize(
    ("notice", "change"),
    [
        pytest.param(changed(ALICE, IN_THE_GAP, jobtitle="Clerk"), {}, id="the old value"),
        pytest.param(changed(ALICE, IN_THE_GAP, jobtitle="Head"), {}, id="what we sent"),
        pytest.param(changed(ALICE, IN_THE_GAP, jobtitle="Seen"), {}, id="Seen"),
        pytest.param(
            changed(ALICE, IN_THE_GAP, jobtitle="Read back"), {"got": "Read back"}, id="what was read back"
        ),
        pytest.param(
            changed(ALICE, IN_THE_GAP, jobtitle="Kept"), {"st": "refused"}, id="nothing was written"
        ),
        pytest.param(changed(ALICE, IN_THE_GAP, email="new@example.com"), {}, id="a field we did not write"),
        pytest.param(changed(ALICE, NOON - timedelta(minutes=11), jobtitle="Read"), {}, id="before the read"),
        pytest.param(changed(ALICE, NOON - timedelta(minutes=5), jobtitle="New"), {}, id="after the write"),
        pytest.param(changed(ALICE, None, jobtitle="New"), {}, id="at no known time"),
        pytest.param(changed(ALICE, IN_THE_GAP, by_poll=True, jobtitle="New"), {}, id="found by a poll"),
    ],
)
def test_a_value_that_was_not_lost_stays_out_of_the_ledger(
    door: Door, notice: Notice, change: dict[str, Any]
) -> None:
    door.journal(door.link({"title": "Seen"}), **change)
    assert accept(door.store, [notice]).late == 0
    assert ledger(door) == []


def test_after_an_hour_the_journal_is_not_asked_any_more(door: Door) -> None:
    door.journal(door.link({"title": "Head"}))
    door.now = NOON + timedelta(hours=1)
    assert accept(door.store, [changed(ALICE, IN_THE_GAP, jobtitle="Lost")]).late == 0


# --- several requests in one turn ------------------------------------------------------------------------------------
def test_requests_of_one_turn_are_each_told_their_own(door: Door) -> None:
    door.link({"title": "Head"})
    requests = [
        door.store._request([changed(ALICE, jobtitle="Head")], LIVE, b"echo"),
        door.store._request([changed(BOB, jobtitle="a"), changed(BOB, phone="1")], LIVE, b"news"),
        door.store._request([changed(BOB, jobtitle="a"), changed(BOB, phone="1")], LIVE, b"news"),
        door.store._request([changed(ALICE, jobtitle="CEO")], HANDOFF, None),
    ]
    told = door.store._take(requests)
    assert [(each.dropped, each.queued, each.repeated) for each in told] == [
        (1, 0, False), (0, 2, False), (0, 0, True), (0, 1, False),
    ]  # fmt: skip
    assert door.store._take(requests[:2]) == [Accepted(0, 0, repeated=True)] * 2
    assert {row["lane"] for row in door.pending()} == {HANDOFF, LIVE}


def test_a_request_of_nothing_is_nothing(door: Door) -> None:
    assert door.store.accept([], LIVE, b"empty") == Accepted(0, 0)


def test_requests_that_come_at_once_from_many_threads_lose_nothing(door: Door) -> None:
    def one(number: int) -> int:
        return accept(door.store, [changed(Ref(Side.HUBSPOT, "contact", str(number % 40)), jobtitle=str(number))]).queued

    with ThreadPoolExecutor(8) as senders:
        assert sum(senders.map(one, range(400))) == 400
    assert sum(len(row["notes"]) for row in door.pending()) == 400


def test_a_request_that_the_database_cant_take_fails_alone(door: Door) -> None:
    good = door.store._request([changed(BOB, jobtitle="a")], LIVE, b"good")
    bad = door.store._request([changed(ALICE, jobtitle="\x00")], LIVE, b"bad")
    with pytest.raises(psycopg.DataError):
        door.store._take([good, bad])
    assert door.store._take([good])[0].repeated and len(door.pending()) == 1
