"""The demo from curtain to curtain: first day, the story, the same day again, the table."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from connector.adapters.mappings import load
from connector.demo.agreement import lay_out_for
from connector.demo.day import Day, Scene
from connector.demo.ending import map_and_backfill
from connector.demo.processes import DemoFailed
from connector.demo.stage import Stage, open_stage
from connector.demo.story import play
from connector.demo.words import Words
from connector.practice import orgs

console = Console()


def run(
    people: int, seed: int, org_name: str, mappings: Path | None, once: bool, unproved: Sequence[str] = ()
) -> None:
    """Raises DemoFailed with what was not shown, OrgProblems and FixConfiguration for files that are wrong. With
    ``once`` everything ends after the table. ``unproved``: behaviours in doubt the other way, in the words of
    `accord practice --unproved`."""
    signal.signal(signal.SIGTERM, _told_to_end)
    org = orgs.load(org_name)
    with tempfile.TemporaryDirectory(prefix="accord-agreement-") as folder:
        agreed = Path(folder) / "mappings"
        if mappings is None:
            lay_out_for(org.mappings, agreed)
        else:
            shutil.copytree(mappings, agreed)  # the day changes it
        _play(people, seed, org, agreed, once, unproved)


def _told_to_end(number: int, frame: FrameType | None) -> None:
    """Everything that was started is ended on the way out."""
    raise SystemExit(128 + number)


def _play(
    people: int, seed: int, org: orgs.Org, mappings: Path, once: bool, unproved: Sequence[str]
) -> None:
    started = time.monotonic()
    words = Words(load(mappings))
    console.print(f"[bold]Accord[/]: {people} people on two practice servers, seed {seed}. Starting …")
    _say(f"The org “{org.name}”: {org.about}")
    if unproved:
        _say(f"What rests on memory: {', '.join(unproved)} (docs/unproved.md)")
    with open_stage(people, seed, org, mappings, unproved) as stage:
        _say(f"up after {time.monotonic() - started:.1f} s on {stage.hubspot.url} and {stage.salesforce.url}")
        stage.accord("mappings", "check", "--live", show=True)
        day = Day(stage, f"s{seed}", words)
        first_day(day)
        _say("[bold]A working day[/]")
        play(day)
        day.quiet()
        same_day_again(day)
        _say("[bold]A new field[/]: mapped, previewed, backfilled, verified, undone")
        map_and_backfill(day)
        console.print(_table(day.scenes, stage, time.monotonic() - started))
        if not once:
            _keep_serving(stage)


def first_day(day: Day) -> None:
    """Observe before live: who is who, what would be written, and only then the first link."""
    stage = day.stage
    _say("[bold]The first day[/]: nothing is written before somebody approved it")
    stage.accord("match", "report", show=True)
    stage.accord("match", "approve", "--yes", show=True)
    stage.accord("preview", "--yes", show=True)
    if stage.writes():
        raise DemoFailed(f"something was written while both sides were only observed: {stage.writes()} calls")
    started = time.monotonic()
    stage.accord("mode", "live", "--yes", show=True)
    day.quiet()
    linked = json.loads(stage.accord("status", "--json"))["links"]
    day.scenes.append(
        Scene("observe to live, first link", f"{linked} people linked", time.monotonic() - started)
    )


def same_day_again(day: Day) -> None:
    """Every person of the day is synced once more: nothing is written."""
    before = day.stage.writes()
    day.stage.accord("sync", *(f"hubspot:contact:{id_}" for id_ in day.people.values()))
    day.quiet()
    wrote = day.stage.writes() - before
    if wrote:
        raise DemoFailed(f"the same day again wrote {wrote} times")
    day.scenes.append(Scene("the same day again", "nothing to write"))


def _table(scenes: list[Scene], stage: Stage, seconds: float) -> Table:
    hubspot, salesforce = stage.hubspot.calls()["total"], stage.salesforce.calls()["total"]
    table = Table(
        title=f"What happened in {seconds:.0f} s with the org “{stage.org.name}”",
        caption=f"API calls: HubSpot {hubspot}, Salesforce {salesforce}",
    )
    columns = (("scene", "left"), ("what was seen", "left"), ("told by", "left"), ("seconds", "right"))
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for scene in scenes:
        took = f"{scene.seconds:.2f}" if scene.seconds is not None else ""
        table.add_row(scene.title, scene.shown, scene.told_by, took)
    return table


def _keep_serving(stage: Stage) -> None:
    console.print(
        "\nAll goes on running; try it: edit a record on one side, look at the other. Ctrl-C ends it."
    )
    names = ("DATABASE_URL", "ACCORD_", "PORT")
    for key, value in sorted(stage.env.items()):
        if key.startswith(names):
            console.print(f"  export {key}='{value}'", highlight=False, soft_wrap=True)
    try:
        while True:
            stage.alive()
            time.sleep(1)
    except KeyboardInterrupt:
        console.print("ending …")


def _say(text: str) -> None:
    console.print(text, highlight=False)
