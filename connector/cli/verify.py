"""`accord verify`: are both sides as the agreement wants them?"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.backfill import (
    Filter,
    From,
    Ids,
    Linked,
    ListName,
    Never,
    Object,
    Refs,
    Since,
    Until,
    Where,
    runs_of,
)  # fmt: skip
from connector.cli.checking import told_or_two
from connector.cli.choosing import filter_of, one_choice, refs_of, utc
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.core.conditions import Condition
    from connector.services.drift.choosing import Chosen
    from connector.services.drift.tally import Tally
    from connector.services.drift.verifying import Means, Verified

Sample = Annotated[
    int, typer.Option("--sample", min=0, help="Only so many linked persons, drawn at random, and some unlinked.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Of --sample: the same number draws the same persons.")]
Field = Annotated[
    list[str], typer.Option("--field", help="Compare this field of the mapping only; as often as needed.")
]
Mend = Annotated[
    bool, typer.Option("--mend", help="Let whoever differs, and waits for nobody, go round: a worker mends them.")
]
Threshold = Annotated[
    int | None,
    typer.Option(
        "--threshold", min=0, help="Ask before more than so many are mended.", show_default="ACCORD_DRIFT_MEND_UP_TO"
    ),
]
Wait = Annotated[bool, typer.Option("--wait", help="With --mend: wait for it, and compare these persons again.")]
Patience = Annotated[
    float, typer.Option("--patience", min=0, help="Seconds in which people whose round is due are looked at again.")
]
Csv = Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write every difference there.")]
MENDING = 600.0
"""Seconds that --wait waits, at most."""


def add_to(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(
    ctx: typer.Context, ref: Refs = [], ids: Ids = None, list_name: ListName = "", where: Where = "",  # noqa: B006
    object_: Object = "Lead", condition: Filter = "", source: From = None, since: Since = None, until: Until = None,
    linked: Linked = False, never_synced: Never = False, sample: Sample = 0, seed: Seed = None, field: Field = [],  # noqa: B006
    mend: Mend = False, threshold: Threshold = None, yes: Yes = False, wait: Wait = False, patience: Patience = 10.0,
    csv: Csv = None, by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Compare both sides with the agreement, and tell every difference with its cause.

    Both sides are read as they are now; nothing is written. Without options everybody is compared; the options choose
    as those of `accord backfill person` do. Half of HubSpot's calls are left to the workers meanwhile.

    Exit code: 0 nothing differs (but for what the agreement itself, or an undo, keeps apart); 1 something does;
    2 it could not be checked. For cron: `accord verify --json`, with --mend --yes to mend whatever is found.
    """
    given = {
        "list": list_name, "soql": {"object": object_, "where": where} if where else None, "since": utc(since),
        "until": utc(until), "filter": filter_of(condition, source), "from": source, "fields": list(field),
        "linked": linked, "never_synced": never_synced,
    }  # fmt: skip
    scope = {name: value for name, value in given.items() if value}
    with told_or_two(), operating(ctx, embedded, sides=True, gently=True) as on:
        one_choice(scope, bool(ref or ids))
        if sample and (ref or ids or scope.keys() - {"fields"}):
            raise Refused("A sample is drawn from everybody: leave out what else chooses persons.")
        chosen = _chosen(on, scope, refs_of(ref, ids), sample, seed)
        done = _verified(on, chosen, _condition(on, scope), by or showing.me(), patience, csv, as_json)
        left = _mended(on, done, threshold, yes, wait, as_json) if mend else None
        _show(done, left, as_json, mend)
        differing = done.tally.differing if left is None else left.differing + _others(done)
    if differing:
        raise typer.Exit(1)


def _chosen(on: Operating, scope: dict[str, Any], refs: list[str], sample: int, seed: int | None) -> "Chosen":
    import secrets

    from connector.services.drift.choosing import Chosen

    unknown = [name for name in scope.get("fields", ()) if name not in on.bench.desk.fields]
    if unknown:
        names = ", ".join(sorted(on.bench.desk.fields))
        raise Refused(f"The mapping has no field {', '.join(unknown)}. Fields: {names}.")
    return Chosen(scope, tuple(refs), sample, secrets.randbelow(10_000) if seed is None else seed)


def _condition(on: Operating, scope: dict[str, Any]) -> "Condition | None":
    from connector.adapters.mappings.filters import read_filter
    from connector.core.records import Side

    told = scope.get("filter")
    return read_filter(told["text"], Side(told["side"]), on.bench.desk.mapping) if told else None


def means_on(on: Operating) -> "Means":
    from connector.adapters.postgres.drift import PostgresDrift
    from connector.services.drift.verifying import Means

    return Means(on.bench, runs_of(on), PostgresDrift(on.pool), on.review, on.sleep)


def _verified(
    on: Operating, chosen: "Chosen", condition: "Condition | None", by: str, patience: float, csv: Path | None,
    quiet: bool,
) -> "Verified":  # fmt: skip
    from connector.cli.showing_drift import listing
    from connector.services.drift.verifying import keep, verify

    means = means_on(on)
    with listing(csv) as sink:
        done = verify(means, chosen, by, condition=condition, sink=sink, tell=_teller(quiet), patience=patience)
    if sys.stderr.isatty() and not quiet:
        print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)
    keep(means, done, by)
    return done


def _teller(quiet: bool) -> "Callable[[Tally], None]":
    """A counter on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        return lambda tally: None
    return lambda tally: print(
        f"\r{tally.people} compared, {tally.differing} differ   ", end="", file=sys.stderr, flush=True
    )


def _mended(
    on: Operating, done: "Verified", threshold: int | None, yes: bool, wait: bool, quiet: bool
) -> "Tally | None":
    """What is left of those who went round; None where nobody did, or nobody waited."""
    from connector.services.drift.verifying import mend, mended

    count = done.tally.mendable
    if threshold is None:
        threshold = on.settings.drift.mend_up_to if on.settings is not None else 20
    if count > threshold:
        if not (quiet or yes):
            _show(done, None, False, True)
        showing.agreed(f"Mend {count} people? Ordinary rounds write what differs.", yes)
    means = means_on(on)
    if mend(means, done):
        means.store.mended(done.id, done.mended)
    return mended(means, done, MENDING) if wait and done.mended else None


def _others(done: "Verified") -> int:
    """People who differ, and whom no round mends."""
    return max(0, done.tally.differing - done.tally.mendable)


def _show(done: "Verified", left: "Tally | None", as_json: bool, mend: bool) -> None:
    from connector.cli import showing_drift

    if as_json:
        after = {"after_mending": left.document()} if left is not None else {}
        showing.json(done.document() | after)
        return
    showing_drift.show(done, mend)
    if left is not None:
        showing_drift.show_left(left)


__all__: Sequence[str] = ("add_to", "means_on", "verify")
