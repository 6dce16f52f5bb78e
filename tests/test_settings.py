"""Settings come from the environment; what is wrong is said at once and in words."""

import os
from pathlib import Path

import pytest

from connector import settings
from connector.errors import FixConfiguration


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine's own."""
    for name in list(os.environ):
        if name.startswith("ACCORD_") or name in ("DATABASE_URL", "PORT"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def problems(*, sides: bool = False) -> list[str]:
    with pytest.raises(FixConfiguration) as caught:
        settings.load(sides=sides)
    return caught.value.problems


def test_nothing_set_gives_the_defaults() -> None:
    found = settings.load()
    assert (found.engine.lease_seconds, found.engine.drains, found.engine.claim_size) == (90, 4, 1000)
    assert (found.hubspot.calls_per_10_seconds, found.hubspot.overlap_seconds) == (190, 30)
    assert found.database_url() is None
    assert found.mappings_folder() is None


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    put(
        monkeypatch, DATABASE_URL="postgres://db/accord", PORT="9000", ACCORD_DRAINS="8",
        ACCORD_HUBSPOT_BASE_URL="http://127.0.0.1:8100/", ACCORD_BREAKER_DELETES_PER_HOUR="7",
        ACCORD_PUBLIC_URL="https://accord.example.com/", ACCORD_EMBEDDED="",
    )  # fmt: skip
    found = settings.load()
    assert (found.database_url(), found.process.port, found.engine.drains) == ("postgres://db/accord", 9000, 8)
    assert found.hubspot.base_url == "http://127.0.0.1:8100"
    assert found.process.public_url == "https://accord.example.com"
    assert found.breakers.deletes_per_hour == 7
    assert found.process.embedded is None
    assert found.mappings_folder() == Path("mappings")


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch, PORT="many", ACCORD_DRAINS="0", ACCORD_LOG_LEVEL="loud", ACCORD_CLAIM_SIZES="5",
        ACCORD_HUBSPOT_BASE_URL="http://api.example.com", ACCORD_SALESFORCE_ORG_ID="12",
        ACCORD_SALESFORCE_OUTBOUND_SECRET="short",
    )  # fmt: skip
    told = "\n".join(problems())
    for part in (
        "ACCORD_CLAIM_SIZES is no setting of Accord: did you mean ACCORD_CLAIM_SIZE?",
        "PORT must be a whole number.",
        "ACCORD_DRAINS must be more than 0.",
        "ACCORD_LOG_LEVEL must be one of",
        "ACCORD_HUBSPOT_BASE_URL must begin with https://",
        "ACCORD_SALESFORCE_ORG_ID does not look right",
        "ACCORD_SALESFORCE_OUTBOUND_SECRET is too short: at least 16 characters.",
    ):
        assert part in told


def test_credentials_are_demanded_only_where_they_are_needed() -> None:
    settings.load()
    told = problems(sides=True)
    assert len(told) == 3
    assert all("missing" in line for line in told)


def test_half_of_an_apps_credentials_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, ACCORD_HUBSPOT_CLIENT_ID="id", ACCORD_HUBSPOT_REFRESH_TOKEN="token")
    assert any("ACCORD_HUBSPOT_CLIENT_SECRET" in line for line in problems(sides=True))


def test_a_lease_shorter_than_two_calls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, ACCORD_LEASE_SECONDS="70")
    assert ["ACCORD_SALESFORCE_TIMEOUT_SECONDS" in line for line in problems()] == [True]


def test_no_complaint_and_no_print_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch, ACCORD_SALESFORCE_PRIVATE_KEY="/a/path/hunter2", ACCORD_SALESFORCE_OUTBOUND_SECRET="hunter2",
        ACCORD_HUBSPOT_ACCESS_TOKEN="hunter2", ACCORD_HUBSPOT_PORTAL_ID="hunter2",
    )  # fmt: skip
    assert "hunter2" not in "\n".join(problems())


def test_secrets_are_known_to_the_log_and_hidden_in_print(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, ACCORD_HUBSPOT_ACCESS_TOKEN="hunter2", DATABASE_URL="postgres://a:hunter3@b/c")
    found = settings.load()
    assert found.secrets() == ["postgres://a:hunter3@b/c", "hunter2"]
    assert "hunter" not in repr(found)


def test_a_private_key_is_text_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    (tmp_path / "key.pem").write_text(text)
    for given in (text, text.replace("\n", "\\n"), str(tmp_path / "key.pem")):
        put(monkeypatch, ACCORD_SALESFORCE_PRIVATE_KEY=given)
        assert settings.load().salesforce.private_key.get_secret_value() == text
