"""What every process keeps in the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connector.adapters.mappings.files import shipped
from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.clocks import PostgresClocks
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.erasures import PostgresErasures
from connector.adapters.postgres.health import PostgresHealth
from connector.adapters.postgres.journal import PostgresJournal
from connector.adapters.postgres.notices import PostgresNotices
from connector.adapters.postgres.outcomes import PostgresOutcomes
from connector.adapters.postgres.processes import PostgresProcesses
from connector.adapters.postgres.streams import PostgresStreams
from connector.core.agreement import Agreement
from connector.core.desk import desk_for, natives
from connector.core.erased import AddressKeys, address_keys
from connector.ports import Clock, NoticeStore
from connector.services.erasing import PRIVACY_DELETION
from connector.services.outcomes import Door
from connector.settings import Settings


@dataclass(frozen=True, slots=True)
class Stores:
    """``notices``: the door for all that is told, by whomever."""

    pool: Pool
    clock: Clock
    notices: NoticeStore
    bookmarks: PostgresBookmarks
    outcomes: PostgresOutcomes
    clocks: PostgresClocks
    processes: PostgresProcesses
    health: PostgresHealth
    streams: PostgresStreams
    journal: PostgresJournal
    erasures: PostgresErasures
    address_keys: AddressKeys


def stores_on(pool: Pool, agreement: Agreement, clock: Clock) -> Stores:
    outcomes = PostgresOutcomes(pool)
    desk, erasures = desk_for(agreement), PostgresErasures(pool)
    pairs = PostgresNotices(pool, natives(desk), clock)
    return Stores(
        pool=pool,
        clock=clock,
        notices=Door(pairs, outcomes, lambda refs: erasures.ask(refs, PRIVACY_DELETION, clock())),
        bookmarks=PostgresBookmarks(pool, clock),
        outcomes=outcomes,
        clocks=PostgresClocks(pool),
        processes=PostgresProcesses(pool),
        health=PostgresHealth(pool, clock),
        streams=PostgresStreams(pool, clock),
        journal=PostgresJournal(pool),
        erasures=erasures,
        address_keys=address_keys(desk),
    )


def agreement_folder(settings: Settings) -> Path:
    """Where the agreement in use lies: the folder of the settings, ./mappings, or inside Accord."""
    return settings.mappings_folder() or Path(str(shipped()))
