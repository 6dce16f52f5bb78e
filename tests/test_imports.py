"""Imports point one way (the contracts are in pyproject.toml)."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

TOP = Path(__file__).parent.parent


def test_every_import_keeps_the_contracts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(TOP)
    broken = lint_imports(config_filename=str(TOP / "pyproject.toml"), cache_dir=None)
    assert not broken, capsys.readouterr().out
