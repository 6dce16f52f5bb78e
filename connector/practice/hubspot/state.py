"""What a practice portal holds: a store for each kind of object, pipelines, associations, lists and owners."""

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connector.practice.hubspot import kinds
from connector.practice.hubspot.associations import Associations
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.pipelines import Pipeline, standard_pipelines
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.schema_business import properties_of
from connector.practice.hubspot.segments import Segment
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.store import Record, Source, Store, Written
from connector.practice.people import REPS

Contact = Record
__all__ = ["Account", "Contact", "Owner", "Portal", "Record", "Source", "Store", "Written"]


@dataclass(slots=True)
class Owner:
    """A portal user that records can belong to. Owner ids are not user ids. `type`: PERSON or QUEUE."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False
    type: str = "PERSON"


@dataclass(frozen=True)
class Account:
    """The portal's own numbers and the app's credentials, all invented from the seed."""

    portal_id: int
    app_id: int
    client_id: str
    client_secret: str
    refresh_token: str
    private_token: str
    developer_key: str

    @classmethod
    def of_seed(cls, seed: int) -> "Account":
        dice = random.Random(f"account:{seed}")
        return cls(
            portal_id=44_000_000 + dice.randrange(1_000_000),
            app_id=1_900_000 + dice.randrange(90_000),
            client_id=_uuid(dice),
            client_secret=_uuid(dice),
            refresh_token=f"na1-{_uuid(dice)}",
            private_token=f"pat-na1-{_uuid(dice)}",
            developer_key=_uuid(dice),
        )


def _uuid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


class Portal:
    """All records of one portal. Not thread-safe: the core's lock guards it.

    `contacts`, `archived`, `properties` and `lay_rules` are those of the contacts: most callers want no other.
    """

    def __init__(
        self,
        settings: Settings,
        seed: int = 1,
        extra: Iterable[Property] = (),
        lacking: Iterable[str] = (),
    ) -> None:
        self.settings = settings
        self.account = Account.of_seed(seed)
        self.dice = random.Random(f"portal:{seed}")
        self.owners = {owner.id: owner for owner in _owners()}
        self.pipelines: dict[str, dict[str, Pipeline]] = standard_pipelines()
        self.associations = Associations(settings)
        self.lists: dict[str, Segment] = {}
        self.dropped_lists: dict[str, Segment] = {}
        self._next_list = 1
        self.stores: dict[str, Store] = {}
        self._names: dict[str, Store] = {}
        for kind in kinds.STANDARD:
            self.add_kind(kind, self._properties(kind, extra, set(lacking)))
        self.contact_store = self._names["contacts"]

    def _properties(self, kind: Kind, extra: Iterable[Property], lacking: set[str]) -> dict[str, Property]:
        held = properties_of(kind)
        if kind.plural == "contacts":
            held |= {item.name: item for item in extra}
            if not self.settings.accord_fields:
                held = {name: item for name, item in held.items() if item.group != "accord"}
            held = {name: item for name, item in held.items() if name not in lacking}
        return held

    def add_kind(self, kind: Kind, properties: dict[str, Property]) -> Store:
        """A kind with its properties and no records."""
        made = Store(kind, properties, self.settings, self.dice, lambda name: self._options(kind, name))
        self.stores[kind.type_id] = made
        self._names |= dict.fromkeys(kind.names(), made)
        return made

    def drop_kind(self, kind: Kind) -> None:
        del self.stores[kind.type_id]
        for name in kind.names():
            self._names.pop(name, None)

    def store(self, name: str) -> Store:
        """The store of a kind by any of its names; raises the 400 that tells of an unknown one."""
        found = self._names.get(name) or self._names.get(name.lower())
        if found is None:
            raise Refused(400, f"Unable to infer object type from: {name}")
        return found

    def _options(self, kind: Kind, name: str) -> dict[str, str]:
        """Allowed values that are not the property's own: owners, pipelines, stages."""
        if name == kind.pipeline:
            return {one.id: one.label for one in self.pipelines[kind.plural].values()}
        if name == kind.stage:
            piped = self.pipelines[kind.plural].values()
            return {stage.id: stage.label for one in piped for stage in one.stages.values()}
        return {key: own.email for key, own in self.owners.items()}

    # the contacts ----------------------------------------------------------------------------------
    @property
    def contacts(self) -> dict[str, Record]:
        return self.contact_store.live

    @property
    def archived(self) -> dict[str, Record]:
        return self.contact_store.archived

    @property
    def properties(self) -> dict[str, Property]:
        return self.contact_store.properties

    def lay_rules(self) -> None:
        for store in self.stores.values():
            store.lay_rules()

    # the rest --------------------------------------------------------------------------------------
    def archive(self, store: Store, record: Record, now_ms: int) -> None:
        """Into the recycle bin: out of every index and static list; associations wait for a restore."""
        store.archive(record, now_ms)
        self.leave_lists(store.kind, record.id)

    def leave_lists(self, kind: Kind, record_id: str) -> None:
        for held in self.lists.values():
            if held.type_id == kind.type_id:
                held.members.pop(record_id, None)

    def new_list(self, name: str, now_ms: int, type_id: str = "0-1", processing: str = "MANUAL") -> Segment:
        made = Segment(str(self._next_list), name, now_ms, now_ms, type_id, processing)
        self._next_list += 1
        self.lists[made.id] = made
        return made

    def correlation(self) -> str:
        return _uuid(self.dice)


def _owners() -> Iterator[Owner]:
    for index, rep in enumerate(REPS):
        yield Owner(str(700_101 + index), 9_000_011 + index, rep.email, rep.first_name, rep.last_name)
