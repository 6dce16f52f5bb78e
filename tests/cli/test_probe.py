"""`accord probe` against both practice servers: what it proves there is what it would prove, or mend, elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.cli import build
from connector.errors import Refused
from connector.practice import hubspot, salesforce, ways
from connector.practice.hubspot import HubSpotCore
from connector.practice.salesforce import SalesforceCore
from connector.services.health.probes import hubspot as of_hubspot
from connector.services.health.probes import salesforce as of_salesforce

pytestmark = pytest.mark.slow
"""Two servers, and a hundred calls over HTTP."""


class Served:
    hubspot: HubSpotCore
    salesforce: SalesforceCore


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    with closing(hubspot.serve_hubspot(people=12, seed=3, index_lag=0)) as portal:
        with closing(salesforce.serve_salesforce(people=12, seed=3)) as org:
            found = Served()
            assert isinstance(portal.core, HubSpotCore)
            found.hubspot, found.salesforce = portal.core, org.core
            found.hubspot.faults.update({"rate_limits": True})
            h, s = hubspot.connection(portal.core, portal.base_url), org.connection()
            given = {
                "ACCORD_HUBSPOT_BASE_URL": h["base_url"],
                "ACCORD_HUBSPOT_ACCESS_TOKEN": h["access_token"],
                "ACCORD_SALESFORCE_INSTANCE_URL": s["instance_url"],
                "ACCORD_SALESFORCE_CLIENT_ID": s["client_id"],
                "ACCORD_SALESFORCE_CLIENT_SECRET": s["client_secret"],
            }
            for name, value in given.items():
                monkeypatch.setenv(name, str(value))
            monkeypatch.chdir(tmp_path)
            yield found


def probed(*words: str) -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(build(), ["probe", "--json", *words], catch_exceptions=False)
    return done.exit_code, json.loads(done.output)


PARTS = {"hubspot marketing property", "salesforce small pages"}
"""What a practice portal may do without, or is too small for."""


UNSEEN = ("too few rows", "none selected")
"""What can't be told of an org as small and as fresh as this one."""

OTHERWISE = {
    "additional_emails_writable": "true",  # what is read-only is ignored, says another flipped switch
    "warnings_on": "dated",  # on all paths is on those, too
    "contact_contact_type_id": "another number",
    "collections_per_composite": "more",
}
"""Readings in other words than the flipped setting's."""


def verdicts(documents: list[dict[str, Any]]) -> dict[str, tuple[str, list[str]]]:
    found = {
        f"{document['side']} {told['name']}": (told["verdict"], told["how"])
        for document in documents
        for told in document["probes"]
    }
    return {name: told for name, told in found.items() if told[0] != "as expected" and name not in PARTS}


def test_without_leave_nothing_is_written(served: Served) -> None:
    before = served.hubspot.snapshot(), served.salesforce.snapshot()["Lead"]
    _, documents = probed()
    assert verdicts(documents) == {}
    assert (served.hubspot.snapshot(), served.salesforce.snapshot()["Lead"]) == before
    names = [told["name"] for document in documents for told in document["probes"]]
    assert len(names) == len(of_hubspot.READ) + len(of_salesforce.READ)


def test_with_leave_records_are_made_and_archived(served: Served) -> None:
    people = len(served.hubspot.snapshot()["contacts"]), len(served.salesforce.snapshot()["Lead"])
    with pytest.raises(Refused, match="say --yes"):
        probed("--write")
    _, documents = probed("--write", "--yes")
    assert verdicts(documents) == {}
    assert (len(served.hubspot.snapshot()["contacts"]), len(served.salesforce.snapshot()["Lead"])) == people
    assert len(served.hubspot.snapshot()["archived"]) == 2  # one, and what two others became


def test_a_portal_that_behaves_otherwise_is_told_by_name(served: Served) -> None:
    served.hubspot.settings.update(
        {"lifecycle_forward_only": False, "equal_write_touches": True, "write_answer": "sent"}
    )
    _, documents = probed("hubspot", "--write", "--yes")
    other = verdicts(documents)
    assert {name for name, (verdict, _) in other.items() if verdict == "other reading"} == {
        "hubspot stage after", "hubspot same value", "hubspot write answer",
    }  # fmt: skip
    assert other["hubspot stage after"][1] == ["true was expected, false came"]


def test_an_answer_that_fits_no_reading_differs_and_ends_with_1(served: Served) -> None:
    from connector.practice.faults import OneShot

    served.salesforce.faults.update({"next": [OneShot("/limits", "status", 500, times=9)]})
    code, documents = probed("salesforce")
    assert code == 1
    assert verdicts(documents)["salesforce limits"] == ("differs", ["status 200 was expected, 500 came"])


def test_what_is_kept_holds_no_token_and_no_persons_value(served: Served, tmp_path: Path) -> None:
    out = tmp_path / "answers.json"
    done = CliRunner().invoke(
        build(), ["probe", "--write", "--yes", "--out", str(out)], catch_exceptions=False
    )
    assert "Probes of hubspot" in done.output and "as expected" in done.output
    kept = out.read_text() + done.output
    held = [value for row in served.hubspot.snapshot()["contacts"] for value in row["properties"].values()]
    held += [
        str(row[name]) for row in served.salesforce.snapshot()["Lead"] for name in ("LastName", "Email", "Id")
    ]
    held += [served.hubspot.portal.account.private_token, served.salesforce.access_token, "accord-probe-"]
    told = [
        value for value in held if len(value) > 7 and value in kept and value not in ("hubspot", "customer")
    ]
    assert told == []
    assert any("text:" in line for line in kept.splitlines())


def test_whoever_is_not_allowed_to_read_is_told_so(served: Served) -> None:
    from connector.practice.faults import OneShot

    served.hubspot.faults.update({"next": [OneShot("/crm/v3/owners", "status", 403)]})
    _, documents = probed("hubspot")
    assert verdicts(documents) == {"hubspot owners": ("not allowed", ["status 200 was expected, 403 came"])}


def test_every_doubtful_behaviour_has_its_row(served: Served) -> None:
    """What the practice servers take on the word of memory is listed, with what was seen of it."""
    _, documents = probed("--write", "--yes")
    for document in documents:
        for row in document["unproved"]:
            assert set(row) == {"name", "behaviour", "default", "source", "seen"}
            assert row["seen"] in ("no probe", str(row["default"]), *UNSEEN), row


def test_accounts_that_behave_otherwise_in_all_that_is_doubtful_are_told_so_in_each(served: Served) -> None:
    other = ways.flipped()
    served.hubspot.settings.update(dict(other.hubspot))
    served.hubspot.reset()  # some are laid down when a portal comes to be
    served.salesforce.settings.update(dict(other.salesforce))
    _, documents = probed("--write", "--yes")
    for document, wished in zip(documents, (other.hubspot, other.salesforce), strict=True):
        seen = {row["name"]: row["seen"].lower() for row in document["unproved"] if row["seen"] != "no probe"}
        told = {name: said for name, said in seen.items() if said not in (str(wished[name]).lower(), *UNSEEN)}
        assert {name: told.get(name) for name in told.keys() - OTHERWISE.keys()} == {}
        assert {name: said for name, said in told.items() if said != OTHERWISE[name]} == {}
