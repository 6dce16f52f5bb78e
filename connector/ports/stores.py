"""The door and the polls' bookmarks in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.core.records import Notice


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of notices: ``dropped`` as echoes at the door, or ``queued`` for a round (both count notices).
    ``late``: values put into the ledger because they fell between a read and its write.
    ``repeated``: the very same delivery was taken before; nothing was done."""

    dropped: int
    queued: int
    late: int = 0
    repeated: bool = False


class NoticeStore(Protocol):
    """The door: from notices to due pairs."""

    def accept(self, notices: Sequence[Notice], lane: int, delivery: bytes | None = None) -> Accepted:
        """In one durable transaction: drop echoes, queue the rest in ``lane`` (0 hand-off, 1 live, 2 backfill),
        wake the
        workers. ``delivery``: a digest of the request; one taken within the last minutes is a repeat."""


class Bookmarks(Protocol):
    """How far each poll has come, and which versions of records it has passed on already."""

    def bookmark(self, name: str) -> datetime | None:
        """Modification time up to which everything was passed on; None before the first poll."""

    def unseen(self, name: str, versions: Mapping[str, bytes]) -> set[str]:
        """Of record ids with the digest of what was read: those whose digest was not passed on before."""

    def move(self, name: str, at: datetime, versions: Mapping[str, bytes]) -> None:
        """Set the bookmark (never back) and remember ``versions`` as passed on, in one transaction."""

    def forget(self, name: str, before: datetime) -> None:
        """Drop what no poll met since ``before`` (our clock)."""
