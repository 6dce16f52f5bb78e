"""The demo's day, with an org of somebody's own making and an agreement that names everything otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.demo.agreement import lay_out_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TOP = Path(__file__).parents[2]
FOREIGN = TOP / "tests" / "demo" / "foreign"


def test_the_day_passes_with_other_names_another_qualification_and_another_seed(tmp_path: Path) -> None:
    mappings = lay_out_for(FOREIGN / "mappings", tmp_path / "mappings")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    options = ["--org", str(FOREIGN / "org.yaml"), "--mappings", str(mappings), "--people", "50", "--seed", "7"]
    command = [sys.executable, "-m", "connector", "demo", "--once", *options]
    done = subprocess.run(
        command, env=environment | {"COLUMNS": "200"}, cwd=TOP, capture_output=True, text=True, check=False, timeout=900
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    day = ("rejected, wrong", "48000 USD on the contact", "quarantined as issue", "nothing to write")
    for shown in (*day, "written, as previewed", "none differs", "the backfill is undone"):
        assert shown in done.stdout
