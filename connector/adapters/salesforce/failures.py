"""Salesforce's refusals, translated where they enter: whole calls into errors, single rows into verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from connector.adapters.calling import MOVED, discreet
from connector.adapters.salesforce.connection import SIDE
from connector.adapters.salesforce.ids import id18, object_of
from connector.core.records import Ref, Side
from connector.errors import CallFailed, MendConnection, MendRequest, OutcomeUnknown, TryAgain, WaitUntil
from connector.ports import Write, Written

CONCURRENT_WAIT = timedelta(seconds=5)
DAILY_WAIT = timedelta(minutes=15)
"""The daily limit is a rolling one: some of it comes back within minutes."""

LIMIT = "REQUEST_LIMIT_EXCEEDED"
TOO_SLOW = "QUERY_TIMEOUT"
CLOSED = {"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INVALID_SESSION_ID", "UNSUPPORTED_API_VERSION"}


_NO_COLUMN = re.compile(r"No such column '\w+'(?: on (?:entity|sobject of type) '?\w+'?)?")


class Rejection(MendRequest):
    """Salesforce refused the call as it stands. ``body`` is its parsed answer, ``code`` the first error's.

    The message has none of Salesforce's own words but a missing field's name: they may quote a record.
    """

    def __init__(self, status: int, body: Any, line: str = "") -> None:
        self.status, self.body = status, body
        self.code, message = first_error(body)
        found = _NO_COLUMN.search(message)
        what = f"{status} {self.code}{f' to {line}' if line else ''}"
        super().__init__(SIDE, f"{what}{f': {found.group(0)}' if found else ''}")


def first_error(body: Any) -> tuple[str, str]:
    """Code and message of an answer; single calls say errorCode, collections statusCode, tokens error."""
    error = body[0] if isinstance(body, list) and body else body
    if not isinstance(error, dict):
        return "", ""
    code = error.get("errorCode") or error.get("statusCode") or error.get("error") or ""
    return str(code), str(error.get("message") or error.get("error_description") or "")


def parsed(content: bytes) -> Any:
    """The JSON of an error answer; None for HTML or nothing."""
    try:
        return orjson.loads(content) if content else None
    except ValueError:
        return None


def failure_of(
    status: int, body: Any, now: datetime, writing: bool, retry_after: str | None = None, line: str = ""
) -> CallFailed:
    """The error for an answer of 300 or more, of a call or of one part of a composite. ``line``: "METHOD /path"."""
    code, message = first_error(body)
    words = discreet(f"{status} {code} {message}".strip()).rstrip(".")
    if code == LIMIT or status == 429:
        return WaitUntil(SIDE, words, now + _limit_wait(message, retry_after))
    if status in (401, 410) or code in CLOSED:
        return MendConnection(SIDE, f"{words}. Check the integration user, its app and the API version")
    if status == 403:
        return MendConnection(SIDE, f"{words}. Give the integration user the permission")
    if status < 400:
        return MendConnection(SIDE, MOVED.format(status=status, line=line))
    if status >= 500:
        return OutcomeUnknown(SIDE, words) if writing else TryAgain(SIDE, words)
    if code == TOO_SLOW:
        return TryAgain(SIDE, f"{words} (a query took longer than the org allows)")
    return Rejection(status, body, line)


def _limit_wait(message: str, retry_after: str | None) -> timedelta:
    if retry_after and retry_after.isdigit():
        return timedelta(seconds=int(retry_after))
    return CONCURRENT_WAIT if "concurrent" in message.lower() else DAILY_WAIT


def lost(error: requests.RequestException, writing: bool) -> CallFailed:
    """The error for a connection that broke, or an answer that was no answer."""
    words = type(error).__name__
    if writing and not _never_left(error):
        return OutcomeUnknown(SIDE, f"no answer to a write: {words}")
    return TryAgain(SIDE, f"no answer: {words}")


def _never_left(error: requests.RequestException) -> bool:
    """Did the request fail before a byte of it was sent?"""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return isinstance(cause, (ConnectTimeoutError, NewConnectionError))


# --- one row -------------------------------------------------------------------------------------------------------

VERDICTS = {
    "CANNOT_UPDATE_CONVERTED_LEAD": "moved",
    "UNABLE_TO_LOCK_ROW": "locked",
    "ENTITY_IS_DELETED": "gone",
    "NOT_FOUND": "gone",
    "DUPLICATES_DETECTED": "duplicate",
    "DUPLICATE_VALUE": "duplicate",
    "PRECONDITION_FAILED": "stale",
}
_CONVERTED = "cannot reference converted lead"
_EXISTING = re.compile(r"record with id: ([a-zA-Z0-9]{18}|[a-zA-Z0-9]{15})\b")


def row_verdict(write: Write, errors: Sequence[Mapping[str, Any]]) -> Written:
    """The verdict on a row that failed; the first error that is more than a plain refusal counts."""
    told = [(_verdict_of(write, error), error) for error in errors]
    verdict, error = next(
        (pair for pair in told if pair[0] != "refused"), told[0] if told else ("refused", {})
    )
    code, message = first_error(dict(error))
    fields = tuple(str(name) for name in error.get("fields") or ())
    existing = _existing(write, error, message) if verdict == "duplicate" else None
    return Written(write.ref, verdict, code, message, fields, existing)


def _verdict_of(write: Write, error: Mapping[str, Any]) -> str:
    code, message = first_error(dict(error))
    if _CONVERTED in message.lower():
        return "moved"
    if code == "INVALID_CROSS_REFERENCE_KEY" and not error.get("fields") and not _names_others(write):
        # Nothing but its own id can be the one that is not there.
        return "gone"
    return VERDICTS.get(code, "refused")


def _names_others(write: Write) -> bool:
    return any(name.endswith("Id") and value for name, value in write.values.items())


def _existing(write: Write, error: Mapping[str, Any], message: str) -> Ref | None:
    found = _EXISTING.search(message)
    if found:
        id_ = id18(found.group(1))
        return Ref(Side.SALESFORCE, object_of(id_, write.ref.object), id_)
    for match in (error.get("duplicateResult") or {}).get("matchResults") or []:
        for row in match.get("matchRecords") or []:
            record = row.get("record") or {}
            if record.get("Id"):
                id_ = id18(str(record["Id"]))
                return Ref(
                    Side.SALESFORCE, object_of(id_, str(match.get("entityType") or write.ref.object)), id_
                )
    return None
