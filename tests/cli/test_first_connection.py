"""The first connection, as an admin makes it with nothing but the README: over real HTTP, to accounts without our fields."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connector.adapters.salesforce.keys import public_key_of
from connector.errors import FixConfiguration, MendConnection, Refused
from connector.practice.salesforce.founding import INTEGRATION_USERNAME
from tests.cli.first_connection import (
    PUBLIC,
    Accounts,
    accounts,
    environment,
    sources,
    stored,
)


def test_without_a_key_one_is_made_and_shown_and_nothing_is_stored(
    new: Accounts, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.delenv("ACCORD_SECRET_KEY")
    with pytest.raises(FixConfiguration, match="ACCORD_SECRET_KEY=[\\w-]{43}=") as told:
        new.connect_hubspot()
    assert "environment of every process" in str(told.value)
    assert stored(database_url) == b""


@pytest.mark.slow
def test_a_lasting_token_is_proved_and_kept_sealed(new: Accounts, database_url: str) -> None:
    told = new.connect_hubspot()
    assert f"Connected to hubspot portal {new.h['portal_id']} (production)" in told
    held = stored(database_url)
    assert str(new.h["portal_id"]).encode() in held
    assert not [s for s in new.secrets() if s.encode() in held or s in told]
    assert "static" in new.accord("connect", "status")


def test_a_token_that_opens_nothing_is_not_stored(new: Accounts, database_url: str) -> None:
    with pytest.raises(MendConnection):
        new.accord("connect", "hubspot", stdin="pat-na1-00000000-0000\n\n")
    assert stored(database_url) == b""


def test_a_token_that_lacks_a_scope_is_refused_by_its_name(
    new: Accounts, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    from connector.practice.hubspot import oauth

    monkeypatch.setattr(oauth, "SCOPES", tuple(s for s in oauth.SCOPES if s != "crm.lists.write"))
    with pytest.raises(Refused, match="lacks these scopes: crm.lists.write"):
        new.connect_hubspot()
    assert stored(database_url) == b""


def test_the_project_has_exactly_the_scopes_and_subscriptions_of_the_mapping(
    new: Accounts, tmp_path: Path
) -> None:
    told = new.accord("connect", "hubspot", "--project", "app")
    assert "hs project upload" in told
    project = json.loads((tmp_path / "app/hsproject.json").read_text())
    assert project == {"name": "accord", "srcDir": "src", "platformVersion": "2026.03"}
    app = json.loads((tmp_path / "app/src/app/app-hsmeta.json").read_text())["config"]
    assert app["auth"]["type"] == "static" and "redirectUrls" not in app["auth"]
    assert "crm.schemas.contacts.write" in app["auth"]["requiredScopes"]
    assert not [s for s in app["auth"]["requiredScopes"] if "deals" in s or "companies" in s]
    hooks = json.loads((tmp_path / "app/src/app/webhooks/webhooks-hsmeta.json").read_text())["config"]
    assert hooks["settings"]["targetUrl"] == f"{PUBLIC}/webhooks/hubspot"
    named = {row.get("propertyName") for row in hooks["subscriptions"]["crmObjects"]}
    wanted = json.loads(new.accord("mappings", "webhooks"))["hubspot"]
    assert named == {row.get("property") for row in wanted}


def test_workflows_are_read_by_an_app_whose_admin_wants_it_and_that_stays(new: Accounts, tmp_path: Path) -> None:
    place = tmp_path / "app/src/app/app-hsmeta.json"

    def auth() -> Any:
        return json.loads(place.read_text())["config"]["auth"]

    new.accord("connect", "hubspot", "--project", "app")
    assert "automation" not in auth()["requiredScopes"]  # an account without workflows could not install it
    new.accord("connect", "hubspot", "--project", "app", "--workflows")
    assert "automation" in auth()["requiredScopes"]
    new.accord("connect", "hubspot", "--project", "app")
    assert "automation" in auth()["requiredScopes"]


def test_a_subscription_that_is_needed_no_more_stays_switched_off(new: Accounts, tmp_path: Path) -> None:
    new.accord("connect", "hubspot", "--project", "app")
    place = tmp_path / "app/src/app/webhooks/webhooks-hsmeta.json"
    document = json.loads(place.read_text())
    gone = {
        "subscriptionType": "object.propertyChange",
        "objectType": "contact",
        "propertyName": "twitterhandle",
    }
    document["config"]["subscriptions"]["crmObjects"].append(gone | {"active": True})
    document["uid"] = "mine"
    place.write_text(json.dumps(document))
    new.accord("connect", "hubspot", "--project", "app")
    document = json.loads(place.read_text())
    assert gone | {"active": False} in document["config"]["subscriptions"]["crmObjects"]
    assert document["uid"] == "mine"


def test_salesforce_by_client_credentials(new: Accounts, database_url: str) -> None:
    told = new.connect_salesforce()
    assert f"Connected to salesforce org {new.s['org_id']} “Practice Org” (production)" in told
    assert not [s for s in new.secrets() if s.encode() in stored(database_url) or s in told]


def test_salesforce_by_a_key_pair_whose_certificate_was_uploaded(
    new: Accounts, database_url: str, tmp_path: Path
) -> None:
    told = new.accord("connect", "salesforce", "--certificate", "accord.crt")
    assert "External Client App Manager" in told
    certificate = (tmp_path / "accord.crt").read_text()
    new.salesforce.settings.jwt_public_key = public_key_of(certificate)  # what an admin uploads
    where = ("--instance-url", new.s["instance_url"], "--client-id", new.s["client_id"])
    told = new.accord("connect", "salesforce", *where, "--username", INTEGRATION_USERNAME)
    assert "Connected to salesforce" in told and INTEGRATION_USERNAME in told
    assert b"PRIVATE KEY" not in stored(database_url)
    assert "PRIVATE KEY" not in "".join(new.said)
    row = next(r for r in json.loads(new.accord("connect", "status", "--json")) if r["side"] == "salesforce")
    assert (
        row["kind"] == "jwt"
        and row["source"] == "connection"
        and re.match(r"20\d\d-", row["certificate_ends"])
    )


def test_another_key_than_the_uploaded_one_is_no_way_in(new: Accounts, database_url: str) -> None:
    new.accord("connect", "salesforce", "--certificate", "one.crt")
    new.salesforce.settings.jwt_public_key = public_key_of(Path("one.crt").read_text())
    new.accord("connect", "salesforce", "--certificate", "two.crt")
    where = ("--instance-url", new.s["instance_url"], "--client-id", new.s["client_id"])
    with pytest.raises(MendConnection, match="no session"):
        new.accord("connect", "salesforce", *where, "--username", INTEGRATION_USERNAME)
    assert b"00D" not in stored(database_url)


def test_the_environment_wins_over_what_is_stored(new: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    new.connect_hubspot()
    assert sources(new)["hubspot"] == "connection"
    monkeypatch.setenv("ACCORD_HUBSPOT_ACCESS_TOKEN", "pat-na1-from-the-environment")
    assert sources(new) == {"hubspot": "environment", "salesforce": ""}


def test_credentials_that_are_stored_but_not_used_are_told_of(
    new: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCORD_HUBSPOT_ACCESS_TOKEN", new.h["access_token"])
    assert "take the ACCORD_HUBSPOT_… ones out" in new.connect_hubspot()


def test_a_key_that_is_missing_later_is_not_made_anew(new: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    new.connect_hubspot()
    monkeypatch.delenv("ACCORD_SECRET_KEY")
    with pytest.raises(FixConfiguration, match="does not hold the key it was sealed with") as told:
        new.accord("setup", "--plan", "--side", "hubspot")
    assert "made for you" not in str(told.value)


def test_a_lost_key_is_told_with_the_way_out(new: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.adapters.keyring import new_key

    new.connect_hubspot()
    monkeypatch.setenv("ACCORD_SECRET_KEY", new_key())
    with pytest.raises(FixConfiguration, match="connect anew"):
        new.accord("setup", "--plan", "--side", "hubspot")


def test_a_key_is_changed_without_an_outage(new: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.adapters.keyring import new_key

    new.connect_hubspot()
    newer = new_key()
    monkeypatch.setenv("ACCORD_SECRET_KEY", f"{newer},{new.key}")
    assert "hubspot" in new.accord("connect", "reseal")
    monkeypatch.setenv("ACCORD_SECRET_KEY", newer)
    assert sources(new)["hubspot"] == "connection"


def test_what_is_stored_is_hidden_from_the_log_from_then_on(
    new: Accounts, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import logging

    from connector import logs
    from connector.adapters.postgres.database import open_pool
    from connector.settings import load
    from connector.wiring.connected import connected

    new.connect_hubspot()
    new.connect_salesforce()
    logs.configure("warning", "json", load().secrets())
    with open_pool(database_url, max_size=1) as pool:
        settings = connected(load(), pool)
    outbound = settings.salesforce.outbound_secret
    assert outbound is not None
    for secret in (new.h["client_secret"], new.s["client_secret"], outbound.get_secret_value(), new.key):
        logging.getLogger("a.library").warning("it went to %s", secret)
    said = capsys.readouterr().err
    assert said.count("it went to [redacted]") == 4
    assert new.h["client_secret"] not in f"{settings!r}"


@pytest.mark.slow
@pytest.mark.parametrize("views_all", [True, False])
def test_after_setup_a_reps_edit_is_pushed_within_seconds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, views_all: bool
) -> None:
    """No poll could find it: they are an hour apart. What the org pushes it pushes because setup selected it, and the
    user may listen because setup gave him the right to view all."""
    from connector.practice.salesforce.pubsub import PubSubServer
    from connector.settings import load
    from connector.wiring.world import open_world
    from connector.worker.process import Worker
    from tests.worker.town import eventually
    from tests.world import HOT

    with accounts(pubsub=True, views_all=views_all) as new:
        assert isinstance(new.salesforce.pubsub, PubSubServer)
        feed = new.salesforce.pubsub.feed
        given = {
            "ACCORD_SALESFORCE_PUBSUB_ENDPOINT": new.s["pubsub_endpoint"],
            "ACCORD_POLL_SECONDS": "3600",
            "ACCORD_POLL_SECONDS_WITH_PUSH": "3600",
        }
        for name, value in (environment(new, database_url) | given).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("ACCORD_PUBLIC_URL")
        monkeypatch.chdir(tmp_path)
        new.connect_hubspot()
        new.connect_salesforce()
        assert feed.selected() == [] and feed.denied("Lead") is not views_all
        new.accord("setup", "--apply", "--yes")
        assert feed.selected() == ["Contact", "Lead", "Opportunity"] and not feed.denied("Lead")
        person = {"email": "cleo@core.example.com", "lastname": "Kent", **HOT}
        code = new.hubspot.edit(person, by="form", create=True)
        new.accord("match", "report")
        new.accord("match", "approve", "--yes")
        new.accord("preview", "--yes", "--wait", "0")
        new.accord("mode", "live", "--yes")
        new.accord("sync", f"hubspot:contact:{code}")
        (lead,) = new.salesforce.org.tables["Lead"].rows
        with open_world(load(sides=True), database_url) as world:
            worker = Worker(world)
            worker.start()
            try:
                eventually(lambda: sum(s.state == "open" for s in world.stores.streams.states()) == 3)
                eventually(lambda: all(s.heard_at for s in world.stores.streams.states()))
                new.salesforce.edit("Lead", lead, {"Title": "Chief of Everything"})
                eventually(lambda: new.hubspot.contact(code)["jobtitle"] == "Chief of Everything")
                (told,) = [s for s in world.stores.streams.states() if s.object == "Lead"]
                assert told.event_at is not None
            finally:
                assert worker.stop()
