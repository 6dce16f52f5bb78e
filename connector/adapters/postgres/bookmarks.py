"""How far each poll has come, and what it passed on already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.ports import Clock

_queries = load_queries("bookmarks")


class PostgresBookmarks:
    """Implements ports.Bookmarks, on the tables cursor and polled."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    def bookmark(self, name: str) -> datetime | None:
        with self._pool.connection() as connection:
            at: datetime | None = _queries.bookmark(connection, name=name)
        return at

    def unseen(self, name: str, versions: Mapping[str, bytes]) -> set[str]:
        told = {id_: digest.hex() for id_, digest in versions.items()}
        with self._pool.connection() as connection:
            return {row["key"] for row in _queries.unseen(connection, name=name, versions=document(told))}

    def move(self, name: str, at: datetime, versions: Mapping[str, bytes]) -> None:
        told = document({id_: digest.hex() for id_, digest in versions.items()})
        with self._pool.connection() as connection:
            _queries.move_bookmark(connection, name=name, at=at, versions=told, now=self._clock())

    def forget(self, name: str, before: datetime) -> None:
        with self._pool.connection() as connection:
            _queries.forget_polled(connection, name=name, before=before)
