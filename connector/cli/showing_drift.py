"""A comparison of both sides, for people: counts by cause, what to do about each, examples; and the whole list."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli import showing
from connector.core.causes import EXPLAINED, Cause, native

if TYPE_CHECKING:
    from connector.services.drift.comparing import Compared
    from connector.services.drift.tally import Example, Tally
    from connector.services.drift.verifying import Verified

TODO = {
    Cause.NEVER: "accord verify --mend; or a backfill",
    Cause.PENDING: "nothing: a round is on its way (accord status)",
    Cause.UNHEARD: "accord verify --mend; often? accord doctor --canary",
    Cause.CONFLICT: "accord issues list --code conflict",
    Cause.HELD: "accord issues list",
    Cause.REFUSED: "accord issues list --code refused",
    Cause.OBSERVED: "accord mode",
    Cause.MISSING: "accord issues list --code gone",
    Cause.UNEXPLAINED: "accord explain REF, then accord verify --mend",
    Cause.FILTERED: "the selection leaves them out",
    Cause.NOT_DUE: "not ready for sales yet",
    Cause.RULE: "direction, blank or needs of the field",
    Cause.CONSENT: "nobody is opted in",
    Cause.LOSSY: "a side can't hold it as it is",
    Cause.UNDONE: "an undo put it back",
    Cause.ARCHIVED: "an undo put the person to rest",
    Cause.ERASED: "erased: they are not brought back",
}
COLUMNS = ("subject", "hubspot_id", "salesforce_id", "who", "cause", "counts", "field", "hubspot", "salesforce", "why")
EACH = 3
"""Examples of a cause."""


def show(done: "Verified", mend: bool) -> None:
    tally = done.tally
    showing.line(_headline(done))
    rows: dict[bool, list[tuple[Any, ...]]] = {True: [], False: []}
    for cause, n in tally.by_cause().items():
        fields = _fields(tally, Cause(cause))
        rows[Cause(cause) not in EXPLAINED].append((cause, n["people"], fields, TODO[Cause(cause)]))
    showing.table("Differs", ("cause", "people", "fields", "what to do"), rows[True], 100)
    showing.table("Is apart on purpose", ("cause", "people", "fields", "why"), rows[False], 100)
    _examples(tally)
    if mend:
        showing.line(f"{done.mended} people go round now." if done.mended else "There was nobody for a round to mend.")
    elif tally.mendable:
        showing.line(f"A round would mend {tally.mendable} of them: accord verify --mend")
    if done.left:
        showing.line(
            f"{done.left} people would be linked or made for the first time, and no match report was approved yet: "
            "accord match report, accord match approve."
        )


def _headline(done: "Verified") -> str:
    tally = done.tally
    seconds = (done.ended_at - done.started_at).total_seconds()
    sample = f" (a sample of {done.links} linked, seed {done.chosen.seed})" if done.chosen.sample else ""
    said = f"{tally.people} people compared{sample} in {showing.age(seconds)}: {tally.equal} are the same on both sides"
    said += f", {tally.explained} are apart on purpose" if tally.explained else ""
    return said + (f", {tally.differing} differ." if tally.differing else ", none differs.")


def _fields(tally: "Tally", cause: Cause) -> str:
    """The fields that differ most often."""
    found = sorted(((n, name) for (c, name), n in tally.fields.items() if c is cause), reverse=True)
    told = [f"{native(name) or 'the record'} {n}" for n, name in found[:4]]
    return ", ".join(told) + (f" and {len(found) - 4} more" if len(found) > 4 else "")


def _examples(tally: "Tally") -> None:
    """Of each cause three people: first what differs in a field, then whole records, then what Accord keeps."""
    found: dict[Cause, dict[str, Example]] = {}
    for (cause, _), examples in sorted(tally.examples.items(), key=lambda x: (x[0][1][:1] in ("", "="), x[0][1])):
        of_cause = found.setdefault(cause, {})
        for e in examples if cause not in EXPLAINED else ():
            if len(of_cause) < EACH:
                of_cause.setdefault(e.subject, e)
    if any(found.values()):
        showing.line("For example")
    for cause in TODO:
        for e in found.get(cause, {}).values():
            _example(e)


def _example(e: "Example") -> None:
    d = e.difference
    ids = " = ".join(filter(None, (e.hubspot_id, e.salesforce_id)))
    showing.line(f"  {d.cause}: {e.subject} ({', '.join(filter(None, (ids, e.who)))}) {native(d.field)}".rstrip())
    if d.field and not d.field.startswith("="):
        showing.line(f"      HubSpot     {showing.text(d.hubspot)}")
        showing.line(f"      Salesforce  {showing.text(d.salesforce)}")
    showing.line(f"      {showing.text(d.why, 200)}")


def show_left(left: "Tally") -> None:
    """After mending, of those who went round."""
    if not left.differing:
        showing.line(f"They went round: all {left.people} are as agreed now.")
        return
    showing.line(f"They went round: {left.differing} of {left.people} still differ.")
    rows = [(c, n["people"], _fields(left, Cause(c)), TODO[Cause(c)]) for c, n in left.by_cause().items()]
    showing.table("Still", ("cause", "people", "fields", "what to do"), rows, 100)


@contextmanager
def listing(file: Path | None) -> "Iterator[Callable[[Sequence[Compared]], None]]":
    """A sink that writes a line for each difference, as it is found."""
    if file is None:
        yield lambda people: None
        return
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)

        def sink(people: "Sequence[Compared]") -> None:
            for p in people:
                for d in p.differences:
                    told = (p.subject, p.hubspot_id, p.salesforce_id, p.who, str(d.cause), "yes" if d.counts else "no",
                            native(d.field), d.hubspot, d.salesforce, d.why)  # fmt: skip
                    rows.writerow(showing.cell(value) for value in told)

        yield sink
