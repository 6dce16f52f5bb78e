"""What single values become, by situation. The numbers are those of the cases seen in the field."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.core import lenses
from connector.core.lenses.choices import Band
from connector.core.mapping import Lens
from connector.core.records import Side, Value
from connector.errors import Untranslatable

PICKLIST = lenses.PicklistLens({"web": "Web", "fair": "Fair"}, {"Web": "web", "Fair": "fair", "Expo": "fair"})
CUT = lenses.TextLens(10, truncate=True)
BANDS = lenses.BandLens((Band("1-5", Decimal(1), Decimal(5)), Band("6+", Decimal(6), None)))


def code(lens: Lens, raw: Value, to: Side = Side.SALESFORCE) -> str:
    with pytest.raises(Untranslatable) as refused:
        (lens.to_salesforce if to is Side.SALESFORCE else lens.to_hubspot)(raw)
    assert refused.value.fix
    return refused.value.code


class TestT3NormalisingTarget:
    def test_a_phone_in_another_form_is_no_change(self) -> None:
        lens = lenses.PhoneLens("US")
        assert lens.same("+1 (555) 010-9999", "555-010-9999")
        assert lens.same("001 555 010 9999", "0015550109999")
        assert not lens.same("+1 555 010 9999", "+1 555 010 9998")
        assert not lens.same("+1 617 555 0100 x1", "+1 617 555 0100 x2")

    def test_a_phone_is_sent_as_the_person_typed_it(self) -> None:
        assert lenses.PhoneLens("US").to_salesforce(" (617) 555-0100 ") == "(617) 555-0100"

    def test_the_case_of_an_address_is_no_change(self) -> None:
        lens = lenses.EmailLens()
        assert lens.same("ada@x.test", "Ada@X.test")
        assert lens.to_hubspot("Ada@X.test") == "ada@x.test"
        assert lens.predict(Side.SALESFORCE, "Ada@X.test") == "Ada@X.test"

    def test_a_web_address_without_its_scheme_is_no_change(self) -> None:
        assert lenses.UrlLens().same("https://Firm.test/", "firm.test")
        assert not lenses.UrlLens().same("firm.test/a", "firm.test/A")

    def test_line_ends_are_no_change(self) -> None:
        assert lenses.TextLens(255).same("1 Mill Street\nFloor 2", "1 Mill Street\r\nFloor 2")


class TestT23AndT24Picklists:
    def test_an_unknown_value_is_held_with_the_fix(self) -> None:
        assert code(PICKLIST, "radio") == "unknown_word"
        assert code(PICKLIST, "Radio", Side.HUBSPOT) == "unknown_word"

    def test_the_label_or_another_case_is_not_the_value(self) -> None:
        assert code(PICKLIST, "Web") == "unknown_word"

    def test_a_value_that_is_only_read_does_not_travel_back(self) -> None:
        assert PICKLIST.to_hubspot("Expo") == "fair"
        assert PICKLIST.to_salesforce("fair") == "Fair"
        assert PICKLIST.same("fair", "Expo")

    def test_choices_in_another_order_are_no_change(self) -> None:
        lens = lenses.MultiSelectLens(PICKLIST)
        assert lens.same("web;fair", "Fair;Web")
        assert not lens.same("web;fair", "Web")
        assert lens.to_salesforce(";web;fair") == "Fair;Web"
        assert code(lens, "web;radio") == "unknown_word"


class TestT26Places:
    def test_a_code_and_a_name_are_the_same_country(self) -> None:
        lens = lenses.CountryLens(lenses.Form.NAME, lenses.Form.CODE)
        assert lens.to_salesforce("Deutschland") == "DE"
        assert lens.to_hubspot("DE") == "Germany"
        assert lens.same("United States", "US")
        assert code(lens, "Atlantis") == "unknown_country"

    def test_typed_words_stay_as_typed_where_that_is_the_rule(self) -> None:
        lens = lenses.CountryLens(lenses.Form.TEXT, lenses.Form.TEXT)
        assert lens.to_salesforce("the USA?") == "the USA?"
        assert lens.to_salesforce("usa") == "usa"
        assert lens.same("usa", "United States")

    def test_a_state_goes_both_ways(self) -> None:
        lens = lenses.StateLens(("US", "CA"), lenses.Form.NAME, lenses.Form.CODE)
        assert lens.to_salesforce("Massachusetts") == "MA"
        assert lens.to_hubspot("ON") == "Ontario"
        assert lens.same("quebec", "QC")

    def test_a_code_of_two_countries_is_never_guessed(self) -> None:
        lens = lenses.StateLens(("US", "AU"))
        assert code(lens, "WA") == "unknown_state"
        assert lens.same("Washington", "WA")


class TestT28TooLong:
    def test_a_long_text_is_held(self) -> None:
        assert code(lenses.TextLens(10), "eleven lett") == "too_long"

    def test_a_long_text_is_cut_with_a_mark(self) -> None:
        assert CUT.to_salesforce("A rather long title") == "A rather…"
        assert len(str(CUT.to_salesforce("Abcdefghijklmnop"))) == 10

    def test_the_cut_text_never_travels_back_over_the_long_one(self) -> None:
        assert CUT.same("A rather long title", "A rather…")
        assert not CUT.same("A rather long title", "A rather…!")
        assert not CUT.same("Another long title", "A rather…")

    def test_an_emoji_counts_two_as_in_salesforce(self) -> None:
        assert CUT.to_salesforce("🙂🙂🙂🙂🙂") == "🙂🙂🙂🙂🙂"
        assert CUT.to_salesforce("🙂🙂🙂🙂🙂🙂") == "🙂🙂🙂🙂…"

    def test_an_address_is_never_cut(self) -> None:
        assert code(lenses.UrlLens(20), "https://firm.test/a/long/path") == "too_long"
        assert code(lenses.EmailLens(), f"{'a' * 60}@{'b' * 30}.test") == "too_long"


class TestT29Times:
    def test_a_day_stays_a_day(self) -> None:
        lens = lenses.DateLens()
        assert lens.to_salesforce("2026-03-29") == "2026-03-29"
        assert lens.to_salesforce("1774742400000") == "2026-03-29"
        assert lens.same("1774742400000", "2026-03-29")
        assert code(lens, "2026-03-29T23:30:00Z") == "not_a_date"

    def test_an_instant_loses_its_milliseconds_and_nothing_else(self) -> None:
        lens = lenses.DatetimeLens()
        assert lens.to_salesforce("2021-12-02T18:23:39.883Z") == "2021-12-02T18:23:39.000+0000"
        assert lens.to_salesforce("1638469419883") == "2021-12-02T18:23:39.000+0000"
        assert lens.to_hubspot("2021-12-02T18:23:39.000+0000") == "2021-12-02T18:23:39.000Z"
        assert lens.same("2021-12-02T18:23:39.883Z", "2021-12-02T18:23:39.000+0000")
        assert lens.same("2021-12-02T19:23:39+01:00", "2021-12-02T18:23:39.000+0000")
        assert not lens.same("2021-12-02T18:23:40.000Z", "2021-12-02T18:23:39.000+0000")

    def test_the_two_spellings_of_an_instant(self) -> None:
        at = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
        assert lenses.DatetimeLens().predict(Side.HUBSPOT, "1767323045678") == "2026-01-02T03:04:05.678Z"
        assert lenses.DatetimeLens().to_salesforce(at.isoformat()) == "2026-01-02T03:04:05.000+0000"


class TestT32Numbers:
    @pytest.mark.parametrize("raw", ["twelve", "1.200,50", "", "12-15", "NaN", "inf", "1e999"])
    def test_text_in_a_number_is_held(self, raw: str) -> None:
        assert code(lenses.NumberLens(), raw) == "not_a_number"

    def test_digits_become_numbers_and_back(self) -> None:
        lens = lenses.NumberLens()
        assert lens.to_salesforce("1,200") == 1200
        assert lens.to_salesforce("12.50") == 12.5
        assert lens.to_hubspot(12000000.0) == "12000000"
        assert lens.to_hubspot(0.1) == "0.1"
        assert lens.same("1200.0", 1200)

    def test_rounding_to_the_scale_of_the_field_is_no_change(self) -> None:
        lens = lenses.NumberLens(0)
        assert lens.to_salesforce("12.5") == 13
        assert lens.same("12.5", 13)
        assert code(lenses.NumberLens(0, 3), "1000") == "too_long"

    def test_yes_in_many_words(self) -> None:
        lens = lenses.BooleanLens()
        assert [lens.to_salesforce(raw) for raw in ("true", "1", "YES", "no", "0")] == [
            True,
            True,
            True,
            False,
            False,
        ]
        assert lens.to_hubspot(False) == "false"
        assert code(lens, "maybe") == "not_a_yes_or_no"
        assert lenses.BooleanLens(True).to_salesforce("true") is False


class TestT34Money:
    def test_the_agreed_currency_may_be_written_out(self) -> None:
        lens = lenses.CurrencyLens(currency="USD")
        assert lens.to_salesforce("$ 1,200.50") == 1200.5
        assert lens.to_salesforce("USD 7") == 7

    def test_another_currency_is_held_never_converted(self) -> None:
        assert code(lenses.CurrencyLens(currency="USD"), "€ 1200") == "not_a_number"


class TestT54Owners:
    PEOPLE = lenses.Directory(
        {"1": "alice@x.test", "2": "bob@x.test"},
        {"005A": "Alice@x.test", "005B": "bob@x.test"},
        frozenset({"005B"}),
    )

    def test_owners_are_joined_by_address(self) -> None:
        lens = lenses.OwnerLens().bound(self.PEOPLE)
        assert lens.to_salesforce("1") == "005A"
        assert lens.to_hubspot("005A") == "1"
        assert lens.same("1", "005A")

    def test_an_inactive_user_gets_nothing_new_but_is_still_known(self) -> None:
        lens = lenses.OwnerLens().bound(self.PEOPLE)
        assert code(lens, "2") == "unknown_owner"
        assert lens.to_hubspot("005B") == "2"
        assert lens.same("2", "005B")

    def test_a_queue_or_a_stranger_goes_to_the_fallback(self) -> None:
        lens = lenses.OwnerLens("alice@x.test").bound(self.PEOPLE)
        assert lens.to_hubspot("00GQ") == "1"
        assert lens.to_salesforce("77") == "005A"
        assert lens.same("1", "00GQ")

    def test_before_the_people_are_loaded_everything_waits(self) -> None:
        assert code(lenses.OwnerLens(), "1") == "owners_not_loaded"


class TestConsent:
    def test_the_strict_value_of_each_side(self) -> None:
        lens = lenses.ConsentLens(inverted=True, hubspot_opts_in=True)
        assert lens.strict(Side.HUBSPOT) == "false"
        assert lens.strict(Side.SALESFORCE) is True
        assert lens.is_strict(Side.HUBSPOT, "false")
        assert not lens.is_strict(Side.HUBSPOT, "true")
        assert not lens.is_strict(Side.HUBSPOT, None)
        assert lens.same("false", True)


class TestBands:
    def test_a_number_in_the_band_is_no_change(self) -> None:
        assert BANDS.same("1-5", 3)
        assert not BANDS.same("1-5", 6)
        assert BANDS.to_hubspot(700) == "6+"
        assert BANDS.to_salesforce("6+") == 6
        assert code(BANDS, 0, Side.HUBSPOT) == "unknown_band"
