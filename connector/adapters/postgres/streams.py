"""How far each stream of pushed changes was taken in, and how it does."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.records import Notice
from connector.ports import Clock
from connector.ports.push import MENDED, StreamState

_queries = load_queries("streams")


class PostgresStreams:
    """Implements ports.push.Streams, on the tables stream and cursor."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    def place(self, object_: str) -> bytes | None:
        with self._pool.connection() as connection:
            found: bytes | None = _queries.place(connection, object=object_)
        return found

    def reached(self, object_: str, place: bytes, events: int) -> None:
        now = self._clock()
        with self._pool.connection() as connection:
            _queries.reached(
                connection, object=object_, place=place, now=now, event_at=now if events else None
            )

    def lost(self, object_: str) -> None:
        with self._pool.connection() as connection:
            _queries.forget_place(connection, object=object_)

    def note(self, object_: str, state: str, trouble: str = "") -> None:
        with self._pool.connection() as connection:
            _queries.note(connection, object=object_, state=state, trouble=trouble, now=self._clock())

    def due(self, bookmarks: Collection[str]) -> None:
        with self._pool.connection() as connection:
            _queries.polls_due(connection, names=[f"next:{name}" for name in bookmarks])

    def echoes(self, notices: Sequence[Notice]) -> set[int]:
        told = [
            {"place": place, "o": notice.ref.object, "r": notice.ref.id, "values": dict(notice.values)}
            for place, notice in enumerate(notices)
        ]
        if not told:
            return set()
        with self._pool.connection() as connection:
            return {row["place"] for row in _queries.echoes(connection, document=document(told))}

    def states(self) -> list[StreamState]:
        with self._pool.connection() as connection:
            return [StreamState(**row) for row in _queries.states(connection)]

    def ask_again(self) -> list[str]:
        with self._pool.connection() as connection:
            _queries.ask_again(connection, channel=MENDED)
        return [state.object for state in self.states() if state.state == "refused"]
