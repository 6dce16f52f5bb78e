"""`accord status`, `accord pause` and `accord resume`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, operating
from connector.cli.showing import Json, Yes

if TYPE_CHECKING:
    from connector.services.status import Standing

Lane = Annotated[str | None, typer.Argument(help="handoff, live or backfill; all without it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever looks next.")]
Row = dict[str, Any]


def add_to(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("pause")(pause)
    app.command("resume")(resume)


def status(ctx: typer.Context, as_json: Json = False, embedded: Embedded = None) -> None:
    """Show how things stand.

    Backlog and lag per lane, issues, API budget, breakers, modes, workers, hand-offs. lag: for how long the row
    that is due longest has been due; oldest: since when the oldest has waited at all.
    """
    from connector.services.status import standing

    with operating(ctx, embedded) as on:
        found = standing(on.standing, on.agreement, on.clock())
    if as_json:
        showing.json({**_document(found), **found.totals})
        return
    _show(found)


def _document(found: "Standing") -> Row:
    return {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "totals"}


def _show(found: "Standing") -> None:
    totals = found.totals
    showing.line(
        f"Accord at {showing.text(found.at)} UTC, agreement {found.agreement} ({found.fingerprint[:12]})"
    )
    last, losers, open_ = showing.text(totals["last_write"]), totals["losers"], totals["intended"]
    showing.line(
        f"{totals['links']} links; last write {last}; {losers} losers kept; {open_} writes not settled"
    )
    for row in found.verified:
        showing.line(_compared(row))
    for warning in found.warnings:
        showing.line(f"! {warning}")
    _show_lanes(found.lanes)
    modes = [(r["side"], r["mode"], r["changed_by"], r["changed_at"]) for r in found.modes]
    showing.table("Modes", ("side", "mode", "set by", "at (UTC)"), modes)
    budgets = [
        (r["side"], r["used_today"], r["daily_used"], r["daily_limit"], _share(r)) for r in found.budgets
    ]
    showing.table("API calls today", ("side", "ours", "all users", "limit", "used"), budgets)
    issues = [(r["code"], r["open"], r["oldest"]) for r in found.issues]
    showing.table("Open issues", ("code", "open", "oldest (UTC)"), issues)
    _show_breakers(found.breakers)
    handoffs = [(r["state"], r["handoffs"], r["open"], r["overdue"]) for r in found.handoffs]
    showing.table("Hand-offs", ("state", "all", "open", "overdue"), handoffs)
    workers = [
        (r["name"], "alive" if r["alive"] else "gone", showing.age(r["age_seconds"])) for r in found.workers
    ]
    showing.table("Workers", ("name", "state", "last beat ago"), workers)


def _show_breakers(breakers: list[Row]) -> None:
    rows = [(r["side"], r["field"], r["code"], r["reason"], r["tripped_at"]) for r in breakers]
    showing.table("Breakers", ("side", "field", "code", "reason", "since (UTC)"), rows, 400)


def _compared(row: Row) -> str:
    """The last comparison of both sides (`accord verify`, or every night)."""
    scope = row["scope"]
    sample = f"a sample, seed {scope['seed']}" if "sample" in scope else "chosen" if scope else "all"
    when = f"last compared {showing.text(row['ended_at'])} by {row['by_whom']}"
    if row["problem"]:
        return f"{when}: not to its end: {showing.text(row['problem'], 200)}"
    return f"{when}: {row['people']} people ({sample}), {row['differing']} differ, {row['mended']} mended"


def _show_lanes(lanes: list[Row]) -> None:
    rows = [
        (row["lane"], row["waiting"], row["leased"], row["later"], showing.age(row["lag_seconds"]),
         showing.age(row["oldest_seconds"]), row["paused"])
        for row in lanes
    ]  # fmt: skip
    showing.table("Lanes", ("lane", "waiting", "leased", "due later", "lag", "oldest", "paused"), rows)


def _share(row: Row) -> str:
    used, limit = row["daily_used"], row["daily_limit"]
    return f"{used / limit:.0%}" if used is not None and limit else ""


def pause(
    ctx: typer.Context, lane: Lane = None, reason: Reason = "", as_json: Json = False, embedded: Embedded = None
) -> None:
    """Begin no round in a lane, or in any.

    Notices are still taken; what is under way ends as usual.
    """
    from connector.services.lanes import pause as stop

    with operating(ctx, embedded) as on:
        words = stop(on.standing, lane, reason or f"by {showing.me()}", on.clock())
    if as_json:
        showing.json({"paused": words})
    else:
        showing.line(f"Paused: {', '.join(words)}. To go on: accord resume")


def resume(
    ctx: typer.Context, lane: Lane = None, yes: Yes = False, as_json: Json = False, embedded: Embedded = None
) -> None:
    """Go on in a lane, or in all, and lift all breakers.

    What breakers held goes round: they are shown, and lifted only after you agree. For an hour what a lifted breaker
    held may pass without tripping it again.
    """
    from connector.services.lanes import lanes_named
    from connector.services.lanes import resume as go_on

    with operating(ctx, embedded) as on:
        lanes_named(lane)
        if standing := on.standing.standing(on.clock())["breakers"]:
            if not as_json:
                _show_breakers(standing)
            showing.agreed(f"Lift {len(standing)} breakers? What they held is written then.", yes)
        done = go_on(on.rounds, on.standing, lane, on.clock())
    if as_json:
        showing.json(done)
        return
    showing.line(f"Resumed: {', '.join(done.lanes) or 'nothing was paused'}.")
    for breaker in done.breakers:
        showing.line(f"Breaker lifted: {breaker}")
    if done.requeued:
        showing.line(f"{done.requeued} people that breakers held go round again.")
