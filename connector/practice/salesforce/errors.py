"""Salesforce's refusals: the code, its exact text, and the HTTP status of a single-record call."""

from collections.abc import Sequence
from typing import Any

STATUS = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "API_DISABLED_FOR_ORG": 403,
    "INSUFFICIENT_ACCESS": 403,
    "METHOD_NOT_ALLOWED": 405,
    "PRECONDITION_FAILED": 412,
    "URI_TOO_LONG": 414,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "UNKNOWN_EXCEPTION": 500,
    "SERVER_UNAVAILABLE": 503,
}


class Refusal(Exception):
    """One refusal. Single-record calls show it under `errorCode`, collections under `statusCode`."""

    def __init__(self, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = None if fields is None else list(fields)

    @property
    def status(self) -> int:
        """HTTP status of a call that fails as a whole; 400 unless the code has its own."""
        return STATUS.get(self.code, 400)

    def as_call(self) -> list[dict[str, Any]]:
        """The body of a refused single-record call; `fields` stays away where Salesforce leaves it out."""
        body: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            body["fields"] = self.fields
        return [body]

    def as_row(self) -> dict[str, Any]:
        """The result of one refused row of a collection: no `id`, and `fields` always there."""
        error = {"statusCode": self.code, "message": self.message, "fields": self.fields or []}
        return {"success": False, "errors": [error]}


def not_found() -> Refusal:
    return Refusal("NOT_FOUND", "The requested resource does not exist")


def no_such_key(value: str) -> Refusal:
    return Refusal("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {value}")


def deleted() -> Refusal:
    return Refusal("ENTITY_IS_DELETED", "entity is deleted", [])


def no_such_column(name: str, object_name: str) -> Refusal:
    return Refusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}")


def not_writable(names: Sequence[str]) -> Refusal:
    text = (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field "
        "and verify that it is read/write for your profile or permission set."
    )
    return Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", text, names)


def required(names: Sequence[str]) -> Refusal:
    return Refusal("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", names)


def too_long(label: str, value: str, length: int, name: str) -> Refusal:
    text = f"{label}: data value too large: {value} (max length={length})"
    return Refusal("STRING_TOO_LONG", text, [name])


def bad_picklist(label: str, value: str, name: str) -> Refusal:
    text = f"{label}: bad value for restricted picklist field: {value}"
    return Refusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, [name])


def bad_email(label: str, value: str, name: str) -> Refusal:
    # Recorded in lower case ("email: invalid email address: badone"), unlike the other label-first texts.
    text = f"{label.lower()}: invalid email address: {value}"
    return Refusal("INVALID_EMAIL_ADDRESS", text, [name])


def cannot_deserialize(kind: str, token: str, value: object) -> Refusal:
    text = (
        f"Cannot deserialize instance of {kind} from {token} value {value} or request may be missing a required "
        "field at [line:1, column:1]"
    )
    return Refusal("JSON_PARSER_ERROR", text)


def duplicate_value(name: str, holder: str) -> Refusal:
    """`holder` is shown with 15 characters, as the real service does."""
    text = f"duplicate value found: {name} duplicates value on record with id: {holder[:15]}"
    return Refusal("DUPLICATE_VALUE", text, [])


def malformed_id(label: str, value: object, name: str) -> Refusal:
    return Refusal("MALFORMED_ID", f"{label}: id value of incorrect type: {value}", [name])


def bad_reference(name: str) -> Refusal:
    return Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [name])


def inactive_owner(owner_id: str, object_name: str) -> Refusal:
    text = f"operation performed with inactive user [{owner_id[:15]}] as owner of {object_name.lower()}"
    return Refusal("INACTIVE_OWNER_OR_USER", text, [])


def converted_lead() -> Refusal:
    return Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])


def locked(record_id: str) -> Refusal:
    text = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return Refusal("UNABLE_TO_LOCK_ROW", text, [])


def rule_text(message: str, name: str | None) -> Refusal:
    return Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, [name] if name else [])


def rolled_back() -> Refusal:
    text = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    return Refusal("ALL_OR_NONE_OPERATION_ROLLED_BACK", text, [])


def missing_id() -> Refusal:
    return Refusal("MISSING_ARGUMENT", "Id not specified in an update call", [])


def session_expired() -> Refusal:
    return Refusal("INVALID_SESSION_ID", "Session expired or invalid")


def no_access() -> Refusal:
    return Refusal("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])


def api_disabled() -> Refusal:
    return Refusal("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")


def daily_limit() -> Refusal:
    return Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
