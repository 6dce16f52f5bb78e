"""HubSpot's error answers, as recorded. Sources: API-FACTS 1.2, 1.3, 1.6, 1.7.

Everything but `message` may be missing from an error body, so each constructor gives exactly what the
real one gives.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from connector.practice.http import Response, json_response

_SCOPES = "https://developers.hubspot.com/scopes"


class Problem(NamedTuple):
    """One property value that HubSpot refuses: the property's name, the error code, the message."""

    name: str
    code: str
    message: str
    value: str | None = None


class Refused(Exception):
    """A call that HubSpot answers with an error. `extra` holds the body's keys beside status and message."""

    def __init__(self, status: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra
        self.headers: dict[str, str] = {}

    def response(self, correlation: str) -> Response:
        body = {"status": "error", "message": self.message, "correlationId": correlation, **self.extra}
        return json_response(self.status, body, self.headers)

    def in_batch(self, trace: str | None) -> dict[str, Any]:
        """The same error as an element of a 207's `errors`."""
        context = dict(self.extra.get("context", {}))
        if trace is not None:
            context = {"objectWriteTraceId": [trace], **context}
        rest = {key: value for key, value in self.extra.items() if key not in ("category", "context")}
        category = self.extra.get("category", "VALIDATION_ERROR")
        return {
            "status": "error",
            "category": category,
            "message": self.message,
            "context": context,
            **rest,
        }


class InvalidValues(Refused):
    """400 with a JSON array inside the message, and `errors` beside it."""

    def __init__(self, problems: Iterable[Problem], portal_id: int) -> None:
        self.problems = list(problems)
        inner = [_inner(problem, portal_id) for problem in self.problems]
        text = orjson.dumps(inner).decode()
        errors = [
            {"message": item.message, "code": item.code, "context": {"propertyName": [item.name]}}
            for item in self.problems
        ]
        super().__init__(
            400, f"Property values were not valid: {text}", errors=errors, category="VALIDATION_ERROR"
        )


def _inner(problem: Problem, portal_id: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "isValid": False,
        "message": problem.message,
        "error": problem.code,
        "name": problem.name,
        "localizedErrorMessage": problem.message,
    }
    if problem.value is not None:
        shown["propertyValue"] = problem.value
    return {**shown, "portalId": portal_id}


def invalid(message: str, **extra: Any) -> Refused:
    """400 VALIDATION_ERROR with a plain message."""
    return Refused(400, message, **extra, category="VALIDATION_ERROR")


def not_found(asked: str) -> Refused:
    """404 of a single read or write; a number that is nobody's is answered without a category."""
    if asked.isdigit():
        return Refused(404, "resource not found")
    message = f"Object not found.  objectId are usually numeric.  Received: {asked}"
    return Refused(404, message, category="OBJECT_NOT_FOUND")


def missing_objects(ids: list[str]) -> Refused:
    """The one error of a batch that speaks of all its unknown ids."""
    message = (
        "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."
    )
    return Refused(404, message, context={"ids": ids}, category="OBJECT_NOT_FOUND")


class ContactExists(Refused):
    """409: an e-mail that another contact has. The id stands in the message (and in a 207's context)."""

    def __init__(self, existing: str | None) -> None:
        known = f". Existing ID: {existing}" if existing else ""
        super().__init__(409, f"Contact already exists{known}", category="CONFLICT")
        self.existing = existing

    def in_batch(self, trace: str | None) -> dict[str, Any]:
        shown = super().in_batch(trace)
        if self.existing:
            shown["context"]["existingId"] = [self.existing]
        return shown


def duplicate_ids(ids: list[str]) -> Refused:
    message = f"Duplicate IDs found in batch input: [{', '.join(ids)}]. IDs must be unique"
    return Refused(400, message, context={"ids": ids}, category="VALIDATION_ERROR")


def unauthenticated() -> Refused:
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refused(401, message, category="INVALID_AUTHENTICATION")


def expired(seconds_ago: int) -> Refused:
    message = f"The OAuth token used to make this call expired {seconds_ago} second(s) ago."
    return Refused(401, message, category="EXPIRED_AUTHENTICATION")


def missing_scopes(scopes: list[str]) -> Refused:
    message = (
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
        f"here: {_SCOPES}."
    )
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": scopes},
    }
    return Refused(403, message, errors=[detail], links={"scopes": _SCOPES}, category="MISSING_SCOPES")


def over_search_limit() -> Refused:
    """As recorded: no policyName and no Retry-After."""
    return Refused(429, "You have reached your secondly limit.", category="RATE_LIMITS")


def over_limit(policy: str) -> Refused:
    """As documented; `policy` is TEN_SECONDLY_ROLLING, SECONDLY or DAILY."""
    message = f"You have reached your {policy.lower()} limit."
    return Refused(429, message, errorType="RATE_LIMIT", policyName=policy, requestId="practice")


def injected(status: int, is_search: bool, correlation: str) -> Response:
    """What HubSpot answers when a fault asks for `status`."""
    if status in _PAGES:
        page = f"<html><head><title>{status}</title></head><body>{_PAGES[status]}</body></html>"
        return Response(status, page.encode(), {"Content-Type": "text/html;charset=utf-8"})
    return _refusal(status, is_search).response(correlation)


def _refusal(status: int, is_search: bool) -> Refused:
    if status == 401:
        return expired(1)
    if status == 403:
        return missing_scopes(["crm.objects.contacts.write"])
    if status == 429:
        return over_search_limit() if is_search else over_limit("TEN_SECONDLY_ROLLING")
    return Refused(status, _MESSAGES.get(status, "internal error"))


_PAGES: Mapping[int, str] = {502: "Bad Gateway", 504: "Gateway Time-out", 521: "Web server is down"}
_MESSAGES: Mapping[int, str] = {
    423: "The account is locked by another bulk operation. Try again in a few seconds.",
    477: "The account is being moved to another data center.",
    503: "service unavailable",
}
