"""HubSpot's error answers, as recorded. Sources: API-FACTS 1.2, 1.3, 1.6, 1.7.

Everything but `message` may be missing from an error body, so each constructor gives exactly what the
real one gives.
"""

from collections.abc import Iterable
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
        shown = {"status": "error", "category": category, "message": self.message}
        return {**shown, **({"context": context} if context else {}), **rest}


class InvalidValues(Refused):
    """400 with a JSON array inside the message, and `errors` beside it."""

    def __init__(self, problems: Iterable[Problem], portal_id: int, status: int = 400) -> None:
        self.problems = list(problems)
        inner = [_inner(problem, portal_id) for problem in self.problems]
        text = orjson.dumps(inner).decode()
        errors = [
            {"message": item.message, "code": item.code, "context": {"propertyName": [item.name]}}
            for item in self.problems
        ]
        category = "CONFLICT" if status == 409 else "VALIDATION_ERROR"
        super().__init__(status, f"Property values were not valid: {text}", errors=errors, category=category)


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


def missing_objects(ids: list[str], caps: str = "CONTACT") -> Refused:
    """The one error of a batch that speaks of all its unknown ids. `caps`: the kind, as COMPANY."""
    message = (
        f"Could not get some {caps} objects, they may be deleted or not exist. Check that ids are valid."
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


def expired(seconds_ago: int, category: str = "EXPIRED_AUTHENTICATION") -> Refused:
    message = f"The OAuth token used to make this call expired {seconds_ago} second(s) ago."
    return Refused(401, message, category=category)


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


def missing_schema_scopes(scopes: list[str]) -> Refused:
    """The schemas endpoints say it in another form."""
    context = {"requiredGranularScopes": scopes, "links": [_SCOPES]}
    message = "One or more of the following scopes are required."
    return Refused(403, message, context=context, category="MISSING_SCOPES")


def already_exists(message: str, sub_category: str | None = None, **context: list[str]) -> Refused:
    """409: a property, group, pipeline or stage of that name is there."""
    more: dict[str, Any] = {"context": context} if context else {}
    if sub_category is not None:
        more["subCategory"] = sub_category
    return Refused(409, message, **more, category="OBJECT_ALREADY_EXISTS")


def not_json(detail: str) -> Refused:
    return Refused(400, f"Invalid input JSON on line 1, column 1: {detail}")


def required_fields(names: Iterable[str]) -> Refused:
    """400: the body itself lacks keys."""
    return invalid(f"Some required fields were not set: [{', '.join(names)}]")


def over_search_limit() -> Refused:
    """As recorded: no policyName and no Retry-After."""
    return Refused(429, "You have reached your secondly limit.", category="RATE_LIMITS")


def over_limit(policy: str) -> Refused:
    """As documented; `policy` is TEN_SECONDLY_ROLLING, SECONDLY or DAILY."""
    message = f"You have reached your {policy.lower()} limit."
    return Refused(429, message, errorType="RATE_LIMIT", policyName=policy, requestId="practice")


def required_properties(caps: str, names: Iterable[str]) -> Refused:
    """400: a new record lacks properties that its kind can't do without."""
    detail = {
        "message": f"A {caps.lower()} needs {', '.join(names)}.",
        "code": "REQUIRED_FIELD",
        "context": {"properties": list(names)},
    }
    message = f"Error creating {caps}. Some required properties were not set."
    return Refused(400, message, errors=[detail], category="VALIDATION_ERROR")
