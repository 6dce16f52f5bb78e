"""Numbers and amounts. HubSpot holds digits as text, Salesforce JSON numbers of a fixed scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import plain, to_number, to_text
from connector.errors import Untranslatable


@dataclass(frozen=True, slots=True)
class NumberLens(Keyed):
    """A number, rounded half up to ``decimals`` places (None: as it is). ``digits``: places before the
    point."""

    decimals: int | None = None
    digits: int = 18

    def to_salesforce(self, raw: Value) -> Value:
        number = self._read(raw)
        return int(number) if number == number.to_integral_value() else float(number)

    def to_hubspot(self, raw: Value) -> Value:
        return plain(self._read(raw))

    def predict(self, side: Side, sent: Value) -> Value:
        number = None if sent is None else self._rounded(sent)
        if number is None:
            return sent
        if side is Side.HUBSPOT:
            return plain(number)
        return int(number) if number == number.to_integral_value() else float(number)

    def key(self, raw: Value) -> object | None:
        return self._rounded(raw)

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if type(salesforce) is int and hubspot == str(salesforce):
            return True
        return Keyed.same(self, hubspot, salesforce)

    def _rounded(self, raw: Value) -> Decimal | None:
        return _round(self._bare(raw), self.decimals)

    def _bare(self, raw: Value) -> Value:
        return raw

    def _read(self, raw: Value) -> Decimal:
        number = self._rounded(raw)
        if number is None:
            raise Untranslatable(
                "not_a_number", f"“{to_text(raw)}” is not a number.", "Correct the value: digits only."
            )
        if number.adjusted() >= self.digits and number:
            raise Untranslatable(
                "too_long", f"“{to_text(raw)}” has more than {self.digits} digits.", "Correct the value."
            )
        return number


@lru_cache(maxsize=4096, typed=True)  # True is not 1 here
def _round(raw: Value, decimals: int | None) -> Decimal | None:
    number = to_number(raw)
    if number is None or abs(number.adjusted()) > 300:
        return None
    with localcontext(prec=400):
        if decimals is not None:
            return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + 0
        return Decimal(str(float(number))) + 0 if len(number.as_tuple().digits) > 15 else number + 0


@dataclass(frozen=True, slots=True)
class CurrencyLens(NumberLens):
    """An amount in one currency. A code or sign of that currency around the digits is dropped; another one is
    refused, never converted."""

    decimals: int | None = 2
    currency: str = "USD"

    def _bare(self, raw: Value) -> Value:
        if not isinstance(raw, str):
            return raw
        return _around(raw.strip(), self.currency)


_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "$", "AUD": "$", "INR": "₹", "CHF": "Fr."}


@lru_cache(maxsize=4096)
def _around(text: str, currency: str) -> str:
    words = "|".join(re.escape(word) for word in (currency, _SIGNS.get(currency)) if word)
    return re.sub(rf"^(?:{words})\s*|\s*(?:{words})$", "", text, flags=re.IGNORECASE)
