"""`accord doctor`, and the whole way of a command from the environment on, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector import logs
from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.practice import hubspot, salesforce
from connector.practice.hubspot import HubSpotCore
from connector.practice.salesforce import SalesforceCore
from tests.cli.test_first_day import operating
from tests.world import HOT, World


@dataclass
class Served:
    hubspot: HubSpotCore
    salesforce: SalesforceCore


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Iterator[Served]:
    """Both practice servers over HTTP, and an environment that names them."""
    with closing(hubspot.serve_hubspot(people=40, seed=3, index_lag=0)) as portal:
        with closing(salesforce.serve_salesforce(people=40, seed=3)) as org:
            assert isinstance(portal.core, HubSpotCore)
            h, s = hubspot.connection(portal.core, portal.base_url), org.connection()
            given = {
                "DATABASE_URL": database_url,
                "ACCORD_HUBSPOT_BASE_URL": h["base_url"],
                "ACCORD_HUBSPOT_ACCESS_TOKEN": h["access_token"],
                "ACCORD_HUBSPOT_APP_ID": h["app_id"],
                "ACCORD_SALESFORCE_INSTANCE_URL": s["instance_url"],
                "ACCORD_SALESFORCE_CLIENT_ID": s["client_id"],
                "ACCORD_SALESFORCE_CLIENT_SECRET": s["client_secret"],
            }
            for name, value in given.items():
                monkeypatch.setenv(name, str(value))
            monkeypatch.chdir(tmp_path)
            yield Served(portal.core, org.core)


def accord(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(build(), words, catch_exceptions=False)
    return done.exit_code, done.output


def findings(*words: str) -> tuple[int, list[dict[str, Any]]]:
    code, output = accord("doctor", "--json", *words)
    return code, json.loads(output)


def test_all_is_well_but_what_is_not_set_up_yet(served: Served) -> None:
    code, found = findings()
    assert code == 0, found
    assert {f["area"] for f in found if f["level"] == "warn"} == {"push", "running"}
    assert any("no worker" in f["message"].lower() for f in found)
    shown = accord("doctor")[1]
    assert "OK      permissions: hubspot contact:" in shown
    assert "→ Set ACCORD_HUBSPOT_CLIENT_SECRET" in shown
    assert "0 fail" in shown


def test_a_field_we_may_not_write_and_an_owner_who_left_are_told_with_their_fix(served: Served) -> None:
    lead = served.salesforce.org.objects["Lead"].fields
    lead["City"].createable = lead["City"].updateable = False
    del lead["Fax"]
    bob = next(
        u
        for u in served.salesforce.org.tables["User"].rows.values()
        if u["Email"] == "bob@accord.example.com"
    )
    bob["IsActive"] = False
    code, found = findings()
    assert code == 1
    failed = {(f["area"], f["message"]) for f in found if f["level"] == "fail" and f["area"] != "mapping"}
    assert ("permissions", "salesforce Lead: not visible: Fax") in failed
    assert ("permissions", "salesforce Lead: not writable: City") in failed
    assert any(
        area == "owners" and "bob@accord.example.com (salesforce)" in message for area, message in failed
    )
    assert all(f["fix"] for f in found if f["level"] == "fail")


def test_wrong_credentials_are_one_finding_not_a_traceback(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCORD_SALESFORCE_CLIENT_SECRET", "wrong")
    code, found = findings()
    assert code == 1
    failed = [f for f in found if f["level"] == "fail"]
    assert [f["area"] for f in failed] == ["salesforce"]
    assert "invalid_client" in failed[0]["message"]
    assert failed[0]["fix"]
    assert "wrong" not in json.dumps(found)


def test_missing_credentials_are_named_by_their_setting(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACCORD_HUBSPOT_ACCESS_TOKEN")
    code, found = findings()
    assert code == 1
    assert any("ACCORD_HUBSPOT_ACCESS_TOKEN" in f["message"] for f in found)


def test_commands_go_their_whole_way_over_http(served: Served) -> None:
    report = json.loads(accord("match", "report", "--json")[1])
    assert report["sides"]["hubspot"]["records"] == 40
    assert report["pairs"] > 20
    assert accord("match", "approve", "--yes")[0] == 0
    code, shown = accord("status")
    assert code == 0 and "backfill" in shown
    assert served.hubspot.calls.shown()["total"] < 20


def test_hubspots_own_integration_at_work_is_warned_of(database: Pool) -> None:
    world = World(database, live=False)
    ann = world.contact(email="ann@acme.example.com", lastname="Ito")
    world.edit_contact(ann, by="automation", salesforceleadid="00Q5g00000AAAAAAAA")
    world.later(minutes=1)
    done = CliRunner().invoke(build(), ["doctor", "--json"], obj=operating(world), catch_exceptions=False)
    (found,) = (f for f in json.loads(done.output) if f["area"] == "own integration")
    assert found["level"] == "warn" and "linked 1 contacts" in found["message"]


def test_a_canary_tells_whether_edits_reach_us_and_is_put_back(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    before = world.hs(ann), world.lead_of(ann)
    on = operating(world)

    def listen(seconds: float) -> None:
        world.clock.advance(seconds)
        world.deliver()

    on.sleep = listen
    done = CliRunner().invoke(
        build(), ["doctor", "--canary", f"hubspot:contact:{ann}"], obj=on, catch_exceptions=False
    )
    assert (
        "an edit in hubspot reached us" in done.output and "an edit in salesforce reached us" in done.output
    )
    world.settle()
    moved = ("lastmodifieddate", "LastModifiedDate", "SystemModstamp")
    after = world.hs(ann), world.lead_of(ann)
    for old, new in zip(before, after, strict=True):
        assert {k: v for k, v in old.items() if k not in moved} == {
            k: v for k, v in new.items() if k not in moved
        }


def test_a_canary_that_never_arrives_names_what_to_check(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    on = operating(world)

    def deaf(seconds: float) -> None:
        world.clock.advance(seconds)

    on.sleep = deaf
    done = CliRunner().invoke(
        build(), ["doctor", "--canary", f"hubspot:contact:{ann}"], obj=on, catch_exceptions=False
    )
    assert done.exit_code == 1
    assert "did not reach us within 20 s" in done.output and "accord serve" in done.output
    assert logs.GONE not in done.output
