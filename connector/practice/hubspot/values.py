"""How practice HubSpot takes a property value: checks it, and gives the string that it stores.

Every stored value is a string; "" means blank. Sources: API-FACTS 1.4, 1.6.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from connector.practice.hubspot.settings import Settings

Normalise = Callable[[str, str], str]
"""(what was sent as text, what is stored now) -> what is to be stored; raises Invalid."""

_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DAY = 86_400_000
_EARLIEST, _LATEST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999, in milliseconds since 1970."""


class Invalid(Exception):
    """A value that HubSpot refuses, with its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def as_text(raw: Any, coerced: bool = True) -> str:
    """JSON null, booleans and numbers are taken too, as the API coerces them (unless told not to)."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if not coerced:
        raise Invalid("INVALID_JSON", f"{raw!r} is not a text")
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() else repr(raw)
    raise Invalid("INVALID_JSON", f"{raw!r} is not a property value")


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


@lru_cache(maxsize=256)
def iso(ms: int) -> str:
    """`2019-10-30T03:30:17.883Z` of milliseconds since 1970."""
    moment = _at(ms // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


@lru_cache(maxsize=65_536)
def ms_of(text: str) -> int | None:
    """Milliseconds since 1970 of ISO 8601 text, a date, or a number of milliseconds; None if neither."""
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        whole = moment.replace(microsecond=0)
        return int(whole.timestamp()) * 1000 + moment.microsecond // 1000
    except (ValueError, OverflowError):
        return None


def trimmed(sent: str, stored: str) -> str:
    return sent.strip()


def email(sent: str, stored: str) -> str:
    """Lower-case and trimmed."""
    tidy = sent.strip().lower()
    if tidy and not _EMAIL.fullmatch(tidy):
        raise Invalid("INVALID_EMAIL", f"Email address {sent} is invalid")
    return tidy


def email_list(sent: str, stored: str) -> str:
    """`;`-separated e-mails, each normalised, none twice."""
    return ";".join(dict.fromkeys(email(part, "") for part in sent.split(";") if part.strip()))


def number(settings: Settings) -> Normalise:
    def numeric(sent: str, stored: str) -> str:
        tidy = sent.strip()
        if tidy and not _NUMBER.fullmatch(tidy):
            raise Invalid("INVALID_INTEGER", f"{sent} was not a valid number.")
        if tidy and settings.number_form == "shortest":
            amount = float(tidy)
            return str(int(amount)) if amount.is_integer() else repr(amount)
        return tidy

    return numeric


def calendar_date(sent: str, stored: str) -> str:
    """`YYYY-MM-DD`, or milliseconds at midnight UTC."""
    tidy = sent.strip()
    if not tidy:
        return ""
    if _INTEGER.fullmatch(tidy):
        return _date_of_ms(int(tidy))
    try:
        return date.fromisoformat(tidy).isoformat()
    except ValueError:
        raise Invalid("INVALID_DATE", f"{sent} is not a valid date.") from None


def _date_of_ms(ms: int) -> str:
    if not _EARLIEST <= ms <= _LATEST:
        raise Invalid("INVALID_DATE", f"{ms} is not a valid date.")
    moment = _at(ms // 1000)
    if ms % _DAY:
        clock = f"{moment.hour}:{moment.minute}:{moment.second}.{ms % 1000}"
        raise Invalid("INVALID_DATE", f"{ms} is at {clock} UTC, not midnight!")
    return moment.date().isoformat()


def moment(sent: str, stored: str) -> str:
    """ISO 8601 or milliseconds, stored as ISO 8601 in UTC with milliseconds."""
    tidy = sent.strip()
    if not tidy:
        return ""
    ms = ms_of(tidy)
    if ms is None or not _EARLIEST <= ms <= _LATEST:
        raise Invalid("INVALID_LONG", f"{sent} was not a valid long.")
    return iso(ms)


def one_option(allowed: Callable[[], dict[str, str]]) -> Normalise:
    """`allowed` gives option value -> label; case counts."""

    def option(sent: str, stored: str) -> str:
        if sent and sent not in allowed():
            raise _no_option(sent, allowed())
        return sent

    return option


def several_options(allowed: Callable[[], dict[str, str]]) -> Normalise:
    """`a;b`; a leading `;` adds to what is stored."""

    def options(sent: str, stored: str) -> str:
        chosen = [part for part in sent.split(";") if part]
        for part in chosen:
            if part not in allowed():
                raise _no_option(part, allowed())
        before = stored.split(";") if stored and sent.startswith(";") else []
        return ";".join(dict.fromkeys([*before, *chosen]))

    return options


def _no_option(sent: str, allowed: dict[str, str]) -> Invalid:
    return Invalid("INVALID_OPTION", f"{sent} was not one of the allowed options: [{', '.join(allowed)}]")
