"""The agreed rules as data: when a person is qualified, and how hot persons change hands. Judged in
qualification and handoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from connector.core.conditions import Condition


class Tier(StrEnum):
    HOT = "hot"
    WARM = "warm"
    NURTURE = "nurture"


@dataclass(frozen=True, slots=True)
class Trait:
    """One agreed sign of readiness. ``condition`` reads HubSpot contact properties by their native names."""

    name: str
    label: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Qualification:
    """``tiers``: number of traits met (0 .. len(traits), every count present) -> tier."""

    version: int
    traits: tuple[Trait, ...]
    tiers: Mapping[int, Tier]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """``days``: 0 is Monday. ``start`` and ``end`` are local times of ``zone`` (an IANA name)."""

    days: frozenset[int]
    start: time
    end: time
    zone: str


@dataclass(frozen=True, slots=True)
class AcceptWithin:
    """The time sales has to answer, in hours. With ``working`` only those hours count, else the clock never
    stops."""

    hours: float
    working: WorkingHours | None = None


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Persons that meet ``condition`` (None: all) go to these owners in turn. Owners are e-mails, lower
    case."""

    condition: Condition | None
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HubSpotAnswers:
    """HubSpot contact properties the hand-off and its outcome are written to."""

    tier: str = "accord_tier"
    tier_reasons: str = "accord_tier_reasons"
    handoff: str = "accord_handoff"
    reject_reason: str = "accord_reject_reason"
    stage: str = "accord_opportunity_stage"
    outcome: str = "accord_outcome"
    amount: str = "accord_amount"
    currency: str = "accord_currency"
    lost_reason: str = "accord_lost_reason"
    answered_at: str = "accord_answered_at"
    handed_off_at: str = "accord_handed_off_at"
    lifecycle: str = "lifecyclestage"
    status: str = "hs_lead_status"
    owner: str = "hubspot_owner_id"


@dataclass(frozen=True, slots=True)
class SalesforceAnswers:
    """Fields of Lead and Contact alike that carry the offer and sales' answer (``status``: Lead only); then
    those of the Opportunity. The maps give the picklist values Accord writes and reads."""

    tier: str = "Accord_Tier__c"
    reasons: str = "Accord_Reasons__c"
    handoff: str = "Accord_Handoff__c"
    answer: str = "Accord_Answer__c"
    reject_reason: str = "Accord_Reject_Reason__c"
    answer_by: str = "Accord_Answer_By__c"
    status: str = "Status"
    owner: str = "OwnerId"
    opportunity_stage: str = "StageName"
    opportunity_amount: str = "Amount"
    opportunity_currency: str = "CurrencyIsoCode"
    opportunity_lost_reason: str = "Accord_Lost_Reason__c"
    tier_values: Mapping[str, str] = field(
        default_factory=lambda: {"hot": "Hot", "warm": "Warm", "nurture": "Nurture"}
    )
    handoff_values: Mapping[str, str] = field(
        default_factory=lambda: {"offered": "Offered", "withdrawn": "Withdrawn"}
    )
    answer_values: Mapping[str, str] = field(
        default_factory=lambda: {"accepted": "Accepted", "rejected": "Rejected"}
    )

    def of_person(self) -> tuple[str, ...]:
        """Fields to read on a Lead or Contact."""
        return (self.tier, self.reasons, self.handoff, self.answer, self.reject_reason, self.answer_by)

    def spoken(self) -> tuple[str, ...]:
        """Of them, and of the record's own, those by which sales says something."""
        return (self.answer, self.reject_reason, self.status, self.owner)

    def of_opportunity(self) -> tuple[str, ...]:
        names = (
            self.opportunity_stage,
            self.opportunity_amount,
            self.opportunity_currency,
            self.opportunity_lost_reason,
        )
        return tuple(name for name in names if name)


HANDOFF_STATES = (
    "offered",
    "accepted",
    "rejected",
    "working",
    "converted",
    "won",
    "lost",
    "expired",
    "withdrawn",
)


STATUS_ANSWERS: Mapping[str, str] = {
    "accepted": "accepted",
    "working": "working",
    "rejected": "rejected",
    "unqualified": "rejected",
    "nurture": "nurture",
}


@dataclass(frozen=True, slots=True)
class HandoffRules:
    """How a person goes to sales and back.

    ``hand_over``: the tiers that are handed over. ``cool_off_days``: after a rejection or expiry, days before
    the same person can be offered again (and then only on new evidence). ``owners``: the first rule that is
    met decides, its owners in turn; else ``fallback_owner``. ``status_on_offer``: vocabulary word set on a
    Lead when offered (None: left alone). ``last_name_fallback``/``company_fallback``: what is written for a
    blank on create; None holds the person. ``lifecycle``: hand-off state -> HubSpot lifecycle stage (absent:
    left alone). ``lifecycle_order``: stages early to late; going back takes a blank between.
    ``reject_reasons``: vocabulary reason words sales may answer with. ``nurture_list``: name of the static
    HubSpot list of persons in nurture. ``status_answers``: status word of a Lead -> what it answers (accepted,
    working, rejected or nurture; absent: nothing). ``lead_status``: hand-off state -> status word that is
    written to HubSpot (absent: left alone).
    """

    version: int
    hand_over: tuple[Tier, ...]
    accept_within: AcceptWithin
    cool_off_days: int
    owners: tuple[OwnerRule, ...]
    fallback_owner: str
    status_on_offer: str | None
    last_name_fallback: str | None
    company_fallback: str | None
    lifecycle: Mapping[str, str]
    lifecycle_order: tuple[str, ...]
    nurture_list: str
    reject_reasons: tuple[str, ...]
    hubspot: HubSpotAnswers = field(default_factory=HubSpotAnswers)
    salesforce: SalesforceAnswers = field(default_factory=SalesforceAnswers)
    status_answers: Mapping[str, str] = field(default_factory=lambda: dict(STATUS_ANSWERS))
    lead_status: Mapping[str, str] = field(default_factory=dict)
