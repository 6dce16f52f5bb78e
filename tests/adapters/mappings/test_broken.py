"""Broken agreements: each folder under `broken/` overlays the sound one and says at the top of its files what
is expected.

`# expect line 9: …` is the whole message; every problem of a folder is expected, and nothing else.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from connector.adapters.mappings import check, load
from connector.errors import FixConfiguration

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir() if path.name != "sound")
_EXPECT = re.compile(r"^# expect line (\d+): (.*)$", re.MULTILINE)


def laid_out(case: str, under: Path) -> Path:
    """The sound agreement with the files of a case over it ("" for none)."""
    folder = under / "m"
    shutil.copytree(BROKEN / "sound", folder)
    for file in (BROKEN / case).iterdir() if case else ():
        shutil.copy(file, folder / file.name)
    return folder


def test_the_sound_agreement_has_no_problem(tmp_path: Path) -> None:
    assert check(laid_out("", tmp_path)) == []


def test_there_are_at_least_twenty_broken_ones() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("case", CASES)
def test_every_problem_is_named_with_file_and_line(case: str, tmp_path: Path) -> None:
    folder = laid_out(case, tmp_path)
    expected = {
        f"m/{file.name}:{line}: {said}"
        for file in (BROKEN / case).iterdir()
        for line, said in _EXPECT.findall(file.read_text())
    }
    assert expected
    with pytest.raises(FixConfiguration) as refused:
        load(folder)
    assert set(refused.value.problems) == expected


class TestFolder:
    """What is wrong with the folder rather than with a file in it."""

    def test_a_file_with_another_ending_is_not_read(self, tmp_path: Path) -> None:
        folder = laid_out("", tmp_path)
        (folder / "person.yaml").rename(folder / "person.yml")
        said = [str(problem) for problem in check(folder)]
        assert said == [
            "m/person.yaml:1: The file is missing. Lay out a fresh copy with `accord init`.",
            "m/person.yml:1: Nothing reads this file. Did you mean “person.yaml”?",
        ]

    def test_an_empty_file(self, tmp_path: Path) -> None:
        folder = laid_out("", tmp_path)
        (folder / "handoff.yaml").write_text("# nothing yet\n")
        assert [str(problem) for problem in check(folder)] == [
            "m/handoff.yaml:1: The file has no keys. Compare it with the copy of `accord init`."
        ]

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        folder = laid_out("", tmp_path)
        (folder / "handoff.yaml").write_bytes(b"\xff\xfe\x00version")
        assert [problem.message for problem in check(folder)] == ["The file is not UTF-8 text."]

    def test_countries_that_yaml_would_take_for_a_no(self, tmp_path: Path) -> None:
        folder = laid_out("", tmp_path)
        file = folder / "person.yaml"
        text = file.read_text().replace(
            "lens: country,", "lens: {country: {salesforce: name, names: {NO: Norge}}},"
        )
        file.write_text(text)
        lens = next(field.lens for field in load(folder).person.fields if field.name == "country")
        assert lens.to_salesforce("NO") == "Norge"
        assert lens.same("Norway", "Norge")
