"""What became of a person in sales: Salesforce Opportunities, told per contact, and the queries that read them. Pure.

An amount is never converted: it goes with the currency that Salesforce keeps it in, or the pair of them is left blank.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.core.records import Value
from connector.core.rules import SalesforceAnswers

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_RANK = {"lost": 0, "open": 1, "won": 2}
_DEFAULT = SalesforceAnswers()


@dataclass(frozen=True, slots=True)
class OpportunityView:
    """One Opportunity as a contact sees it. ``close_date``: YYYY-MM-DD or ''. ``by_account``: it has no contact role
    and reaches the contact only through the Account, so it tells the outcome but answers no offer."""

    id: str
    stage: str
    is_closed: bool
    is_won: bool
    amount: Value = None
    currency: str | None = None
    lost_reason: str | None = None
    close_date: str = ""
    by_account: bool = False

    @property
    def outcome(self) -> str:
        """'won', 'lost' or 'open'."""
        return "won" if self.is_won else "lost" if self.is_closed else "open"


@dataclass(frozen=True, slots=True)
class WithoutRole:
    """An Opportunity without contact role, and the linked contacts it goes to by its Account (maybe none)."""

    opportunity_id: str
    account_id: str | None
    contact_ids: tuple[str, ...]

    @property
    def message(self) -> str:
        lead = f"Opportunity {self.opportunity_id} has no contact role"
        if not self.contact_ids:
            return f"{lead} and no linked contact: its outcome reaches nobody."
        return f"{lead}: its outcome went to {len(self.contact_ids)} contact(s) of its account."

    @property
    def fix(self) -> str:
        return "Add a contact role to the opportunity in Salesforce: the person whose deal it is."


@dataclass(frozen=True, slots=True)
class Assignment:
    """``by_contact``: contact id -> the one Opportunity that tells its outcome."""

    by_contact: dict[str, OpportunityView]
    without_role: tuple[WithoutRole, ...]


def assign(
    opportunities: Iterable[Mapping[str, Any]],
    roles: Iterable[Mapping[str, Any]],
    contacts_by_account: Mapping[str, Sequence[str]],
    linked_contact_ids: Collection[str],
    *,
    fields: SalesforceAnswers = _DEFAULT,
    org_currency: str | None = None,
) -> Assignment:
    """Which Opportunity tells each linked contact's outcome: won before open before lost, then the latest close date.

    ``opportunities``/``roles``: rows as Salesforce answers the queries below; give all of a contact's, not only the
    changed ones. ``contacts_by_account``: account id -> contact ids, for Opportunities without role.
    ``org_currency``: the currency of an org that has only one, where rows carry none.
    """
    by_role: dict[str, set[str]] = {}
    for row in roles:
        by_role.setdefault(str(row["OpportunityId"]), set()).add(str(row["ContactId"]))
    linked, found, lone = set(linked_contact_ids), dict[str, OpportunityView](), list[WithoutRole]()
    for row in sorted(opportunities, key=lambda r: str(r["Id"])):
        contacts = by_role.get(row["Id"])
        of_account = contacts_by_account.get(row.get("AccountId") or "", ())
        reached = tuple(sorted(linked.intersection(contacts or of_account)))
        if not contacts:
            lone.append(WithoutRole(row["Id"], row.get("AccountId"), reached))
        view = _view(row, fields, org_currency, by_account=not contacts)
        for contact in reached:
            if contact not in found or _weight(view) > _weight(found[contact]):
                found[contact] = view
    return Assignment(found, tuple(lone))


def _view(
    row: Mapping[str, Any], fields: SalesforceAnswers, org_currency: str | None, by_account: bool
) -> OpportunityView:
    amount = row.get(fields.opportunity_amount)
    currency = row.get(fields.opportunity_currency) or org_currency
    return OpportunityView(
        id=row["Id"],
        stage=row.get(fields.opportunity_stage) or "",
        is_closed=bool(row.get("IsClosed")),
        is_won=bool(row.get("IsWon")),
        amount=amount,
        currency=currency if amount is not None else None,
        lost_reason=row.get(fields.opportunity_lost_reason) or None,
        close_date=row.get("CloseDate") or "",
        by_account=by_account,
    )


def _weight(view: OpportunityView) -> tuple[int, str, bool, str]:
    """The heaviest tells the outcome. A role weighs more than an account; the id makes it the same every time."""
    return _RANK[view.outcome], view.close_date, not view.by_account, view.id


# --- query texts: pages of at most some hundred ids each, the caller splits ---


def opportunities_changed_since(since: datetime, fields: SalesforceAnswers = _DEFAULT) -> str:
    """Opportunities that moved at or after ``since`` (aware), oldest first."""
    return f"{_opportunity(fields)} WHERE SystemModstamp >= {_stamp(since)} ORDER BY SystemModstamp, Id"


def opportunities_of(ids: Sequence[str], fields: SalesforceAnswers = _DEFAULT) -> str:
    """Opportunities by their ids."""
    return f"{_opportunity(fields)} WHERE Id IN ({_ids(ids)})"


def opportunities_of_accounts(account_ids: Sequence[str], fields: SalesforceAnswers = _DEFAULT) -> str:
    return f"{_opportunity(fields)} WHERE AccountId IN ({_ids(account_ids)})"


def roles_changed_since(since: datetime) -> str:
    """A role may come long after its Opportunity last moved."""
    return f"{_ROLE} WHERE SystemModstamp >= {_stamp(since)} ORDER BY SystemModstamp, Id"


def roles_of_opportunities(ids: Sequence[str]) -> str:
    return f"{_ROLE} WHERE OpportunityId IN ({_ids(ids)})"


def roles_of_contacts(ids: Sequence[str]) -> str:
    return f"{_ROLE} WHERE ContactId IN ({_ids(ids)})"


def contacts_of_accounts(account_ids: Sequence[str]) -> str:
    return f"SELECT Id, AccountId FROM Contact WHERE AccountId IN ({_ids(account_ids)})"  # noqa: S608 ids are checked


_ROLE = "SELECT Id, OpportunityId, ContactId, IsPrimary, SystemModstamp FROM OpportunityContactRole"


def _opportunity(fields: SalesforceAnswers) -> str:
    names = ["Id", "AccountId", *fields.of_opportunity(), "IsClosed", "IsWon", "CloseDate", "SystemModstamp"]
    return f"SELECT {', '.join(dict.fromkeys(names))} FROM Opportunity"  # noqa: S608 names are the agreement's


def _ids(ids: Sequence[str]) -> str:
    """Quoted ids. Raises ValueError for none, or for what can't be an id: nothing foreign gets into a query."""
    wrong = [each for each in ids if not _ID.fullmatch(each)]
    if wrong or not ids:
        raise ValueError(f"not Salesforce ids: {wrong!r}")
    return ", ".join(f"'{each}'" for each in ids)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
