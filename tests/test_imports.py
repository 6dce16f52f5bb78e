"""Imports point one way (the contracts are in pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def test_every_import_keeps_the_contracts() -> None:
    """In a process of its own: the linter puts the loggers of this one out of action."""
    run = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=TOP, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
