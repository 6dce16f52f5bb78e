"""The end of the day: a field nobody synced so far is mapped, and the old values go over: previewed, watched, verified,
undone. Each step by a command that anybody has, and looked at on both sides. Where a poll meets one of these people
meanwhile, live sync carries the value itself: the run has less to do then, and its undo leaves what it never wrote.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from connector.demo.agreement import add_field
from connector.demo.day import Day
from connector.demo.processes import DemoFailed
from connector.demo.stage import POLL_SECONDS

PAIRS = (("message", "Description"), ("website", "Website"), ("fax", "Fax"), ("city", "City"))
"""Fields of both sides that an agreement may have left out."""
NAME = "what_they_said"
STAGES = ("lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "subscriber")
MOST = 100
"""Persons who have a value in the new field."""
OLD = 3 * POLL_SECONDS
"""Seconds after which a poll looks back at them no more: POLL_SECONDS, and as many of overlap."""


@dataclass(frozen=True, slots=True)
class Newly:
    """A field that is mapped from now on, and who has a value in it: HubSpot id -> (Salesforce object, id, value)."""

    hubspot: str
    salesforce: str
    people: dict[str, tuple[str, str, str]]


def map_and_backfill(day: Day) -> None:
    pair = _unmapped(day)
    if pair is None:
        return day.skip("a new field is mapped", "this agreement maps all that this scene knows")
    new = Newly(*pair, _said_before(day, pair[0]))
    _map(day, new)
    preview = _preview(day, new)
    run = _apply(day, new, preview)
    _verify(day, new)
    _undo(day, new, run)
    return None


def _unmapped(day: Day) -> tuple[str, str] | None:
    fields = day.words.agreement.person.fields
    taken = {f.hubspot for f in fields} | {native for f in fields for native in f.salesforce.values()}
    return next((pair for pair in PAIRS if not taken & set(pair)), None)


def _said_before(day: Day, name: str) -> dict[str, tuple[str, str, str]]:
    """Persons tell marketing something while nobody maps it. (Not those of the day: one of them is held.)"""
    key = day.words.link[0]
    found: dict[str, tuple[str, str, str]] = {}
    everybody = (one for name in STAGES for one in day.stage.hubspot.find("contact", "lifecyclestage", name))
    for contact in everybody:
        id_ = str(contact.get(key) or "")
        object_ = {"00Q": "Lead", "003": "Contact"}.get(id_[:3])
        if object_ is not None and len(found) < MOST and contact["id"] not in day.people.values():
            said = f"Call me about offer {len(found) + 1}"
            day.stage.hubspot.edit("contact", {name: said}, id=contact["id"], by="form")
            found[contact["id"]] = (object_, id_, said)
    if not found:
        raise DemoFailed("nobody is linked whose values could be backfilled")
    day.quiet()
    if not day.stage.pushed:
        time.sleep(OLD)
    return found


def _map(day: Day, new: Newly) -> None:
    started = time.monotonic()
    add_field(day.stage.mappings, NAME, new.hubspot, new.salesforce)
    day.stage.accord("mappings", "check")
    day.stage.deploy()
    day.done("a new field is mapped", f"{new.hubspot} to {new.salesforce}, checked, deployed", started)


def _preview(day: Day, new: Newly) -> int:
    """All of it is known before anything is written."""
    started = time.monotonic()
    words = ("--field", NAME, "--to", "salesforce", "--why", "old values of a new field")
    seen = _told(day, "backfill", "person", *words, "--dry-run", "--wait")
    day.stage.accord("backfill", "show", str(seen["id"]), "--samples", "2", show=True)
    fills = sum(n["fills"] for name, n in seen["counts"].get("fields", {}).items() if new.salesforce in name)
    if day.stage.accord("journal", "export", "--run", str(seen["id"])):
        raise DemoFailed("the preview wrote")
    there = sum(_held(day, new, id_) is not None for id_ in new.people)
    if not len(new.people) - there <= fills <= len(new.people):
        raise DemoFailed(f"the preview shows {fills} values to fill; {there} of {len(new.people)} are there")
    day.done("old values, previewed", f"run {seen['id']} would fill {fills}, nothing is written", started)
    return int(seen["id"])


def _apply(day: Day, new: Newly, preview: int) -> int:
    started = time.monotonic()
    day.stage.watched("backfill", "apply", str(preview), "--wait", "--yes")
    done = next(r for r in json.loads(day.stage.accord("backfill", "list", "--json")) if r["parent"] == preview)
    if done["state"] != "succeeded" or not set(done["outcomes"]) <= {"written", "nothing", "changed", "held"}:
        raise DemoFailed(f"the backfill ended otherwise than it was previewed: {done['state']} {done['outcomes']}")
    wrong = [id_ for id_ in new.people if _held(day, new, id_) != new.people[id_][2]]
    if wrong:
        raise DemoFailed(f"{len(wrong)} old values are not in Salesforce, among them of contact {wrong[0]}")
    day.done("backfilled, with progress", f"run {done['id']}: {done['done']} written, as previewed", started)
    return int(done["id"])


def _verify(day: Day, new: Newly) -> None:
    """Both sides against the agreement, person by person: it ends with 1 where anything differs."""
    started = time.monotonic()
    day.quiet()
    seen = _told(day, "verify", "--linked", "--field", NAME)
    if seen["people"] < len(new.people):
        raise DemoFailed(f"only {seen['people']} were compared")
    day.done("verified on both sides", f"{seen['people']} linked people compared, none differs", started)


def _undo(day: Day, new: Newly, run: int) -> None:
    started = time.monotonic()
    undone = _told(day, "undo", str(run), "--wait", "--yes")
    day.quiet()
    gone, wrote = sum(_held(day, new, id_) is None for id_ in new.people), undone["outcomes"].get("written", 0)
    if gone != wrote or set(undone["outcomes"]) - {"written", "nothing", "held", "left"}:
        raise DemoFailed(f"the undo took back {gone} of {len(new.people)} values: {undone['outcomes']}")
    kept = day.stage.hubspot.find("contact", "id", next(iter(new.people)))[0].get(new.hubspot)
    if not kept:
        raise DemoFailed("the undo went on to HubSpot and took what people said there")
    day.done("the backfill is undone", f"run {undone['id']}: {wrote} are as before", started)


def _held(day: Day, new: Newly, contact: str) -> str | None:
    object_, id_, _ = new.people[contact]
    found = day.stage.salesforce.find(object_, "Id", id_)
    return found[0].get(new.salesforce) if found else None


def _told(day: Day, *words: str) -> dict[str, Any]:
    return dict(json.loads(day.stage.accord(*words, "--json")))
