"""What the doctor finds, and what it has to be told to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from connector.core.records import Side
from connector.ports import FieldSchema

OK, WARN, FAIL, SKIP = "ok", "warn", "fail", "skipped"
Schemas = Mapping[str, dict[str, FieldSchema]]


@dataclass(frozen=True, slots=True)
class Finding:
    """``level``: ok, warn, fail or skipped. ``fix``: what to do, in words."""

    area: str
    level: str
    message: str
    fix: str = ""


class Seen(Protocol):
    """What a look at a service from outside brought; see adapters/probing.py."""

    @property
    def status(self) -> int: ...
    @property
    def error(self) -> str: ...
    @property
    def ahead(self) -> timedelta | None: ...
    @property
    def body(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What only the wiring knows. ``missing``: credentials that are not set, in words. ``probe``: looks at a side from
    outside. ``versions``: API version set for each side. ``database``: findings of the database itself.
    ``mapping``: the
    mapping's problems against (HubSpot's schema, Salesforce's by object). ``unset``: settings without which a
    side can't
    push, with their fix."""

    missing: Sequence[str] = ()
    probe: Callable[[Side], Seen | None] = lambda side: None
    versions: Mapping[Side, str] = field(default_factory=dict)
    database: Callable[[], Sequence[Finding]] = tuple
    mapping: Callable[[dict[str, FieldSchema], Schemas], Sequence[str]] = lambda hubspot, salesforce: ()
    unset: Mapping[Side, str] = field(default_factory=dict)
