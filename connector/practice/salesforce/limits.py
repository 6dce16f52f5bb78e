"""Counting API calls of the last day, and telling so on every answer."""

from datetime import datetime, timedelta
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.state import Org

_DAY = timedelta(hours=24)


class Limits:
    """The daily budget. It is kept only when the fault setting `rate_limits` is on, but always shown."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.used = 0
        self._since: datetime = org.clock.now()

    def count(self) -> None:
        """One more call; raises REQUEST_LIMIT_EXCEEDED when the budget is spent."""
        now = self.org.clock.now()
        if now - self._since >= _DAY:
            self.used, self._since = 0, now
        if self.org.faults.rate_limits and self.used >= self.org.settings.daily_api_calls:
            raise errors.daily_limit()
        self.used += 1

    def header(self) -> str:
        """The value of Sforce-Limit-Info."""
        return f"api-usage={self.used}/{self.org.settings.daily_api_calls}"

    def shown(self) -> dict[str, Any]:
        """The body of GET /limits."""
        most = self.org.settings.daily_api_calls
        rows = sum(len(table.rows) for table in self.org.tables.values())
        return {
            "DailyApiRequests": {"Max": most, "Remaining": max(0, most - self.used)},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DataStorageMB": {"Max": 10_240, "Remaining": max(0, 10_240 - rows * 2 // 1024)},
            "ConcurrentAsyncGetReportInstances": {"Max": 200, "Remaining": 200},
        }
