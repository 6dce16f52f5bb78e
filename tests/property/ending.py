"""The end of a history: all comes to rest, and then these must hold. The words in bold are the kinds of faults.

Sides agree (**differ**), unless an issue says why not; no edit is **lost** without a row in the ledger, overwritten by an
**older** one, by a **blank** nobody wrote or by its own **cut** copy, and the **newest** wins where the mapping says so;
nobody is there twice (**double**) or left **unlinked**, no Link stays on a converted Lead (**converted**); nothing is
**stuck** or left **unsettled**; the number of writes is bounded (**many**), and late duplicates cause none (**late**).
"""

from __future__ import annotations

from collections import Counter

from connector.core.records import Side
from tests.property.agreement import ALWAYS, FIELDS, org
from tests.property.history import History
from tests.property.outside import LEASE
from tests.property.provenance import Fault, number

DAY = 86_400


def faults_of(history: History) -> list[Fault]:
    """Brings a history to its end and tells what is wrong there."""
    rest = _Rest(history)
    rest.come()
    checks = _Checks(history)
    return [*rest.faults, *checks.standing(), *rest.after_duplicates(), *checks.done(), *history.told.broken]


class _Rest:
    def __init__(self, history: History) -> None:
        self.history, self.world = history, history.world
        self.faults: list[Fault] = []

    def come(self) -> None:
        history = self.history
        history.log("--- all comes to rest")
        if history.plot.stalls:
            self.world.clock.advance(LEASE + 2)
        for which in list(history.workers):
            while which in history.workers:
                history.step(which)
        self._settle()
        self._slow_clock()
        if pending := self.history.pending():
            self.faults.append(Fault("stuck", f"{pending} pending"))

    def _settle(self) -> None:
        history = self.history
        for _ in range(8):
            while history.autos:
                history.automation()
            self._deliver(told=not history.plot.lossy)
            self.world.clock.advance(LEASE + 2)
            self._drain()
            if history.plot.polls:
                self._poll()
            quiet = not self.history.pending() and not history.autos
            history.collect()
            if quiet and not history.wire:
                return

    def _deliver(self, told: bool = True) -> None:
        history = self.history
        history.collect()
        waiting, history.wire = history.wire, []
        history.old += waiting
        if told:
            history.accept(waiting)

    def _poll(self) -> None:
        for side in Side:
            self.history.poll_told(side)
            self.history.poll_read(side)
            self.history.poll_told(side)

    def _slow_clock(self) -> None:
        """A day later what was refused is tried again."""
        if not self.world.all("SELECT 1 FROM block LIMIT 1"):
            return
        self.world.clock.advance(DAY + 100)
        links = [r["id"] for r in self.world.all("SELECT id FROM link")]
        self.world.rounds.requeue(links, [], 2, self.world.clock.now())
        for _ in range(4):
            self._drain()
            self._deliver()

    def _drain(self) -> None:
        for _ in range(40):
            self.world.clock.advance(1.5)
            idle, pending = self.world.round(50).idle, self.history.pending()
            if idle and not pending:
                return
            if pending:
                self.world.clock.advance(4)

    def after_duplicates(self) -> list[Fault]:
        """All that was ever told comes once more."""
        self.world.forget_calls()
        before = self._written()
        self.history.accept(list(self.history.old))
        self._drain()
        faults = []
        if before != self._written() or self.world.writes():
            rows = self.world.all("SELECT side, changes FROM journal ORDER BY id OFFSET %s", before[1])
            told = [(r["side"], r["changes"]) for r in rows]
            faults.append(Fault("late", f"late duplicates caused writes: {told}"))
        left = self.world.all("SELECT id, changes FROM journal WHERE state = 'intended'")
        return faults + [Fault("unsettled", f"journal row {r['id']} {r['changes']}") for r in left]

    def _written(self) -> tuple[int, int]:
        return self.history.told.writes, int(self.world.one("SELECT count(*) n FROM journal")["n"])


class _Checks:
    """What is seen in both CRMs and in the database once all is at rest."""

    def __init__(self, history: History) -> None:
        self.history, self.world, self.told = history, history.world, history.told
        self.counts = history.told.counts
        found = self.world.all("SELECT link_id, code, field FROM issue WHERE closed_at IS NULL")
        self.issues = {(row["link_id"], row["code"], row["field"]) for row in found}
        rules = org(history.plot.org).salesforce.rules
        self.ruled = {(rule.object, rule.field) for rule in rules}
        """Where this org's own rules may refuse what we write: a cut text, for the mark it is cut with."""

    def standing(self) -> list[Fault]:
        """What stands in both CRMs, before late duplicates could mend it."""
        self.counts.update(Counter(f"issue: {code}" for _, code, _ in self.issues))
        faults = [f for link in self.world.all("SELECT * FROM link") for f in self._differ(link)]
        return faults + [f for person in range(2) for f in self._doubles(person)]

    def done(self) -> list[Fault]:
        """What was done on the way there."""
        self.counts.update(edits=self.told.edits, writes=self.told.writes, crashes=self.history.crashes)
        return [*self._lost(), *self._newest(), *self._many()]

    def _differ(self, link: dict[str, object]) -> list[Fault]:
        id_, object_ = link["id"], str(link["salesforce_object"])
        h, s = self.world.hs(str(link["hubspot_id"])), self.world.sf(str(link["salesforce_id"]), object_)
        faults = []
        if s.get("IsConverted"):
            faults.append(Fault("converted", f"link {id_} is still on the converted Lead"))
        for f in (*ALWAYS, *(FIELDS[n] for n in self.history.plot.fields)):
            native = f.salesforce.get(object_)
            a, b = h.get(f.hubspot) or None, (s.get(native) or None) if native else None
            if native is None or a == b or (a is not None and b is not None and f.lens.same(a, b)):
                continue
            refused = self.history.bad_rule and any(str(v).startswith("bad") for v in (a, b))
            refused = refused or (object_, native) in self.ruled
            code = "refused" if refused and (id_, "refused", f.name) in self.issues else "normalised"
            if (id_, code, f.name) in self.issues:
                self.counts[f"differ, with the issue {code}"] += 1
            else:
                seen = link["seen_hubspot"].get(f.name), link["seen_salesforce"].get(f.name)  # type: ignore[attr-defined]
                faults.append(Fault("differ", f"{f.name}: {a} / {b}; Seen {seen}"))
        return faults

    def _doubles(self, person: int) -> list[Fault]:
        live = [id_ for _, id_ in self.history.all_sales(person)]
        there = self.history.all_contacts(person)
        told = self.world.all("SELECT 1 FROM issue WHERE code IN ('duplicate', 'several_matches')")
        faults = []
        if len(live) > 1 or len(there) > 1:
            self.counts["doubles"] += 1
            if not told:
                words = f"p{person}: {there} in HubSpot, {live} in Salesforce, and no issue"
                faults.append(Fault("double", words))
        elif live and there and not self.world.all("SELECT 1 FROM link WHERE hubspot_id = %s", there[0]):
            faults.append(Fault("unlinked", f"p{person} is on both sides"))
        elif (live or there) and not (live and there):
            faults.append(Fault("unlinked", f"p{person} is on one side only: {there} / {live}"))
        return faults

    def _lost(self) -> list[Fault]:
        ledger = [(r["field"], r["value"]) for r in self.world.all("SELECT field, value FROM ledger")]
        standing = {
            (name, n)
            for person in range(2) for name in self.history.plot.fields for side in Side
            if (n := number(self.history.held(side, person, name))) is not None
        }  # fmt: skip
        owed = self.told.unpaid(ledger, standing)
        lost = [Fault("lost", f"{d.side}.{d.field} #{d.lost} overwritten by #{d.by}") for d in owed]
        return [*lost, *self.told.cut(ledger), *self.told.older(ledger)]

    def _newest(self) -> list[Fault]:
        """Where clocks could tell, the later edit won."""
        made_at, faults = self.told.made_at, []
        for row in self.world.all("SELECT changes FROM journal WHERE action = 'update'"):
            for change in row["changes"]:
                lost, won = number(change["o"]), number(change["v"])
                if not change["why"].endswith("is newest") or lost not in made_at or won not in made_at:
                    continue
                self.counts["newest told by clocks"] += 1
                if made_at[lost] > made_at[won] and not self.told.retyped & {lost, won}:
                    faults.append(Fault("newest", f"{change['f']}: #{won} beat #{lost}, which is newer"))
        return faults

    def _many(self) -> list[Fault]:
        bound = 3 * self.told.edits + 6 * self.history.crashes + 12
        words = f"{self.told.writes} writes for {self.told.edits} edits and {self.history.crashes} crashes"
        return [Fault("many", words)] if self.told.writes > bound else []
