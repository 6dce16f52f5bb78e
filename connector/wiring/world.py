"""What a worker or a command works with: both sides, the database, the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from connector.adapters.calling import utc_now
from connector.adapters.mappings import load
from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool, database_url, open_pool
from connector.adapters.postgres.rounds import PostgresRounds
from connector.core.agreement import Agreement
from connector.core.breakers import Limits
from connector.core.desk import desk_for
from connector.core.records import Side
from connector.ports import Clock
from connector.services.directory import OwnerDirectory
from connector.services.outcomes import OutcomeWatch
from connector.services.watching import Round
from connector.services.workbench import Pace, SideBySide, Workbench
from connector.settings import Settings
from connector.wiring.connected import connected
from connector.wiring.polls import polls_of
from connector.wiring.sides import make_hubspot, make_salesforce
from connector.wiring.stores import Stores, agreement_folder, stores_on

OAUTH_CALLS = 110
"""HubSpot gives OAuth apps fewer calls in ten seconds (API-FACTS 1.7)."""

Budgets = dict[Side, PostgresBudget]


@dataclass(frozen=True, slots=True)
class World:
    """Owners are not loaded before ``directory.refresh()``. ``polls``: of both sides, with their intervals."""

    settings: Settings
    url: str
    stores: Stores
    bench: Workbench
    budgets: Budgets
    directory: OwnerDirectory
    outcomes: OutcomeWatch
    polls: list[Round]


@contextmanager
def open_world(settings: Settings, url: str | None = None, clock: Clock = utc_now) -> Iterator[World]:
    """Everything, until the block ends. No call is made before something asks for one.

    ``url``: the database; without it the one of the settings. Raises FixConfiguration or Refused.
    """
    agreement = load(agreement_folder(settings))
    with ExitStack() as parts:
        if url is None:
            url = parts.enter_context(database_url(settings.database_url(), settings.process.embedded))
        pool = parts.enter_context(open_pool(url, max_size=settings.engine.pool_size))
        settings = connected(settings, pool, clock)
        budgets = _budgets(settings, pool, clock)
        bench = _bench(settings, agreement, PostgresRounds(pool), budgets, clock, parts)
        stores = stores_on(pool, agreement, clock)
        outcomes = OutcomeWatch(bench, stores.outcomes)
        polls = polls_of(settings, stores, bench)
        yield World(settings, url, stores, bench, budgets, OwnerDirectory(bench), outcomes, polls)


def _bench(
    settings: Settings,
    agreement: Agreement,
    rounds: PostgresRounds,
    budgets: Budgets,
    clock: Clock,
    parts: ExitStack,
) -> Workbench:
    engine = settings.engine
    return Workbench(
        parts.enter_context(closing(make_hubspot(settings, budgets[Side.HUBSPOT]))),
        parts.enter_context(closing(make_salesforce(settings, budgets[Side.SALESFORCE]))),
        rounds,
        agreement,
        desk_for(agreement),
        clock,
        pace=Pace(claim=engine.claim_size, lease=engine.lease_seconds),
        limits=_limits(settings),
        both=parts.enter_context(closing(SideBySide(2 * engine.drains + 4))),
    )


def _budgets(settings: Settings, pool: Pool, clock: Clock) -> Budgets:
    hubspot, salesforce = settings.hubspot, settings.salesforce
    calls = hubspot.calls_per_10_seconds
    if hubspot.refresh_token.get_secret_value() and hubspot.client_id:
        calls = min(calls, OAUTH_CALLS)
    by_ten_seconds = Allowance(calls=max(1, calls - hubspot.margin_calls), daily=hubspot.daily_calls)
    by_day = Allowance(backfill_share=salesforce.backfill_share, live_share=salesforce.daily_share)
    return {
        Side.HUBSPOT: PostgresBudget(pool, Side.HUBSPOT, by_ten_seconds, clock),
        Side.SALESFORCE: PostgresBudget(pool, Side.SALESFORCE, by_day, clock),
    }


def _limits(settings: Settings) -> Limits:
    given = settings.breakers
    return Limits(
        gone_share=given.empty_share,
        gone_from=given.least_pairs,
        gone_an_hour=given.deletes_per_hour,
        blank_share=given.blank_share,
        blank_from=given.least_pairs,
        writes_an_hour=given.writes_per_field_per_hour,
    )
