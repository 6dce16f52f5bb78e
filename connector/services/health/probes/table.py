"""What a probe is. One list holds for practice servers and real accounts alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.core.shapes import Shape

Body = Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way an answer may be. ``says``: the reading of a doubtful behaviour that it proves, or ''. ``status``: any of
    these. ``shape``: see core/shapes.py. ``holds``: path -> a value exactly there (of our own making, or a code);
    ``unlike``: path -> what is not there any more; ``lacks``: paths that are not there; ``not_all``: as ``holds``, but
    one of them at least is otherwise; ``starts``: path -> what stands at the beginning there. A path is keys and places
    joined by dots; ``len`` counts a list; a value may name what an earlier probe kept, as ``{name}``. ``headers``:
    names that have to be there. ``untold``: such an answer settles nothing, ``says`` is why."""

    status: tuple[int, ...]
    shape: Shape = "any"
    says: str = ""
    holds: Mapping[str, Any] = field(default_factory=dict)
    unlike: Mapping[str, Any] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    not_all: Mapping[str, Any] = field(default_factory=dict)
    starts: Mapping[str, str] = field(default_factory=dict)
    untold: bool = False
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """One request and what is expected of it: the first outcome is what the practice server does by default.

    ``path``, ``body`` and headers may name ``{kept}`` values; a probe whose value was not kept is skipped. ``keep``:
    name -> path in the answer. ``writes``: only with leave, and only on the probe's own record. ``proves``: the setting
    of a practice server whose readings the outcomes are. ``token``: False for a call without, or a wrong one.
    ``after``: seconds to wait before it."""

    name: str
    about: str
    method: str
    path: str
    outcomes: tuple[Outcome, ...]
    body: Body = None
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    proves: str = ""
    token: bool | str = True
    after: float = 0.0


def ok(shape: Shape = "any", *status: int, **more: Any) -> Outcome:
    """An outcome of 200, or of ``status``."""
    return Outcome(status or (200,), shape, **more)


def get(name: str, about: str, path: str, *outcomes: Outcome, **more: Any) -> Probe:
    return Probe(name, about, "GET", path, outcomes, **more)


def post(name: str, about: str, path: str, body: Body, *outcomes: Outcome, **more: Any) -> Probe:
    return Probe(name, about, "POST", path, outcomes, body, **more)


def patch(name: str, about: str, path: str, body: Body, *outcomes: Outcome, **more: Any) -> Probe:
    return Probe(name, about, "PATCH", path, outcomes, body, writes=True, **more)
