"""Countries and states, by ISO 3166. Either side may hold names, codes or whatever people typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pycountry

from connector.core.lenses.keyed import Keyed, fit
from connector.core.records import Side, Value
from connector.core.values import to_text
from connector.errors import Untranslatable


class Form(StrEnum):
    """What a side holds. ``text``: as people typed it, nothing is rewritten on the way there."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    CODE3 = "code3"


_ALSO = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "america": "US", "united states of america": "US",
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "russia": "RU", "south korea": "KR", "north korea": "KP", "turkey": "TR", "czech republic": "CZ",
    "holland": "NL", "the netherlands": "NL", "deutschland": "DE", "vietnam": "VN", "ivory coast": "CI",
}  # fmt: skip


def _fold(text: str) -> str:
    """Without case, accents and repeated blanks: how people vary the name of one place. What is nothing but accents is
    left as it is, or it would equal a blank."""
    bare = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split()) or text.strip()


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Folded name or code -> two-letter code."""
    found = dict(_ALSO)
    for country in pycountry.countries:
        for name in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if held := getattr(country, name, None):
                found[_fold(held)] = country.alpha_2
    return found


def _subdivisions() -> Any:
    return pycountry.subdivisions  # its look-ups are not annotated


@lru_cache(maxsize=16)
def _states(countries: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Folded name or code -> ISO 3166-2 codes within these countries."""
    found: dict[str, set[str]] = {}
    for country in countries:
        for state in _subdivisions().get(country_code=country) or ():
            for name in (state.code, state.code.partition("-")[2], *state.name.split(" [")[0].split(" / ")):
                found.setdefault(_fold(name), set()).add(state.code)
    return {name: frozenset(codes) for name, codes in found.items()}


@lru_cache(maxsize=8192)
def _country_code(text: str) -> str | None:
    return _countries().get(_fold(text))


@lru_cache(maxsize=8192)
def _state_codes(text: str, countries: tuple[str, ...]) -> frozenset[str]:
    return _states(countries).get(_fold(text), frozenset())


def _spell_country(code: str, form: Form) -> str:
    country: Any = pycountry.countries.get(alpha_2=code)
    if form is Form.CODE:
        return code
    return str(country.alpha_3 if form is Form.CODE3 else getattr(country, "common_name", country.name))


def _spell_state(code: str, form: Form) -> str:
    if form is Form.CODE:
        return code.partition("-")[2]
    return str(_subdivisions().get(code=code).name)


@dataclass(frozen=True, slots=True)
class CountryLens(Keyed):
    """A country. ``hubspot``/``salesforce``: what each side holds. ``names``: two-letter code -> the name
    this organisation writes where it differs from ISO's. ``keep_unknown``: words that name no country pass as
    typed, else they are held; codes are never invented, so towards a side that holds codes they are always
    held."""

    hubspot: Form = Form.NAME
    salesforce: Form = Form.NAME
    names: Mapping[str, str] = field(default_factory=dict)
    keep_unknown: bool = True
    limit: int = 80
    _own: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_own", {_fold(name): code for code, name in self.names.items()})

    def to_salesforce(self, raw: Value) -> Value:
        text = to_text(raw)
        return fit(self._spell(text, self.salesforce), self.limit) if text else None

    def to_hubspot(self, raw: Value) -> Value:
        text = to_text(raw)
        return self._spell(text, self.hubspot) if text else None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def key(self, raw: Value) -> object | None:
        text = to_text(raw)
        return self._code(text) or _fold(text)

    def _code(self, text: str) -> str | None:
        own = self._own.get(_fold(text)) if self._own else None
        return own or _country_code(text)

    def _spell(self, text: str, form: Form) -> str:
        if form is Form.TEXT:
            return text
        code = self._code(text)
        if code is not None:
            own = self.names.get(code) if form is Form.NAME else None
            return own or _spell_country(code, form)
        if self.keep_unknown and form is Form.NAME:
            return text
        raise Untranslatable("unknown_country", f"“{text}” names no country.", "Write its ISO name or code.")


@dataclass(frozen=True, slots=True)
class StateLens(Keyed):
    """A state, province or region of one of ``countries`` (two-letter codes). Forms and ``keep_unknown`` as
    for countries. A code that two of the countries share is held when it has to be spelled out, never
    guessed."""

    countries: tuple[str, ...] = ("US",)
    hubspot: Form = Form.NAME
    salesforce: Form = Form.NAME
    keep_unknown: bool = True
    limit: int = 80

    def to_salesforce(self, raw: Value) -> Value:
        text = to_text(raw)
        return fit(self._spell(text, self.salesforce), self.limit) if text else None

    def to_hubspot(self, raw: Value) -> Value:
        text = to_text(raw)
        return self._spell(text, self.hubspot) if text else None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot == salesforce:
            return True
        left, right = to_text(hubspot), to_text(salesforce)
        codes = _state_codes(left, self.countries) & _state_codes(right, self.countries)
        return bool(codes) or _fold(left) == _fold(right)

    def _spell(self, text: str, form: Form) -> str:
        if form is Form.TEXT:
            return text
        codes = _state_codes(text, self.countries)
        if len(codes) == 1:
            return _spell_state(next(iter(codes)), form)
        if form is Form.NAME and not codes and self.keep_unknown:
            return text
        said = (
            "is a state of several countries" if codes else f"names no state of {', '.join(self.countries)}"
        )
        raise Untranslatable(
            "unknown_state", f"“{text}” {said}.", "Write its ISO name or code, or list its country."
        )
