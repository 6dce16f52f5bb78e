"""Choices from a list: picklists by value map or through the vocabulary, and numbers in bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import plain, to_number, to_text
from connector.core.vocabulary import WordList
from connector.errors import Untranslatable


@dataclass(frozen=True, slots=True)
class PicklistLens(Keyed):
    """API values by two maps. ``keep_unknown``: a value on neither list passes as it is (for unrestricted
    lists), else it is held. ``named``: the field and file to name in the fix."""

    hubspot_to_salesforce: Mapping[str, str]
    salesforce_to_hubspot: Mapping[str, str]
    keep_unknown: bool = False
    named: str = "the mapping"

    def to_salesforce(self, raw: Value) -> Value:
        return self._map(self.hubspot_to_salesforce, raw, "HubSpot")

    def to_hubspot(self, raw: Value) -> Value:
        return self._map(self.salesforce_to_hubspot, raw, "Salesforce")

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot is None or salesforce is None:
            return hubspot is salesforce
        left, right = to_text(hubspot), to_text(salesforce)
        to_s, to_h = self.hubspot_to_salesforce.get(left), self.salesforce_to_hubspot.get(right)
        if to_s is None and to_h is None:
            return left == right
        return to_s == right or to_h == left

    def _map(self, values: Mapping[str, str], raw: Value, origin: str) -> str:
        text = to_text(raw)
        found = values.get(text)
        if found is not None:
            return found
        if self.keep_unknown:
            return text
        raise Untranslatable(
            "unknown_word",
            f"{origin} holds “{text}”, which {self.named} does not list.",
            f"Add “{text}” to the values of {self.named}, or change the record.",
        )


@dataclass(frozen=True, slots=True)
class VocabularyLens(Keyed):
    """A status through the agreed words: several values may be read as one word, one is written per side."""

    words: WordList

    def to_salesforce(self, raw: Value) -> Value:
        return self.words.written(Side.SALESFORCE, self.words.word(Side.HUBSPOT, to_text(raw)))

    def to_hubspot(self, raw: Value) -> Value:
        return self.words.written(Side.HUBSPOT, self.words.word(Side.SALESFORCE, to_text(raw)))

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot is None or salesforce is None:
            return hubspot is salesforce
        left, right = to_text(hubspot), to_text(salesforce)
        word = self.words.find(Side.HUBSPOT, left)
        other = self.words.find(Side.SALESFORCE, right)
        return left == right if word is None and other is None else word == other


_number = lru_cache(maxsize=4096, typed=True)(to_number)


@dataclass(frozen=True, slots=True)
class Band:
    """``low`` and ``high`` are inclusive; ``high`` None is open."""

    name: str
    low: Decimal
    high: Decimal | None

    def holds(self, number: Decimal) -> bool:
        return number >= self.low and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class BandLens(Keyed):
    """HubSpot holds a band's option value, Salesforce a number. A number inside the band is the same as the
    band.

    Towards Salesforce the band's lowest number is sent: exact numbers can't come from a band, so map it one
    way (to HubSpot) unless an estimate is wanted.
    """

    bands: tuple[Band, ...]
    _by_name: dict[str, Band] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {band.name: band for band in self.bands})

    def to_salesforce(self, raw: Value) -> Value:
        band = self._by_name.get(to_text(raw))
        if band is None:
            raise self._unknown(raw)
        return int(band.low) if band.low == band.low.to_integral_value() else float(band.low)

    def to_hubspot(self, raw: Value) -> Value:
        band = self._around(raw)
        if band is None:
            raise self._unknown(raw)
        return band.name

    def predict(self, side: Side, sent: Value) -> Value:
        if sent is None or side is Side.HUBSPOT:
            return None if sent is None else to_text(sent) or None
        number = to_number(sent)
        if number is None:
            return sent
        return int(plain(number)) if number == number.to_integral_value() else float(number)

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot is None or salesforce is None:
            return hubspot is salesforce
        band = self._by_name.get(to_text(hubspot))
        number = None if band is None else _number(salesforce)
        return band is not None and number is not None and band.holds(number)

    def _around(self, raw: Value) -> Band | None:
        number = _number(raw)
        return None if number is None else next((band for band in self.bands if band.holds(number)), None)

    def _unknown(self, raw: Value) -> Untranslatable:
        return Untranslatable(
            "unknown_band",
            f"“{to_text(raw)}” fits no band of the mapping.",
            "Add a band for it, or correct the value.",
        )
