"""The journal as lines: what each column means, and writing them as they come."""

import csv
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import orjson

COLUMNS = (
    ("id", "number of the write; lines of one write share it"),
    ("at", "when it was intended, just before it was sent (UTC)"),
    ("settled_at", "when it was known what became of it (UTC)"),
    ("run", "the backfill or undo that wrote it; blank: a live change"),
    ("link", "the link of the two records (accord explain link:N)"),
    ("side", "hubspot or salesforce: where it was written"),
    ("object", "contact, Lead, Contact …"),
    ("record", "id of the record written; blank: one that was to be made, and was not"),
    ("made_from", "of a record that was made: the record it was made from"),
    ("action", "update, create, archive (into the recycle bin), fetch (out of it again)"),
    ("became", "done, refused, lapsed (not written after all), intended (not known yet)"),
    ("field", "name in the mapping; =name: Accord's own or derived by the agreement"),
    ("native", "the side's own name of the field"),
    ("old", "what stood there before"),
    ("new", "what was sent"),
    ("read_back", "what stood there afterwards, where that was something else"),
    ("source", "the side the value came from; accord: the agreement itself"),
    ("cause", "why it was written"),
    ("agreement", "version of the agreement it was written under"),
    ("note", "anything else that was told of the write"),
    ("erased", "true: the person was erased; the values are gone, the rest stays"),
)
_NAMES = [name for name, _ in COLUMNS]


def write(rows: Iterable[Mapping[str, Any]], file: TextIO | None, as_csv: bool) -> int:
    """One line a row, to the file or to standard output; how many. Whoever reads may stop before the end (`| head`)."""
    out = file or sys.stdout
    try:
        lines = _csv(rows, out) if as_csv else _json_lines(rows, out)
        out.flush()
        return lines
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return 0


def _json_lines(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    lines = 0
    for row in rows:
        out.write(orjson.dumps({name: row[name] for name in _NAMES}, option=orjson.OPT_APPEND_NEWLINE).decode())
        lines += 1
    return lines


def _csv(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    lines, table = 0, csv.writer(out, lineterminator="\n")
    table.writerow(_NAMES)
    for row in rows:
        table.writerow([_cell(row[name]) for name in _NAMES])
        lines += 1
    return lines


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is not one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and not value[1:2].isdigit():
        return f"'{value}"
    return value
