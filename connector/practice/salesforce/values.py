"""From JSON values to stored ones, per field type, with Salesforce's own refusals.

Stored: text as str (never empty: blank is None), numbers as float or int, dates "2021-12-02", datetimes
"2021-12-02T18:23:39.000+0000" (UTC, whole seconds: they sort as text), ids with 18 characters.
"""

import math
import re
from datetime import UTC, date, datetime
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.fields import NUMBERS, TEXTS, Field
from connector.practice.salesforce.ids import to18
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.state import stamp_of

_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})")
_BLANKS = "".join(map(chr, range(33)))
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def parse(item: Field, value: Any, settings: Settings) -> Any:
    """The stored form of `value` for this field; raises Refusal. Null, and blank text, give None."""
    kind = item.type
    if kind in TEXTS:
        return None if value is None else _text(item, value, settings)
    if value is None or value == "":
        return False if kind == "boolean" else None
    if kind == "boolean":
        return _boolean(value)
    if kind in NUMBERS:
        return _number(item, value, settings)
    if kind == "date":
        return _date(value)
    if kind == "datetime":
        return _datetime(value)
    return _reference(item, value)


def _text(item: Field, value: Any, settings: Settings) -> str | None:
    if not isinstance(value, str):
        raise errors.cannot_deserialize("string", _token(value), _shown(value))
    text = value.strip(_BLANKS) if settings.trims_text else value
    if not text:
        return None
    if item.choices:
        return _choice(item, text)
    if len(text) > item.length:
        raise errors.too_long(item.label, text, item.length, item.name)
    if item.type == "email" and not _EMAIL.fullmatch(text):
        raise errors.bad_email(item.label, text, item.name)
    return text


def _choice(item: Field, text: str) -> str | None:
    parts = [part.strip() for part in text.split(";")] if item.type == "multipicklist" else [text]
    parts = [part for part in parts if part]
    for part in parts:
        if item.restricted and not item.accepts(part):
            raise errors.bad_picklist(item.label, part, item.name)
        if len(part) > max(item.length, 40):
            raise errors.too_long(item.label, part, item.length, item.name)
    if item.type != "multipicklist":
        return text
    # A multi-select comes back in the order of its definition, each value once.
    order = {choice.value: place for place, choice in enumerate(item.choices)}
    return ";".join(sorted(set(parts), key=lambda part: order.get(part, len(order)))) or None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = _TRUTHS.get(str(value).lower())
    if known is None:
        raise errors.cannot_deserialize("boolean", _token(value), _shown(value))
    return known


def _number(item: Field, value: Any, settings: Settings) -> float | int:
    kind = "int" if item.type == "int" else "double"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise errors.cannot_deserialize(kind, _token(value), _shown(value))
    try:
        parsed = float(value)
    except ValueError:
        raise errors.cannot_deserialize(kind, _token(value), _shown(value)) from None
    if not math.isfinite(parsed) or (kind == "int" and parsed != int(parsed)):
        raise errors.cannot_deserialize(kind, _token(value), _shown(value))
    digits = 10 if kind == "int" else item.precision - item.scale
    if abs(parsed) >= 10**digits:
        text = f"{item.label}: value outside of valid range on numeric field: {value}"
        raise errors.Refusal("NUMBER_OUTSIDE_VALID_RANGE", text, [item.name])
    if kind == "int":
        return int(parsed)
    return _round_half_up(parsed, item.scale) if settings.rounds_numbers else parsed


def _round_half_up(value: float, scale: int) -> float:
    factor = 10**scale
    return math.copysign(math.floor(abs(value) * factor + 0.5) / factor, value)


def _date(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    try:
        # A datetime is accepted for a date; its day is taken as written.
        return date.fromisoformat(text[:10]).isoformat() if _DATE.match(text) else _bad("date", value)
    except ValueError:
        return _bad("date", value)


def _datetime(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    if _DATE.fullmatch(text):
        text += "T00:00:00Z"
    if not _ZONED.fullmatch(text):
        return _bad("datetime", value)
    try:
        return stamp_of(datetime.fromisoformat(text).astimezone(UTC))
    except ValueError:
        return _bad("datetime", value)


def _bad(kind: str, value: Any) -> str:
    raise errors.cannot_deserialize(kind, _token(value), _shown(value))


def _reference(item: Field, value: Any) -> str:
    full = to18(value) if isinstance(value, str) else None
    if full is None:
        raise errors.malformed_id(item.label, value, item.name)
    return full


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return "VALUE_TRUE" if value else "VALUE_FALSE"
    if isinstance(value, int):
        return "VALUE_NUMBER_INT"
    if isinstance(value, float):
        return "VALUE_NUMBER_FLOAT"
    if isinstance(value, str):
        return "VALUE_STRING"
    return "START_ARRAY" if isinstance(value, list) else "START_OBJECT"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
