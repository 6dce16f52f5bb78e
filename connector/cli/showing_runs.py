"""Runs, for people: how one stands, what a preview found, and progress while it goes on."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli import showing

if TYPE_CHECKING:
    from connector.cli.operating import Operating
    from connector.services.runs.progress import Progress
    from connector.services.runs.store import RunStore

Row = dict[str, Any]
LOOK = 1.0
TELL = 10.0
"""Seconds between two looks, and between two lines where there is no terminal."""
COLUMNS = ("subject", "hubspot_id", "salesforce_id", "outcome", "reason")


def line_of(seen: "Progress") -> str:
    run = seen.run
    total = (
        f" of {seen.total}"
        if seen.whole
        else f" (and {seen.waiting + seen.out} taken)"
        if not seen.ended
        else ""
    )
    said = f"run {run['id']} {run['state']}: {seen.done}{total}, {seen.rate:.0f} a second"
    if seen.remaining is not None:
        said += f", {showing.age(seen.remaining)} to go"
    if seen.failed:
        said += f", {seen.failed} failed"
    if not seen.ended:
        said += "".join(f", {side} {n} calls left today" for side, n in sorted(seen.calls_left.items()))
    return said + (f": {run['reason']}" if run["reason"] else "")


def follow(on: "Operating", store: "RunStore", run: int, *, quiet: bool = False) -> "Progress":
    """Watch a run until it ends or is paused: a bar on a terminal, a line now and then elsewhere."""
    tell = (lambda seen: None) if quiet else _bar() if sys.stderr.isatty() else _lines(on)
    while True:
        seen = look(on, store, run)
        tell(seen)
        if seen.ended or seen.run["state"] == "paused":
            return seen
        on.sleep(LOOK)


def look(on: "Operating", store: "RunStore", run: int) -> "Progress":
    from connector.services.runs.progress import progress_of
    from connector.services.runs.starting import existing

    daily = on.settings.hubspot.daily_calls if on.settings is not None else None
    return progress_of(store, existing(store, run), on.clock(), daily)


def _lines(on: "Operating") -> Callable[["Progress"], None]:
    told: dict[str, Any] = {"at": None, "state": ""}

    def tell(seen: "Progress") -> None:
        now = on.clock()
        due = told["at"] is None or (now - told["at"]).total_seconds() >= TELL
        if due or seen.run["state"] != told["state"]:
            told["at"], told["state"] = now, seen.run["state"]
            print(line_of(seen), file=sys.stderr, flush=True)

    return tell


def _bar() -> Callable[["Progress"], None]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        console=Console(stderr=True),
    )
    task = bar.add_task("", said="")
    bar.start()

    def tell(seen: "Progress") -> None:
        total = seen.total if seen.whole else None
        bar.update(
            task, description=f"run {seen.run['id']}", total=total, completed=seen.done, said=line_of(seen)
        )
        if seen.ended or seen.run["state"] == "paused":
            bar.stop()

    return tell


def show_run(on: "Operating", store: "RunStore", seen: "Progress", samples: int) -> None:
    run = seen.run
    words = [
        f"{run['purpose']} {run['kind']}",
        "preview" if run["dry"] else "",
        f"by {run['by_whom']}",
        run["why"],
    ]
    if run["parent"]:
        words.append(f"{run['relation']} of run {run['parent']}")
    showing.line(line_of(seen))
    showing.line("; ".join(word for word in words if word))
    scope = ", ".join(f"{k} {v}" for k, v in run["scope"].items()) or "everybody"
    showing.line(
        f"scope: {showing.text(scope, 400)}; begun {showing.text(run['started_at'])}, "
        f"ended {showing.text(run['ended_at'])} UTC"
    )
    if 2 in (paused := on.trail.paused()) and not seen.ended:
        showing.line(f"! the backfill lane is paused: {paused[2]}")
    showing.table("Items", ("outcome", "items"), sorted(seen.outcomes.items(), key=lambda x: -x[1]))
    written = [(r["side"], r["action"], r["records"], r["refused"]) for r in seen.written]
    showing.table("Written", ("side", "action", "records", "refused"), written)
    _show_calls(run["calls"])
    if run["dry"]:
        _show_preview(on, store, run)
    _samples(store, run, samples)
    if seen.failed and not run["dry"]:
        showing.line(f"Once mended: accord backfill retry {run['id']}")


def _show_calls(calls: dict[str, float]) -> None:
    """What it cost so far: a round that it shared with live changes by its share."""
    by: dict[str, list[tuple[str, int]]] = {}
    for name, n in calls.items():
        side, _, endpoint = name.partition(" ")
        by.setdefault(side, []).append((endpoint, round(n)))
    for side in sorted(by):
        rows = sorted(by[side], key=lambda row: -row[1])
        showing.table(f"API calls to {side}: {sum(n for _, n in rows)}", ("call", "times"), rows)


def _show_preview(on: "Operating", store: "RunStore", run: Row) -> None:
    counts = run["counts"]
    fields = [
        (*name.split(" ", 1), n["updates"], n["fills"], n["blanks"])
        for name, n in sorted(counts.get("fields", {}).items())
    ]
    showing.table("Would write", ("side", "field", "updates", "fills", "blanks"), fields)
    made = [*counts.get("creates", {}).items()]
    made += counts.get("totals", {}).items()
    showing.table("Would make", ("what", "records"), made)
    for title, key in (
        ("Would lose, and be kept", "conflicts"),
        ("Would be held", "holds"),
        ("Would fail", "fails"),
    ):
        rows = sorted(counts.get(key, {}).items(), key=lambda x: -x[1])
        showing.table(title, ("what", "records"), rows[:30], 200)
    _show_cost(on, store, run)
    for title, key in (("What it costs", "costs"), ("What would answer our writes", "risks")):
        showing.table(title, ("",), [(line,) for line in counts.get(key, ())], 400)


def _show_cost(on: "Operating", store: "RunStore", run: Row) -> None:
    from connector.services.runs.progress import cost_of

    given = on.settings.hubspot if on.settings is not None else None
    pace = given.calls_per_10_seconds if given is not None else 190
    cost = cost_of(run, store.budgets(on.clock()), pace, given.daily_calls if given is not None else None)
    rows = [
        (side, n, cost.left[side] if cost.left[side] is not None else "not known")
        for side, n in cost.calls.items()
    ]
    showing.table("API calls to apply it", ("side", "calls", "left today"), rows)
    showing.line(f"at the best in {showing.age(cost.seconds)}")


def _samples(store: "RunStore", run: Row, count: int) -> None:
    outcomes = ["would"] if run["dry"] else ["refused", "held", "conflict", "changed", "left"]
    for item in store.items(run["id"], outcomes, limit=count, left=not run["dry"]) if count else ():
        refs = " = ".join(filter(None, (item["hubspot_id"], item["salesforce_id"])))
        showing.line(
            f"{item['subject']} ({refs}): {item['outcome']}"
            + (f" {showing.text(item['reason'], 200)}" if item["reason"] else "")
        )
        for change in changes_of(item):
            showing.line(f"    {change['side']} {change['native']}  ({showing.text(change['why'])})")
            showing.line(f"      - {showing.text(change['old'])}")
            showing.line(
                f"      + {'(the new record)' if change.get('bound') else showing.text(change['new'])}"
            )


def changes_of(item: Row) -> list[Row]:
    plan = item["plan"] or {}
    parts = (plan.get("was", {}).get("changes", ()), *(plan.get(n, ()) for n in ("create", "changes", "left")))
    return [change for part in parts for change in part]


def write_csv(store: "RunStore", run: int, file: Path) -> int:
    """One line a change, or an item where it has none; how many lines."""
    lines, after = 0, ""
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow((*COLUMNS, "side", "field", "old", "new", "why"))
        while page := store.items(run, after=after):
            after = page[-1]["subject"]
            for item in page:
                told = [_cell(item[name]) for name in COLUMNS]
                for c in changes_of(item) or [{}]:
                    rows.writerow(
                        (*told, *(_cell(c.get(n)) for n in ("side", "native", "old", "new", "why")))
                    )
                    lines += 1
    return lines


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is not one."""
    return (
        f"'{value}"
        if isinstance(value, str) and value[:1] in "=+-@\t\r" and not value[1:2].isdigit()
        else value
    )
