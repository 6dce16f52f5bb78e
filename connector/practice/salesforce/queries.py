"""/query, /queryAll and their further pages."""

import re
from datetime import datetime, timedelta
from typing import Any

from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.soql.parse import parse
from connector.practice.salesforce.soql.run import Query
from connector.practice.salesforce.state import Org

_LIFETIME = timedelta(days=2)
_MOST_CURSORS = 200
_MAX_QUERY = 100_000


class Cursors:
    """Query answers longer than a page, kept for two days."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._kept: dict[str, tuple[datetime, list[Any], int]] = {}

    def run(self, call: Call, all_rows: bool) -> Reply:
        """GET /query?q= : the first page."""
        text = call.first("q")
        if not text:
            raise Refusal("MALFORMED_QUERY", "A query string has to be specified")
        if len(text) > _MAX_QUERY:
            raise Refusal("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
        query = Query(self.org, parse(text), call.version, all_rows)
        count = query.count()
        if count is not None:
            return Reply(200, {"totalSize": count, "done": True, "records": []})
        return self._page(query.records(), 0, self._size(call), None, call)

    def more(self, call: Call) -> Reply:
        """GET /query/{locator}: the page after `locator`'s offset."""
        key, _, offset = call.parts[1].rpartition("-")
        kept = self._kept.get(key)
        if kept is None or not offset.isdigit() or self.org.clock.now() - kept[0] > _LIFETIME:
            raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(kept[1], int(offset), kept[2], key, call)

    def clear(self) -> None:
        self._kept.clear()

    def _page(self, records: list[Any], offset: int, size: int, key: str | None, call: Call) -> Reply:
        end = offset + size
        answer: dict[str, Any] = {"totalSize": len(records), "done": end >= len(records)}
        if end < len(records):
            key = key or self._keep(records, size)
            answer["nextRecordsUrl"] = f"/services/data/v{call.version}/query/{key}-{end}"
        answer["records"] = records[offset:end]
        return Reply(200, answer)

    def _keep(self, records: list[Any], size: int) -> str:
        key = self.org.ids.new(self.org.settings.locator_prefix)
        if len(self._kept) >= _MOST_CURSORS:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self.org.clock.now(), records, size)
        return key

    def _size(self, call: Call) -> int:
        """Rows a page: the org's setting, or less by Sforce-Query-Options (200 to 2,000)."""
        asked = re.search(r"batchSize\s*=\s*(\d+)", call.headers.get("sforce-query-options", ""))
        size = self.org.settings.page_size
        return min(size, max(200, int(asked.group(1)))) if asked else size
