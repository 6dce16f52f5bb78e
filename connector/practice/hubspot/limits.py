"""HubSpot's rate limits, kept when they are switched on. Source: API-FACTS 1.7."""

from collections import deque
from typing import Literal

from connector.practice.hubspot.errors import Refused, over_limit, over_search_limit
from connector.practice.hubspot.settings import Settings

Lane = Literal["normal", "search", "associations"]
"""Which bucket a call draws from."""

_TEN_SECONDS = 10_000
_DAY = 86_400_000


class Window:
    """Counts calls of the last `span_ms` (rolling)."""

    def __init__(self, span_ms: int) -> None:
        self.span_ms = span_ms
        self._times: deque[int] = deque()

    def take(self, now_ms: int, most: int) -> bool:
        """One more call, if it fits."""
        while self._times and self._times[0] <= now_ms - self.span_ms:
            self._times.popleft()
        if len(self._times) >= most:
            return False
        self._times.append(now_ms)
        return True

    def __len__(self) -> int:
        return len(self._times)


class Limits:
    """The app's ten-second bucket, that of associations, the account's search bucket, the daily count."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._burst = Window(_TEN_SECONDS)
        self._associations = Window(_TEN_SECONDS)
        self._search = Window(1000)
        self._day = 0
        self._today = 0

    def admit(self, lane: Lane, oauth: bool, now_ms: int) -> None:
        """Raises 429. Searches have their own bucket and do not count in the ten-second one."""
        if not oauth and self.used_today(now_ms) >= self.settings.daily_limit:
            raise self._marked(self._over("DAILY"), lane, oauth)
        if lane == "search" and not self._search.take(now_ms, self.settings.search_per_second):
            raise self._marked(over_search_limit(), lane, oauth)
        if lane == "associations" and not self._associations.take(now_ms, self.settings.association_limit):
            raise self._marked(self._over("TEN_SECONDLY_ROLLING"), lane, oauth)
        if lane == "normal" and not self._burst.take(now_ms, self._most(lane, oauth)):
            raise self._marked(self._over("TEN_SECONDLY_ROLLING"), lane, oauth)
        self._today += 1

    def _over(self, policy: str) -> Refused:
        """The documented body, or the one that was recorded for searches."""
        if self.settings.limit_body == "documented":
            return over_limit(policy)
        return Refused(429, f"You have reached your {policy.lower()} limit.", category="RATE_LIMITS")

    def used_today(self, now_ms: int) -> int:
        """Calls of the portal's own day, which ends at its midnight."""
        day = (now_ms + self.settings.utc_offset_ms) // _DAY
        if day != self._day:
            self._day, self._today = day, 0
        return self._today

    def resets_at(self, now_ms: int) -> int:
        """When the daily count starts anew, in ms since 1970."""
        offset = self.settings.utc_offset_ms
        return ((now_ms + offset) // _DAY + 1) * _DAY - offset

    def headers(self, lane: Lane, oauth: bool) -> dict[str, str]:
        """Normal answers carry all, searches the daily ones only, OAuth apps no daily ones."""
        shown: dict[str, str] = {}
        if not oauth:
            shown["X-HubSpot-RateLimit-Daily"] = str(self.settings.daily_limit)
            shown["X-HubSpot-RateLimit-Daily-Remaining"] = str(
                max(0, self.settings.daily_limit - self._today)
            )
        if lane == "search":
            return shown
        most = self._most(lane, oauth)
        left = max(0, most - len(self._associations if lane == "associations" else self._burst))
        return {
            **shown,
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(_TEN_SECONDS),
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(left),
            "X-HubSpot-RateLimit-Secondly": str(most // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(min(most // 10, left)),
        }

    def _most(self, lane: Lane, oauth: bool) -> int:
        if lane == "associations":
            return self.settings.association_limit
        return self.settings.oauth_ten_second_limit if oauth else self.settings.ten_second_limit

    def _marked(self, refused: Refused, lane: Lane, oauth: bool) -> Refused:
        refused.headers.update(self.headers(lane, oauth))
        return refused
