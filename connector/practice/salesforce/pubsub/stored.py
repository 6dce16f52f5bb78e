"""One event on the bus, encoded when somebody first reads it: most of a practice org's commits are never read."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO

from fastavro import schemaless_writer

from connector.practice.salesforce.fields import TEXTS
from connector.practice.salesforce.pubsub.bitmaps import bitmaps
from connector.practice.salesforce.pubsub.changes import Change
from connector.practice.salesforce.pubsub.schemas import EventSchema
from connector.practice.salesforce.pubsub.settings import PubSubSettings

NOBODY = "000000000000000AAA"
"""What an overflow event may name as its record."""


@dataclass(frozen=True)
class Stored:
    """`number`: its place, of which replay ids are made; `settings`: as they were when it was published."""

    number: int
    at: datetime
    change: Change
    schema: EventSchema
    transaction: str
    sequence: int
    settings: PubSubSettings

    @cached_property
    def id(self) -> str:
        return str(uuid.uuid4())

    @cached_property
    def payload(self) -> bytes:
        whole = self._encoded(self.change)
        return whole if len(whole) <= self.settings.gap_above_bytes else self._encoded(self.change.as_gap())

    def _encoded(self, change: Change) -> bytes:
        out, seconds, knobs = BytesIO(), self.at.timestamp(), self.settings
        diffed = self._diffed(change)
        values = {**change.values, **{name: _as_diff(change.values[name]) for name in diffed}}
        header = {
            "entityName": change.object,
            "recordIds": list(change.ids) or ([NOBODY] if knobs.overflow_ids == "zero" else []),
            "changeType": change.kind,
            "changeOrigin": change.origin if knobs.client_named else change.origin.partition(";")[0],
            "transactionKey": self.transaction,
            "sequenceNumber": self.sequence,
            "commitTimestamp": int(seconds) * 1000,
            "commitNumber": int(seconds * 1_000_000),
            "commitUser": change.user,
            "nulledFields": self._bitmaps(name for name in change.changed if change.values[name] is None),
            "diffFields": self._bitmaps(diffed),
            "changedFields": self._bitmaps(change.changed),
        }
        schemaless_writer(out, self.schema.parsed, self.schema.record(header, values))
        return out.getvalue()

    def _bitmaps(self, names: Iterable[str]) -> list[str]:
        return bitmaps((self.schema.places[name] for name in names), self.settings.parents_in_bitmap)

    def _diffed(self, change: Change) -> list[str]:
        most = self.settings.diff_above
        if not most:
            return []
        types = self.schema.types
        return [n for n in change.changed if types[n] in TEXTS and len(change.values[n] or "") > most]


def _as_diff(text: str) -> str:
    """A unified diff, as long texts come: of use only to who holds the old text."""
    return f"@@ -1 +1 @@\n-\n+{text[:40]}\n"
