"""Why a person is as they are: the link, each field's last writer with its cause, the verdict, the hand-off, what
is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connector.core.erased import Erased
from connector.core.plan import Plan
from connector.core.records import Ref, Side, Value
from connector.errors import CallFailed
from connector.services.finding import Person
from connector.services.rounds.looking import LookStore, look
from connector.services.workbench import Workbench

Row = dict[str, Any]


class StoryStore(LookStore, Protocol):
    def link(self, link: int) -> Row | None: ...
    def story(self, link: int, persons: Sequence[str], subjects: Sequence[str]) -> dict[str, list[Row]]:
        """Aliases, writers, handoffs with ``edges``, issues, ledger."""

    def waiting(self, ref: Ref, link: int | None) -> list[Row]: ...
    def erased(self, ref: Ref, link: int | None) -> Erased | None: ...
    def kept_since(self) -> datetime | None:
        """Older rows of the journal were pruned; None: none ever were."""


@dataclass(frozen=True, slots=True)
class Told:
    """One field. ``hubspot``, ``salesforce``: what that side last held. ``writer``: the last write of it, as a
    row of the
    journal ({side, old, new, source, why, agreement, at}); None: as found at the first link."""

    field: str
    hubspot: Value
    salesforce: Value
    writer: Row | None


@dataclass(slots=True)
class Story:
    """``link``: row of the table, None where there is none. ``plan``: of a dry round just now; None with ``said``
    telling
    why there is none. ``handoffs``: rows, each with its ``edges``. ``kept_since``: older rows of the journal were
    pruned, and this Link may have had some."""

    ref: Ref
    link: Row | None
    fields: list[Told] = field(default_factory=list)
    plan: Plan | None = None
    said: str = ""
    aliases: list[Row] = field(default_factory=list)
    handoffs: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    erased: Erased | None = None
    kept_since: datetime | None = None


def explain(bench: Workbench, store: StoryStore, person: Person, fresh: bool = True) -> Story:
    """``fresh``: read both sides and judge now, dry; where a side can't be read, that is said and the rest is told."""
    link = store.link(person.link) if person.link is not None else None
    story = Story(person.ref, link, erased=store.erased(person.ref, person.link), kept_since=_pruned(store, link))
    if fresh and story.erased is None:
        _judge(bench, store, person, story)
    refs = _refs(person, link, story.plan)
    told = store.story(person.link or 0, refs, [*refs, f"link:{person.link}"])
    story.aliases, story.issues, story.ledger = told["aliases"], told["issues"], told["ledger"]
    story.handoffs = [
        {**h, "edges": [e for e in told["edges"] if e["handoff_id"] == h["id"]]} for h in told["handoffs"]
    ]
    story.waiting = store.waiting(person.ref, person.link)
    if link is not None:
        story.fields = _fields(bench, link, told["writers"])
    return story


def _pruned(store: StoryStore, link: Row | None) -> datetime | None:
    """Since when the journal is kept, where this Link is older."""
    since = store.kept_since() if link is not None else None
    return since if link is not None and since is not None and link["created_at"] < since else None


def _judge(bench: Workbench, store: StoryStore, person: Person, story: Story) -> None:
    try:
        looked = look(bench, store, person.ref, person.link)
    except CallFailed as failed:
        story.said = f"Not judged now: {failed}"
        return
    story.plan, story.said = looked.plan, looked.said


def _refs(person: Person, link: Row | None, plan: Plan | None) -> list[str]:
    refs = [str(person.ref)]
    if link is not None:
        refs += [
            f"hubspot:{link['hubspot_object']}:{link['hubspot_id']}",
            f"salesforce:{link['salesforce_object']}:{link['salesforce_id']}",
        ]
    if plan is not None:
        refs += [str(r.ref) for side in Side if (r := plan.pair.record(side)) is not None]
    return list(dict.fromkeys(refs))


def _fields(bench: Workbench, link: Row, writers: Sequence[Row]) -> list[Told]:
    """Mapped fields in the mapping's order, then what the agreement itself writes."""
    by_field = {row["field"]: row for row in writers}
    hubspot, salesforce = link["seen_hubspot"], link["seen_salesforce"]
    names = [name for name in bench.desk.fields if name in hubspot or name in salesforce or name in by_field]
    told = [Told(n, hubspot.get(n), salesforce.get(n), _latest(bench, by_field, n)) for n in names]
    shared = {
        f"={native}" for f in bench.desk.mapping.fields for native in (f.hubspot, *f.salesforce.values())
    }
    for name, row in sorted(by_field.items()):
        if name.startswith("=") and name not in shared:
            value = {row["side"]: row["new"]}
            told.append(Told(name[1:], value.get(Side.HUBSPOT), value.get(Side.SALESFORCE), row))
    return told


def _latest(bench: Workbench, writers: dict[str, Row], name: str) -> Row | None:
    """A mapped field may also have been written by the agreement itself, under its native name."""
    known = bench.desk.fields[name]
    keys = [name, *(f"={native}" for native in (known.hubspot, *known.salesforce.values()))]
    rows = [writers[key] for key in keys if key in writers]
    return max(rows, key=lambda row: row["at"], default=None)
