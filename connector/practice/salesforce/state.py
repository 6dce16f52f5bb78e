"""One practice org: its schema, its rows, its people, and the undo that all-or-none needs."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

from connector.practice.clock import Clock
from connector.practice.faults import Faults
from connector.practice.salesforce import schema_business as business
from connector.practice.salesforce import schema_more
from connector.practice.salesforce import schema_people as people
from connector.practice.salesforce.access import WATCHED, Access
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.ids import IdSource, to18
from connector.practice.salesforce.rules import Rules
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.tables import Row, Table

CAPTURED = ("Lead", "Contact", "Account", "Opportunity")
"""Selected for Change Data Capture in an org that is set up."""
_OBJECTS: tuple[Callable[[], SObject], ...] = (
    people.lead, people.contact, business.account, business.opportunity, business.contact_role, business.user,
    business.group, business.organization, business.lead_status, business.opportunity_stage, *schema_more.ALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One committed write. `kind`: created, updated, deleted, undeleted; `names`: the fields that moved, not stamps.

    `origin`: which interface and client wrote ("com/salesforce/api/rest/66.0;client=accord"), "" for automations;
    `transaction`: the same number for all writes of one call."""

    kind: str
    object: str
    id: str
    by: str
    at: str
    before: Row
    after: Row
    names: tuple[str, ...]
    origin: str = ""
    transaction: int = 0

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Field -> (old, new)."""
        return {name: (self.before.get(name), self.after.get(name)) for name in self.names}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a user id, and what holds for the call. `assign`: Sforce-Auto-Assign in force; `allow_save`:
    duplicates that a rule only warns of are saved; `duplicate_details`: their fields are shown."""

    user_id: str
    assign: bool = False
    automation: bool = False
    allow_save: bool = True
    duplicate_details: bool = False


class Org:
    """All state of one org. Callers hold the core's lock.

    `viewer`: the user whose call is at work, None for people and automations; he sees what `access` lets him see.
    `people`: role or e-mail -> id of a User or queue; `stages`: Opportunity stage name -> its OpportunityStage row.
    """

    def __init__(self, clock: Clock, faults: Faults, settings: Settings | None = None) -> None:
        self.clock = clock
        self.faults = faults
        self.settings = settings or Settings()
        self.rules = Rules()
        self.ids = IdSource()
        self.objects: dict[str, SObject] = {}
        self.tables: dict[str, Table] = {}
        self.by_prefix: dict[str, SObject] = {}
        self.lowered: dict[str, SObject] = {}
        self.stages: dict[str, Row] = {}
        self.people: dict[str, str] = {}
        self.history: deque[Written] = deque(maxlen=self.settings.history_length)
        self.schema_changed = clock.now()
        self.access = Access(self.objects, self.tables)
        self.viewer: str | None = None
        self.origin = ""
        self.places: dict[str, tuple[str, dict[str, str]]] = {}
        self.flows: dict[str, dict[int, str]] = {}  # name -> version -> status
        self.layouts: dict[str, Element] = {}
        self.list_views: set[str] = set()
        # What Change Data Capture tells of: name of the channel member -> its event.
        self.channel_members: dict[str, str] = {
            f"ChangeEvents_{name}ChangeEvent": f"{name}ChangeEvent"
            for name in (CAPTURED if self.settings.accord_fields else ())
        }
        self.transaction = 1
        self._stamped = (0, "")
        self._undo: list[tuple[Table, str, Row | None, Row | None]] = []
        self._events: list[Written] = []
        for build in _OBJECTS:
            shape = build()
            if not self.settings.accord_fields:
                shape.fields = {n: item for n, item in shape.fields.items() if not n.startswith("Accord_")}
                shape.refresh()
            self._install(shape)

    def install(self, shape: SObject) -> None:
        """Adds an object to the schema."""
        self._install(shape)
        self.access.dirty()

    def uninstall(self, name: str) -> None:
        """Takes an object out of the schema, its rows with it."""
        shape = self.objects.pop(name)
        del self.lowered[name.lower()], self.tables[name]
        if self.by_prefix.get(shape.prefix) is shape:
            del self.by_prefix[shape.prefix]
        for other in self.objects.values():
            other.children = tuple(child for child in other.children if child.object != name)
        self.access.dirty()

    def _install(self, shape: SObject) -> None:
        self.objects[shape.name] = shape
        self.lowered[shape.name.lower()] = shape
        self.tables[shape.name] = Table(shape)
        self.by_prefix.setdefault(shape.prefix, shape)

    def shape(self, name: str) -> SObject | None:
        """The object of this name, whatever its case, as the present viewer sees it."""
        full = self.objects.get(name) or self.lowered.get(name.lower())
        if full is None or self.viewer is None:
            return full
        return self.access.shapes(self.viewer).get(full.name)

    def seen(self) -> dict[str, SObject]:
        """All objects as the present viewer sees them."""
        return self.access.shapes(self.viewer)

    def row(self, record_id: str | None) -> Row | None:
        """A live row of any object by 18-character id."""
        if not record_id:
            return None
        shape = self.by_prefix.get(record_id[:3])
        return self.tables[shape.name].rows.get(record_id) if shape else None

    def known(self, text: Any, shape: SObject) -> str | None:
        """The 18-character id that `text` stands for, if it is well-formed and of this object."""
        full = to18(text) if isinstance(text, str) else None
        return full if full and full[:3] == shape.prefix else None

    def default_owner(self) -> str:
        """Who gets a Lead that auto-assignment takes: a role of `people`, or an id."""
        chosen = self.settings.default_owner
        return self.people.get(chosen, chosen)

    def stamp(self) -> str:
        """Now, as Salesforce writes it: whole seconds, UTC."""
        second = int(self.clock.now().timestamp())
        if second != self._stamped[0]:
            self._stamped = (second, stamp_of(datetime.fromtimestamp(second, UTC)))
        return self._stamped[1]

    # writes ---------------------------------------------------------------------------------------
    def store(self, table: Table, row: Row) -> None:
        """Stores a row so that it can be undone."""
        self._remember(table, row["Id"])
        table.put(row)
        if table.shape.name in WATCHED:
            self.access.dirty()

    def bury(self, table: Table, row: Row) -> None:
        """Moves a row to the bin; `row` carries its last stamps."""
        self._remember(table, row["Id"])
        table.drop(row["Id"])
        table.bin[row["Id"]] = row
        if table.shape.name in WATCHED:
            self.access.dirty()

    def note(self, event: Written) -> None:
        """Keeps an event until the call that made it is committed, marked with the call's origin."""
        object.__setattr__(event, "origin", self.origin)
        object.__setattr__(event, "transaction", self.transaction)
        self._events.append(event)

    def mark(self) -> tuple[int, int]:
        """A point to which `undo_to` can go back within this call."""
        return len(self._undo), len(self._events)

    def undo_to(self, mark: tuple[int, int]) -> None:
        while len(self._undo) > mark[0]:
            table, row_id, live, binned = self._undo.pop()
            table.restore(row_id, live, binned)
            if table.shape.name in WATCHED:
                self.access.dirty()
        del self._events[mark[1] :]

    def commit(self) -> list[Written]:
        """Ends the call: nothing can be undone any more. Gives what was written."""
        events, self._events = self._events, []
        self._undo.clear()
        self.transaction += 1
        self.history.extend(events)
        return events

    def _remember(self, table: Table, row_id: str) -> None:
        self._undo.append((table, row_id, table.rows.get(row_id), table.bin.get(row_id)))


def stamp_of(moment: datetime) -> str:
    """A datetime in Salesforce's form, cut to whole seconds: 2021-12-02T18:23:39.000+0000."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def moment_of(stamp: str) -> datetime:
    """The aware datetime behind a stored stamp."""
    return datetime.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
