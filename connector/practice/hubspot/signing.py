"""The signatures HubSpot puts on a webhook call. Source: API-FACTS 2.2 (with its vectors, which the tests use)."""

import base64
import hashlib
import hmac

_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


def v3(secret: str, method: str, uri: str, body: bytes, timestamp_ms: int) -> str:
    """X-HubSpot-Signature-v3: base64 of HMAC-SHA256 over method, URI, raw body and timestamp."""
    for code, sign in _DECODED.items():
        uri = uri.replace(code, sign)
    signed = method.encode() + uri.encode() + body + str(timestamp_ms).encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def v1(secret: str, body: bytes) -> str:
    """X-HubSpot-Signature: hex SHA-256 over secret and raw body."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def headers(secret: str, uri: str, body: bytes, timestamp_ms: int) -> dict[str, str]:
    """All headers of one webhook call to `uri`, as HubSpot called it (the public one, behind a proxy)."""
    return {
        "Content-Type": "application/json",
        "X-HubSpot-Signature": v1(secret, body),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": v3(secret, "POST", uri, body, timestamp_ms),
        "X-HubSpot-Request-Timestamp": str(timestamp_ms),
        "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) - WebHooks",
    }
