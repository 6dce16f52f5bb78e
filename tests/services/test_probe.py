"""Probes on scripted answers: what is expected, what is another reading, what is kept of an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from connector.services.health.probe import (
    AS_EXPECTED,
    DIFFERS,
    FORBIDDEN,
    OTHER,
    SKIPPED,
    redacted,
    replay,
    skeleton,
)
from connector.services.health.probes import hubspot, salesforce
from connector.services.health.probes.table import Outcome, Probe, get, ok, patch


@dataclass
class Said:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Script:
    """Answers in order; remembers what was asked and how long was waited."""

    answers: list[Said]
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: Any, headers: Any, token: Any) -> Said:
        self.asked.append((method, path, body))
        return self.answers.pop(0)


def played(probes: list[Probe], *answers: Said, write: bool = True, **kept: str) -> tuple[list[Any], Script]:
    script = Script(list(answers))
    return list(replay(probes, script, dict(kept), write=write, sleep=script.waited.append)), script


def test_the_first_outcome_is_expected_and_another_is_another_reading() -> None:
    probe = get(
        "x", "what", "/x", ok(says="a", holds={"v": 1}), ok(says="b", holds={"v": 2}), proves="setting"
    )
    (told,), _ = played([probe], Said(200, {"v": 1}))
    assert (told.verdict, told.reading, told.how) == (AS_EXPECTED, "a", [])
    (told,), _ = played([probe], Said(200, {"v": 2}))
    assert (told.verdict, told.reading, told.how) == (OTHER, "b", ["a was expected, b came"])
    (told,), _ = played([probe], Said(200, {"v": 3}))
    assert (told.verdict, told.how) == (DIFFERS, ["v: another value than expected"])
    (told,), _ = played([probe], Said(403, {}))
    assert told.verdict == FORBIDDEN


def test_what_was_kept_fills_the_next_and_what_was_not_skips_it() -> None:
    probes = [
        get("one", "", "/rows", ok(), keep={"row": "rows.0.id"}),
        patch("two", "", "/rows/{row}", {"v": "{row}"}, Outcome((204,))),
    ]
    told, script = played(probes, Said(200, {"rows": [{"id": "7"}]}), Said(204))
    assert script.asked[1] == ("PATCH", "/rows/7", {"v": "7"})
    told, script = played(probes, Said(200, {"rows": []}))
    assert told[1].verdict == SKIPPED
    told, _ = played(probes, Said(200, {"rows": [{"id": "7"}]}), write=False)
    assert [t.name for t in told] == ["one"]


def test_a_limit_is_waited_out_and_is_no_answer() -> None:
    (told,), script = played([get("x", "", "/x", ok())], Said(429), Said(429), Said(200, {}))
    assert told.verdict == AS_EXPECTED and len(script.waited) == 2


def test_of_an_answer_shapes_are_kept_and_names_of_errors_and_no_value() -> None:
    body = {
        "message": 'Property "ann@acme.example.com" 512 does not exist',
        "category": "VALIDATION_ERROR",
        "ann@acme.example.com": "Ann",
        "results": [{"id": "512", "properties": {"email": "ann@acme.example.com"}}, {"id": "513"}],
        "code": "Ann Ito",
    }
    kept = json.dumps(redacted(body))
    assert "Ann" not in kept and "acme" not in kept and "512" not in kept
    assert "VALIDATION_ERROR" in kept
    assert skeleton('Property "a" 512 does not exist') == skeleton('Property "bb" 7 does not exist')
    assert skeleton("Other words") != skeleton("Property does not exist")


def test_every_probe_has_a_name_of_its_own_and_only_marked_ones_write() -> None:
    for table in (hubspot, salesforce):
        every = [*table.READ, *table.WRITE]
        assert len({probe.name for probe in every}) == len(every)
        assert all(probe.outcomes and probe.about for probe in every)
        assert all(probe.writes for probe in table.WRITE)
        reads = {"GET", "POST"}
        assert all(probe.method in reads and not probe.writes for probe in table.READ)
        posts = [probe.path for probe in table.READ if probe.method == "POST"]
        assert all(path.endswith(("/batch/read", "/search", "/composite")) for path in posts)
