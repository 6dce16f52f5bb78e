"""Streams' places and states, and which pushed changes are echoes of the latest write."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.streams import PostgresStreams
from connector.core.records import Notice, Ref, Side, Value
from connector.practice.clock import ManualClock

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEAD, OTHER = "00Q000000000001AAA", "00Q000000000002AAA"


class Kept:
    def __init__(self, pool: Pool) -> None:
        self.pool, self.clock = pool, ManualClock(START)
        self.streams = PostgresStreams(pool, self.clock.now)

    def link(self) -> None:
        with self.pool.connection() as connection:
            connection.execute(
                "INSERT INTO link (kind, hubspot_object, hubspot_id, salesforce_object, salesforce_id)"
                " VALUES ('person', 'contact', '1', 'Lead', %s)",
                (LEAD,),
            )

    def write(self, state: str = "done", ref: str = LEAD, **sent: Any) -> None:
        changes = [{"f": name.lower(), "n": name, "o": None, "v": value} for name, value in sent.items()]
        self.journal(changes, state, ref)

    def journal(self, changes: list[dict[str, Any]], state: str = "done", ref: str = LEAD) -> None:
        with self.pool.connection() as connection:
            connection.execute(
                "INSERT INTO journal (link_id, side, object, ref_id, action, state, changes, agreement, token, read_at,"
                " intended_at) SELECT id, 'salesforce', 'Lead', %s, 'update', %s, %s, '1', 1, now(), now() FROM link",
                (ref, state, orjson.dumps(changes).decode()),
            )

    def echo(self, ref: str = LEAD, **values: Value) -> bool:
        notice = Notice(Ref(Side.SALESFORCE, "Lead", ref), values, START, partial=True)
        return self.streams.echoes([notice]) == {0}


@pytest.fixture
def kept(database: Pool) -> Kept:
    made = Kept(database)
    made.link()
    return made


def test_a_place_is_kept_until_it_is_lost(kept: Kept) -> None:
    streams = kept.streams
    assert streams.place("Lead") is None
    streams.reached("Lead", b"\x00\xff7", 3)
    kept.clock.advance(60)
    streams.reached("Lead", b"\x00\xff8", 0)
    assert streams.place("Lead") == b"\x00\xff8"
    (state,) = streams.states()
    assert (state.state, state.since, state.event_at) == ("open", START, START)
    assert state.heard_at == kept.clock.now()
    streams.lost("Lead")
    assert streams.place("Lead") is None


def test_a_state_lasts_since_it_changed(kept: Kept) -> None:
    streams = kept.streams
    streams.note("Lead", "refused", "no licence")
    kept.clock.advance(60)
    streams.note("Lead", "refused", "no licence")
    assert [(state.since, state.trouble) for state in streams.states()] == [(START, "no licence")]
    streams.note("Lead", "open")
    assert [(state.since, state.trouble) for state in streams.states()] == [(kept.clock.now(), "")]


def test_polls_are_made_due(kept: Kept) -> None:
    with kept.pool.connection() as connection:
        connection.execute(
            "INSERT INTO cursor VALUES ('next:salesforce:Lead', now()), ('salesforce:Lead', now())"
        )
    kept.streams.due(["salesforce:Lead"])
    with kept.pool.connection() as connection:
        assert connection.execute("SELECT name FROM cursor").fetchall() == [("salesforce:Lead",)]


def test_what_the_latest_write_sent_is_an_echo(kept: Kept) -> None:
    kept.write(Title="CEO", City=None, Score=4.0, DoNotCall=True)
    assert kept.echo(Title="CEO", City=None, Score=4.0, DoNotCall=True)
    assert kept.echo(Title="CEO"), "a part of it"
    assert (
        not kept.echo(Title="CFO") and not kept.echo(Title="CEO", Phone="1") and not kept.echo(City="Basel")
    )


@pytest.mark.parametrize(
    ("state", "known"), [("intended", True), ("done", True), ("lapsed", False), ("refused", False)]
)
def test_a_write_without_success_proves_nothing(kept: Kept, state: str, known: bool) -> None:
    kept.write(state, Title="CEO")
    assert kept.echo(Title="CEO") is known


def test_an_older_write_proves_nothing(kept: Kept) -> None:
    kept.write(Title="CEO")
    kept.write(City="Basel")
    assert not kept.echo(Title="CEO") and kept.echo(City="Basel")


def test_a_refused_field_of_a_write_proves_nothing(kept: Kept) -> None:
    kept.journal(
        [{"f": "title", "n": "Title", "v": "CEO", "st": "refused"}, {"f": "city", "n": "City", "v": "Basel"}]
    )
    assert not kept.echo(Title="CEO") and kept.echo(City="Basel")


def test_other_records_know_nothing_of_it(kept: Kept) -> None:
    kept.write(Title="CEO")
    assert not kept.echo(OTHER, Title="CEO")
    assert kept.streams.echoes([]) == set()
