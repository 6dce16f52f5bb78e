"""What a formula sees, and what one is: a function of that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Situation:
    """What a formula sees: the row to be saved, the one it replaces (None: new), the user's row, the time."""

    new: dict[str, Any]
    old: dict[str, Any] | None
    user: dict[str, Any]
    now: datetime
    permissions: frozenset[str] = field(default_factory=frozenset)


Worth = Callable[[Situation], Any]
