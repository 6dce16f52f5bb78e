"""The match report: who is the same person on both sides, before anything is linked or written; and its approval.

All records of both sides are read once, page by page, and matched in memory by the rules that rounds go by. What the
report counts as one goes round after the approval; what several records match is held and shown, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from connector.core.candidates import Index
from connector.core.conditions import Truth, evaluate, fields_of
from connector.core.matching import NATIVE_IDS, Match, match_hubspot, match_salesforce
from connector.core.qualification import judge
from connector.core.records import Record, Ref, Side
from connector.errors import Refused
from connector.ports import Crm
from connector.services.review.first_day import UNKNOWN, Terms, look
from connector.services.review.match_report import SHOWN_MANY, SHOWN_SAMPLES, Report, Several
from connector.services.rounds.unleased import unleased
from connector.services.workbench import Workbench

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before either service had a customer: all records changed since."""
CHUNK = 5_000
Row = dict[str, Any]
Progress = Callable[[str, int], None]
"""Called with 'contact', 'Lead' … and how many of them were read so far."""


class ReportStore(Protocol):
    def add_report(self, summary: Row, found: Sequence[Row], agreement: str, now: datetime) -> int: ...
    def latest_report(self) -> Row | None: ...
    def approve(self, report: int, by: str, now: datetime) -> int:
        """Approve it, and queue what it found in the backfill lane; how many go round."""


def report(
    bench: Workbench, store: ReportStore, progress: Progress = lambda object_, n: None, terms: Terms = UNKNOWN
) -> Report:
    """Read everybody, match, and keep the report. One search or query page per 200 to 2,000 records; no write.

    Raises what the sides' calls raise (CallFailed); then nothing is kept.
    """
    mapping = bench.desk.mapping
    hubspot = _read(bench, bench.hubspot, ["contact"], progress)
    salesforce = _read(bench, bench.salesforce, mapping.salesforce_objects, progress)
    made = _Matching(bench, {Side.HUBSPOT: hubspot, Side.SALESFORCE: salesforce}).run()
    made.first_day = look(bench, {side: len(refs) for side, refs in made.created.items()}, terms)
    made.id = store.add_report(made.summary(), made.found(), bench.agreement.fingerprint, bench.clock())
    return made


def approve(bench: Workbench, store: ReportStore, by: str) -> tuple[Row, int]:
    """The latest report, approved, and how many persons go round: observed as long as sides are, for the preview.

    Raises Refused where there is none, or where the agreement has changed since.
    """
    row = store.latest_report()
    if row is None:
        raise Refused("There is no match report yet. Make one: `accord match report`.")
    if row["agreement"] != bench.agreement.fingerprint:
        raise Refused(
            f"Match report {row['id']} was made under another agreement (mapping, vocabulary, qualification or "
            "hand-off changed since). Make a new one: `accord match report`."
        )
    if row["approved_at"] is not None:
        return row, 0
    now = bench.clock()
    queued = store.approve(row["id"], by, now)
    return row | {"approved_at": now, "approved_by": by}, queued


def _read(bench: Workbench, crm: Crm, objects: Iterable[str], progress: Progress) -> list[Record]:
    """All live records; a converted Lead is none. One that changed while we read comes twice: the later one counts."""
    found: dict[Ref, Record] = {}
    for object_ in objects:
        before = len(found)
        for page in crm.changes(object_, BEGINNING, _fields(bench, crm.side, object_), unleased):
            found.update((r.ref, r) for r in page if r.moved_to is None)
            progress(object_, len(found) - before)
    return list(found.values())


def _fields(bench: Workbench, side: Side, object_: str) -> tuple[str, ...]:
    """What matching, selection and the verdict look at."""
    mapping, selection = bench.desk.mapping, bench.desk.mapping.selection
    if side is Side.SALESFORCE:
        names = [mapping.salesforce_key, "Email", *fields_of(selection.salesforce)]
        return tuple(n for n in dict.fromkeys(names) if n in ("Email", *mapping.salesforce_fields(object_)))
    traits = [n for t in bench.agreement.qualification.traits for n in fields_of(t.condition)]
    known = [mapping.hubspot_key, "email", "hs_additional_emails", *NATIVE_IDS.values()]
    return tuple(dict.fromkeys([*known, *fields_of(selection.hubspot), *traits]))


class _Matching:
    def __init__(self, bench: Workbench, records: dict[Side, list[Record]]) -> None:
        self._bench, self._mapping, self._records = bench, bench.desk.mapping, records
        self._index = {side: Index(bench.desk.mapping, found) for side, found in records.items()}
        self._linked = self._known([r.ref for found in records.values() for r in found])
        self._report = Report()

    def run(self) -> Report:
        for side in Side:
            for record in self._records[side]:
                self._count(record)
        return self._report

    def _known(self, refs: list[Ref]) -> set[Ref]:
        parts = (refs[start : start + CHUNK] for start in range(0, len(refs), CHUNK))
        return {ref for part in parts for ref in self._bench.rounds.linked(part)}

    def _count(self, record: Record) -> None:
        side, report = record.ref.side, self._report
        count = report.counts[side]
        count.records += 1
        selected = self._selected(record)
        count.selected += selected
        if record.ref in self._linked:
            count.linked += 1
            return
        match = self._match(record)
        verdict = self._verdict(record, match)
        setattr(count, verdict, getattr(count, verdict) + 1)
        if verdict == "one" and match.record is not None:
            count.by[match.by] = count.by.get(match.by, 0) + 1
            if side is Side.HUBSPOT:
                report.pairs.append((record.ref, match.record.ref, match.by))
                self._see(record)
        elif verdict == "many":
            report.many.append(Several(record.ref, match.by, match.several))
            self._see(record)
        elif verdict == "none" and selected and self._is_made(record):
            count.created += 1
            report.created[side.other].append(record.ref)

    def _match(self, record: Record) -> Match:
        candidates = self._index[record.ref.side.other].get_all(record)
        match = match_salesforce if record.ref.side is Side.HUBSPOT else match_hubspot
        return match(self._mapping, record, candidates)

    def _verdict(self, record: Record, match: Match) -> str:
        """A match has to hold both ways, or whichever half moved first would decide."""
        if match.several:
            return "many"
        if match.record is None:
            return "none"
        if match.record.ref in self._linked:
            return "duplicate"
        back = self._match(match.record)
        if back.record is not None:
            return "one" if back.record.ref == record.ref else "duplicate"
        return "duplicate"

    def _selected(self, record: Record) -> bool:
        selection = self._mapping.selection
        condition = selection.hubspot if record.ref.side is Side.HUBSPOT else selection.salesforce
        if condition is None:
            return True
        return evaluate(condition, record.values.get, self._bench.clock())[0] is Truth.MET

    def _is_made(self, record: Record) -> bool:
        """Salesforce gets only persons who are handed over; HubSpot everybody who is selected."""
        if record.ref.side is Side.SALESFORCE:
            return True
        agreement = self._bench.agreement
        verdict = judge(agreement.qualification, record.values.get, self._bench.clock())
        return verdict.tier in agreement.handoff.hand_over

    def _see(self, record: Record) -> None:
        if len(self._report.who) < SHOWN_MANY + SHOWN_SAMPLES:
            told = record.values.get("email" if record.ref.side is Side.HUBSPOT else "Email")
            self._report.who[record.ref] = str(told or "")
