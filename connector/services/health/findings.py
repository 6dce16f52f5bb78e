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
    """What only the wiring knows.

    ``missing``: credentials that are not set, in words. ``probe``: looks at a side from outside. ``versions``: API
    version set for each side. ``database``: findings of the database itself. ``mapping``: the mapping's problems
    against (HubSpot's schema, Salesforce's by object). ``unset``: settings without which a side can't push, with their
    fix. ``belongs``: the accounts that the database is bound to (id, whether a test account); ``named``: account ids in
    the settings. ``test_login``: Salesforce is reached by the login of sandboxes. ``target``: where outbound messages
    have to go (secret). ``push``: how Salesforce's changes reach us now (pubsub, outbound, poll), and what is wrong
    with it. ``shares``: of the day's calls at which backfills, then all but hand-offs, wait. ``subscribed``: the app's
    webhook subscriptions, where a file holds them."""

    missing: Sequence[str] = ()
    probe: Callable[[Side], Seen | None] = lambda side: None
    versions: Mapping[Side, str] = field(default_factory=dict)
    database: Callable[[], Sequence[Finding]] = tuple
    mapping: Callable[[dict[str, FieldSchema], Schemas], Sequence[str]] = lambda hubspot, salesforce: ()
    unset: Mapping[Side, str] = field(default_factory=dict)
    belongs: Mapping[Side, tuple[str, bool]] = field(default_factory=dict)
    named: Mapping[Side, str] = field(default_factory=dict)
    test_login: bool = False
    target: str = field(default="", repr=False)
    push: Callable[[], tuple[str, Sequence[str]]] = lambda: ("poll", ())
    shares: tuple[float, float] = (0.5, 0.8)
    subscribed: Callable[[], Sequence[tuple[str, str]] | None] = lambda: None
