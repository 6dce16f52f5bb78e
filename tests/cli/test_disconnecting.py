"""`accord disconnect` and `accord support-bundle`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connector.errors import Refused
from tests.cli.first_connection import (
    Accounts,
    agreed,
    begun,
    sources,
    stored,
)


@pytest.mark.slow
def test_disconnecting_hubspot_leaves_peoples_data_and_forgets_the_credentials(
    new: Accounts, database_url: str
) -> None:
    new.connect_hubspot()
    new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    planned = json.loads(new.accord("disconnect", "hubspot", "--plan", "--json"))
    assert planned["done"] == [] and "accord_tier" in {one["name"] for one in planned["leaving"]["fields"]}
    told = new.accord("disconnect", "hubspot", "--plan")
    assert "leaves contact accord_tier" in told and sources(new)["hubspot"] == "connection"
    told = new.accord("disconnect", "hubspot", "--yes")
    assert "uninstall the app" in told and "free for another account" in told
    assert "accord_tier" in new.hubspot.portal.properties
    assert stored(database_url) == b"" and sources(new)["hubspot"] == ""


@pytest.mark.slow
def test_fields_go_only_after_a_typed_yes(new: Accounts) -> None:
    new.connect_hubspot()
    new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    with pytest.raises(Refused, match="answer was not yes"):
        new.accord("disconnect", "hubspot", "--yes", "--remove-fields", stdin="y\n")
    assert "accord_tier" in new.hubspot.portal.properties
    new.accord("disconnect", "hubspot", "--yes", "--remove-fields", stdin="yes\n")
    assert not [name for name in new.hubspot.portal.properties if name.startswith("accord_")]
    assert "lead_source" in new.hubspot.portal.properties


@pytest.mark.slow
def test_a_property_that_was_somebody_elses_before_us_is_never_deleted(new: Accounts) -> None:
    from connector.practice.hubspot.schema import text

    new.hubspot.portal.properties["accord_currency"] = text("accord_currency", "Ours").custom()
    new.hubspot.portal.lay_rules()
    new.connect_hubspot()
    new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    new.accord("disconnect", "hubspot", "--yes", "--remove-fields", stdin="yes\n")
    assert [name for name in new.hubspot.portal.properties if name.startswith("accord_")] == [
        "accord_currency"
    ]


@pytest.mark.slow
def test_an_oauth_connection_ends_its_refresh_token(new: Accounts, browser: Any) -> None:
    asked = begun(new)
    browser.get("/oauth/callback", query_string={"state": asked["state"], "code": agreed(new, asked)})
    told = new.accord("disconnect", "hubspot", "--yes")
    assert "refresh token" in told and "not done" not in told


def test_disconnecting_salesforce_ends_the_session(new: Accounts, database_url: str) -> None:
    new.connect_salesforce()
    told = new.accord("disconnect", "salesforce", "--yes")
    assert "External Client App" in told and stored(database_url) == b""


def test_workers_that_still_run_are_stopped_first(new: Accounts, database_url: str) -> None:
    new.connect_hubspot()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO worker (name, at, detail) VALUES ('w', now(), '{}')")
    with pytest.raises(Refused, match="1 workers are running"):
        new.accord("disconnect", "hubspot", "--yes")


@pytest.mark.slow
def test_the_bundle_holds_findings_and_counts_but_no_token_and_no_person(
    peopled: Accounts, tmp_path: Path
) -> None:
    import zipfile

    peopled.accord("match", "report")
    people = [contact.values for contact in peopled.hubspot.portal.contacts.values()]
    lines = [
        f'{{"event": "wrote", "email": "{people[0]["email"]}", "token": "{peopled.h["access_token"]}"}}',
        f"a library says: {people[1]['email']} at {peopled.s['access_token']}",
    ]
    (tmp_path / "accord.log").write_text("\n".join(lines) + "\n")
    peopled.accord("support-bundle", "bundle.zip", "--log", "accord.log")
    with zipfile.ZipFile("bundle.zip") as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"versions.json", "settings.json", "status.json", "schemas.json", "doctor.json", "log.txt"} <= set(
        held
    )
    assert "not_available" not in held["status.json"] + held["schemas.json"] + held["doctor.json"]
    assert json.loads(held["settings.json"])["hubspot"]["access_token"] == "set"
    everything = "\n".join(held.values()).casefold()
    names = ("email", "phone", "mobilephone", "address", "company")
    values = {str(person.get(name, "")).casefold() for person in people for name in names}
    values |= {f"{p.get('firstname', '')} {p.get('lastname', '')}".casefold() for p in people}
    rows = peopled.salesforce.org.tables["Lead"].rows.values()
    values |= {
        str(row.get(name) or "").casefold() for row in rows for name in ("Email", "Phone", "Company", "Name")
    }
    assert not [value for value in values if len(value) > 4 and value in everything]
    assert not [secret for secret in peopled.secrets() if secret.casefold() in everything]
    assert "wrote" in held["log.txt"]


def test_a_bundle_is_made_where_neither_side_is_connected(new: Accounts) -> None:
    told = new.accord("support-bundle", "bundle.zip", "--offline")
    assert "versions" in told
