"""Words: plain text with a length policy, e-mail addresses, phone numbers, web addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from connector.core.lenses.keyed import Keyed, fit, units
from connector.core.records import Side, Value
from connector.core.values import to_text
from connector.errors import Untranslatable


def _lines(raw: Value) -> str:
    """Trimmed, with one kind of line end: sides and browsers differ in theirs."""
    text = to_text(raw)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(frozen=True, slots=True)
class TextLens(Keyed):
    """Any text. Longer than ``limit`` (UTF-16 units, None: no limit): held, or with ``truncate`` cut and
    ended by ``mark``.

    A cut text is the same as its original, so the short copy never travels back over the long one.
    """

    limit: int | None = None
    truncate: bool = False
    mark: str = "…"

    def to_salesforce(self, raw: Value) -> Value:
        text = _lines(raw)
        return (self._cut(text) if self.truncate else fit(text, self.limit)) or None

    def to_hubspot(self, raw: Value) -> Value:
        return _lines(raw) or None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def key(self, raw: Value) -> object | None:
        return _lines(raw)

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if Keyed.same(self, hubspot, salesforce):
            return True
        if not self.truncate or self.limit is None or hubspot is None or salesforce is None:
            return False
        short = _lines(salesforce)
        return short.endswith(self.mark) and self._cut(_lines(hubspot)) == short

    def _cut(self, text: str) -> str:
        if self.limit is None or len(text) * 2 <= self.limit or units(text) <= self.limit:
            return text
        head = text[: self.limit - units(self.mark)]
        while units(head) + units(self.mark) > self.limit:
            head = head[:-1]
        return head.rstrip() + self.mark


@dataclass(frozen=True, slots=True)
class EmailLens(Keyed):
    """An e-mail address. HubSpot keeps it in lower case, Salesforce as typed; case is no difference."""

    limit: int = 80

    def to_salesforce(self, raw: Value) -> Value:
        text = to_text(raw)
        return fit(_valid_email(text), self.limit) if text else None

    def to_hubspot(self, raw: Value) -> Value:
        text = to_text(raw)
        return _valid_email(text).lower() if text else None

    def predict(self, side: Side, sent: Value) -> Value:
        if sent is None:
            return None
        text = to_text(sent)
        return (text.lower() if side is Side.HUBSPOT else text) or None

    def key(self, raw: Value) -> object | None:
        return to_text(raw).lower()


@lru_cache(maxsize=4096)
def _valid_email(text: str) -> str:
    """The text if it is an address (its domain is not looked up). Raises Untranslatable('not_an_email')."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Untranslatable(
            "not_an_email", f"“{text}” is no e-mail address: {error}", "Correct the address."
        ) from None
    return text


@dataclass(frozen=True, slots=True)
class PhoneLens(Keyed):
    """A phone number, sent as the person typed it and compared in its international form.

    ``region`` (ISO country code): how numbers without a country prefix are read.
    """

    region: str = "US"
    limit: int = 40

    def to_salesforce(self, raw: Value) -> Value:
        return fit(to_text(raw), self.limit) or None

    def to_hubspot(self, raw: Value) -> Value:
        return to_text(raw) or None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def key(self, raw: Value) -> object | None:
        return international(to_text(raw), self.region)


@lru_cache(maxsize=4096)
def international(text: str, region: str) -> str:
    """E.164 with the extension, if the text is a possible number; else the text without its spaces."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "".join(text.casefold().split())
    if not phonenumbers.is_possible_number(number):
        return "".join(text.casefold().split())
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};{number.extension}" if number.extension else plain


_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UrlLens(Keyed):
    """A web address, sent as typed. Scheme, case of the host and a closing slash are no difference. Never
    cut."""

    limit: int = 255

    def to_salesforce(self, raw: Value) -> Value:
        return fit(to_text(raw), self.limit) or None

    def to_hubspot(self, raw: Value) -> Value:
        return to_text(raw) or None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def key(self, raw: Value) -> object | None:
        host, slash, rest = _SCHEME.sub("", to_text(raw)).partition("/")
        return (host.lower() + slash + rest).rstrip("/") or to_text(raw)  # a slash alone is no blank
