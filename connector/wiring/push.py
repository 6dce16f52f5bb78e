"""Whether Salesforce's changes are listened for, where, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connector.core.desk import natives
from connector.core.records import Side
from connector.ports.push import ChangeStream, Streams
from connector.services.outcomes import OPPORTUNITY
from connector.services.pushing import Hearing
from connector.wiring.pushed import endpoint_of, otherwise
from connector.wiring.sides import make_push
from connector.wiring.world import World


@dataclass(frozen=True, slots=True)
class Pushing:
    """``open`` connects (whoever holds the streams does it once); ``otherwise``: what there is without."""

    streams: Streams
    objects: Sequence[str]
    open: Callable[[], tuple[ChangeStream, Hearing]]
    otherwise: str


def push_of(world: World) -> Pushing | None:
    """None where the settings want no streams, or know none."""
    endpoint = endpoint_of(world.settings)
    if not endpoint:
        return None
    fields = _fields(world)
    polls = _polls(world)
    streams, notices = world.stores.streams, world.stores.notices

    def connect() -> tuple[ChangeStream, Hearing]:
        source = make_push(world.settings, endpoint)
        return source, Hearing(source, streams, notices, fields, polls)

    return Pushing(streams, list(fields), connect, otherwise(world.settings))


def _fields(world: World) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {
        object_: tuple(names)
        for (side, object_), names in natives(world.bench.desk).items()
        if side is Side.SALESFORCE
    }
    found[OPPORTUNITY] = world.bench.agreement.handoff.salesforce.of_opportunity()
    return found


def _polls(world: World) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for each in world.polls:
        if each.watch.crm.side is Side.SALESFORCE:
            found.setdefault(each.watch.object, []).append(each.watch.bookmark)
    return found
