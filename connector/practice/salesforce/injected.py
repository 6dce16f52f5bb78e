"""What Salesforce answers when a fault asks for a failure: by status, or by the name of an error."""

from __future__ import annotations

from typing import Any

from connector.practice.faults import OneShot
from connector.practice.salesforce.call import Reply
from connector.practice.salesforce.errors import STATUS

_SPENT = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
_CROWDED = [{"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
_BY_STATUS: dict[int, Any] = {
    401: [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    403: _SPENT,
    429: _CROWDED,
    500: [{"message": "An unexpected error occurred. ErrorId: practice", "errorCode": "UNKNOWN_EXCEPTION"}],
    502: b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
    503: [{"message": "The server is unavailable, try again later.", "errorCode": "SERVER_UNAVAILABLE"}],
}

_TEXTS = {
    "API_CURRENTLY_DISABLED": "API is currently disabled for this organization.",
    "API_DISABLED_FOR_ORG": "API is not enabled for this Organization or Partner",
    "INSUFFICIENT_ACCESS": "insufficient access rights on object id",
    "INVALID_QUERY_LOCATOR": "invalid query locator",
    "INVALID_SESSION_ID": "Session expired or invalid",
    "QUERY_TIMEOUT": "Your query request was running for too long.",
    "SERVER_UNAVAILABLE": "The server is unavailable, try again later.",
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record or 200 records",
    "UNKNOWN_EXCEPTION": "An unexpected error occurred. ErrorId: practice",
    "UNSUPPORTED_API_VERSION": "API version v66.0 has been retired.",
}
_STATUSES = STATUS | {"API_CURRENTLY_DISABLED": 403, "UNSUPPORTED_API_VERSION": 410}

NAMED: dict[str, tuple[int, Any]] = {
    "DAILY_LIMIT": (403, _SPENT),
    "CONCURRENT_LIMIT": (403, _CROWDED),
    **{code: (_STATUSES.get(code, 400), [{"message": text, "errorCode": code}]) for code, text in _TEXTS.items()},
}
"""The errors of whole calls that a fault of kind "error" may name, with status and body. The two meanings of
REQUEST_LIMIT_EXCEEDED have names of their own."""


def answer_to(shot: OneShot) -> Reply:
    """The service's own answer for a fault."""
    if shot.kind == "error":
        return Reply(*NAMED[shot.error])
    # Over-use is 403 here, whatever number a caller asked for: Salesforce has no 429.
    unnamed = [{"message": f"HTTP {shot.status}", "errorCode": "UNKNOWN_EXCEPTION"}]
    return Reply(403 if shot.status == 429 else shot.status, _BY_STATUS.get(shot.status, unnamed))
