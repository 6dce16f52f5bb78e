"""The commands that need no running service, as a user meets them."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector import __main__ as command
from connector.cli import build
from connector.errors import FixConfiguration


@pytest.fixture(autouse=True)
def beside_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "ACCORD_EMBEDDED", "ACCORD_MAPPINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def accord(*words: str) -> tuple[int, str]:
    """Exit code and output; errors of Accord pass through, as they do to `main`."""
    done = CliRunner().invoke(build(), words, catch_exceptions=False)
    return done.exit_code, done.output


def test_a_laid_out_agreement_is_sound_and_is_then_the_one_in_use(tmp_path: Path) -> None:
    code, _ = accord("init")
    assert code == 0
    code, output = accord("mappings", "check")
    assert (code, output.splitlines()[-1]) == (0, "mappings: the agreement is sound.")
    code, output = accord("mappings", "check", "--json")
    told = json.loads(output)
    assert (code, told["sound"], told["folder"], told["problems"]) == (0, True, "mappings", [])


def test_every_problem_of_a_broken_agreement_is_a_line_with_file_line_and_fix(tmp_path: Path) -> None:
    accord("init", "mine")
    person = tmp_path / "mine" / "person.yaml"
    person.write_text(person.read_text().replace("direction:", "directoin:"))
    (tmp_path / "mine" / "handoff.yaml").unlink()
    code, output = accord("mappings", "check", "mine")
    assert code == 1
    assert "mine/handoff.yaml:1: The file is missing. — Lay out a fresh copy" in output
    assert output.count("directoin") >= 2
    code, output = accord("mappings", "check", "mine", "--json")
    told = json.loads(output)
    assert code == 1 and not told["sound"]
    assert ("handoff.yaml", "The file is missing.") in {(p["file"][-12:], p["message"]) for p in told["problems"]}


def test_without_a_database_one_clear_message_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["accord", "db", "migrate"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert told.err.startswith("Accord needs a database that lasts: set DATABASE_URL")
    assert len(told.err.splitlines()) == 1


def test_wrong_settings_are_told_all_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["accord", "db", "migrate"])
    monkeypatch.setenv("ACCORD_DRAINS", "many")
    monkeypatch.setenv("PORT", "-1")
    with pytest.raises(SystemExit):
        command.main()
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["accord", "--debug", "db", "migrate"])
    monkeypatch.setenv("ACCORD_DRAINS", "many")
    with pytest.raises(FixConfiguration):
        command.main()


def test_settings_may_stand_in_a_file_beside_you(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["accord", "db", "migrate"])
    monkeypatch.setenv("ACCORD_DRAINS", "1")  # so that it is put back
    monkeypatch.delenv("ACCORD_DRAINS")
    (tmp_path / ".env").write_text("ACCORD_DRAINS=many\n")
    with pytest.raises(SystemExit):
        command.main()
    assert "ACCORD_DRAINS must be a whole number." in capsys.readouterr().err


def test_migrating_twice(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for _ in range(2):
        code, told = accord("db", "migrate")
        assert code == 0 and told.startswith("connections: ")
        assert told.splitlines()[1:] == ["The database is up to date."]
