"""What a change event means: Notices, echoes, and what can't be told without a poll. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from connector.core.records import Notice, Ref, Side, Value

Kind = Literal["created", "changed", "gone", "restored", "overflow"]
CONVERSION = "IsConverted"


@dataclass(frozen=True, slots=True)
class Change:
    """One change event of Salesforce.

    ``ids``: the records it is about, 18 characters; one that ends in ``*`` stands for a whole object, an overflow names
    none. ``gap``: it tells only that something happened. ``values``: native field -> raw value, of the fields that
    changed, or that a new record holds; ``untold``: changed fields whose value it does not carry whole. ``at``: when it
    was committed, in whole seconds. ``user``: who ran the transaction; ``client``: what the API's caller called itself,
    '' where not told; ``by_api``: it came by an API at all, not by automation alone.
    """

    object: str
    ids: tuple[str, ...]
    kind: Kind
    gap: bool
    at: datetime | None
    values: Mapping[str, Value] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    user: str = ""
    client: str = ""
    by_api: bool = True


@dataclass(slots=True)
class Told:
    """``by_us``: indexes into ``notices`` of those that may be echoes; ``unsure``: objects to be polled as a whole."""

    notices: list[Notice] = field(default_factory=list)
    by_us: list[int] = field(default_factory=list)
    unsure: set[str] = field(default_factory=set)


def told_by(changes: Sequence[Change], fields: Mapping[str, Collection[str]], us: str, client: str) -> Told:
    """What these events tell. ``fields``: per object what Accord reads there: other objects, and changes of other
    fields, tell nothing. ``us``, ``client``: the user we write as, and what our calls call themselves."""
    told = Told()
    for change in changes:
        known = fields.get(change.object)
        if known is None:
            continue
        if change.kind == "overflow" or not change.ids or any(id_.endswith("*") for id_ in change.ids):
            told.unsure.add(change.object)
            continue
        mine = is_ours(change, us, client)
        for notice in _notices(change, known, mine):
            if mine and notice.values and change.kind != "created":
                told.by_us.append(len(told.notices))
            told.notices.append(notice)
    return told


def is_ours(change: Change, us: str, client: str) -> bool:
    """Did a call of ours cause it? By user *and* by client where one is told. Automations of the org run within our
    transactions and carry our marks, so its values have to be looked at all the same."""
    return bool(us) and change.by_api and change.user == us and change.client in (client, "")


def _notices(change: Change, known: Collection[str], mine: bool) -> Iterator[Notice]:
    kind, values = change.kind, {name: value for name, value in change.values.items() if name in known}
    for id_ in change.ids:
        ref = Ref(Side.SALESFORCE, change.object, id_)
        if kind == "created" and mine and values:
            # Our own create: the door sees by Seen, its read-back, whether the org made anything else of it.
            yield Notice(ref, values, change.at, partial=True)
        elif kind in ("created", "gone"):
            yield Notice(ref, {}, change.at, kind)
        elif change.gap or kind == "restored" or CONVERSION in change.values or change.untold & set(known):
            yield Notice(ref, {}, change.at)
        elif values:
            yield Notice(ref, values, change.at, partial=True)
