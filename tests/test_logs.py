"""What must never be in a log line, whoever logs it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from connector import logs

SECRETS = ("s3cr3t-of-the-app", "0f9e8d7c6b5a4f3e2d1c")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where this test's log goes; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("debug", "json", SECRETS, stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


NEVER = [
    "alice.bates+news@mail.example.com",
    "alice%40example.org",
    "+44 20 7946 0958",
    "+15550109999",
    "(555) 010-9999",
    "555-010-9999",
    "pat-na1-12345678-1234-1234-1234-123456789012",
    "00D5g000004abcD!AQEAQGx.yz_1234567890",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln",
    "Bearer abcdef123456",
    "access_token=abcdef",
    '"refresh_token": "abcdef',
    SECRETS[0],
    SECRETS[1],
]


@pytest.mark.parametrize("text", NEVER)
def test_T86_a_secret_or_a_persons_data_inside_a_message(text: str, lines: io.StringIO) -> None:
    logs.get("connector").warning(f"HubSpot said: {text}; try again", detail={"said": [f"({text})"]})
    assert text not in lines.getvalue()
    assert "try again" in lines.getvalue()


@pytest.mark.parametrize("text", NEVER)
def test_T86_the_same_logged_by_a_library(text: str, lines: io.StringIO) -> None:
    logging.getLogger("some.library").error("failed for %s", text)
    assert text not in lines.getvalue()


def test_T86_under_a_name_that_means_a_person_or_a_secret_nothing_is_shown(lines: io.StringIO) -> None:
    logs.get("connector").info(
        "wrote", email="Alice", first_name="Alice", lastname="Alice", old="Alice", new_value="Alice",
        properties={"x": "Alice"}, lease_token="Alice", change={"firstName": "Alice", "body": b"Alice"},
    )  # fmt: skip
    assert "Alice" not in lines.getvalue()


def test_T86_a_traceback(lines: io.StringIO) -> None:
    try:
        raise ValueError("no such person: alice@example.com")
    except ValueError:
        logs.get("connector").exception("round failed")
    assert "alice@example.com" not in lines.getvalue()
    assert "ValueError" in lines.getvalue()


def test_T86_postgresqls_detail_which_quotes_the_row(lines: io.StringIO) -> None:
    logs.get("connector").error("duplicate key\nDETAIL:  Key (name)=(Alice Bates) already exists.")
    assert "Alice" not in lines.getvalue()


def test_T86_no_local_variables_on_the_console(lines: io.StringIO) -> None:
    logs.configure("info", "console", (), lines)
    person = "Alice Bates"
    try:
        raise ValueError(len(person))
    except ValueError:
        logs.get("connector").exception("round failed")
    assert "Alice" not in lines.getvalue()
    assert "Traceback" in lines.getvalue()


def test_what_helps_is_kept(lines: io.StringIO) -> None:
    logs.get("connector").info(
        "round done", ref="hubspot:contact:51234567890", lead="00Q5g00000AbCdEEAV", pairs=200, not_before="2026-10-05",
        at="2026-10-05T09:30:00+00:00", took=1.25, url="https://api.example.com/crm/v3/objects/contacts",
    )  # fmt: skip
    line = json.loads(lines.getvalue())
    assert logs.GONE not in lines.getvalue()
    assert (line["event"], line["pairs"], line["level"]) == ("round done", 200, "info")
    assert (line["logger"], line["ref"]) == ("connector", "hubspot:contact:51234567890")


def test_a_password_in_a_url_goes_but_the_host_stays(lines: io.StringIO) -> None:
    logs.get("connector").info("connecting to postgresql://accord:hunter2@db.example.net:5432/accord")
    assert "hunter2" not in lines.getvalue()
    assert "5432/accord" in lines.getvalue()


def test_every_line_of_a_request_carries_its_id(lines: io.StringIO) -> None:
    with logs.request("abc-123", side="hubspot"):
        logs.get("connector").info("one")
        assert logs.request_id() == "abc-123"
    logs.get("connector").info("two")
    one, two = map(json.loads, lines.getvalue().splitlines())
    assert (one["request_id"], one["side"]) == ("abc-123", "hubspot")
    assert "request_id" not in two


@pytest.mark.parametrize("given", [None, "", "x" * 100, "a b", "a\nb", "alice@example.com"])
def test_a_request_id_that_could_be_anything_is_replaced(given: str | None) -> None:
    with logs.request(given) as chosen:
        assert chosen
        assert chosen != given
