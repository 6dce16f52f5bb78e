"""Salesforce as the services see it (ports.SalesforceCrm)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from requests.adapters import HTTPAdapter

from connector.adapters.calling import Crew, FreeBudget, Hook, utc_now
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.archiving import archive
from connector.adapters.salesforce.connection import SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.describing import Describer, users
from connector.adapters.salesforce.readback import ReadBack
from connector.adapters.salesforce.reading import Reader
from connector.adapters.salesforce.surveying import Surveyor
from connector.adapters.salesforce.undeleting import undelete
from connector.adapters.salesforce.writing import Writer
from connector.core.records import Record, Ref, Side
from connector.ports import Budget, Clock, FieldSchema, Guard, Write, Written


class Salesforce:
    """One org. Safe for many threads; make one per process and ``close()`` it.

    ``transport`` takes the place of the network (tests put a practice server's core behind it), ``hook`` is called
    around every HTTP call, ``sleep`` is what waits between repetitions (two seconds at most).
    """

    side = Side.SALESFORCE

    def __init__(
        self,
        connection: SalesforceConnection,
        budget: Budget | None = None,
        options: SalesforceOptions | None = None,
        *,
        clock: Clock = utc_now,
        transport: HTTPAdapter | None = None,
        hook: Hook | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        options = options or SalesforceOptions()
        self._api = SalesforceApi(connection, options, budget or FreeBudget(), clock, transport, hook, sleep)
        self._crew = Crew(options.parallel, "salesforce", options.connections)
        self._describer = Describer(self._api)
        self._reader = Reader(self._api, self._crew, self._describer.known)
        self._writer = Writer(self._api, ReadBack(self._reader))
        self.surveyor = Surveyor(self._api)

    def read(
        self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> dict[Ref, Record]:
        """Records by id, 2,000 a call and one call per object; a converted Lead tells where it ``moved_to``."""
        return self._reader.read(refs, fields, guard)

    def write(
        self, writes: Sequence[Write], read_back: Mapping[str, Sequence[str]] | None, guard: Guard
    ) -> list[Written]:
        """Updates and upserts with their read-back: 800 rows a call at best. Up to 20 updates with
        ``unmodified_since`` are sent under that condition; with more of them it is dropped."""
        return self._writer.write(writes, read_back, guard)

    def find(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """Live records by a field's values, without regard to case; by a unique custom field converted Leads too."""
        return self._reader.find(object_, field, values, fields, guard)

    def find_any(
        self,
        wanted: Mapping[str, Mapping[str, Sequence[str]]],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
    ) -> list[Record]:
        """Records of several objects that match on any of several fields, in one call; see ``find``."""
        return self._reader.find_any(wanted, fields, guard)

    def changes(
        self, object_: str, since: datetime, fields: Sequence[str], guard: Guard
    ) -> Iterator[list[Record]]:
        """Pages by SystemModstamp, oldest first. Rows may be committed late with older stamps: overlap."""
        return self._reader.changes(object_, since, fields, guard)

    def query(self, soql: str, guard: Guard, every: bool = False) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows of any query; ``every``: also of what is in the recycle bin."""
        return self._reader.query(soql, guard, every)

    def lead_of(self, contact_ids: Sequence[str], guard: Guard) -> dict[str, list[str]]:
        """Which Leads were converted into these Contacts."""
        return self._reader.lead_of(contact_ids, guard)

    def archive(self, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
        """Into the recycle bin; a verdict for each."""
        return archive(self._api, refs, guard)

    def fetch(self, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
        """Out of the recycle bin again; a verdict for each."""
        return undelete(self._api, refs, guard)

    def schema(self, object_: str) -> dict[str, FieldSchema]:
        """All fields of an object, as they are now."""
        return self._describer.schema(object_)

    def people(self) -> dict[str, str]:
        """Active users' e-mail -> user id."""
        return users(self._reader, active=True)

    def inactive_people(self) -> dict[str, str]:
        """The same of users who were deactivated: nothing may be assigned to them."""
        return users(self._reader, active=False)

    def close(self) -> None:
        self._crew.close()
        self._api.close()
