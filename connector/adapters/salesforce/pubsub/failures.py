"""What went wrong on the Pub/Sub API, by what to do next. The error code in the trailers counts, not the status."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import grpc

from connector.adapters.calling import discreet
from connector.adapters.salesforce.connection import SIDE
from connector.errors import CallFailed, MendConnection, ReplayLost, TryAgain, WaitUntil

PREFIX = "sfdc.platform.eventbus.grpc."
LOST = frozenset({"subscription.fetch.replayid.corrupted", "subscription.fetch.replayid.validation.failed"})
MEND = {
    "service.tenant.license": "the org's edition has no Pub/Sub API",
    "topic.not.found": "select the object in Setup, Change Data Capture",
    "topic.meta.permission": "the integration user may not read the topic",
    "subscription.topic.cannot.subscribe": "give the integration user View All Records on the object",
    "service.auth.headers.invalid": "the org's id is not known: set ACCORD_SALESFORCE_ORG_ID",
    "concurrent.client.limit.exceeded": "too many clients subscribe to this org",
}
LIMIT = timedelta(hours=1)
"""The allowance of delivered events is counted over 24 hours; when it is used up, look again after this."""
_REFUSED = {grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED}


class SignInAgain(Exception):
    """The session was refused: get another one."""


def code_of(error: Any) -> str:
    """The API's own error code, without its prefix; '' where there is none."""
    for key, value in error.trailing_metadata() or ():
        if key == "error-code":
            return (value if isinstance(value, str) else value.decode()).removeprefix(PREFIX)
    return ""


def failure_of(error: Any, now: datetime) -> CallFailed | SignInAgain:
    """The error to raise instead of a grpc.RpcError (which is a grpc.Call, too)."""
    code, status = code_of(error), error.code()
    said = f"Pub/Sub API: {code or status.name}: {discreet(str(error.details()))}"
    if code in LOST:
        return ReplayLost(SIDE, said)
    if code == "subscription.limit.exceeded":
        return WaitUntil(SIDE, said, now + LIMIT)
    if code in MEND:
        return MendConnection(SIDE, f"{said}. To do: {MEND[code]}")
    if code == "service.auth.error" or status is grpc.StatusCode.UNAUTHENTICATED:
        return SignInAgain()
    return MendConnection(SIDE, said) if status in _REFUSED else TryAgain(SIDE, said)
