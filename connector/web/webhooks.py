"""Step 1 of a record's way: verify raw bytes, store durably, wake, answer.

Both sides repeat what was not answered with 2xx, and forget it after a day or so; polls find what was lost.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from connector import logs
from connector.core.records import Notice
from connector.errors import BadNotice
from connector.ports import Accepted
from connector.services.intake import accept
from connector.web import hubspot_events, outbound, signature
from connector.web.meters import Meters
from connector.web.wired import Wired

JSON = frozenset({"application/json"})
XML = frozenset({"text/xml", "application/xml", "application/soap+xml"})

_log = logs.get(__name__)
_enabled = logging.getLogger(__name__).isEnabledFor
SIGNATURE, TIMESTAMP = (
    "HTTP_" + name.upper().replace("-", "_")
    for name in (signature.SIGNATURE_HEADER, signature.TIMESTAMP_HEADER)
)
"""The headers as WSGI names them: this is the hottest path of the edge."""

Environ = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def blueprint(wired: Wired, meters: Meters) -> Blueprint:
    """``POST /webhooks/hubspot`` and ``POST /webhooks/salesforce/<secret>``."""
    routes = Blueprint("webhooks", __name__)

    def take(side: str, read: Callable[[], tuple[bytes, Sequence[Notice]]]) -> None:
        with meters.timed(side) as meter:
            try:
                body, notices = read()
            except BadNotice as bad:
                _log.warning("a webhook was refused", side=side, status=bad.status, reason=str(bad))
                meter.refused(bad.status)
                raise
            if notices:
                digest = hashlib.blake2b(body, digest_size=16, person=side.encode()).digest()
                accepted = accept(wired.notices, notices, delivery=digest)
                meter.taken(accepted)
                _tell(side, len(notices), accepted)

    @routes.post("/webhooks/hubspot")
    def hubspot() -> Response:
        take("hubspot", lambda: _from_hubspot(wired))
        return Response(status=200)

    @routes.post("/webhooks/salesforce/<secret>")
    def salesforce(secret: str) -> Response:
        take("salesforce", lambda: _from_salesforce(wired, secret))
        return Response(outbound.ACK, 200, content_type="text/xml; charset=utf-8")

    return routes


def _tell(side: str, notices: int, accepted: Accepted) -> None:
    """One line for a request that gives work; echoes are only counted (/metrics): they are half of all."""
    if accepted.queued and _enabled(logging.INFO):
        more = {name: n for name in ("dropped", "late") if (n := getattr(accepted, name))}
        _log.info("a webhook was taken", side=side, notices=notices, queued=accepted.queued, **more)


def _from_hubspot(wired: Wired) -> tuple[bytes, list[Notice]]:
    environ = request.environ
    body = _body(environ, JSON)
    refusal = signature.refusal(
        wired.hubspot_client_secret,
        request.method,
        signature.public_uri(wired.public_url or request.host_url, _target(environ)),
        body,
        environ.get(SIGNATURE),
        environ.get(TIMESTAMP),
        (wired.clock() - _EPOCH) // timedelta(milliseconds=1),
    )
    if refusal:
        raise BadNotice(401, refusal)
    return body, hubspot_events.notices_of(
        body, wired.hubspot_portal_id, wired.hubspot_app_id, wired.hubspot_objects
    )


def _from_salesforce(wired: Wired, secret: str) -> tuple[bytes, list[Notice]]:
    ours = wired.salesforce_path_secret
    if not ours or not hmac.compare_digest(secret.encode(), ours.encode()):
        raise BadNotice(404, "there is nothing here")
    body = _body(request.environ, XML)
    return body, outbound.notices_of(body, wired.salesforce_org_id, wired.salesforce_objects)


def _body(environ: Environ, kinds: frozenset[str]) -> bytes:
    """The raw bytes. Werkzeug answers 413 beyond the limit, before it has read them."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind not in kinds or environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise BadNotice(415, f"send {min(kinds)}, not compressed")
    return request.get_data(cache=False)


def _target(environ: Environ) -> str:
    """The request line's target, its escapes as they came: WSGI's own path is decoded already."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return str(raw or request.full_path.rstrip("?"))
