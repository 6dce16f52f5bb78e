"""Days and instants. A day stays a day; an instant is UTC, whole seconds in Salesforce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import to_day, to_instant, to_text
from connector.errors import Untranslatable

_day = lru_cache(maxsize=8192, typed=True)(to_day)
_instant = lru_cache(maxsize=8192, typed=True)(to_instant)


@dataclass(frozen=True, slots=True)
class DateLens(Keyed):
    """A calendar day, ``YYYY-MM-DD`` on both sides (HubSpot's epoch milliseconds at midnight UTC are read
    too)."""

    def to_salesforce(self, raw: Value) -> Value:
        day = _day(raw)
        if day is None:
            raise Untranslatable(
                "not_a_date",
                f"“{to_text(raw)}” is not a calendar day.",
                "Write it as 2026-01-31. For a value with a time of day use the lens `datetime`.",
            )
        return day.isoformat()

    def to_hubspot(self, raw: Value) -> Value:
        return self.to_salesforce(raw)

    def predict(self, side: Side, sent: Value) -> Value:
        day = None if sent is None else _day(sent)
        return sent if day is None else day.isoformat()

    def key(self, raw: Value) -> object | None:
        return _day(raw)


@dataclass(frozen=True, slots=True)
class DatetimeLens(Keyed):
    """An instant. HubSpot: ISO 8601 in UTC with milliseconds (epoch milliseconds are read too).
    Salesforce: whole seconds, cut, so the milliseconds are no difference."""

    def to_salesforce(self, raw: Value) -> Value:
        return salesforce_time(self._read(raw))

    def to_hubspot(self, raw: Value) -> Value:
        return hubspot_time(self._read(raw))

    def predict(self, side: Side, sent: Value) -> Value:
        instant = None if sent is None else _instant(sent)
        if instant is None:
            return sent
        return hubspot_time(instant) if side is Side.HUBSPOT else salesforce_time(instant)

    def key(self, raw: Value) -> object | None:
        instant = _instant(raw)
        return None if instant is None else instant.replace(microsecond=0)

    def _read(self, raw: Value) -> datetime:
        instant = _instant(raw)
        if instant is None:
            raise Untranslatable(
                "not_a_time", f"“{to_text(raw)}” is not a date and time.", "Write it as 2026-01-31T09:30:00Z."
            )
        return instant


def hubspot_time(instant: datetime) -> str:
    """As HubSpot answers it: ``2019-10-30T03:30:17.883Z``."""
    return _utc(instant).isoformat(timespec="milliseconds") + "Z"


def salesforce_time(instant: datetime) -> str:
    """As Salesforce answers it: ``2021-12-02T18:23:39.000+0000``."""
    return _utc(instant).replace(microsecond=0).isoformat(timespec="milliseconds") + "+0000"


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
