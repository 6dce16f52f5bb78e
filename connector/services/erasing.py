"""Erasing a person (GDPR): all their values leave Accord's database; what stays is who, when and what kind.

HubSpot's privacy deletion asks for it, or an operator does. It is asked durably where the notice arrives and done by
a worker within a minute; a round that has the person just then loses its lease on them. Their Link stays, empty and at
rest, and their addresses as salted hashes, so that neither a poll nor a backfill brings them back. A form that they
send in HubSpot is a new consent. The records on both sides are not Accord's to delete: that is done there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from connector.core.erased import AddressKeys, Traces
from connector.core.records import Ref
from connector.errors import Refused
from connector.ports import Clock

PRIVACY_DELETION = "HubSpot's privacy deletion"
BATCH = 100
log = structlog.get_logger(__name__)


class ErasureStore(Protocol):
    """See adapters/postgres/erasures.py."""

    def ask(self, refs: Iterable[Ref], by: str, now: datetime) -> None: ...
    def due(self, limit: int) -> list[tuple[int, Ref]]: ...
    def traces(
        self, keys: AddressKeys, ref: Ref | None = None, link: int | None = None, address: str = "",
        also: Sequence[Ref] = (),
    ) -> Traces: ...  # fmt: skip
    def erase(self, id_: int, traces: Traces, now: datetime) -> dict[str, int] | None: ...
    def erase_by_hand(self, traces: Traces, by: str, now: datetime) -> dict[str, int]: ...
    def stands_in(self, address: str) -> list[str]: ...
    def is_owners(self, address: str) -> bool: ...


def erase_due(store: ErasureStore, keys: AddressKeys, clock: Clock) -> int:
    """Do what was asked for; how many persons that were."""
    done = 0
    for id_, ref in store.due(BATCH):
        done += _erase(store, id_, store.traces(keys, ref=ref), clock)
    return done


def erase_now(store: ErasureStore, traces: Traces, by: str, clock: Clock) -> dict[str, int]:
    """By hand: {table: rows}. Raises Refused where nothing is known by these traces, or they are a colleague's."""
    may_erase(store, traces)
    counts = store.erase_by_hand(traces, by, clock())
    log.info("a person was erased", refs=[str(r) for r in traces.refs], by=by, records=counts)
    return counts


def may_erase(store: ErasureStore, traces: Traces) -> None:
    """Raises Refused, telling why not. A person who was never linked is known by their address alone."""
    if not traces.refs and not any(store.stands_in(address) for address in traces.addresses):
        raise Refused(
            "Accord's database knows nobody by that name, and no table names that address: there is nothing to erase. "
            "Name a record, such as hubspot:contact:512."
        )
    colleagues = [address for address in traces.addresses if not traces.links and store.is_owners(address)]
    if colleagues:
        raise Refused(f"{colleagues[0]} is a colleague's: people were handed over to them. Name a record instead.")


def _erase(store: ErasureStore, id_: int, traces: Traces, clock: Clock) -> bool:
    counts = store.erase(id_, traces, clock())
    if counts is not None:
        log.info("a person was erased", refs=[str(r) for r in traces.refs], records=counts)
    return counts is not None
