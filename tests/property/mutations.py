"""Eight engines, each without one rule of the algorithm, to show that the histories would notice.

Each is made by replacing methods of the sound engine for the time of a test; the product knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from psycopg.rows import dict_row, scalar_row

from connector.adapters.postgres import notices as notices_module
from connector.adapters.postgres import rounds as rounds_module
from connector.adapters.postgres.notices import PostgresNotices, by_ref
from connector.adapters.postgres.rounds import PostgresRounds
from connector.core.confirm import Confirming
from connector.core.plan import Change, Left, Pair, Settled
from connector.core.records import Notice, Record, Side
from connector.core.settle import Settling
from connector.ports import Accepted, Intent, Mine, Rows
from connector.services.rounds import claiming

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutation:
    """``without``: the rule that is missing. ``plot``: what kind of history shows it. ``kinds``: the faults that must come
    of it, one of them at least. ``seeds``: the first histories found that end with one."""

    name: str
    without: str
    apply: Patch
    kinds: frozenset[str]
    seeds: tuple[int, ...] = ()
    plot: Mapping[str, Any] = field(default_factory=dict)


def _one_seen_for_both_sides(patch: pytest.MonkeyPatch) -> None:
    sound = claiming._pair

    def pair_of(*args: Any) -> Pair:
        pair: Pair = sound(*args)
        shared = {name: value for name, value in pair.seen[Side.HUBSPOT].items() if name[0] not in "=@"}
        pair.seen[Side.SALESFORCE] = pair.seen[Side.SALESFORCE] | shared
        return pair

    patch.setattr(claiming, "_pair", pair_of)


def _no_read_back(patch: pytest.MonkeyPatch) -> None:
    sound = Confirming._read_back

    def read_back(self: Confirming, c: Change, verdict: str, back: Record, message: str) -> None:
        if verdict == "done":
            self._fine(c, c.send)
        else:
            sound(self, c, verdict, back, message)

    patch.setattr(Confirming, "_read_back", read_back)


def _source_not_refreshed(patch: pytest.MonkeyPatch) -> None:
    sound = Confirming._copied

    def copied(self: Confirming, c: Change, target: Any) -> None:
        sound(self, c, target)
        if c.origin is not None and c.field in self.plan.pair.seen[c.origin]:
            del self.result.seen[c.origin][c.field]

    patch.setattr(Confirming, "_copied", copied)


def _nothing_journaled(patch: pytest.MonkeyPatch) -> None:
    sound = PostgresRounds.intend

    def intend(self: PostgresRounds, token: int, rows: Rows, intent: Intent, now: Any) -> Mine:
        intent.journal = []
        return sound(self, token, rows, intent, now)

    patch.setattr(PostgresRounds, "intend", intend)


def _token_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    sql = (
        "SELECT r.id, CASE WHEN p.seq > r.seq THEN p.notes ELSE '[]'::jsonb END AS notes, p.seq"
        " FROM (SELECT (value ->> 'id')::bigint AS id, (value ->> 'seq')::bigint AS seq FROM jsonb_each(%s)) AS r"
        " LEFT JOIN pending p ON p.id = r.id"
    )

    def fence(conn: Any, ids: Any, rows: Any, token: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = conn.cursor(row_factory=dict_row).execute(sql, [rows]).fetchall()
        return found

    patch.setattr(rounds_module.queries, "fence", fence)


def _dropped_under_a_lease(patch: pytest.MonkeyPatch) -> None:
    """An echo is dropped at the door whatever goes on with its pair."""
    sound = PostgresNotices.accept

    def accept(
        self: PostgresNotices, notices: Sequence[Notice], lane: int, delivery: bytes | None = None
    ) -> Accepted:
        told = by_ref(notices)
        rest = [n for ref, some in told.items() if not _equals_seen(self, ref, some) for n in some]
        return sound(self, rest, lane, delivery) if rest else Accepted(len(notices), 0)

    patch.setattr(PostgresNotices, "accept", accept)


def _equals_seen(store: PostgresNotices, ref: Any, told: Sequence[Notice]) -> bool:
    expected = notices_module._expected(told, store._natives.get((ref.side, ref.object), {}))
    sql = f"SELECT seen_{ref.side} FROM link WHERE {ref.side}_object = %s AND {ref.side}_id = %s"
    with store._pool.connection() as conn, conn.cursor(row_factory=scalar_row) as cursor:
        seen: dict[str, Any] | None = cursor.execute(sql.encode(), (ref.object, ref.id)).fetchone()
    if expected is None or seen is None:
        return False
    return all(name in seen and seen[name] == value for name, value in expected.items())


def _creates_not_settled(patch: pytest.MonkeyPatch) -> None:
    def created(self: Settling, row: Left) -> None:
        self.plan.settled.append(Settled(row.id, "done", row.changes))

    patch.setattr(Settling, "_created", created)


def _blank_between_is_an_edit(patch: pytest.MonkeyPatch) -> None:
    sound_row, sound_read_back = Settling._row, Confirming._read_back

    def settled(self: Settling, row: Left) -> None:
        for change in row.changes:
            change.pop("two", None)
        sound_row(self, row)

    def read_back(self: Confirming, c: Change, verdict: str, back: Record, message: str) -> None:
        two_step, c.two_step = c.two_step, False
        sound_read_back(self, c, verdict, back, message)
        c.two_step = two_step

    patch.setattr(Settling, "_row", settled)
    patch.setattr(Confirming, "_read_back", read_back)


def _kinds(words: str) -> frozenset[str]:
    return frozenset(words.split())


MUTATIONS = (
    Mutation("one-seen", "a Seen per side", _one_seen_for_both_sides, _kinds("older"), (1, 8), {"fields": "tu"}),
    Mutation("no-read-back", "the read-back", _no_read_back, _kinds("cut"), (1, 2), {"fields": "u"}),
    Mutation("source-stale", "refreshing Seen of the source", _source_not_refreshed, _kinds("older"), (23, 29)),
    Mutation("nothing-journaled", "transaction 1", _nothing_journaled, _kinds("older"), (8, 23), {"crashes": True}),
    Mutation(
        "no-fence", "looking at the token", _token_not_looked_at, _kinds("older lost differ"),
        (51, 69), {"stalls": True},
    ),
    Mutation(
        "dropped-under-a-lease", "keeping echoes while the pair is leased", _dropped_under_a_lease,
        _kinds("differ"), (43, 91), {"returns": True, "lossy": False, "polls": False},
    ),
    Mutation(
        "creates-not-settled", "Seen from a create's journal row", _creates_not_settled, _kinds("older"),
        (26, 27), {"second": True, "crashes": True},
    ),
    Mutation(
        "blank-is-an-edit", "knowing the blank of a two-step value", _blank_between_is_an_edit, _kinds("blank"),
        (82, 181), {"fields": "s", "crashes": True, "turned": True},
    ),
)  # fmt: skip
