"""The polls of both sides, with their intervals."""

from __future__ import annotations

from datetime import timedelta

from connector.core.desk import natives
from connector.core.records import Side
from connector.ports import Crm
from connector.services.outcomes import OPPORTUNITY, ROLE, ROLE_FIELDS, as_told
from connector.services.polling import Watch, as_notices
from connector.services.watching import Round
from connector.services.workbench import Workbench
from connector.settings import Settings
from connector.wiring.pushed import pushed
from connector.wiring.stores import Stores

LATE_COMMITS = timedelta(minutes=5)
"""How far back polls of Opportunities look: triggers may run for minutes, and looking twice costs nothing."""


def polls_of(settings: Settings, stores: Stores, bench: Workbench) -> list[Round]:
    """Where a side pushes, polls only find what was lost: seldom. Contact roles are never pushed, but most come with
    their Opportunity."""
    soon = timedelta(seconds=settings.engine.poll_seconds)
    later = timedelta(seconds=max(settings.engine.poll_seconds_with_push, settings.engine.poll_seconds))
    hubspot = later if settings.hubspot.client_secret.get_secret_value() else soon
    rounds = []
    for (side, object_), names in natives(bench.desk).items():
        crm: Crm = bench.hubspot if side is Side.HUBSPOT else bench.salesforce
        given = settings.hubspot if side is Side.HUBSPOT else settings.salesforce
        fields, overlap = tuple(names), timedelta(seconds=given.overlap_seconds)
        watch = Watch(crm, object_, fields, overlap, as_notices(stores.notices, fields))
        if side is Side.HUBSPOT:
            rounds.append(Round(watch, soon, hubspot))
        else:
            rounds.append(Round(watch, soon, later, pushed(settings, stores, object_)))
    answers = bench.agreement.handoff.salesforce
    # An Opportunity is only told: what it holds is read anew, as far as the org has it (some have no CurrencyIsoCode)
    for object_, fields in ((OPPORTUNITY, (answers.opportunity_stage,)), (ROLE, ROLE_FIELDS)):
        watch = Watch(bench.salesforce, object_, fields, LATE_COMMITS, as_told(stores.outcomes))
        rounds.append(Round(watch, soon, 2 * later, pushed(settings, stores, OPPORTUNITY)))
    return rounds
