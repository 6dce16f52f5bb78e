"""Raw values read as what they stand for: numbers, booleans, dates, instants, e-mail domains. Pure; None
where unreadable."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from connector.core.records import Value

_TRUE = frozenset({"true", "yes", "1", "y", "on"})
_FALSE = frozenset({"false", "no", "0", "n", "off"})
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_BAND = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)")
_OPEN_BAND = re.compile(r"(\d+(?:\.\d+)?)\s*\+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = re.compile(r"-?\d{5,15}")
_OLD_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)

FREE_MAIL = frozenset(
    {
        "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "ymail.com",
        "hotmail.com", "hotmail.co.uk", "hotmail.fr", "outlook.com", "outlook.de", "live.com",
        "live.co.uk", "msn.com", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.com", "gmx.de",
        "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "mail.com", "mail.ru",
        "yandex.com", "yandex.ru", "proton.me", "protonmail.com", "orange.fr", "wanadoo.fr", "free.fr",
        "laposte.net", "libero.it", "virgilio.it", "comcast.net", "verizon.net", "att.net",
        "bellsouth.net", "qq.com", "163.com", "126.com", "naver.com", "daum.net", "rediffmail.com",
        "fastmail.com", "hey.com", "tutanota.com", "zoho.com",
    }
)  # fmt: skip
"""Mail providers anybody can have an address at: such an address says nothing about a firm."""


def to_text(raw: Value) -> str:
    """The value as words: booleans in lower case, whole floats without a fraction, no surrounding blanks."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if raw is None:
        return ""
    return plain(Decimal(str(raw))) if isinstance(raw, float) and math.isfinite(raw) else str(raw)


def is_blank(raw: Value) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def to_number(raw: Value) -> Decimal | None:
    """A finite number, or None. Reads ``1234.5`` and ``1,234.5``; refuses words, booleans and ``1.234,5``,
    where a guess could be wrong by a thousand."""
    if isinstance(raw, bool) or raw is None:
        return None
    text = str(raw).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not _PLAIN.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def to_range(raw: Value) -> tuple[Decimal, Decimal] | None:
    """Lowest and highest number the value can stand for: ``7`` is (7, 7), ``25-50`` (25, 50), ``1000+``
    (1000, inf)."""
    number = to_number(raw)
    if number is not None:
        return number, number
    text = to_text(raw).replace(",", "")
    if band := _BAND.fullmatch(text):
        return Decimal(band[1]), Decimal(band[2])
    if band := _OPEN_BAND.fullmatch(text):
        return Decimal(band[1]), Decimal("Infinity")
    return None


def plain(number: Decimal) -> str:
    """Digits without exponent, group marks or trailing zeros: what HubSpot stores for a number."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def to_bool(raw: Value) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = to_text(raw).casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def to_instant(raw: Value) -> datetime | None:
    """An aware UTC datetime from ISO 8601 (any zone; none means UTC), from epoch milliseconds, or from a
    plain day."""
    if isinstance(raw, bool) or raw is None:
        return None
    text = to_text(raw)
    try:
        if _EPOCH.fullmatch(text):
            return _EPOCH_START + timedelta(milliseconds=int(text))
        if not text[:4].isdigit():
            return None
        found = datetime.fromisoformat(_OLD_ZONE.sub(r"\1:\2", text) if "T" in text else text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_day(raw: Value) -> date | None:
    """A calendar day from ``YYYY-MM-DD`` or from epoch milliseconds at midnight UTC. A time of day is
    refused: which day it means depends on a time zone nobody told us."""
    text = to_text(raw)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    instant = to_instant(text) if _EPOCH.fullmatch(text) else None
    return instant.date() if instant is not None and instant.time() == time.min else None


def email_domain(raw: Value) -> str | None:
    """The part after the last @ in lower case, or None where the value is no e-mail address."""
    local, at, domain = to_text(raw).rpartition("@")
    return domain.casefold() if at and local and "." in domain and " " not in domain else None
