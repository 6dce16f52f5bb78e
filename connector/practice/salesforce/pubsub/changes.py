"""From the writes of one committed call to its change events, before they are encoded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from connector.practice.salesforce.pubsub.schemas import EventSchema
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.state import Written
from connector.practice.salesforce.tables import Row

_KINDS = {"created": "CREATE", "updated": "UPDATE", "deleted": "DELETE", "undeleted": "UNDELETE"}
_STAMPS = ("LastModifiedDate", "LastModifiedById")


@dataclass(frozen=True, slots=True)
class Change:
    """One event to be. `values`: the fields it carries; `changed`: those it names as changed (updates only)."""

    object: str
    ids: tuple[str, ...]
    kind: str
    user: str
    origin: str
    values: Row
    changed: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """Changes towards the overflow threshold: each field of an update, each other record, counts one."""
        return len(self.ids) * max(1, len(self.changed))

    def as_gap(self) -> "Change":
        kind = self.kind if self.kind.startswith("GAP") else f"GAP_{self.kind}"
        return replace(self, kind=kind, values={}, changed=())


def changes_of(
    writes: list[Written], schemas: dict[str, EventSchema], settings: PubSubSettings
) -> list[Change]:
    """All events of one transaction, in order; `schemas` of the objects that are watched and seen."""
    wanted = [write for write in writes if write.object in schemas]
    saves = _one_for_each_record(wanted) if settings.merges_saves else wanted
    made = [change for write in saves if (change := _change(write, schemas[write.object])) is not None]
    if settings.merges_records:
        made = _alike_together(made)
    return list(_overflowing(made, settings.overflow_above))


def _change(write: Written, schema: EventSchema) -> Change | None:
    kind = _KINDS.get(write.kind, "UPDATE")
    names = _changed(write, schema) if kind == "UPDATE" else ()
    if kind == "UPDATE" and not names:
        return None
    carried: Any = names if kind == "UPDATE" else schema.places if kind != "DELETE" else ()
    values = {name: write.after.get(name) for name in carried}
    if kind != "UPDATE":
        values = {name: value for name, value in values.items() if value is not None}
    return Change(write.object, (write.id,), kind, write.by, getattr(write, "origin", ""), values, names)


def _changed(write: Written, schema: EventSchema) -> tuple[str, ...]:
    names = [name for name in write.names if name in schema.places]
    # A conversion's event leaves its stamps out.
    if "IsConverted" not in write.names:
        moved = (name for name in _STAMPS if write.before.get(name) != write.after.get(name))
        names += [name for name in moved if name in schema.places]
    return tuple(dict.fromkeys(names))


def _one_for_each_record(writes: list[Written]) -> list[Written]:
    """Several saves of a record are told as one, in the place of the first, as the work of whoever began."""
    made: list[Written] = []
    last: dict[str, int] = {}
    for write in writes:
        at = last.get(write.id)
        if at is None or write.kind != "updated" or made[at].kind == "deleted":
            last[write.id] = len(made)
            made.append(write)
        else:
            first = made[at]
            names = tuple(dict.fromkeys(first.names + write.names))
            made[at] = replace(first, after=write.after, names=names, at=write.at)
    return made


def _alike_together(changes: list[Change]) -> list[Change]:
    found: dict[Any, Change] = {}
    for change in changes:
        key = (
            change.object, change.kind, change.user, change.origin, change.changed,
            tuple(sorted(change.values.items(), key=lambda pair: pair[0])),
        )  # fmt: skip
        held = found.get(key)
        found[key] = change if held is None else replace(held, ids=held.ids + change.ids)
    return list(found.values())


def _overflowing(changes: list[Change], most: int) -> Iterator[Change]:
    total, over = 0, dict[str, Change]()
    for change in changes:
        total += change.weight
        if total <= most:
            yield change
        else:
            over.setdefault(
                change.object, replace(change, ids=(), kind="GAP_OVERFLOW", values={}, changed=())
            )
    yield from over.values()
