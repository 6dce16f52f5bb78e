"""`accord journal …`: what was written is kept by months, exported, pruned, and purged of erased persons."""

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.adapters.postgres.journal import PostgresJournal
    from connector.core.erased import Traces
    from connector.core.records import Ref
    from connector.ports import Crm
    from connector.services.journal import Pruning

Person = Annotated[
    str, typer.Argument(help="hubspot:contact:512, salesforce:Lead:00Q…, link:7, or an e-mail address.")
]
Since = Annotated[datetime | None, typer.Option("--since", help="What was written since then (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="… and before then (UTC).")]
OfPerson = Annotated[str, typer.Option("--person", help="Only of this person: a REF, link:7 or an e-mail address.")]
OfRun = Annotated[int | None, typer.Option("--run", help="Only what this run wrote.")]
Csv = Annotated[bool, typer.Option("--csv", help="Comma-separated, for a spreadsheet, instead of JSON lines.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file instead of the terminal.")]
ColumnsOnly = Annotated[bool, typer.Option("--columns", help="Only say what each column means.")]
Older = Annotated[
    int | None,
    typer.Option(
        "--keep-months", min=1, help="Whole months to keep beside the present one.",
        show_default="ACCORD_JOURNAL_MONTHS",
    ),
]  # fmt: skip
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        help="All that was written: kept by months, exported, pruned, purged of erased persons.", no_args_is_help=True
    )
    for command in (status, export, prune, purge, readmit):
        group.command(command.__name__)(command)
    app.add_typer(group, name="journal")


def status(ctx: typer.Context, as_json: Json = False, embedded: Embedded = None) -> None:
    """What the journal holds, month by month; since when it is kept; and what would be pruned next."""
    from connector.services.journal import planned

    with operating(ctx, embedded) as on:
        store, keep = _journal(on), _months(on)
        months, since, pruning = store.months(), store.kept_since(), planned(store, on.clock(), keep)
        erased = _erasures(on).totals()
    if as_json:
        told = {"months": [_month(m) for m in months], "kept_since": since, "keep_months": keep}
        showing.json(told | {"to_prune": pruning, "erasures": erased})
        return
    rows = [(m.name, _day(m.since), _day(m.until), m.about or "–", f"{m.bytes / 2**20:.1f}") for m in months]
    showing.table("The journal", ("part", "from", "to", "rows, about", "MB"), rows)
    showing.line(f"Kept since {since:%Y-%m}: what is older was pruned." if since else "Nothing was ever pruned.")
    words = f"{keep} whole months beside the present one" if keep else "for ever"
    showing.line(f"Retention (ACCORD_JOURNAL_MONTHS): {words}.")
    _show_pruning(pruning, "Due to be pruned")
    waiting = f", {erased['waiting']} waiting for a worker" if erased["waiting"] else ""
    showing.line(f"Persons erased: {erased['done']}{waiting}.")


def export(
    ctx: typer.Context, since: Since = None, until: Until = None, person: OfPerson = "", run: OfRun = None,
    as_csv: Csv = False, out: Out = None, columns: ColumnsOnly = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """The journal, one line per changed field: JSON lines, or CSV with --csv.

    It is written as it is read, so it may be as long as it likes. With --columns it says what each column means.
    """
    from connector.cli.journal_export import COLUMNS, write

    if columns:
        showing.table("", ("column", "meaning"), COLUMNS, 200)
        return
    with operating(ctx, embedded) as on:
        traces = _traces(on, person) if person else None
        rows = _journal(on).export(
            _utc(since), _utc(until), run,
            traces.links if traces else None, [str(ref) for ref in traces.refs] if traces else (),
        )  # fmt: skip
        file = out.open("w", newline="", encoding="utf-8") if out is not None else nullcontext(None)
        with file as target:
            lines = write(rows, target, as_csv)
    if out is not None:
        showing.line(f"{lines} lines in {out}.")


def prune(
    ctx: typer.Context, keep: Older = None, dry_run: Dry = False, yes: Yes = False, by: By = "", as_json: Json = False,
    embedded: Embedded = None,
) -> None:  # fmt: skip
    """Drop what is older than the months to be kept.

    A worker does this by itself, by ACCORD_JOURNAL_MONTHS. What is dropped can't be explained or undone any more;
    export it first. A month stays as long as an open run or an undo may look at it, or a write in it is not settled.
    """
    from connector.services.journal import planned
    from connector.services.journal import prune as drop

    with operating(ctx, embedded) as on:
        store, now = _journal(on), on.clock()
        months = keep if keep is not None else _months(on)
        if not months:
            raise Refused("ACCORD_JOURNAL_MONTHS is 0: all is kept. Say --keep-months N to prune all the same.")
        pruning = planned(store, now, months)
        if not dry_run and (pruning.whole or pruning.partly):
            if not as_json:
                _show_pruning(pruning, "To be pruned")
            showing.agreed("Really drop it? It can't be brought back.", yes)
            pruning = drop(store, now, months, by or showing.me())
    if as_json:
        showing.json(pruning)
        return
    _show_pruning(pruning, "Would go" if dry_run else "Pruned")
    if not dry_run:
        showing.line(f"{pruning.records} rows are gone.")


def purge(
    ctx: typer.Context, person: Person, yes: Yes = False, by: By = "", as_json: Json = False, embedded: Embedded = None
) -> None:
    """Erase a person (GDPR): all their values leave Accord's database, at once and for good.

    By e-mail address somebody is found who was never linked, too: both sides are asked for their records, and every
    table is searched for the address. In words about others it becomes the word "erased".

    What stays is that something was written, when, of what kind and under which ids, and their address as a salted
    hash: no poll, backfill or undo brings them back. Accord deletes nothing in HubSpot and Salesforce: do that there.
    HubSpot's own privacy deletion does all this by itself, where its webhook is subscribed.
    """
    from connector.services.erasing import erase_now, may_erase

    with operating(ctx, embedded) as on:
        traces = _traces(on, person, both_sides=True)
        may_erase(_erasures(on), traces)
        if not as_json:
            named = f"an address in {', '.join(_erasures(on).stands_in(person))}" if "@" in person else "nobody"
            showing.line(f"Known as {', '.join(traces.subjects) or named}.")
        showing.agreed("Really erase this person? It can't be undone.", yes)
        counts = erase_now(_erasures(on), traces, by or showing.me(), on.clock)
    if as_json:
        showing.json({"refs": [str(ref) for ref in traces.refs], "links": traces.links, "records": counts})
        return
    showing.table("Erased", ("from", "rows"), sorted(counts.items()))
    there = ", ".join(str(ref) for ref in traces.refs) or "their records"
    showing.line(f"Accord never deletes on either side: erase {there} there, where the records still are.")


def readmit(ctx: typer.Context, address: Annotated[str, typer.Argument(help="Their e-mail address.")],
            yes: Yes = False, as_json: Json = False, embedded: Embedded = None) -> None:  # fmt: skip
    """Let an erased person in again who agreed anew, other than by a HubSpot form (that is seen by itself)."""
    with operating(ctx, embedded) as on:
        store = _erasures(on)
        if address.strip().casefold() not in store.barred([address.strip().casefold()]):
            raise Refused("No erased person had this address: nothing keeps them out.")
        showing.agreed("Did this person agree anew, and is that on record?", yes)
        store.readmit(address)
    if as_json:
        showing.json({"readmitted": address.strip().casefold()})
        return
    showing.line("They may come in again: `accord issues retry --code erased`, or wait for their next change.")


def _journal(on: Operating) -> "PostgresJournal":
    from connector.adapters.postgres.journal import PostgresJournal

    return PostgresJournal(on.pool)


def _erasures(on: Operating) -> Any:
    from connector.adapters.postgres.erasures import PostgresErasures

    return PostgresErasures(on.pool)


def _months(on: Operating) -> int:
    from connector.settings import Process

    return on.settings.process.journal_months if on.settings is not None else Process().journal_months


def _traces(on: Operating, text: str, both_sides: bool = False) -> "Traces":
    """Whom that means, by the database alone: an erased person may be found nowhere else. ``both_sides``: and by what
    has that address there now. Raises Refused."""
    from connector.adapters.salesforce.ids import id18
    from connector.core.desk import desk_for
    from connector.core.erased import address_keys
    from connector.services.finding import named

    store, keys, text = _erasures(on), address_keys(desk_for(on.agreement)), text.strip()
    if text.startswith("link:") and text[5:].isdigit():
        found = store.traces(keys, link=int(text[5:]))
    elif "@" in text:
        found = store.traces(keys, address=text, also=_there(on, text) if both_sides else ())
        if both_sides:
            return found  # type: ignore[no-any-return]
    else:
        found = store.traces(keys, ref=named(text, id18))
    if not found.refs:
        raise Refused(f"Accord's database knows nobody as {text}. Name a record, such as hubspot:contact:512.")
    return found  # type: ignore[no-any-return]


def _there(on: Operating, address: str) -> "list[Ref]":
    """Records with that address on either side, as far as it can be asked. Of whom was erased already nothing is kept
    that they could lead to."""
    from connector.errors import AccordError, CallFailed
    from connector.services.rounds.unleased import unleased

    if _erasures(on).barred([address.casefold()]):
        return []
    found = []
    try:
        bench = on.bench
    except AccordError as problem:
        showing.warn(f"Neither side can be asked for their records: only the database is searched. {problem}")
        return []
    wanted: list[tuple[Crm, str, str]] = [(bench.hubspot, "contact", "email")]
    wanted += [(bench.salesforce, object_, "Email") for object_ in bench.desk.mapping.salesforce_objects]
    for crm, object_, field in wanted:
        try:
            found += [record.ref for record in crm.find(object_, field, [address], (field,), unleased)]
        except CallFailed as problem:
            showing.warn(f"{crm.side} can't be asked for a {object_} of that address: {problem}")
    return found


def _show_pruning(pruning: "Pruning", title: str) -> None:
    if pruning.before is not None:
        showing.line(f"{title}: what was written before {pruning.before:%Y-%m-%d}")
    rows = [(name, "the whole part") for name in pruning.whole]
    rows += [(name, f"{count} old rows") for name, count in pruning.partly.items()]
    showing.table("", ("part", "what"), rows)
    if pruning.before is not None and not rows:
        showing.line("  nothing")
    for why in pruning.kept:
        showing.line(f"  stays: {why}")


def _month(month: Any) -> dict[str, Any]:
    return {name: getattr(month, name) for name in ("name", "since", "until", "about", "bytes")}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else ""


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment is not None else None
