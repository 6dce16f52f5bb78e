"""`accord probe`: do the real services answer as the practice servers do?"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.options import Embedded
from connector.cli.showing import Json, Yes
from connector.core.records import Side

if TYPE_CHECKING:
    from connector.services.health.probe import Call, Told
    from connector.settings import Settings

Which = Annotated[Side | None, typer.Argument(help="hubspot or salesforce; both without it.")]
Write = Annotated[
    bool, typer.Option("--write", help="Also make test records, write them, and archive them. Asks before.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Keep redacted answers and differences (JSON).")
]


def add_to(app: typer.Typer) -> None:
    app.command("probe")(probe)


def probe(
    which: Which = None,
    write: Write = False,
    out: Out = None,
    yes: Yes = False,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Replay one list of requests against the connected portal or org, and tell what differs from the practice servers.

    Reads only, unless --write. What is kept holds shapes, names of errors and hashes: no token and no person's value.
    Ends with 1 where an answer differs that we rely on.
    """
    sides = [which] if which else list(Side)
    if write:
        showing.agreed(f"Make test records in {' and '.join(sides)}, write them, and archive them?", yes)
    documents = []
    with _settings(embedded, sides) as settings:
        for side in sides:
            found = list(_replayed(side, settings, write))
            documents.append(_document(side, found))
            if not as_json:
                _show(side, found, documents[-1]["unproved"])
    if out is not None:
        _keep(out, documents)
    if as_json:
        showing.json(documents)
    if any(told["verdict"] == "differs" for document in documents for told in document["probes"]):
        raise typer.Exit(1)


@contextmanager
def _settings(embedded: Path | None, sides: list[Side]) -> "Iterator[Settings]":
    """From the environment alone where that is enough; else with what is stored in the database."""
    from connector.settings import load

    given = load()
    if not any(getattr(given, side).missing() for side in sides):
        yield given
        return
    from connector.adapters.postgres.database import open_pool
    from connector.cli.options import database
    from connector.wiring.connected import connected, insist

    with ExitStack() as parts:
        url = parts.enter_context(database(embedded, given))
        found = connected(given, parts.enter_context(open_pool(url, max_size=2)))
        insist(found)
        yield found


def _replayed(side: Side, settings: "Settings", write: bool) -> "Iterator[Told]":
    from connector.errors import CallFailed
    from connector.services.health.probe import replay
    from connector.services.health.probes import hubspot, salesforce

    table = hubspot if side is Side.HUBSPOT else salesforce
    call, kept = _call(side, settings)
    try:
        yield from replay(table.READ, call, kept, write=False)
        if write:
            yield from replay(table.WRITE, call, kept, write=True)
    finally:
        made = [kept[name] for name in table.RECORDS if name in kept] if write else []
        if made:
            try:
                list(replay(table.CLEAN, call, kept, write=True))
            except CallFailed:
                showing.line(f"Test records of {side} may be left: archive them by hand: {', '.join(made)}")


def _call(side: Side, settings: "Settings") -> "tuple[Call, dict[str, str]]":
    """One call with our token, and what probes may name from the start."""
    from connector.adapters.calling import is_loopback, no_guard, utc_now
    from connector.adapters.probing import caller
    from connector.wiring.sides import hubspot_api, salesforce_api

    address = f"accord-probe-{secrets.token_hex(6)}@example.com"
    kept = {"address": address, "ADDRESS": address.upper(), "second": f"2-{address}"}
    kept |= {"third": f"3-{address}", "fourth": f"4-{address}"}
    if side is Side.HUBSPOT:
        with closing(hubspot_api(settings)) as api:
            return caller(side, settings.hubspot.base_url, api.token(no_guard)), kept
    with closing(salesforce_api(settings)) as org:
        version = org.prefix(no_guard).rstrip("/").rpartition("/v")[2]
        url = f"https://{org.sf_instance}"
        token = org.token
    now = utc_now()
    before, iso = now - timedelta(hours=1), "%Y-%m-%dT%H:%M:%SZ"
    kept |= {"version": version, "now": now.strftime(iso), "before": before.strftime(iso)}
    kept["long"] = ",".join(["'00Q000000000000EAA'"] * 1_000)
    return caller(side, url.replace("https://", "http://") if is_loopback(url) else url, token), kept


def _document(side: Side, found: "list[Told]") -> dict[str, Any]:
    """What --out keeps. ``unproved``: every behaviour that rests on memory or third-party notes, with what was seen."""
    seen = {told.proves: told for told in found if told.proves}
    unproved = [
        {
            "name": row.name, "behaviour": row.behaviour, "default": row.default, "source": row.source,
            "seen": _reading(seen.get(row.name)),
        }
        for row in _unproved(side)
    ]  # fmt: skip
    return {"side": side, "probes": [told.document() for told in found], "unproved": unproved}


def _reading(told: "Told | None") -> str:
    """In the words of the practice server's setting."""
    return "no probe" if told is None else told.reading or told.verdict


def _unproved(side: Side) -> list[Any]:
    """The practice server's own list, where it has one."""
    import importlib

    try:
        module = importlib.import_module(f"connector.practice.{side}.unproved")
    except ModuleNotFoundError:
        return []
    return list(module.UNPROVED)


def _show(side: Side, found: "list[Told]", unproved: list[dict[str, Any]]) -> None:
    rows = [(t.name, t.about, t.status or None, t.verdict, "; ".join(t.how[:3]) or t.reading) for t in found]
    showing.table(f"Probes of {side}", ("probe", "what", "status", "verdict", "how"), rows, 100)
    doubts = [(row["name"], row["behaviour"], row["default"], row["seen"]) for row in unproved]
    showing.table(
        "What the practice server takes for granted", ("setting", "behaviour", "default", "seen"), doubts, 100
    )
    count = Counter(t.verdict for t in found)
    showing.line(f"{side}: " + ", ".join(f"{n} {verdict}" for verdict, n in count.items()))


def _keep(out: Path, documents: list[dict[str, Any]]) -> None:
    import orjson

    out.write_bytes(orjson.dumps(documents, option=orjson.OPT_INDENT_2) + b"\n")
    showing.line(f"Kept in {out}: shapes only.")
