"""What a practice server is told to do wrong: latency, errors, lost replies, expired tokens, locks."""

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["status", "error", "lost_reply", "drop"]
KINDS: tuple[Kind, ...] = ("status", "error", "lost_reply", "drop")


@dataclass(slots=True)
class OneShot:
    """A fault that strikes the next `times` calls whose "METHOD /path" holds `match`, then is spent. With a `$` at its
    end the path ends there.

    status: the call is not processed and answered `status` (with `body` and `retry_after` seconds, if given).
    error: the call is not processed and answered with the service's own `error` of that name (each service lists
    what it knows: NAMED in its injected.py).
    lost_reply: the call is processed and committed, then its answer is lost.
    drop: the call is not processed and the connection closes.
    `skip` calls pass unharmed first.
    """

    match: str
    kind: Kind
    status: int = 503
    times: int = 1
    body: Any = None
    retry_after: float | None = None
    skip: int = 0
    error: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")
        if (self.kind == "error") != bool(self.error):
            raise ValueError("a fault of kind error, and only that, names an error")

    def hits(self, line: str) -> bool:
        return line.endswith(self.match[:-1]) if self.match.endswith("$") else self.match in line


@dataclass
class Faults:
    """All fault settings of one server; thread-safe to set and to ask.

    latency_ms: added to each call by the HTTP layer; latency: "substring of METHOD /path" -> ms, the longest wins.
    error_rate: status -> probability. rate_limits: the service's real limits are kept.
    expire_tokens: set it true and every token issued so far is refused; the service compares `token_epoch`
    with the epoch it wrote down when it issued a token.
    locks: Salesforce account ids whose children are locked, or lock_rate, the probability of a lock error.
    """

    latency_ms: float = 0.0
    latency: dict[str, float] = field(default_factory=dict)
    error_rate: dict[int, float] = field(default_factory=dict)
    next: list[OneShot] = field(default_factory=list)
    rate_limits: bool = False
    expire_tokens: bool = False
    locks: list[str] = field(default_factory=list)
    lock_rate: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(self.seed)
        self.token_epoch = 0

    def latency_seconds(self, method: str, path: str) -> float:
        """How long this call waits before the core sees it; `/_practice/` never waits."""
        if path.startswith("/_practice"):
            return 0.0
        line = f"{method} {path}"
        matching = [self.latency[key] for key in self.latency if key in line] if self.latency else []
        return max(matching, default=self.latency_ms) / 1000.0

    def strike(self, method: str, path: str) -> OneShot | None:
        """The fault that hits this call, if any; a one-shot fault is used up by it."""
        if not self.next and not self.error_rate:
            return None
        line = f"{method} {path}"
        with self._lock:
            return self._one_shot(line) or self._by_chance()

    def _one_shot(self, line: str) -> OneShot | None:
        for shot in self.next:
            if not shot.hits(line):
                continue
            if shot.skip > 0:
                shot.skip -= 1
                continue
            shot.times -= 1
            if shot.times <= 0:
                self.next.remove(shot)
            return shot
        return None

    def _by_chance(self) -> OneShot | None:
        for status, rate in sorted(self.error_rate.items()):
            if self._dice.random() < rate:
                return OneShot("", "status", status)
        return None

    def chance(self, probability: float) -> bool:
        """One throw of this server's seeded dice."""
        if probability <= 0:
            return False
        with self._lock:
            return self._dice.random() < probability

    def update(self, settings: Mapping[str, Any]) -> None:
        """Takes settings as in POST /_practice/faults; unknown keys raise ValueError. `next` is appended to."""
        unknown = sorted(set(settings) - set(Faults.__dataclass_fields__))
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(unknown)}")
        with self._lock:
            for name, value in settings.items():
                self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        if name == "next":
            self.next.extend(shot if isinstance(shot, OneShot) else OneShot(**shot) for shot in value)
        elif name == "error_rate":
            self.error_rate = {int(status): float(rate) for status, rate in value.items()}
        else:
            setattr(self, name, value)
        if name == "expire_tokens" and value:
            self.token_epoch += 1
        if name == "seed":
            self._dice = random.Random(int(value))

    def clear(self) -> None:
        """Back to a well-behaved server."""
        fresh = Faults(seed=self.seed)
        with self._lock:
            for name in Faults.__dataclass_fields__:
                setattr(self, name, getattr(fresh, name))

    def shown(self) -> dict[str, Any]:
        """The settings as JSON-able dict, as GET /_practice/faults shows them."""
        with self._lock:
            return {name: _plain(getattr(self, name)) for name in Faults.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [asdict(item) if isinstance(item, OneShot) else item for item in value]
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items()}
    return value
