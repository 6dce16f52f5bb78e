"""Step 3 of a record's way: claim what is due, drop what turns out to be an echo, and lay out what is known of
each pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.core.bounds import Bounds
from connector.core.plan import Asked, Block, Left, Pair
from connector.core.records import Ref, Side
from connector.ports import Claim
from connector.services.intake import BACKFILL
from connector.services.workbench import Workbench

Row = dict[str, Any]
PATIENT = 1.5
"""How many times as long a backfill's lease is: nobody waits for it if its process is killed."""


@dataclass(slots=True)
class Claimed:
    """``pairs``: linked ones, without records yet. ``loose``: rows of Refs that have no Link. ``dropped``: echoes."""

    claim: Claim
    pairs: list[Pair] = field(default_factory=list)
    loose: list[Row] = field(default_factory=list)
    dropped: int = 0

    def __bool__(self) -> bool:
        return bool(self.pairs or self.loose)

    @property
    def backfill(self) -> bool:
        """Is every row of it a backfill's?"""
        rows = self.claim.rows
        return bool(rows) and all(row["lane"] == BACKFILL for row in rows)


def claim(bench: Workbench, limit: int, spare: Sequence[int] = (), *, patient: bool = False) -> Claimed:
    """``spare``: lanes that are left to others. ``patient``: calls may have to wait their turn, so it takes longer."""
    now = bench.clock()
    until = now + timedelta(seconds=bench.pace.lease * (PATIENT if patient else 1.0))
    found = bench.rounds.claim(limit, now, until, spare) if spare else bench.rounds.claim(limit, now, until)
    claimed, left = Claimed(found), LeftOvers(found.left)
    blocks, issues = _by_link(found.blocks), _by_link(found.issues)
    echoes = []
    for row in found.rows:
        if row["link_id"] is None:
            claimed.loose.append(row)
            continue
        link = found.links[row["link_id"]]
        pair = _pair(row, link, left, blocks, issues)
        if link["erased_at"] is not None or _is_echo(bench, row, pair, link["held"]):
            echoes.append({"id": row["id"], "seq": row["seq"], "now": now})
        else:
            claimed.pairs.append(pair)
    if echoes:
        claimed.dropped = len(bench.rounds.drop(found.token, echoes))
    return claimed


class LeftOvers:
    """Journal rows that are not settled, found by Link, by Ref, and by the Ref a record was to be made from."""

    def __init__(self, rows: list[Row]) -> None:
        self._by_key: dict[object, list[Row]] = defaultdict(list)
        for row in rows:
            if row["link_id"] is not None:
                self._by_key[row["link_id"]].append(row)
            self._by_key[f"{row['side']}:{row['object']}:{row['ref_id']}"].append(row)
            if row["mate"]:
                self._by_key[row["mate"]].append(row)

    def of(self, link: int | None, *refs: Ref | None) -> list[Left]:
        if not self._by_key:
            return []
        keys: list[object] = [link, *(str(ref) for ref in refs if ref is not None)]
        found = {row["id"]: row for key in keys if key is not None for row in self._by_key.get(key, ())}
        return [_left(found[i]) for i in sorted(found)]


def _left(row: Row) -> Left:
    return Left(
        row["id"],
        Side(row["side"]),
        row["ref_id"],
        row["action"],
        row["state"],
        row["changes"],
        row["intended_at"],
    )


def _by_link(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["link_id"]].append(row)
    return found


def link_refs(link: Row) -> tuple[Ref, Ref]:
    return (
        Ref(Side.HUBSPOT, link["hubspot_object"], link["hubspot_id"]),
        Ref(Side.SALESFORCE, link["salesforce_object"], link["salesforce_id"]),
    )


def _pair(
    row: Row, link: Row, left: LeftOvers, blocks: dict[int, list[Row]], issues: dict[int, list[Row]]
) -> Pair:
    hubspot, salesforce = link_refs(link)
    pair = Pair(row["id"], row["seq"], row["link_id"], row["lane"])
    pair.origin, pair.linked_ref = hubspot, salesforce
    pair.seen = {Side.HUBSPOT: link["seen_hubspot"], Side.SALESFORCE: link["seen_salesforce"]}
    pair.shown_at = link["shown_at"]
    if link["shown"]:
        pair.shown = {k: datetime.fromisoformat(v) for k, v in link["shown"].items()}
    if link["asked"]:
        pair.asked = {name: Asked.from_document(asked) for name, asked in link["asked"].items()}
    pair.doubt = frozenset(link["doubt"] or ())
    pair.archived = Side(link["archived"]) if link["archived"] else None
    pair.resting, pair.touched_there = link["resting"], link["touched"]
    pair.left = left.of(pair.link, hubspot, salesforce)
    pair.blocks = [_block(b) for b in blocks.get(row["link_id"], ())]
    pair.open_issues = {(i["code"], i["field"]) for i in issues.get(row["link_id"], ())}
    pair.notes, pair.bounds = row["notes"], bounds_of(row)
    if pair.resting and pair.bounds is not None and pair.bounds.wakes:
        pair.seen = {side: {} for side in Side}  # a run wakes it: it is linked as if for the first time
    return pair


def bounds_of(row: Row) -> Bounds | None:
    """Of a row that a run wants. Whoever else wants a round of it raised seq."""
    if row.get("run_id") is None:
        return None
    return Bounds(row["run_id"], row["run_only"] or {}, row["run_seq"] != row["seq"])


def _block(b: Row) -> Block:
    return Block(
        Side(b["side"]), b["ref_id"], b["field"], b["sent"], b["agreement"], b["snapshot"], b["until"]
    )


def _is_echo(bench: Workbench, row: Row, pair: Pair, held: bool) -> bool:
    """All values of the notices equal Seen: our own write coming back. Only where nothing else may be going on."""
    if (pair.archived is not None or pair.resting) and row.get("run_id") is None and not pair.left:
        # an undo put it to rest; where it put a record away, that side may tell of it: somebody took it out again
        return not any(n["s"] == pair.archived and n.get("k") != "gone" for n in row["notes"])
    if row["was_leased"] or row["requeued"] or held or pair.left or pair.open_issues or not row["notes"]:
        return False
    desk = bench.desk
    for note in row["notes"]:
        native, side = note.get("f"), Side(note["s"])
        if not native or note.get("k", "changed") != "changed":
            return False
        name = desk.by_native_name(side, native)
        seen = pair.seen[side]
        if name is not None and name in seen:
            if not _equal(seen[name], note.get("v")):
                return False
        else:
            return False
    return True


def _equal(seen: object, told: object) -> bool:
    return seen == told or (seen is None and told == "")
