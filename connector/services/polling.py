"""Reconciling polls: what webhooks lost, or all there is where none are configured.

A poll begins a little before where the last one ended: HubSpot's search index lags some seconds, and Salesforce commits
rows late under older stamps. So polls meet the same rows again; one that was passed on in that very version, with
those very values, is not passed on twice. (The version alone would not do: Salesforce counts whole seconds.)
The bookmark is never ahead of the service's own clock nor of the moment the poll began, and it moves only after what
lies before it was stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import structlog

from connector.core.records import Notice, Record
from connector.core.values import to_instant
from connector.ports import Accepted, Bookmarks, Clock, Crm, Guard, NoticeStore
from connector.services.intake import LIVE, accept

Take = Callable[[Sequence[Record]], Accepted]
"""What becomes of the records that a poll found. Persons become notices (``as_notices``); a poll of Opportunities gives
them to whoever knows what they mean for a person."""

MEMORY = timedelta(hours=1)
"""How long a row is known that no poll met again."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """One poll: an object of one side, with the fields whose changes matter.

    ``overlap``: how far before its bookmark a poll begins; longer than the index lags and than transactions last.
    ``first``: how far back the first one looks. ``name`` distinguishes polls of one object with different fields.
    """

    crm: Crm
    object: str
    fields: tuple[str, ...]
    overlap: timedelta
    take: Take
    first: timedelta = timedelta(days=1)
    name: str = ""

    @property
    def bookmark(self) -> str:
        return self.name or f"{self.crm.side}:{self.object}"


@dataclass(slots=True)
class Polled:
    """``rows`` were read, ``fresh`` of them had not been passed on before; ``at``: the bookmark now."""

    rows: int = 0
    fresh: int = 0
    dropped: int = 0
    queued: int = 0
    at: datetime | None = None


def as_notices(store: NoticeStore, fields: Sequence[str], lane: int = LIVE) -> Take:
    """Records become notices of what their fields hold."""
    return lambda records: accept(store, [notice_of(record, fields) for record in records], lane)


def notice_of(record: Record, fields: Sequence[str]) -> Notice:
    """A poll never says that a record is new: it can't know, and a round finds out. What a converted Lead holds says
    nothing of the Contact that now stands for it."""
    values = {} if record.moved_to else {name: record.values.get(name) for name in fields}
    return Notice(record.ref, values, record.modified_at, by_poll=True)


def poll(watch: Watch, bookmarks: Bookmarks, clock: Clock, guard: Guard) -> Polled:
    """Pass on what changed since the last poll.

    Raises what the side's calls raise (WaitUntil, TryAgain …): what was passed on until then stays so, and the next
    poll goes on from there.
    """
    began, name = clock(), watch.bookmark
    polled = Polled(at=bookmarks.bookmark(name))
    if polled.at is None:
        polled.at = began - watch.first
        bookmarks.move(name, polled.at, {})
    for page in watch.crm.changes(watch.object, polled.at - watch.overlap, watch.fields, guard):
        _pass_on(watch, bookmarks, page, began, polled)
    bookmarks.forget(name, began - MEMORY)
    _log.info(
        "polled",
        poll=name,
        rows=polled.rows,
        fresh=polled.fresh,
        dropped=polled.dropped,
        queued=polled.queued,
    )
    return polled


def _pass_on(
    watch: Watch, bookmarks: Bookmarks, page: Sequence[Record], began: datetime, polled: Polled
) -> None:
    versions = {record.ref.id: _version(record, watch.fields) for record in page}
    unseen = bookmarks.unseen(watch.bookmark, versions)
    fresh = [record for record in page if record.ref.id in unseen]
    accepted = watch.take(fresh) if fresh else Accepted(0, 0)
    latest = max((at for record in page if (at := _moved_at(record))), default=polled.at or began)
    polled.at = max(polled.at or latest, min(began, latest))
    bookmarks.move(watch.bookmark, polled.at, versions)
    polled.rows += len(page)
    polled.fresh += len(fresh)
    polled.dropped += accepted.dropped
    polled.queued += accepted.queued


def _moved_at(record: Record) -> datetime | None:
    """By the service's clock. Salesforce's SystemModstamp, which polls go by, also moves where LastModifiedDate does
    not."""
    return to_instant(record.values.get("SystemModstamp")) or record.modified_at


def _version(record: Record, fields: Sequence[str]) -> bytes:
    known = [str(_moved_at(record)), str(record.moved_to), *(record.values.get(name) for name in fields)]
    return hashlib.blake2b(orjson.dumps(known), digest_size=12).digest()
