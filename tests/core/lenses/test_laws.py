"""The four laws every lens keeps, on values of its own kind and on anything at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core import lenses
from connector.core.lenses.choices import Band
from connector.core.lenses.times import hubspot_time, salesforce_time
from connector.core.mapping import Lens
from connector.core.records import Side, Value
from connector.core.vocabulary import Spelling, Team, Word, WordList
from connector.errors import Untranslatable

ANY_TEXT = st.text(max_size=60)
PHONES = st.sampled_from(["+1 617-555-0100", "(617) 555-0100", "617.555.0100 x12", "0170 1234567", "call me"])
URLS = st.sampled_from(["https://X.test/", "x.test", "x.test/A?b", "", " ", "/", " /", "//", "https://"])
PLACES = st.sampled_from(
    ["US", "usa", "United States", "Deutschland", "DE", "Atlantis", "Côte d'Ivoire", "ivory coast"]
)
STATES = st.sampled_from(["MA", "Massachusetts", "massachusetts", "ON", "Ontario", "Québec", "QC", "Utopia"])
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.floats(-1e9, 1e9, allow_nan=False).map(repr),
    st.sampled_from(
        ["1,200", "0", "-0.0", "12.50", "1e3", "twelve", "1.200,5", "$ 1,200.50", "USD 7", "€ 5"]
    ),
)
JSON_NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9, allow_nan=False))
INSTANTS = st.datetimes(datetime(1970, 6, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
FLAGS = st.sampled_from(["true", "false", "Yes", "0", "maybe"])
CHOICES = {"web": "Web", "fair": "Trade Show", "other": "Other"}
BACK = {"Web": "web", "Trade Show": "fair", "Exhibition": "fair", "Other": "other"}


def _word(name: str, hubspot: Spelling, salesforce: Spelling) -> Word:
    return Word(name, "a meaning", Team.SALES, hubspot, salesforce)


WORDS = WordList(
    "statuses",
    (
        _word("new", Spelling("NEW", ("NEW",)), Spelling("Open", ("Open",))),
        _word("working", Spelling("BUSY", ("BUSY", "CALLING")), Spelling("Working", ("Working", "Calling"))),
        _word("converted", Spelling("DEAL", ("DEAL",)), Spelling(None, ("Converted",))),
    ),
)
PEOPLE = lenses.Directory(
    {"1": "alice@x.test", "2": "Bob@x.test", "3": "gone@x.test"},
    {"005A": "alice@x.test", "005B": "bob@x.test", "005O": "old@x.test"},
    frozenset({"005O"}),
)


@dataclass(frozen=True)
class Case:
    """A lens with the values each side may hold."""

    lens: Lens
    hubspot: st.SearchStrategy[str]
    salesforce: st.SearchStrategy[Value]


def _multi(values: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), max_size=5).map(";".join)


PICKLIST = lenses.PicklistLens(CHOICES, BACK)
CASES = {
    "text": Case(lenses.TextLens(), ANY_TEXT, ANY_TEXT),
    "text, held": Case(lenses.TextLens(20), ANY_TEXT, ANY_TEXT),
    "text, cut": Case(lenses.TextLens(20, True), ANY_TEXT, ANY_TEXT),
    "text, cut with a long mark": Case(lenses.TextLens(9, True, " (more)"), ANY_TEXT, ANY_TEXT),
    "email": Case(lenses.EmailLens(), st.emails() | ANY_TEXT, st.emails().map(str.title)),
    "phone": Case(lenses.PhoneLens("US"), PHONES | ANY_TEXT, PHONES | ANY_TEXT),
    "url": Case(lenses.UrlLens(), URLS | ANY_TEXT, URLS | ANY_TEXT),
    "country": Case(lenses.CountryLens(), PLACES | ANY_TEXT, PLACES | ANY_TEXT),
    "country, codes": Case(
        lenses.CountryLens(lenses.Form.NAME, lenses.Form.CODE, {"CI": "Ivory Coast"}), PLACES, PLACES
    ),
    "state": Case(lenses.StateLens(("US", "CA")), STATES | ANY_TEXT, STATES | ANY_TEXT),
    "state, codes": Case(lenses.StateLens(("US", "CA"), lenses.Form.CODE, lenses.Form.NAME), STATES, STATES),
    "state, shared codes": Case(lenses.StateLens(("US", "AU")), st.sampled_from(["WA", "Washington"]), STATES),
    "number": Case(lenses.NumberLens(), NUMBERS, JSON_NUMBERS),
    "number, whole": Case(lenses.NumberLens(0, 9), NUMBERS, JSON_NUMBERS),
    "currency": Case(lenses.CurrencyLens(), NUMBERS, JSON_NUMBERS),
    "boolean": Case(lenses.BooleanLens(), FLAGS, st.booleans()),
    "boolean, inverted": Case(lenses.BooleanLens(True), FLAGS, st.booleans()),
    "consent": Case(lenses.ConsentLens(), FLAGS, st.booleans()),
    "consent, opposite": Case(lenses.ConsentLens(True, True, False), FLAGS, st.booleans()),
    "date": Case(
        lenses.DateLens(),
        st.dates().map(str) | st.sampled_from(["1643673600000", "1643673600001", "soon"]),
        st.dates().map(str),
    ),
    "datetime": Case(
        lenses.DatetimeLens(),
        INSTANTS.map(hubspot_time) | INSTANTS.map(lambda at: str(int(at.timestamp() * 1000))),
        INSTANTS.map(salesforce_time),
    ),
    "picklist": Case(PICKLIST, st.sampled_from([*CHOICES, "new one"]), st.sampled_from([*BACK, "New one"])),
    "picklist, free": Case(
        lenses.PicklistLens(CHOICES, BACK, True), st.sampled_from([*CHOICES, "new"]), st.sampled_from([*BACK, "x"])
    ),
    "multi-select": Case(lenses.MultiSelectLens(PICKLIST), _multi([*CHOICES]), _multi([*BACK])),
    "vocabulary": Case(
        lenses.VocabularyLens(WORDS),
        st.sampled_from(["NEW", "BUSY", "CALLING", "DEAL", "ODD"]),
        st.sampled_from(["Open", "Working", "Calling", "Converted", "Odd"]),
    ),
    "band": Case(
        lenses.BandLens((Band("1-5", Decimal(1), Decimal(5)), Band("6+", Decimal(6), None))),
        st.sampled_from(["1-5", "6+", "7"]),
        st.integers(-3, 50) | st.floats(0, 9),
    ),
    "owner": Case(
        lenses.OwnerLens("alice@x.test").bound(PEOPLE),
        st.sampled_from(["1", "2", "3", "9"]),
        st.sampled_from(["005A", "005B", "005O", "00GQ"]),
    ),
    "owner, held": Case(
        lenses.OwnerLens().bound(PEOPLE), st.sampled_from(["1", "2", "3"]), st.sampled_from(["005A", "005O"])
    ),
}  # fmt: skip
every_lens = pytest.mark.parametrize("name", CASES)


def translated(translate: Callable[[Value], Value], raw: Value) -> tuple[bool, Value]:
    """(True, translation), or (False, None) where the lens refuses."""
    try:
        return True, translate(raw)
    except Untranslatable:
        return False, None


@every_lens
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_lens_keeps_the_laws(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    hubspot, salesforce = data.draw(case.hubspot), data.draw(case.salesforce)
    a_value_is_the_same_as_its_translation(case.lens, hubspot, salesforce)
    a_prediction_predicts_itself(case.lens, hubspot, salesforce)
    same_judges_a_value_as_what_the_side_makes_of_it(case.lens, hubspot, salesforce)


def a_value_is_the_same_as_its_translation(lens: Lens, hubspot: str, salesforce: Value) -> None:
    there, sent = translated(lens.to_salesforce, hubspot)
    if there:
        assert lens.same(hubspot, sent)
        assert lens.same(hubspot, lens.predict(Side.SALESFORCE, sent))
    back, got = translated(lens.to_hubspot, salesforce)
    if back:
        assert got is None or isinstance(got, str)
        assert lens.same(got, salesforce)
        assert lens.same(lens.predict(Side.HUBSPOT, got), salesforce)


def a_prediction_predicts_itself(lens: Lens, hubspot: str, salesforce: Value) -> None:
    for side, value in ((Side.HUBSPOT, hubspot), (Side.SALESFORCE, salesforce)):
        once = lens.predict(side, value)
        assert lens.predict(side, once) == once


def same_judges_a_value_as_what_the_side_makes_of_it(lens: Lens, hubspot: str, salesforce: Value) -> None:
    said = lens.same(hubspot, salesforce)
    assert lens.same(lens.predict(Side.HUBSPOT, hubspot), salesforce) == said
    assert lens.same(hubspot, lens.predict(Side.SALESFORCE, salesforce)) == said


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(CASES)),
    hubspot=ANY_TEXT | NUMBERS | st.none(),
    salesforce=st.one_of(ANY_TEXT, st.none(), st.booleans(), st.integers(), st.floats()),
)
def test_same_never_raises(name: str, hubspot: Value, salesforce: Value) -> None:
    lens = CASES[name].lens
    assert lens.same(hubspot, salesforce) in (True, False)
    assert lens.same(None, None)
