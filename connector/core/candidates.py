"""Records found on a side, laid out so that each person finds those that could be them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connector.core.mapping import KindMapping
from connector.core.records import Record, Side


class Index:
    """Candidates by every word they could be matched by, so a batch of a thousand does not compare all with all."""

    def __init__(self, mapping: KindMapping, records: Iterable[Record]) -> None:
        self._mapping = mapping
        self._by: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            for word in self._words(record):
                self._by[word].append(record)

    def _words(self, record: Record) -> set[str]:
        values, mapping = record.values, self._mapping
        names = (
            [mapping.hubspot_key, "salesforceleadid", "salesforcecontactid", "email"]
            if record.ref.side is Side.HUBSPOT
            else [mapping.salesforce_key, "Email"]
        )
        words = {str(values[n]).strip().casefold() for n in names if values.get(n)}
        more = str(values.get("hs_additional_emails") or "").split(";")
        ids = {w[:15] for w in words if len(w) == 18 and "@" not in w}
        return (
            words
            | ids
            | {record.ref.id.casefold(), record.ref.id[:15].casefold()}
            | {m.strip().casefold() for m in more}
        ) - {""}

    def get_all(self, record: Record) -> list[Record]:
        return list({c.ref: c for word in self._words(record) for c in self._by.get(word, ())}.values())
