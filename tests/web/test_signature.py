"""HubSpot's signature, against vectors that HubSpot published (API-FACTS 2.2)."""

import hashlib

import pytest

from connector.web.signature import MAX_AGE_MS, decoded, public_uri, refusal, sign

SECRET = "cfc68c0b-4b4e-4ef8-b764-95350e4ea479"
URI = "https://webhook.site/335453f5-94b3-49d9-b684-a55354d4b8df"
TIMESTAMP = "1752613922216"
BODY = (
    b'[{"eventId":531833541,"subscriptionId":3923621,"portalId":48807704,"appId":16111050,"occurredAt":1752613920733,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":138017612137,"changeFlag":"CREATED",'
    b'"changeSource":"CRM_UI","sourceId":"userId:76023669"}]'
)
SIGNATURE = "gbj1XPRvUt0noT7i7fXfTzOD4sLzQmf0VT28ZYq0EYg="
NOW = int(TIMESTAMP)


def verdict(
    secret: str = SECRET, method: str = "POST", uri: str = URI, body: bytes = BODY,
    signature: str | None = SIGNATURE, timestamp: str | None = TIMESTAMP, now: int = NOW,
) -> str | None:  # fmt: skip
    return refusal(secret, method, uri, body, signature, timestamp, now)


def test_the_published_v3_vector_is_accepted() -> None:
    assert sign(SECRET, "POST", URI, BODY, TIMESTAMP).decode() == SIGNATURE
    assert verdict() is None


@pytest.mark.parametrize("off", [0, MAX_AGE_MS, -MAX_AGE_MS])
def test_within_five_minutes_either_way(off: int) -> None:
    assert verdict(now=NOW + off) is None


@pytest.mark.parametrize("off", [MAX_AGE_MS + 1, -MAX_AGE_MS - 1, 86_400_000, -86_400_000])
def test_T9_a_stale_or_future_timestamp_is_refused(off: int) -> None:
    assert "five minutes" in str(verdict(now=NOW + off))


@pytest.mark.parametrize(
    "timestamp", ["", None, "soon", "-1", "1752613922216.5", "１７５２６１３９２２２１６", "9" * 400]
)
def test_a_timestamp_that_is_none(timestamp: str | None) -> None:
    assert verdict(timestamp=timestamp) is not None


@pytest.mark.parametrize(
    "signature", [None, "", "forged", SIGNATURE[:-1], SIGNATURE.lower(), SIGNATURE + " ", "é" * 44]
)
def test_T9_a_forged_or_missing_signature(signature: str | None) -> None:
    assert verdict(signature=signature) is not None


def test_whatever_is_signed_counts() -> None:
    assert verdict(body=BODY + b" ") is not None
    assert verdict(method="PUT") is not None
    assert verdict(uri=URI + "?a=b") is not None
    assert verdict(secret=SECRET + "x") is not None
    assert verdict(timestamp=str(NOW + 1)) is not None


def test_without_a_secret_nothing_is_accepted() -> None:
    empty = sign("", "POST", URI, BODY, TIMESTAMP).decode()
    assert verdict(secret="", signature=empty) is not None


def test_versions_1_and_2_are_refused_for_they_could_be_replayed() -> None:
    """Both published vectors, so that we know they are what HubSpot would send."""
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
        b'"changeFlag":"NEW","appId":54321}]'
    )
    first = hashlib.sha256(secret.encode() + body).hexdigest()
    assert first == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    uri, body_2 = "https://www.example.com/webhook_uri", b'{"example_field":"example_value"}'
    second = hashlib.sha256(secret.encode() + b"POST" + uri.encode() + body_2).hexdigest()
    assert second == "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
    assert verdict(secret=secret, body=body, signature=first) is not None
    assert verdict(secret=secret, body=body_2, uri=uri, signature=second) is not None
    get = hashlib.sha256(secret.encode() + b"GET" + uri.encode()).hexdigest()
    assert get == "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"
    assert verdict(secret=secret, method="GET", body=b"", uri=uri, signature=get) is not None


def test_exactly_the_escapes_of_the_documentation_are_decoded_and_once() -> None:
    escaped = "%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a%2f"
    assert decoded(f"https://x.example/{escaped}") == "https://x.example/:/?@!$'()*,;:/"
    assert decoded("https://x.example/%20%25%3D%26%2B%23%5B") == "https://x.example/%20%25%3D%26%2B%23%5B"
    assert decoded("%253A") == "%253A"


@pytest.mark.parametrize(
    ("root", "target", "expected"),
    [
        ("http://inside:8000/", "/w?a=b", "http://inside:8000/w?a=b"),
        ("https://x.example", "/w?a=%20b", "https://x.example/w?a=%20b"),
        ("https://x.example/accord", "/w", "https://x.example/accord/w"),
        ("https://x.example", "http://inside:8000/w?x", "https://x.example/w?x"),
        ("https://x.example", "http://inside:8000", "https://x.example/"),
    ],
)
def test_T9_the_url_that_hubspot_called_behind_a_proxy(root: str, target: str, expected: str) -> None:
    assert public_uri(root, target) == expected
