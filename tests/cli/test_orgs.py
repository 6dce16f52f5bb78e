"""`--org` of `accord practice` and `accord demo`: a wrong file is told whole, a right one is served."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector.adapters.mappings import load
from connector.adapters.mappings.files import FILES
from connector.cli import build
from connector.errors import FixConfiguration

TOP = Path(__file__).parents[2]
ORG = """
version: 1
about: One field more.
salesforce:
  edition: Professional
  outbound_messages: false
  pub_sub: false
  fields: {Lead: {Region__c: {type: string, length: 12}}}
hubspot:
  properties: {region: {type: string}}
"""


def accord(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "connector", *words]
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, timeout=180)


@pytest.mark.e2e
@pytest.mark.parametrize("command", [("practice", "salesforce"), ("demo", "--once")])
def test_everything_wrong_with_an_org_file_is_said_before_anything_starts(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("version: 1\nabaut: x\nsalesforce: {hidden: {Lead: [Faxx]}}\n")
    done = accord(*command, "--org", str(tmp_path / "mine.yaml"))
    assert done.returncode != 0 and "Traceback" not in done.stderr
    for line in (1, 2):
        assert f"mine.yaml:{line}: " in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("practice", "--unproved", "merge_new_i=true"), "Did you mean “merge_new_id”?"),
        (("demo", "--unproved", "fliped"), "flipped, default, or NAME=VALUE"),
        (("practice", "hubspot", "--tier", "gold"), "There is no tier “gold”: free, starter"),
        (("practice", "salesforce", "--scopes", "oauth"), "--tier and --scopes are HubSpot's"),
        (("practice", "--settings", '{"page_size": 3}'), "With both servers say of which"),
        (("init", "mine", "--org", "profesional"), "no org of that name: standard, enterprise"),
    ],
)
def test_a_wrong_wish_is_told_before_anything_starts(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(FixConfiguration, match=re.escape(said)):
        CliRunner().invoke(build(), [*words], catch_exceptions=False)


@pytest.mark.parametrize(("org", "own"), [("standard", ()), ("contacts-only", ("person.yaml",))])
def test_an_agreement_that_fits_an_org_is_laid_out(org: str, own: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    CliRunner().invoke(build(), ["init", str(folder), "--org", org], catch_exceptions=False)
    assert load(folder).person.create_object == ("Contact" if own else "Lead")
    same = [name for name in FILES if (folder / name).read_bytes() == (TOP / "mappings" / name).read_bytes()]
    assert (not own and len(same) == 4) or not set(own) & set(same)


@pytest.mark.e2e
def test_an_org_of_ones_own_is_served(tmp_path: Path) -> None:
    import requests

    (tmp_path / "mine.yaml").write_text(ORG)
    wishes = ["--tier", "starter", "--scopes", "crm.objects.contacts.read,crm.schemas.contacts.read"]
    wishes += ["--unproved", "flipped", "--settings", '{"salesforce": {"page_size": 250}}']
    command = [sys.executable, "-m", "connector", "practice", "--org", str(tmp_path / "mine.yaml"), *wishes]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TOP)
    try:
        assert process.stdout
        hubspot, salesforce = (json.loads(process.stdout.readline()) for _ in range(2))
        wanted = {"Authorization": f"Bearer {salesforce['access_token']}"}
        describe = requests.get(
            f"{salesforce['base_url']}/services/data/v66.0/sobjects/Lead/describe", headers=wanted, timeout=60
        ).json()
        assert {"name": "Region__c", "length": 12}.items() <= next(
            field for field in describe["fields"] if field["name"] == "Region__c"
        ).items()
        refused = requests.post(
            f"{salesforce['base_url']}/_practice/outbound", json={"objects": {"Lead": ["Email"]}}, timeout=60
        )
        assert refused.status_code == 400
        found = requests.get(
            f"{hubspot['base_url']}/crm/v3/properties/contacts/region",
            headers={"Authorization": f"Bearer {hubspot['access_token']}"},
            timeout=60,
        )
        assert found.status_code == 200
        ways = [requests.get(f"{one['base_url']}/_practice/settings", timeout=10).json() for one in (hubspot, salesforce)]
        assert ways[0]["daily_limit"] == 250_000 and ways[0]["merge_new_id"] is False
        assert ways[1]["page_size"] == 250 and ways[1]["no_op_notifies"] is False
        owners = requests.get(f"{hubspot['base_url']}/crm/v3/owners", headers=found.request.headers, timeout=10)
        assert owners.status_code == 403
    finally:
        process.terminate()
        process.communicate(timeout=120)
