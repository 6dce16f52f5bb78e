"""What a search sees: an index that lags behind. Source: API-FACTS 1.5."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

from connector.practice.hubspot.filters import Held
from connector.practice.hubspot.settings import Settings


class Index:
    """What search sees of one kind: its records as they were `index_lag` seconds ago; None marks a deletion."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rows: dict[str, Held] = {}
        self.ids: list[int] = []  # of the rows, in order
        self._coming: deque[tuple[int, str, Held | None]] = deque()

    def note(self, key: str, held: Held | None, now_ms: int) -> None:
        """A record was written (or, with None, archived) at `now_ms`."""
        lag = int(self.settings.index_lag * 1000)
        if not lag and not self._coming:
            self._take(key, held)
            return
        self._coming.append((now_ms + lag, key, dict(held) if held is not None else None))
        self.settle(now_ms)

    def settle(self, now_ms: int) -> None:
        """Takes in everything whose time has come."""
        while self._coming and self._coming[0][0] <= now_ms:
            _, contact_id, held = self._coming.popleft()
            self._take(contact_id, held)

    def _take(self, contact_id: str, held: Held | None) -> None:
        if held is not None:
            if contact_id not in self.rows:
                insort(self.ids, int(contact_id))
            self.rows[contact_id] = held
        elif self.rows.pop(contact_id, None) is not None:
            del self.ids[bisect_left(self.ids, int(contact_id))]
