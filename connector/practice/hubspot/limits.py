"""HubSpot's rate limits, kept when they are switched on. Source: API-FACTS 1.7."""

from collections import deque

from connector.practice.hubspot.errors import Refused, over_limit, over_search_limit
from connector.practice.hubspot.settings import Settings

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
    """The app's ten-second bucket, the account's search bucket, the daily count."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._burst = Window(_TEN_SECONDS)
        self._search = Window(1000)
        self._day = 0
        self._today = 0

    def admit(self, is_search: bool, oauth: bool, now_ms: int) -> None:
        """Raises 429. Searches have their own bucket and do not count in the ten-second one."""
        if not oauth and self.used_today(now_ms) >= self.settings.daily_limit:
            raise self._marked(over_limit("DAILY"), is_search, oauth)
        if is_search and not self._search.take(now_ms, self.settings.search_per_second):
            raise self._marked(over_search_limit(), is_search, oauth)
        if not is_search and not self._burst.take(now_ms, self._most(oauth)):
            raise self._marked(over_limit("TEN_SECONDLY_ROLLING"), is_search, oauth)
        self._today += 1

    def used_today(self, now_ms: int) -> int:
        day = now_ms // _DAY
        if day != self._day:
            self._day, self._today = day, 0
        return self._today

    def headers(self, is_search: bool, oauth: bool) -> dict[str, str]:
        """Normal answers carry all, searches the daily ones only, OAuth apps no daily ones."""
        shown: dict[str, str] = {}
        if not oauth:
            shown["X-HubSpot-RateLimit-Daily"] = str(self.settings.daily_limit)
            shown["X-HubSpot-RateLimit-Daily-Remaining"] = str(self.settings.daily_limit - self._today)
        if is_search:
            return shown
        most = self._most(oauth)
        left = max(0, most - len(self._burst))
        return {
            **shown,
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(_TEN_SECONDS),
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(left),
            "X-HubSpot-RateLimit-Secondly": str(most // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(min(most // 10, left)),
        }

    def _most(self, oauth: bool) -> int:
        return self.settings.oauth_ten_second_limit if oauth else self.settings.ten_second_limit

    def _marked(self, refused: Refused, is_search: bool, oauth: bool) -> Refused:
        refused.headers.update(self.headers(is_search, oauth))
        return refused
