"""HubSpot's refusals, translated where they enter: whole calls into errors, single rows into verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connector.adapters.calling import MOVED, discreet
from connector.adapters.hubspot.connection import SIDE
from connector.errors import CallFailed, MendConnection, MendRequest, OutcomeUnknown, TryAgain, WaitUntil

LIMIT_WAITS = (("ten_secondly", 10.0), ("secondly", 1.0))
"""Words of a 429 (in policyName or message) and the seconds to wait; the daily limit is apart."""


class Rejection(MendRequest):
    """HubSpot refused the call as it stands. For a batch of rows the caller turns it into their verdicts.

    The message has codes and properties, and none of HubSpot's own words: they may quote a record.
    """

    def __init__(self, status: int, body: Mapping[str, Any], line: str = "") -> None:
        self.status, self.body = status, body
        faults = {f"{name} {code}".strip() for code, _, name in _details(body, str(body.get("message") or ""))}
        what = f"{status} {body.get('category', '')}".strip() + (f" to {line}" if line else "")
        super().__init__(SIDE, discreet(f"{what}: {', '.join(sorted(faults))}" if faults else what))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the translation of a failure depends on besides the answer. ``line``: "METHOD /path" of the call."""

    writing: bool
    now: datetime
    time_zone: str = ""
    line: str = ""


def failure_of(status: int, data: bytes, headers: Mapping[str, str], case: Circumstances) -> CallFailed:
    """The error for an answer of 300 or more."""
    body = _body_of(data)
    words = discreet(str(body.get("message", ""))).rstrip(". ")
    if status == 429:
        return WaitUntil(SIDE, words or "rate limit", case.now + _limit_wait(body, headers, case))
    if status in (423, 477):
        wait = _retry_after(headers) or timedelta(seconds=2 if status == 423 else 3600)
        return WaitUntil(SIDE, f"{status} {words}", case.now + wait)
    if status == 401:
        return MendConnection(
            SIDE, f"the access token is refused: {words}. Give a new one, or connect the app again"
        )
    if status == 403:
        return MendConnection(SIDE, f"not allowed ({case.line}): {words} {_scopes(body)}. Grant the app these scopes")
    if status < 400:
        return MendConnection(SIDE, MOVED.format(status=status, line=case.line))
    if status >= 500:
        return _service_failed(status, words, headers, case)
    return Rejection(status, body, case.line)


def lost(error: Exception, sent: bool, writing: bool) -> CallFailed:
    """The error for a connection that broke. ``sent``: the request may have arrived."""
    words = type(error).__name__
    if writing and sent:
        return OutcomeUnknown(SIDE, f"no answer to a write: {words}")
    return TryAgain(SIDE, f"no answer: {words}")


def _service_failed(status: int, words: str, headers: Mapping[str, str], case: Circumstances) -> CallFailed:
    if case.writing:
        return OutcomeUnknown(SIDE, f"{status} {words}")
    wait = _retry_after(headers)
    if wait is not None and wait > timedelta(seconds=1):
        return WaitUntil(SIDE, f"{status} {words}", case.now + wait)
    return TryAgain(SIDE, f"{status} {words}")


def _body_of(data: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    text = headers.get("Retry-After")
    try:
        return timedelta(seconds=max(0.0, float(text))) if text else None
    except ValueError:
        return None


def _limit_wait(body: Mapping[str, Any], headers: Mapping[str, str], case: Circumstances) -> timedelta:
    told = _retry_after(headers)
    if told is not None:
        return told
    words = f"{body.get('policyName', '')} {body.get('message', '')}".lower()
    for word, seconds in LIMIT_WAITS:
        if word in words:
            return timedelta(seconds=seconds)
    return until_midnight(case) if "daily" in words else timedelta(seconds=10)


def until_midnight(case: Circumstances) -> timedelta:
    """The rest of the portal's day, when the daily limit starts anew; an hour where the zone is not known."""
    if not case.time_zone:
        return timedelta(hours=1)
    there = case.now.astimezone(ZoneInfo(case.time_zone))
    tomorrow = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow.astimezone(case.now.tzinfo) - case.now


def _scopes(body: Mapping[str, Any]) -> str:
    places = [body.get("context") or {}] + [error.get("context") or {} for error in body.get("errors") or []]
    scopes = {scope for place in places for scope in place.get("requiredGranularScopes") or []}
    return f"({', '.join(sorted(scopes))})" if scopes else ""


# --- one row -------------------------------------------------------------------------------------------------------

_EXISTING = re.compile(r"Existing ID: (\d+)")
_NESTED = re.compile(r"\[\{.*\}\]", re.DOTALL)
_TAKEN = re.compile(r"already has that value|already exists", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowFailure:
    """Why one row was not written: ``verdict`` as in ports.Written, ``existing`` a contact id."""

    verdict: str
    code: str
    message: str
    fields: tuple[str, ...] = ()
    existing: str = ""


def row_failure(error: Mapping[str, Any], status: int = 0) -> RowFailure:
    """Reads one error of a 207, or the body of a call that carried one row only (with its HTTP ``status``)."""
    category = str(error.get("category") or "")
    message = str(error.get("message") or f"HTTP {status}")
    if category == "OBJECT_NOT_FOUND" or status == 404:
        return RowFailure("gone", category or "OBJECT_NOT_FOUND", message)
    details = _details(error, message)
    code = details[0][0] if details else category or str(status)
    words = "; ".join(text for _, text, _ in details if text) or message
    fields = tuple(dict.fromkeys(name for _, _, name in details if name))
    if category in ("CONFLICT", "OBJECT_ALREADY_EXISTS") or status == 409 or _TAKEN.search(message):
        return RowFailure("duplicate", code, words, fields, _existing(error, message))
    return RowFailure("refused", code, words, fields)


def _existing(error: Mapping[str, Any], message: str) -> str:
    told = (error.get("context") or {}).get("existingId") or []
    found = _EXISTING.search(message)
    return str(told[0]) if told else found.group(1) if found else ""


def _details(error: Mapping[str, Any], message: str) -> list[tuple[str, str, str]]:
    """(code, text, property) of each fault: from ``errors``, else from the JSON inside the message."""
    rows = []
    for inner in error.get("errors") or []:
        names = (inner.get("context") or {}).get("propertyName") or [inner.get("in") or ""]
        rows.append((str(inner.get("code") or ""), str(inner.get("message") or ""), str(names[0])))
    return [row for row in rows if row[0]] or _nested_details(message)


def _nested_details(message: str) -> list[tuple[str, str, str]]:
    found = _NESTED.search(message)
    try:
        faults = orjson.loads(found.group(0)) if found else []
    except ValueError:
        return []
    return [
        (str(fault.get("error") or ""), str(fault.get("message") or ""), str(fault.get("name") or ""))
        for fault in faults
        if isinstance(fault, dict)
    ]
