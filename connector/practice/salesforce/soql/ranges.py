"""Date literals: TODAY, LAST_N_DAYS:7, THIS_MONTH … as a first day and the day after the last (UTC)."""

from datetime import date, timedelta

_COUNTED = ("LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO")
_PLAIN = (
    "TODAY", "YESTERDAY", "TOMORROW", "LAST_WEEK", "THIS_WEEK", "NEXT_WEEK", "LAST_MONTH", "THIS_MONTH", "NEXT_MONTH",
    "LAST_90_DAYS", "NEXT_90_DAYS", "LAST_YEAR", "THIS_YEAR", "NEXT_YEAR",
)  # fmt: skip
_DAY = timedelta(days=1)


def is_range(word: str) -> bool:
    """Is this word, upper-case and with its number, a date literal?"""
    name, colon, number = word.partition(":")
    return (name in _COUNTED and number.isdigit()) if colon else name in _PLAIN


def range_of(word: str, today: date) -> tuple[date, date]:
    """First day, and the day after the last one."""
    name, _, text = word.partition(":")
    number = int(text or 0)
    if name == "LAST_N_DAYS":
        return today - number * _DAY, today + _DAY
    if name == "NEXT_N_DAYS":
        return today + _DAY, today + (number + 1) * _DAY
    if name == "N_DAYS_AGO":
        return today - number * _DAY, today - (number - 1) * _DAY
    if name.endswith("_90_DAYS"):
        return range_of(f"{name.split('_')[0]}_N_DAYS:90", today)
    place = {"LAST": -1, "THIS": 0, "NEXT": 1, "YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}[name.split("_")[0]]
    if name.endswith("WEEK"):
        sunday = today - ((today.weekday() + 1) % 7) * _DAY + 7 * place * _DAY
        return sunday, sunday + 7 * _DAY
    if name.endswith("MONTH"):
        return _month(today, place), _month(today, place + 1)
    if name.endswith("YEAR"):
        return date(today.year + place, 1, 1), date(today.year + place + 1, 1, 1)
    return today + place * _DAY, today + (place + 1) * _DAY


def _month(today: date, ahead: int) -> date:
    number = today.year * 12 + today.month - 1 + ahead
    return date(number // 12, number % 12 + 1, 1)
