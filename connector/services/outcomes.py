"""Outcomes: what became of linked contacts in Salesforce's Opportunities, kept in the database for the rounds' plans.

Whatever may have moved an outcome (a polled Opportunity or contact role, an outbound message, a Link that now points at
a Contact) is first told to the store, durably; ``look`` then reads all Opportunities of the contacts concerned anew and
lets the Links go round whose outcome is another one. State-based like the rounds: telling twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from connector.core import outcome
from connector.core.outcome import WithoutRole
from connector.core.records import Notice, Record, Ref, Side
from connector.core.rules import SalesforceAnswers
from connector.errors import Stopping
from connector.ports import Accepted, NoticeStore
from connector.services.workbench import Workbench

OPPORTUNITY, ROLE, CONTACT = "Opportunity", "OpportunityContactRole", "Contact"
ROLE_FIELDS = ("OpportunityId", "ContactId")
BATCH = 200
"""Ids in one query, and told records in one look."""

Rows = list[dict[str, Any]]
View = dict[str, Any] | None
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outcomes:
    """What a look found. ``views``: linked contact -> its OpportunityView as a dict, or None. ``lone``: Opportunities
    without contact role; ``settled``: ids of those that have one, or are gone."""

    views: dict[str, View] = field(default_factory=dict)
    lone: list[WithoutRole] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)


class OutcomeStore(Protocol):
    """The tables outcome and outcome_due."""

    def tell(self, refs: Sequence[Ref]) -> None:
        """Opportunities and Contacts to be looked at; wakes whoever looks."""

    def due(self, limit: int) -> list[tuple[Ref, datetime]]:
        """What was told and not looked at yet, oldest first, with when it was told last."""

    def linked(self, contacts: Collection[str]) -> dict[str, str | None]:
        """Those of the contacts that have a Link -> their account, where it is known."""

    def holding(self, opportunities: Collection[str]) -> set[str]:
        """Contacts whose outcome one of these Opportunities is now."""

    def save(
        self,
        views: Mapping[str, View],
        lone: Sequence[WithoutRole],
        settled: Collection[str],
        looked_at: Sequence[tuple[Ref, datetime]],
        now: datetime,
    ) -> int:
        """In one transaction: outcomes, issues, requeued Links (lane 0), and ``looked_at`` is due no more unless it was
        told again since. Returns how many Links go round."""


Erase = Callable[[Sequence[Ref]], None]
"""Asks durably that these persons be erased."""


def _nobody(refs: Sequence[Ref]) -> None:
    """Where nothing is kept."""


class Door:
    """A NoticeStore that gives Opportunities to the outcomes, erased persons to the erasures (and to the pairs as
    gone), and everything else to the pairs."""

    def __init__(self, pairs: NoticeStore, outcomes: OutcomeStore, erase: Erase = _nobody) -> None:
        self._pairs, self._outcomes, self._erase = pairs, outcomes, erase

    def accept(self, notices: Sequence[Notice], lane: int, delivery: bytes | None = None) -> Accepted:
        """See ports.NoticeStore. A repeated message of Opportunities is simply told again."""
        if erased := [notice.ref for notice in notices if notice.kind == "erased"]:
            self._erase(erased)
            notices = [replace(n, kind="gone") if n.kind == "erased" else n for n in notices]
        told = [notice.ref for notice in notices if notice.ref.object == OPPORTUNITY]
        if told:
            self._outcomes.tell(told)
        rest = [notice for notice in notices if notice.ref.object != OPPORTUNITY] if told else notices
        if told and not rest:
            return Accepted(0, len(told))
        accepted = self._pairs.accept(rest, lane, delivery)
        return replace(accepted, queued=accepted.queued + len(told)) if told else accepted


def as_told(store: OutcomeStore) -> Callable[[Sequence[Record]], Accepted]:
    """For polls of Opportunities and of contact roles: what they find is told (services/polling.py: Take)."""

    def take(records: Sequence[Record]) -> Accepted:
        refs = [ref for record in records for ref in _told(record)]
        store.tell(refs)
        return Accepted(0, len(refs))

    return take


def _told(record: Record) -> list[Ref]:
    if record.ref.object != ROLE:
        return [record.ref]
    found = [(OPPORTUNITY, record.values.get("OpportunityId")), (CONTACT, record.values.get("ContactId"))]
    return [Ref(Side.SALESFORCE, object_, str(id_)) for object_, id_ in found if id_]


class OutcomeWatch:
    """``org_currency``: the currency of an org that has only one."""

    def __init__(self, bench: Workbench, store: OutcomeStore, org_currency: str | None = None) -> None:
        self.bench, self.store, self._currency = bench, store, org_currency
        self._answers: SalesforceAnswers | None = None

    def run(self, looks: int = 1000) -> int:
        """Look until nothing is due. Returns how many Links go round. Raises what Salesforce's calls raise."""
        requeued = 0
        for _ in range(looks):
            due = self.store.due(BATCH)
            if not due:
                break
            requeued += self.look(due)
        return requeued

    def look(self, due: Sequence[tuple[Ref, datetime]]) -> int:
        found = self._find([ref for ref, _ in due])
        now = self.bench.clock()
        requeued = self.store.save(found.views, found.lone, found.settled, due, now)
        log.info("outcomes", looked_at=len(due), contacts=len(found.views), requeued=requeued)
        return requeued

    def _find(self, refs: Sequence[Ref]) -> Outcomes:
        told = {ref.id for ref in refs if ref.object == OPPORTUNITY}
        contacts = {ref.id for ref in refs if ref.object == CONTACT} | self.store.holding(told)
        by_account = self._concerned(told, contacts)
        linked = self.store.linked(contacts)
        for contact, account in linked.items():
            if account:
                by_account.setdefault(account, set()).add(contact)
        if not told and not linked:
            return Outcomes()
        opportunities, roles = self._opportunities(told, linked, by_account)
        members = {account: sorted(ids) for account, ids in by_account.items()}
        assigned = outcome.assign(
            opportunities, roles, members, linked, fields=self._fields(), org_currency=self._currency
        )
        views = {c: asdict(v) if (v := assigned.by_contact.get(c)) else None for c in linked}
        lone = [one for one in assigned.without_role if one.contact_ids or one.opportunity_id in told]
        examined = told | {str(row["Id"]) for row in opportunities}
        return Outcomes(views, lone, examined - {one.opportunity_id for one in assigned.without_role})

    def _concerned(self, told: set[str], contacts: set[str]) -> dict[str, set[str]]:
        """Adds to ``contacts`` all whom the told Opportunities concern; those by account are also returned by it."""
        roles = self._rows(outcome.roles_of_opportunities, told)
        contacts |= {str(row["ContactId"]) for row in roles}
        lone = told - {str(row["OpportunityId"]) for row in roles}
        rows = self._rows(lambda ids: outcome.opportunities_of(ids, self._fields()), lone)
        accounts = {str(row["AccountId"]) for row in rows if row.get("AccountId")}
        by_account: dict[str, set[str]] = {}
        for row in self._rows(outcome.contacts_of_accounts, accounts):
            by_account.setdefault(str(row["AccountId"]), set()).add(str(row["Id"]))
            contacts.add(str(row["Id"]))
        return by_account

    def _opportunities(
        self, told: set[str], linked: Mapping[str, str | None], by_account: Mapping[str, set[str]]
    ) -> tuple[Rows, Rows]:
        """All Opportunities of these contacts, not only those that moved, with all their roles."""
        fields = self._fields()
        of_contacts = self._rows(outcome.roles_of_contacts, linked)
        ids = told | {str(row["OpportunityId"]) for row in of_contacts}
        rows = self._rows(lambda part: outcome.opportunities_of(part, fields), ids)
        rows += self._rows(lambda part: outcome.opportunities_of_accounts(part, fields), by_account)
        by_id = {str(row["Id"]): row for row in rows}
        return list(by_id.values()), self._rows(outcome.roles_of_opportunities, by_id)

    def _rows(self, query: Callable[[Sequence[str]], str], ids: Iterable[str]) -> Rows:
        wanted, found = sorted(ids), list[dict[str, Any]]()
        for at in range(0, len(wanted), BATCH):
            for page in self.bench.salesforce.query(query(wanted[at : at + BATCH]), self._guard):
                found += page
        return found

    def _fields(self) -> SalesforceAnswers:
        """The agreement's fields that this org has: one with a single currency has no CurrencyIsoCode."""
        if self._answers is None:
            answers = self.bench.agreement.handoff.salesforce
            there = self.bench.salesforce.schema(OPPORTUNITY)
            names = ("opportunity_currency", "opportunity_lost_reason", "opportunity_amount")
            missing = {name: "" for name in names if getattr(answers, name) not in there}
            self._answers = replace(answers, **missing)  # type: ignore[arg-type]
        return self._answers

    def _guard(self, timeout: float) -> None:
        if self.bench.stop.is_set():
            raise Stopping
