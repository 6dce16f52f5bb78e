"""`--org` of `accord practice` and `accord demo`: a wrong file is told whole, a right one is served."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.e2e
def test_an_org_of_ones_own_is_served(tmp_path: Path) -> None:
    import requests

    (tmp_path / "mine.yaml").write_text(ORG)
    command = [sys.executable, "-m", "connector", "practice", "--org", str(tmp_path / "mine.yaml"), "--people", "3"]
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
    finally:
        process.terminate()
        process.communicate(timeout=120)
