"""Replays the probes against whatever portal or org is connected, and tells what differs.

Answers are kept as shapes: no token and no person's value leaves this file. Only names of errors are kept as they are.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from connector.core.shapes import differences, shape_of
from connector.services.health.probes.table import Outcome, Probe

AS_EXPECTED, DIFFERS, OTHER, FORBIDDEN, SKIPPED = (
    "as expected",
    "differs",
    "other reading",
    "not allowed",
    "skipped",
)
CODES = frozenset({"errorCode", "statusCode", "category", "subCategory", "code", "policyName", "error"})
"""Keys whose values are names of errors; they are kept as they are, where they look like names."""
HEADERS = re.compile(
    r"^(x-hubspot-ratelimit|sforce-|retry-after|location|last-modified|etag|content-type)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_NOISE = re.compile(r"'[^']*'|\"[^\"]*\"|\S+@\S+|[A-Za-z]*\d\S*")
_MISSING = object()


class Answered(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> Any: ...


Call = Callable[[str, str, Any, Mapping[str, str], bool | str], Answered]
"""(method, path, body, headers, token): any status is an answer; raises CallFailed where none came."""


@dataclass(slots=True)
class Told:
    """What came of a probe. ``reading``: of the behaviour it proves. ``how``: what differs, in words. ``answer``:
    shapes."""

    name: str
    about: str
    verdict: str
    status: int = 0
    proves: str = ""
    reading: str = ""
    how: list[str] = field(default_factory=list)
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return asdict(self)


BUSY, TRIES, PAUSE = (429, 503), 3, 1.2
"""HubSpot takes five searches a second: a limit is waited out, it is no answer."""


def replay(
    probes: Iterable[Probe],
    call: Call,
    kept: dict[str, str],
    *,
    write: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Told]:
    """``kept``: what probes may name from the start; what they keep is added. Without ``write`` nothing is written."""
    for probe in probes:
        if probe.writes and not write:
            continue
        wanted = [name for name in _named(probe) if name not in kept]
        if wanted:
            how = [f"{wanted[0]} is not known: nothing to look at"]
            yield Told(probe.name, probe.about, SKIPPED, how=how)
            continue
        if probe.after:
            sleep(probe.after)
        answer = _answer(probe, call, kept, sleep)
        kept |= {
            n: str(v)
            for n, path in probe.keep.items()
            if (v := at(answer.body, path)) not in (_MISSING, None)
        }
        yield told(probe, answer, kept)


def _answer(probe: Probe, call: Call, kept: Mapping[str, str], sleep: Callable[[float], None]) -> Answered:
    path, body, headers = (_filled(part, kept) for part in (probe.path, probe.body, dict(probe.headers)))
    for _ in range(TRIES - 1):
        answer = call(probe.method, path, body, headers, probe.token)
        if answer.status not in BUSY:
            return answer
        sleep(PAUSE)
    return call(probe.method, path, body, headers, probe.token)


def told(probe: Probe, answer: Answered, kept: Mapping[str, str]) -> Told:
    """An answer held against the outcomes, the default reading first."""
    made = Told(probe.name, probe.about, DIFFERS, answer.status, probe.proves)
    made.answer, made.headers = redacted(answer.body), _headers(answer.headers)
    first: list[str] = []
    for place, outcome in enumerate(probe.outcomes):
        wrong = _wrong(outcome, answer, kept)
        if not wrong:
            made.verdict = AS_EXPECTED if place == 0 else OTHER
            made.reading = outcome.says
            if outcome.untold:
                made.verdict, made.how = SKIPPED, [outcome.says]
            elif place:
                made.how = [f"{probe.outcomes[0].says or 'another answer'} was expected, {outcome.says} came"]
            return made
        first = first or wrong
    if answer.status in (401, 403):
        made.verdict = FORBIDDEN
    made.how = first
    return made


def _wrong(outcome: Outcome, answer: Answered, kept: Mapping[str, str]) -> list[str]:
    if answer.status not in outcome.status:
        return [f"status {' or '.join(map(str, outcome.status))} was expected, {answer.status} came"]
    there = {name.lower() for name in answer.headers}
    found = [f"header {name}: missing" for name in outcome.headers if name.lower() not in there]
    found += differences(outcome.shape, answer.body)
    for path, value in outcome.holds.items():
        held = at(answer.body, path)
        if held is _MISSING:
            found.append(f"{path}: missing")
        elif held != _filled(value, kept):
            found.append(f"{path}: another value than expected")
    found += [
        f"{path}: the same as before"
        for path, value in outcome.unlike.items()
        if at(answer.body, path) == _filled(value, kept)
    ]
    if outcome.not_all and all(
        at(answer.body, path) == _filled(value, kept) for path, value in outcome.not_all.items()
    ):
        found.append(f"{', '.join(outcome.not_all)}: all of them as in the question")
    found += [
        f"{path}: another beginning than {start}"
        for path, start in outcome.starts.items()
        if not str(at(answer.body, path)).startswith(_filled(start, kept))
    ]
    found += [f"{path}: was not expected" for path in outcome.lacks if at(answer.body, path) is not _MISSING]
    return found


def at(body: Any, path: str) -> Any:
    """The value at a path of keys and places; ``_MISSING`` where there is none."""
    for part in path.split("."):
        if part == "len" and isinstance(body, list):
            return len(body)
        if isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, Mapping) and part in body:
            body = body[part]
        else:
            return _MISSING
    return body


_SLOT = re.compile(r"\{([A-Za-z]+)\}")


def _named(probe: Probe) -> list[str]:
    return _SLOT.findall(f"{probe.path} {probe.body} {dict(probe.headers)}")


def _filled(value: Any, kept: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _SLOT.sub(lambda found: kept.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _filled(held, kept) for name, held in value.items()}
    return [_filled(held, kept) for held in value] if isinstance(value, list) else value


def redacted(body: Any) -> Any:
    """The answer as shapes; names of errors as they are; an error's words as the hash of their skeleton, so that two
    servers' words can be compared and nobody's value read. A list keeps one row."""
    if isinstance(body, Mapping):
        return {_key(str(name)): _leaf(str(name), value) for name, value in body.items()}
    if isinstance(body, list):
        return [redacted(row) for row in body[:1]]
    return shape_of(body)


def _key(name: str) -> str:
    """A key may be a person's value, too (an object keyed by address)."""
    return name if re.fullmatch(r"[A-Za-z_][\w.-]*", name) and "@" not in name else f"({shape_of(name)})"


def _leaf(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in CODES and _NAME.fullmatch(value):
        return value
    if isinstance(value, str) and name in ("message", "error_description"):
        return f"text:{skeleton(value)}"
    return redacted(value)


def skeleton(text: str) -> str:
    """A short hash of a message without what it quotes: names in quotes, addresses, whatever has a digit."""
    return hashlib.blake2b(_NOISE.sub("", text).encode(), digest_size=4).hexdigest()


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: shape_of(value) for name, value in sorted(headers.items()) if HEADERS.match(name)}
