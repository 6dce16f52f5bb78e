"""The API's own refusals: a gRPC status, its error code in the trailers, and an id to trace it by."""

import uuid
from typing import NoReturn

import grpc

PREFIX = "sfdc.platform.eventbus.grpc."
Code = grpc.StatusCode
# Error code -> status and words. Statuses are proved for auth and replay ids only, the others are from memory.
REFUSALS: dict[str, tuple[grpc.StatusCode, str]] = {
    "service.auth.error": (
        Code.UNAUTHENTICATED,
        "An authentication exception occurred. Provide valid authentication via metadata headers.",
    ),
    "service.auth.headers.invalid": (Code.UNAUTHENTICATED, "An auth header is missing or blank."),
    "service.tenant.license": (Code.PERMISSION_DENIED, "The org has no licence for the Pub/Sub API."),
    "service.unavailable": (Code.UNAVAILABLE, "The service is unavailable."),
    "topic.not.found": (Code.NOT_FOUND, "The topic was not found."),
    "topic.validation.empty": (Code.INVALID_ARGUMENT, "The topic name is blank."),
    "schema.validation.failed": (Code.INVALID_ARGUMENT, "The schema id is blank or unknown."),
    "subscription.topic.cannot.subscribe": (Code.PERMISSION_DENIED, "The topic can't be subscribed to."),
    "subscription.fetch.replayid.corrupted": (Code.INVALID_ARGUMENT, "The Replay ID validation failed."),
    "subscription.fetch.replayid.validation.failed": (Code.INVALID_ARGUMENT, "A replay id is missing."),
    "subscription.fetch.requested.events.invalid": (Code.INVALID_ARGUMENT, "Request more than 0 events."),
    "subscription.fetch.topic.mismatch": (Code.INVALID_ARGUMENT, "The topic can't change within a stream."),
    "subscription.limit.exceeded": (
        Code.RESOURCE_EXHAUSTED,
        "You have exceeded the event delivery limit for your org.",
    ),
}


def refuse(context: grpc.ServicerContext, code: str, refusals_as: str = "") -> NoReturn:
    """Ends the call with this error code; one that is not known ends it as a lost connection would.

    `refusals_as`: the name of the status to be used instead of the usual one.
    """
    status, words = REFUSALS.get(code, (Code.UNAVAILABLE, "RST_STREAM closed stream"))
    if refusals_as and code in REFUSALS and code != "service.auth.error":
        status = grpc.StatusCode[refusals_as]
    rpc_id = str(uuid.uuid4())
    if code in REFUSALS:
        context.set_trailing_metadata((("error-code", PREFIX + code), ("rpc-id", rpc_id)))
    context.abort(status, f"{words} rpcId: {rpc_id}")
    raise AssertionError
