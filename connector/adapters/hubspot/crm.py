"""HubSpot as the services see it (ports.HubSpotCrm)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from connector.adapters.calling import Crew, FreeBudget, Hook, utc_now
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.archiving import archive
from connector.adapters.hubspot.connection import HubSpotConnection, HubSpotOptions
from connector.adapters.hubspot.consent import ConsentWriter
from connector.adapters.hubspot.describing import Describer
from connector.adapters.hubspot.lists import Lists
from connector.adapters.hubspot.readback import ReadBack
from connector.adapters.hubspot.reading import Reader
from connector.adapters.hubspot.surveying import Surveyor
from connector.adapters.hubspot.touching import touched
from connector.adapters.hubspot.transport import Transport
from connector.adapters.hubspot.walking import Walk
from connector.adapters.hubspot.writing import Writer
from connector.core.records import Record, Ref, Side, Version
from connector.ports import Budget, Clock, FieldSchema, Guard, Write, Written


class HubSpot:
    """One portal. Safe for many threads; make one per process and ``close()`` it.

    ``transport`` stands for the network (tests put a practice server's core behind it), ``hook`` is called around
    every HTTP call, ``sleep`` is what waits between repetitions (two seconds at most).
    """

    side = Side.HUBSPOT

    def __init__(
        self,
        connection: HubSpotConnection,
        budget: Budget | None = None,
        options: HubSpotOptions | None = None,
        *,
        clock: Clock = utc_now,
        transport: Transport | None = None,
        hook: Hook | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._options = options or HubSpotOptions()
        self._api = HubSpotApi(
            connection, self._options, budget or FreeBudget(), clock, transport, hook, sleep
        )
        self._crew = Crew(self._options.parallel, "hubspot", self._options.connections)
        self._describer = Describer(self._api)
        self._reader = Reader(self._api, self._crew, self._describer.known)
        readback = ReadBack(self._reader, self._options.read_back_by_read)
        self._writer = ConsentWriter(self._api, Writer(self._api, self._crew, readback), self._reader)
        self._lists = Lists(self._api)
        self.surveyor = Surveyor(self._api)

    def read(
        self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> dict[Ref, Record]:
        """Records by id, 100 a call. A merged record is given under the Ref asked for; its ``ref`` has the new id."""
        return self._reader.read(refs, fields, guard)

    def binned(self, ids: Sequence[str], guard: Guard) -> set[str]:
        """Which of these contacts are in the recycle bin, 100 a call."""
        return self._reader.binned("contact", ids, guard)

    def write(
        self,
        writes: Sequence[Write],
        read_back: Mapping[str, Sequence[str]] | None,
        guard: Guard,
        *,
        fresh: bool = False,
    ) -> list[Written]:
        """Updates and upserts, 100 a call. The read-back is the write's own answer where that holds every field asked
        for: name only fields that the batch writes, or a read is made. ``fresh`` makes it in any case."""
        return self._writer.write(writes, read_back, guard, fresh)

    def find(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """Records by a property's values; by e-mail also those that hold it as a secondary address."""
        return self._reader.find(object_, field, values, fields, guard)

    def changes(
        self, object_: str, since: datetime, fields: Sequence[str], guard: Guard
    ) -> Iterator[list[Record]]:
        """Pages of 200, oldest change first. The index lags some seconds: overlap."""
        return Walk(self._reader, object_, fields, self._options.search_page, guard).since(since)

    def all_above(self, object_: str, id_: int, fields: Sequence[str], guard: Guard) -> Iterator[list[Record]]:
        """Pages of 200, by id: a record that is changed meanwhile is met once. The index lags some seconds."""
        return Walk(self._reader, object_, fields, self._options.search_page, guard).above(id_)

    def history(
        self, ids: Sequence[str], properties: Sequence[str], guard: Guard
    ) -> dict[str, dict[str, tuple[Version, ...]]]:
        """Contacts' property history, newest first, 50 a call."""
        return self._reader.history("contact", ids, properties, guard)

    def touched(self, ids: Sequence[str], guard: Guard) -> dict[str, str]:
        """Who else wrote any property of contacts that we made, 50 a call; '' for nobody."""
        return touched(self._api, self._crew, self.schema("contact"), ids, guard)

    def set_members(self, list_name: str, add: Sequence[str], remove: Sequence[str], guard: Guard) -> None:
        """Contacts onto and off a static list, which is made when missing."""
        self._lists.set_members(list_name, add, remove, guard)

    def members(self, list_name: str, after: str | None, guard: Guard) -> Iterator[tuple[list[str], str]]:
        """Pages of a list's contact ids, each with the place behind it. A static list by name, any by its id."""
        return self._lists.members(list_name, after, guard)

    def archive(self, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
        """Into the recycle bin; a verdict for each."""
        return archive(self._api, refs, guard)

    def schema(self, object_: str) -> dict[str, FieldSchema]:
        """All properties of an object, as they are now."""
        return self._describer.schema(object_)

    def people(self) -> dict[str, str]:
        """Owners' e-mail -> owner id."""
        return self._describer.owners(archived=False)

    def inactive_people(self) -> dict[str, str]:
        """The same of owners who left."""
        return self._describer.owners(archived=True)

    def close(self) -> None:
        self._crew.close()
        self._api.close()
