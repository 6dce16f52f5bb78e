"""Records with the address of an erased person: they are left alone, unless the person came back by a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.core.erased import returning
from connector.core.matching import match_key
from connector.core.plan import Trouble
from connector.core.records import Record, Ref, Side
from connector.ports import Guard
from connector.services.workbench import Workbench

Row = dict[str, Any]
SOURCE, MADE, FORM = "hs_object_source", "createdate", "FORM"


def spared(
    bench: Workbench, rows: Sequence[tuple[Row, Record]], guard: Guard
) -> tuple[list[Row], list[tuple[Row, Ref, Trouble]]]:
    """Rows that may go on, and what is told of the others. A contact that a form made after the erasure is a new
    consent: the address is free again."""
    keys = {row["id"]: match_key(record) for row, record in rows}
    barred = bench.rounds.erased([key for key in keys.values() if "@" in key]) if rows else {}
    returned = [(row, record.ref, barred[keys[row["id"]]]) for row, record in rows if keys[row["id"]] in barred]
    consenting = _by_form(bench, [(ref, at) for _, ref, at in returned if ref.side is Side.HUBSPOT], guard)
    for row, ref, _ in returned:
        if ref in consenting:
            bench.rounds.readmit(keys[row["id"]])
    kept = {id(row) for row, ref, _ in returned if ref not in consenting}
    troubles = [(row, ref, returning(at)) for row, ref, at in returned if ref not in consenting]
    return [row for row, _ in rows if id(row) not in kept], troubles


def _by_form(bench: Workbench, contacts: Sequence[tuple[Ref, datetime]], guard: Guard) -> set[Ref]:
    if not contacts:
        return set()
    found = bench.hubspot.read([ref for ref, _ in contacts], {"contact": (SOURCE, MADE)}, guard)
    return {ref for ref, at in contacts if ref in found and _is_new_form(found[ref], at)}


def _is_new_form(record: Record, at: datetime) -> bool:
    made = record.values.get(MADE)
    return record.values.get(SOURCE) == FORM and bool(made) and datetime.fromisoformat(str(made)) > at
