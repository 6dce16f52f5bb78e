"""Broken org files: each says at its top, as `# expect line 9: …`, every problem that is expected, and nothing else."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from connector.practice.orgs import OrgProblems, load, read_file

BROKEN = Path(__file__).parent / "broken"
_EXPECT = re.compile(r"^# expect line (\d+): (.*)$", re.MULTILINE)


@pytest.mark.parametrize("file", sorted(BROKEN.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_broken_file_is_told_all_its_problems_at_once(file: Path) -> None:
    with pytest.raises(OrgProblems) as told:
        read_file(file)
    expected = sorted((int(line), words) for line, words in _EXPECT.findall(file.read_text()))
    found = told.value.problems
    assert len(found) == len(expected), "\n".join(found)
    for said, (line, words) in zip(found, expected, strict=True):
        start = f"broken/{file.name}:{line}: "
        assert said.startswith(start) and (said == start + words or fnmatchcase(said[len(start) :], words)), said


def test_a_file_that_is_not_there_names_the_orgs_that_are(tmp_path: Path) -> None:
    with pytest.raises(OrgProblems, match="no org of that name: standard, enterprise, contacts-only, professional"):
        load(str(tmp_path / "mine.yaml"))


def test_text_that_is_not_utf8_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"about: \xff\xfe")
    with pytest.raises(OrgProblems, match="not UTF-8"):
        load(str(tmp_path / "mine.yaml"))
