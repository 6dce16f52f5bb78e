"""The fields that an agreement needs on both sides: Accord's own, and those that the mapping names. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.core.agreement import Agreement
from connector.core.lenses import (
    BandLens,
    BooleanLens,
    CurrencyLens,
    DateLens,
    DatetimeLens,
    MultiSelectLens,
    NumberLens,
    OwnerLens,
    PicklistLens,
    VocabularyLens,
)
from connector.core.mapping import Field
from connector.core.records import Side
from connector.core.rules import HANDOFF_STATES
from connector.core.vocabulary import WordList

Options = tuple[tuple[str, str], ...]
NO_OPTIONS: Options = ()
"""(value, label) pairs."""
TEXT, LONG, CHOICE, CHOICES, NUMBER, MONEY, MOMENT, DAY, FLAG = (
    "text", "long text", "choice", "choices", "number", "money", "moment", "day", "flag",
)  # fmt: skip
KEY_LENGTH = 40
"""Ids of HubSpot have some 12 digits."""
RUN = "When a backfill or an undo last wrote this record. Automations can test it."
OUTCOMES = ("open", "won", "lost")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field of one object (``contact``, ``Lead`` …). ``own``: Accord's, nobody else writes it. ``length`` in
    characters, ``decimals`` and ``digits`` (before the point) of numbers."""

    side: Side
    object: str
    name: str
    label: str
    kind: str
    options: Options = ()
    unique: bool = False
    own: bool = True
    length: int = 255
    decimals: int = 0
    digits: int = 16
    about: str = ""


def wanted(agreement: Agreement, side: Side) -> list[Wanted]:
    """All of a side, each once; Accord's own come first."""
    found = [*_own(agreement, side), *_mapped(agreement, side)]
    return list({(one.object, one.name): one for one in reversed(found)}.values())[::-1]


def _own(agreement: Agreement, side: Side) -> Iterator[Wanted]:
    if side is Side.HUBSPOT:
        yield from _own_of_hubspot(agreement)
    else:
        for object_ in agreement.person.salesforce_objects:
            yield from _own_of_person(agreement, object_)
        lost = agreement.handoff.salesforce.opportunity_lost_reason
        if lost.endswith("__c"):
            about = "Why the deal was lost. Accord tells marketing."
            yield Wanted(side, "Opportunity", lost, "Accord: lost reason", TEXT, about=about)


def _own_of_hubspot(agreement: Agreement) -> Iterator[Wanted]:
    names, rules = agreement.handoff.hubspot, agreement.handoff
    reasons = _words(agreement.vocabulary.reject_reasons, Side.HUBSPOT, rules.reject_reasons)
    tiers = tuple((tier, tier.capitalize()) for tier in rules.salesforce.tier_values)
    rows: list[tuple[str, str, str, Options, str]] = [
        (names.tier, "tier", CHOICE, tiers, "Accord's verdict by the agreed traits."),
        (names.tier_reasons, "reasons", LONG, (), "Which traits were met, on what evidence."),
        (names.handoff, "hand-off", CHOICE, _said(HANDOFF_STATES), "Where the hand-off to sales stands."),
        (names.reject_reason, "reject reason", CHOICE, reasons, "Why sales said no."),
        (names.stage, "opportunity stage", TEXT, (), "The deal's stage, in marketing's words."),
        (names.outcome, "outcome", CHOICE, _said(OUTCOMES), "What became of the deal."),
        (names.amount, "amount", NUMBER, (), "The deal's amount, in its own currency."),
        (names.currency, "currency", TEXT, (), "The currency of the amount."),
        (names.lost_reason, "lost reason", TEXT, (), "Why the deal was lost."),
        (names.answered_at, "answered at", MOMENT, (), "When sales answered the offer."),
        (names.handed_off_at, "handed off at", MOMENT, (), "When the person was offered to sales."),
    ]
    key = agreement.person.hubspot_key
    about = "Id of the same person in Salesforce. Accord writes it, nobody else may."
    yield Wanted(Side.HUBSPOT, "contact", key, "Accord: Salesforce ID", TEXT, unique=True, about=about)
    if mark := agreement.person.run_marks.get(Side.HUBSPOT):
        yield Wanted(Side.HUBSPOT, "contact", mark, "Accord: run", MOMENT, about=RUN)
    for name, label, kind, options, about in rows:
        if name:
            yield Wanted(Side.HUBSPOT, "contact", name, f"Accord: {label}", kind, options, about=about)


def _own_of_person(agreement: Agreement, object_: str) -> Iterator[Wanted]:
    names, rules = agreement.handoff.salesforce, agreement.handoff
    reasons = _words(agreement.vocabulary.reject_reasons, Side.SALESFORCE, rules.reject_reasons)
    rows: list[tuple[str, str, str, Options, str]] = [
        (names.tier, "tier", CHOICE, _same(names.tier_values), "Accord's verdict by the agreed traits."),
        (names.reasons, "reasons", LONG, (), "Which traits were met, on what evidence."),
        (
            names.handoff,
            "hand-off",
            CHOICE,
            _same(names.handoff_values),
            "Whether this person is offered to sales.",
        ),
        (
            names.answer,
            "answer",
            CHOICE,
            _same(names.answer_values),
            "Sales accepts or rejects the offer here.",
        ),
        (names.reject_reason, "reject reason", CHOICE, reasons, "Why sales says no. A rejection needs one."),
        (names.answer_by, "answer by", MOMENT, (), "Until when an answer was agreed on."),
    ]
    key, about = (
        agreement.person.salesforce_key,
        "Id of the same person in HubSpot. Accord writes it, nobody else may.",
    )
    yield Wanted(
        Side.SALESFORCE, object_, key, "Accord: HubSpot ID", TEXT, unique=True, length=KEY_LENGTH, about=about
    )
    if (mark := agreement.person.run_marks.get(Side.SALESFORCE, "")).endswith("__c"):
        yield Wanted(Side.SALESFORCE, object_, mark, "Accord: run", MOMENT, about=RUN)
    for name, label, kind, options, about in rows:
        if name.endswith("__c"):
            yield Wanted(Side.SALESFORCE, object_, name, f"Accord: {label}", kind, options, about=about)


def _mapped(agreement: Agreement, side: Side) -> Iterator[Wanted]:
    for field in agreement.person.fields:
        if isinstance(field.lens, OwnerLens):
            continue
        if side is Side.HUBSPOT:
            yield _of_lens(field, side, "contact", field.hubspot)
            continue
        for object_, name in field.salesforce.items():
            if name.endswith("__c"):
                yield _of_lens(field, side, object_, name)


def _of_lens(field: Field, side: Side, object_: str, name: str) -> Wanted:
    lens: Any = field.lens
    kind, options = TEXT, NO_OPTIONS
    more: dict[str, Any] = {}
    if isinstance(lens, MultiSelectLens):
        kind, options = CHOICES, _choices(lens.one, side)
    elif isinstance(lens, PicklistLens):
        kind, options = CHOICE, _choices(lens, side)
    elif isinstance(lens, VocabularyLens):
        kind, options = CHOICE, _words(lens.words, side, lens.words.names())
    elif isinstance(lens, BandLens):
        kind = CHOICE if side is Side.HUBSPOT else NUMBER
        options = _same({band.name: band.name for band in lens.bands}) if side is Side.HUBSPOT else ()
    elif isinstance(lens, BooleanLens):
        kind = FLAG
    elif isinstance(lens, NumberLens):
        kind = MONEY if isinstance(lens, CurrencyLens) else NUMBER
        more = {"decimals": lens.decimals or 0, "digits": min(lens.digits, 18 - (lens.decimals or 0))}
    elif isinstance(lens, DateLens | DatetimeLens):
        kind = DAY if isinstance(lens, DateLens) else MOMENT
    elif getattr(lens, "limit", None):
        more = {"length": lens.limit}
    label = field.name.replace("_", " ").capitalize()
    return Wanted(side, object_, name, label, kind, options, own=False, **more)


def _choices(lens: PicklistLens, side: Side) -> Options:
    values = (
        lens.salesforce_to_hubspot.values() if side is Side.HUBSPOT else lens.hubspot_to_salesforce.values()
    )
    labels = {h: s for s, h in lens.salesforce_to_hubspot.items()} if side is Side.HUBSPOT else {}
    return tuple((value, labels.get(value, value)) for value in dict.fromkeys(values))


def _words(words: WordList, side: Side, names: tuple[str, ...]) -> Options:
    written = ((words.get(name).on(side).written, name) for name in names if name in words)
    return tuple((value, name.replace("_", " ").capitalize()) for value, name in written if value)


def _same(values: Any) -> Options:
    return tuple((value, value) for value in values.values())


def _said(values: tuple[str, ...]) -> Options:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)
