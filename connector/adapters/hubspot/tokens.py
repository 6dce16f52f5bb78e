"""HubSpot access tokens, renewed before they expire. Nothing here ends up in a log or a repr."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.ports import Clock, Guard

MARGIN = timedelta(seconds=60)
"""A token is renewed this long before its end: HubSpot asks not to use a 401 as the sign."""


@dataclass(frozen=True, slots=True)
class Token:
    """``ends``: aware UTC, None for one that lasts."""

    text: str = field(repr=False)
    ends: datetime | None = None


class Tokens:
    """One token for all threads. ``fetch(guard)`` gets a new one; without it ``first`` is used for ever."""

    def __init__(self, first: Token | None, fetch: Callable[[Guard], Token] | None, clock: Clock) -> None:
        self._token, self._fetch, self._clock = first, fetch, clock
        self._lock = threading.Lock()

    @property
    def renewable(self) -> bool:
        return self._fetch is not None

    @property
    def text(self) -> str:
        """The token used last, '' before the first."""
        return self._token.text if self._token else ""

    def current(self, guard: Guard) -> Token:
        """A token that is good for the next minute."""
        token = self._token
        if token is not None and (self._fetch is None or not self._ending(token)):
            return token
        return self.renewed(token, guard)

    def renewed(self, old: Token | None, guard: Guard) -> Token:
        """A token other than ``old``: fetched, unless another thread did so meanwhile."""
        assert self._fetch is not None
        with self._lock:
            if self._token is None or self._token is old:
                self._token = self._fetch(guard)
            return self._token

    def _ending(self, token: Token) -> bool:
        return token.ends is not None and self._clock() >= token.ends - MARGIN
