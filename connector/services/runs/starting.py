"""Starting a run: what is asked is checked before there is a row; and telling one what is wanted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Ref, Side
from connector.core.runs import FAILED, State, Wanted, may_want
from connector.errors import Refused
from connector.services.runs.store import Row, RunStore
from connector.services.workbench import Workbench

CHUNK = 5_000


class ReviewStore(Protocol):
    def approved_report(self) -> Row | None: ...
    def modes(self) -> list[Row]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """``scope``: see ``scope_of``; ``refs``: persons given one by one. ``by``, ``why``: kept with the run."""

    scope: Row
    by: str
    why: str = ""
    dry: bool = False
    refs: tuple[str, ...] = ()


def start(bench: Workbench, store: RunStore, review: ReviewStore, asked: Asked) -> int:
    """A queued backfill; a worker takes it. Raises Refused, telling what to do first."""
    _check(bench, asked)
    if not asked.dry:
        _may_write(review, asked.scope.get("side"))
        if _meets_strangers(bench, asked):
            _approved(bench, review)
    return store.create(_row(bench, "backfill", asked), bench.clock(), _refs(asked.refs))


def apply(
    bench: Workbench, store: RunStore, review: ReviewStore, preview: int, by: str, why: str = ""
) -> int:
    """What a preview showed, and nothing else. Raises Refused."""
    row = existing(store, preview)
    if not row["dry"] or row["state"] != State.SUCCEEDED:
        raise Refused(f"Run {preview} is no finished preview: make one with --dry-run, and let it end.")
    if row["agreement"] != bench.agreement.fingerprint:
        raise Refused(f"The agreement has changed since preview {preview} was made: make a new one.")
    _may_write(review, row["scope"].get("side"))
    if row["counts"].get("totals", {}).get("links") or row["counts"].get("creates"):
        _approved(bench, review)
    asked = Asked(row["scope"], by, why or row["why"])
    return store.create(_row(bench, row["purpose"], asked, preview, "apply"), bench.clock())


def retry(bench: Workbench, store: RunStore, review: ReviewStore, run: int, by: str, why: str = "") -> int:
    """Only what was refused, held or in conflict in that run. Raises Refused."""
    row = existing(store, run)
    if row["dry"]:
        raise Refused(f"Run {run} is a preview: it wrote nothing, so nothing failed.")
    failed = store.items(run, [str(o) for o in FAILED], limit=1)
    if not failed:
        raise Refused(f"Nothing failed in run {run}.")
    _may_write(review, row["scope"].get("side"))
    only = {name: row["scope"][name] for name in ("fields", "side", "words") if name in row["scope"]}
    scope = {"outcomes": [str(o) for o in FAILED]} | only
    return store.create(_row(bench, row["purpose"], Asked(scope, by, why), run, "retry"), bench.clock())


def undo(
    bench: Workbench, store: RunStore, review: ReviewStore, asked: Asked, wanted: Wanted = Wanted.RUN
) -> int:
    """The old values of a span ({run | agreement | link | since, until}, words) come back, where ours still stand.
    ``wanted``: pause, where somebody is asked before it begins."""
    scope = asked.scope
    if not any(scope.get(name) is not None for name in ("run", "agreement", "link", "since")):
        raise Refused("Say what: a run's number, a person, --agreement or --since. See `accord undo --help`.")
    parent = scope.get("run")
    if parent is not None:
        scope = scope | {"runs": _lineage(store, parent)}
    if not asked.dry:
        _may_write(review, None)
    mapping = bench.desk.mapping
    asked = replace(asked, scope=scope | {"keys": [mapping.hubspot_key, mapping.salesforce_key]})
    row = _row(bench, "undo", asked, parent, "undo" if parent else None) | {"wanted": str(wanted)}
    return store.create(row, bench.clock())


def _lineage(store: RunStore, run: int) -> list[int]:
    """Whose writes are taken back: the run's and its retries'. Raises Refused where one of them still writes."""
    if existing(store, run)["dry"]:
        raise Refused(f"Run {run} is a preview: it wrote nothing, so there is nothing to take back.")
    rows = store.lineage(run)
    for row in rows:
        if State(row["state"]) not in (State.SUCCEEDED, State.CANCELLED, State.FAILED, State.PAUSED):
            what = f"Run {row['id']}" + ("" if row["id"] == run else f", which came of run {run},")
            raise Refused(f"{what} still writes: `accord backfill cancel {row['id']}` first.")
    return [row["id"] for row in rows]


def want(store: RunStore, run: int, wanted: Wanted) -> State:
    """Write down what an operator wants; a worker sees to it. The state so far. Raises Refused."""
    row = existing(store, run)
    problem = may_want(State(row["state"]), wanted)
    if problem or not store.want(run, wanted):
        raise Refused(f"Run {run} can't do that: {problem or 'it has ended'}.")
    return State(row["state"])


def existing(store: RunStore, run: int) -> Row:
    row = store.get(run)
    if row is None:
        raise Refused(f"There is no run {run}. `accord backfill list` shows them.")
    return row


def _row(
    bench: Workbench, purpose: str, asked: Asked, parent: int | None = None, relation: str | None = None
) -> Row:
    return {
        "purpose": purpose, "scope": asked.scope, "dry": asked.dry, "by": asked.by, "why": asked.why,
        "agreement": bench.agreement.fingerprint, "parent": parent, "relation": relation,
    }  # fmt: skip


def _check(bench: Workbench, asked: Asked) -> None:
    scope, desk = asked.scope, bench.desk
    unknown = [name for name in scope.get("fields", ()) if name not in desk.fields]
    if unknown:
        raise Refused(
            f"The mapping has no field {', '.join(unknown)}. Fields: {', '.join(sorted(desk.fields))}."
        )
    soql = scope.get("soql")
    if soql and soql["object"] not in desk.mapping.salesforce_objects:
        objects = ", ".join(desk.mapping.salesforce_objects)
        raise Refused(f"{soql['object']} is none of the mapping's objects: {objects}.")
    if soql and any(word in soql["where"].upper().split() for word in ("LIMIT", "ORDER", "GROUP", "OFFSET")):
        raise Refused("The where-clause is a condition only, without ORDER BY, LIMIT or GROUP BY.")
    for name in ("since", "until"):
        if scope.get(name) and datetime.fromisoformat(scope[name]).tzinfo is None:
            raise Refused(f"{name} needs a time zone.")


def _refs(refs: Sequence[str]) -> list[str]:
    """Each once, in canonical form. Raises Refused, naming the first that is none."""
    found: dict[str, None] = {}
    for text in refs:
        try:
            found[text if _is_link(text) else str(Ref.parse(text))] = None
        except ValueError as problem:
            raise Refused(str(problem)) from None
    return list(found)


def _is_link(text: str) -> bool:
    return text.startswith("link:") and text[5:].isdigit()


def _may_write(review: ReviewStore, side: Any) -> None:
    concerned = [side] if side else [str(s) for s in Side]
    observed = [
        row["side"] for row in review.modes() if row["mode"] == "observe" and row["side"] in concerned
    ]
    if observed:
        raise Refused(
            f"{' and '.join(observed)} is only observed, so nothing would be written: look with --dry-run; "
            "`accord mode` lets it be written."
        )


def _meets_strangers(bench: Workbench, asked: Asked) -> bool:
    """May it meet persons who are not linked yet?"""
    if asked.refs:
        loose = [Ref.parse(text) for text in _refs(asked.refs) if not _is_link(text)]
        parts = (loose[at : at + CHUNK] for at in range(0, len(loose), CHUNK))
        return any(len(bench.rounds.linked(part)) < len(part) for part in parts)
    return not (asked.scope.get("linked") or asked.scope.get("fields"))


def _approved(bench: Workbench, review: ReviewStore) -> None:
    """Two filled systems are not linked before a person has looked who is who."""
    report = review.approved_report()
    if report is None:
        raise Refused(
            "This may link persons for the first time, and no match report was approved yet: `accord match report`, "
            "read it, then `accord match approve`. (--linked leaves out who is not linked.)"
        )
    if report["agreement"] != bench.agreement.fingerprint:
        raise Refused(
            "This may link persons for the first time, and the approved match report was made under another agreement: "
            "`accord match report`, `accord match approve`. (--linked leaves out who is not linked.)"
        )
