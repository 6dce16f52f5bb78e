"""Step 4 for a Ref that has no Link yet: under its identity, read it again, look it up, and only then search the
other side.

One worker at a time holds an identity (the e-mail), so nobody links or creates the same person twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connector.core.candidates import Index
from connector.core.matching import Match, match_hubspot, match_key, match_salesforce
from connector.core.plan import Pair, Trouble
from connector.core.records import SIDES, Record, Ref, Side
from connector.ports import Guard
from connector.services.rounds.barring import spared
from connector.services.rounds.claiming import Claimed, LeftOvers, Row, bounds_of
from connector.services.rounds.merging import links_before
from connector.services.rounds.reading import read_hubspot, read_salesforce, salesforce_fields
from connector.services.workbench import Workbench


@dataclass(slots=True)
class Resolved:
    """``pairs``: to be planned. ``finished``: rows that are done (their Link goes round instead, or they are gone).
    ``later``: rows to be taken up again, with seconds to wait. ``troubles``: several matches, or a linked one."""

    pairs: list[Pair] = field(default_factory=list)
    finished: list[Row] = field(default_factory=list)
    later: list[tuple[Row, float]] = field(default_factory=list)
    troubles: list[tuple[Row, Ref, Trouble]] = field(default_factory=list)
    links: set[int] = field(default_factory=set)
    refs: set[Ref] = field(default_factory=set)


def row_ref(row: Row) -> Ref:
    """Kept in the row: it is asked for at every step."""
    ref: Ref | None = row.get("ref")
    if ref is None:
        ref = row["ref"] = Ref(Side(row["side"]), row["object"], row["ref_id"])
    return ref


def _key_of_notices(row: Row) -> str | None:
    """The identity as the newest notice tells it."""
    told = [n.get("v") for n in row["notes"] if n.get("f") in ("email", "Email")]
    return str(told[-1]).strip().casefold() if told and told[-1] else None


def _told_key(row: Row) -> str | None:
    """The identity as the newest notice, or the walk of a run, tells it: saves a read. The record is read under it all
    the same."""
    if row["attempts"] > 1:
        return None
    if row["was_leased"] or not any(n.get("f") in ("email", "Email") for n in row["notes"]):
        key: str | None = (row.get("run_only") or {}).get("key")
        return key
    return _key_of_notices(row)


class Resolving:
    def __init__(self, bench: Workbench, claimed: Claimed, guard: Guard) -> None:
        self.bench, self.claimed, self.guard = bench, claimed, guard
        self.answer = Resolved()
        self._left = LeftOvers(claimed.claim.left)

    def run(self) -> Resolved:
        rows = self._without_converted(self._without_waiting(self.claimed.loose))
        keys = {r["id"]: key for r in rows if (key := _told_key(r))}
        unknown = [r for r in rows if r["id"] not in keys]
        if unknown:
            records = self._read([row_ref(r) for r in unknown])
            followed = self._follow(unknown, records)
            keys |= {r["id"]: match_key(records[row_ref(r)]) for r in followed}
        rows = self._hold_identities([r for r in rows if r["id"] in keys], keys)
        if rows:
            records = self._read([row_ref(r) for r in rows])
            rows = self._follow(rows, records)
            rows = self._not_linked(rows, records, keys)
            rows, troubles = spared(self.bench, [(r, records[row_ref(r)]) for r in rows], self.guard)
            self.answer.troubles += troubles
            self._search(rows, records)
        return self.answer

    def _without_waiting(self, rows: list[Row]) -> list[Row]:
        """Who waited before, and whose identity somebody still holds, waits on unread: a backfill that makes a thousand
        contacts is told of each while it holds them all."""
        keys = {r["id"]: key for r in rows if r["attempts"] > 1 and (key := _key_of_notices(r))}
        held = self._claim_identities(keys.values()) if keys else set()
        kept = []
        for row in rows:
            if row["id"] in keys and keys[row["id"]] not in held:
                self._wait(row)
            else:
                kept.append(row)
        return kept

    def _claim_identities(self, keys: Iterable[str]) -> set[str]:
        claim = self.claimed.claim
        return self.bench.rounds.claim_identities(claim.token, keys, self.bench.clock(), claim.until)

    def _wait(self, row: Row) -> None:
        """For somebody else's round with this identity, ever longer."""
        times = 2 ** min(row["attempts"] - 1, 2)
        self.answer.later.append((row, self.bench.pace.wait_for_identity * times))

    def _without_converted(self, rows: list[Row]) -> list[Row]:
        """An unlinked Contact may come from a converted Lead: if that Lead is linked, its Link goes round. An org that
        works without Leads may not even show them."""
        contacts = {r["ref_id"]: r for r in rows if r["side"] == "salesforce" and r["object"] == "Contact"}
        if not contacts or "Lead" not in self.bench.desk.mapping.salesforce_objects:
            return rows
        leads = self.bench.salesforce.lead_of(sorted(contacts), self.guard)
        origin = {
            Ref(Side.SALESFORCE, "Lead", lead): contact for contact, ids in leads.items() for lead in ids
        }
        linked = self.bench.rounds.linked(list(origin)) if origin else {}
        taken = {origin[ref]: link for ref, link in linked.items()}
        self.answer.links.update(taken.values())
        self.answer.finished += [contacts[c] for c in taken]
        return [r for r in rows if r["ref_id"] not in taken]

    def _read(self, refs: list[Ref]) -> dict[Ref, Record]:
        hubspot = [r for r in refs if r.side is Side.HUBSPOT]
        salesforce = [r for r in refs if r.side is Side.SALESFORCE]
        found: dict[Ref, Record] = {}
        calls = []
        if hubspot:
            calls.append(lambda: read_hubspot(self.bench, hubspot, self.guard))
        if salesforce:
            calls.append(lambda: read_salesforce(self.bench, salesforce, self.guard))
        for answer in self.bench.both(calls):
            found |= answer
        return found

    def _follow(self, rows: list[Row], records: dict[Ref, Record]) -> list[Row]:
        """A record that is gone needs nothing; one that was read as another (converted, merged) goes on as that."""
        kept = []
        refs: set[Ref] = set()
        for row in rows:
            record = records.get(row_ref(row))
            if record is None:
                self.answer.finished.append(row | {"gone": True})
            elif record.ref != row_ref(row):
                refs.add(record.ref)
                self.answer.finished.append(row)
            else:
                kept.append(row)
        linked = self.bench.rounds.linked(sorted(refs)) if refs else {}
        self.answer.links.update(linked.values())
        self.answer.refs |= refs - linked.keys()
        return kept

    def _hold_identities(self, rows: list[Row], keys: dict[int, str]) -> list[Row]:
        """Two rows of one identity in one batch are one pair: the first goes, the other comes again."""
        by_key: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_key[keys[row["id"]]].append(row)
        if not by_key:
            return []
        held = self._claim_identities(by_key)
        kept = []
        for key, found in by_key.items():
            found.sort(key=lambda r: (r["side"], r["ref_id"]))
            first, others = (found[:1], found[1:]) if key in held else ([], found)
            kept += first
            for row in others:
                self._wait(row)
        return kept

    def _not_linked(self, rows: list[Row], records: dict[Ref, Record], keys: dict[int, str]) -> list[Row]:
        """Linked by now: go round as the Link. Renamed since the identity was taken: come again."""
        linked = self.bench.rounds.linked([row_ref(r) for r in rows]) if rows else {}
        kept = []
        for row in rows:
            ref = row_ref(row)
            if ref in linked:
                self.answer.later.append((row, 0.0))
            elif match_key(records[ref]) != keys[row["id"]]:
                row["notes"] = []
                self.answer.later.append((row, 0.0))
            else:
                kept.append(row)
        return kept

    def _search(self, rows: list[Row], records: dict[Ref, Record]) -> None:
        hubspot = [records[row_ref(r)] for r in rows if r["side"] == "hubspot"]
        salesforce = [records[row_ref(r)] for r in rows if r["side"] == "salesforce"]
        calls: list[Any] = []
        if hubspot:
            calls.append(lambda: self._salesforce_candidates(hubspot))
        if salesforce:
            calls.append(lambda: self._hubspot_candidates(salesforce))
        found = [record for answer in self.bench.both(calls) for record in answer]
        there = {s: Index(self.bench.desk.mapping, [c for c in found if c.ref.side is s]) for s in SIDES}
        matches = []
        for row in rows:
            record = records[row_ref(row)]
            candidates = there[record.ref.side.other].get_all(record)
            match = match_salesforce if record.ref.side is Side.HUBSPOT else match_hubspot
            matches.append((row, record, match(self.bench.desk.mapping, record, candidates)))
        mates = [m.record.ref for _, _, m in matches if m.record]
        linked = self.bench.rounds.linked(mates) if mates else {}
        matches = self._not_winners(self._both_ways(matches, linked))
        for row, record, found_match in matches:
            self._settle(row, record, found_match, linked)

    def _not_winners(self, matches: list[tuple[Row, Record, Match]]) -> list[tuple[Row, Record, Match]]:
        """Without Salesforce's winners of merges, before a contact is made of one: the loser's Link goes round. (A run
        does not ask: it would cost a call for each 200.)"""
        lonely = [
            record for row, record, match in matches
            if record.ref.side is Side.SALESFORCE and not (match.record or match.several or row.get("run_id"))
        ]  # fmt: skip
        before = links_before(self.bench, lonely, self.guard) if lonely else {}
        self.answer.links.update(*before.values())
        self.answer.finished += [row for row, record, _ in matches if record.ref in before]
        return [each for each in matches if each[1].ref not in before]

    def _both_ways(
        self, matches: list[tuple[Row, Record, Match]], linked: dict[Ref, int]
    ) -> list[tuple[Row, Record, Match]]:
        """A contact that a Lead found may have several Leads, or a Contact beside it: which of them moved first must
        not decide. So the contact is asked back for *its* match."""
        contacts = [
            m.record
            for _, r, m in matches
            if m.record and m.by != "id" and r.ref.side is Side.SALESFORCE and m.record.ref not in linked
        ]
        if not contacts:
            return matches
        index = Index(self.bench.desk.mapping, self._salesforce_candidates(contacts))
        answer = []
        for row, record, match in matches:
            if match.record in contacts and record.ref.side is Side.SALESFORCE and match.record is not None:
                back = match_salesforce(self.bench.desk.mapping, match.record, index.get_all(match.record))
                if back.several:
                    match = Match(None, back.by, back.several)
                elif back.record is not None and back.record.ref != record.ref:
                    match = Match(None, back.by, tuple(sorted((back.record.ref, record.ref))))
            answer.append((row, record, match))
        return answer

    def _salesforce_candidates(self, records: list[Record]) -> list[Record]:
        """One query an object, in one call: by our key, by e-mail, by the ids HubSpot's own integration left."""
        wanted = {o: self._words_of(records, o) for o in self.bench.desk.mapping.salesforce_objects}
        return self.bench.salesforce.find_any(wanted, salesforce_fields(self.bench), self.guard)

    def _words_of(self, records: list[Record], object_: str) -> dict[str, list[str]]:
        mapping = self.bench.desk.mapping
        native = "salesforceleadid" if object_ == "Lead" else "salesforcecontactid"
        ids = [
            str(i) for r in records for i in (r.values.get(native), r.values.get(mapping.hubspot_key)) if i
        ]
        prefix = "00Q" if object_ == "Lead" else "003"
        return {
            mapping.salesforce_key: [r.ref.id for r in records],
            "Email": [str(r.values["email"]) for r in records if r.values.get("email")],
            "Id": [i for i in ids if i.startswith(prefix)],
        }

    def _hubspot_candidates(self, records: list[Record]) -> list[Record]:
        mapping, guard = self.bench.desk.mapping, self.guard
        fields = mapping.hubspot_fields()
        emails = [str(r.values["Email"]) for r in records if r.values.get("Email")]
        ids = [r.ref.id for r in records]
        ours = [
            str(r.values[mapping.salesforce_key]) for r in records if r.values.get(mapping.salesforce_key)
        ]
        calls: list[Any] = [
            lambda: self.bench.hubspot.find("contact", mapping.hubspot_key, ids, fields, guard)
        ]
        if emails:
            calls.append(lambda: self.bench.hubspot.find("contact", "email", emails, fields, guard))
        if ours:
            refs = [Ref(Side.HUBSPOT, "contact", i) for i in ours]
            calls.append(lambda: list(read_hubspot(self.bench, refs, guard).values()))
        return [record for answer in self.bench.both(calls) for record in answer]

    def _settle(self, row: Row, record: Record, match: Match, linked: dict[Ref, int]) -> None:
        if match.several:
            self.answer.troubles.append((row, record.ref, _several(match)))
            return
        if match.record is not None and match.record.ref in linked:
            link = linked[match.record.ref]
            self.answer.links.add(link)
            if link in links_before(self.bench, [record], self.guard).get(record.ref, ()):
                self.answer.finished.append(row)
            else:
                self.answer.troubles.append((row, record.ref, _taken(match, link)))
            return
        pair = Pair(row["id"], row["seq"], None, row["lane"])
        pair.origin, pair.match_key, pair.notes = record.ref, match_key(record), row["notes"]
        pair.bounds = bounds_of(row)
        mate = match.record
        if mate is not None and mate.moved_to is not None:
            mate = read_salesforce(self.bench, [mate.ref], self.guard).get(mate.ref)
        pair.hubspot, pair.salesforce = (record, mate) if record.ref.side is Side.HUBSPOT else (mate, record)
        pair.left = self._left.of(None, record.ref, mate.ref if mate else None)
        self.answer.pairs.append(pair)


def later(rows: list[tuple[Row, float]], bench: Workbench) -> list[dict[str, Any]]:
    now = bench.clock()
    return [{"id": r["id"], "due_at": now + timedelta(seconds=wait)} for r, wait in rows]


def _several(match: Match) -> Trouble:
    names = ", ".join(str(ref) for ref in match.several)
    return Trouble(
        "several_matches",
        "",
        f"Several records match by {match.by}: {names}.",
        "Merge them in Salesforce, or take the address off all but one; Accord never guesses.",
    )


def _taken(match: Match, link: int) -> Trouble:
    return Trouble(
        "duplicate",
        "",
        f"Its match {match.record.ref if match.record else ''} is linked already (link {link}).",
        "This record is a duplicate: merge it into the linked one.",
    )
