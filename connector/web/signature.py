"""HubSpot's request signature v3. Pure.

``base64(HMAC-SHA256(client secret, METHOD + URI + BODY + TIMESTAMP))`` over the raw bytes, where URI is the public
address as HubSpot called it, a few escapes decoded. Versions 1 and 2 carry no time and could be replayed for ever:
they are not accepted. (API-FACTS: developers.hubspot.com, validating requests; vectors in the tests.)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import urlsplit

SIGNATURE_HEADER = "X-HubSpot-Signature-v3"
TIMESTAMP_HEADER = "X-HubSpot-Request-Timestamp"
MAX_AGE_MS = 300_000

_DECODED = {
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*",
    "2C": ",", "3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("%(" + "|".join(_DECODED) + ")", re.IGNORECASE)


def refusal(
    secret: str, method: str, uri: str, body: bytes, signature: str | None, timestamp: str | None, now_ms: int
) -> str | None:
    """Why this request is not HubSpot's, in words without any secret; None when it is.

    ``uri``: public address with path and query, still percent-encoded. ``timestamp``: the header, milliseconds.
    """
    if not secret:
        return "no client secret is configured"
    if not signature or not timestamp:
        missing = SIGNATURE_HEADER if not signature else TIMESTAMP_HEADER
        return f"header {missing} is missing (does a proxy strip it?)"
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        return f"header {TIMESTAMP_HEADER} is no time in milliseconds"
    if abs(now_ms - int(timestamp)) > MAX_AGE_MS:
        return "the request is more than five minutes off (stale, or one clock is wrong)"
    if not hmac.compare_digest(sign(secret, method, uri, body, timestamp), signature.encode()):
        return "the signature does not fit (wrong client secret, or another public URL than HubSpot called)"
    return None


def sign(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> bytes:
    """The signature that HubSpot would send."""
    message = b"".join((method.encode(), decoded(uri).encode(), body, timestamp.encode()))
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest())


def decoded(uri: str) -> str:
    """The address with exactly those escapes decoded that HubSpot decodes, once."""
    return _ESCAPE.sub(lambda escape: _DECODED[escape[1].upper()], uri) if "%" in uri else uri


def public_uri(root: str, target: str) -> str:
    """The address that HubSpot called.

    ``root``: the configured public one; behind a proxy scheme, host and even the path's beginning differ from what
    this server sees. ``target``: the raw request target (``/path?query``, or absolute).
    """
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return root.rstrip("/") + target
