"""One generated history: people edit, automations answer, notices are lost, doubled and late, workers crash and stall.

The real services and the real PostgreSQL run against the practice servers' cores. After the history all comes to rest,
and what must hold is checked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from greenlet import getcurrent

import connector.services.sync as sync_module
from connector.adapters.postgres.database import Pool
from connector.core.desk import natives
from connector.core.records import Notice, Side
from connector.practice.salesforce.errors import Refusal
from connector.services.intake import accept
from connector.services.workbench import Pace
from tests.property.agreement import ALWAYS, FIELDS, STAGES, agreement
from tests.property.provenance import Provenance, number
from tests.property.workers import PausingLease, SteppedRounds, Worker, hook
from tests.world import World

LEASE = 120.0
OVERLAP = timedelta(seconds=5)


@dataclass(frozen=True)
class Plot:
    """What kind of history it is."""

    seed: int
    fields: str
    length: int
    lossy: bool
    crashes: bool
    converts: bool
    second: bool
    automation: str
    stalls: bool

    @classmethod
    def of(cls, seed: int) -> Plot:
        dice = random.Random(seed)
        names = "".join(sorted(dice.sample("pntus", dice.choice([1, 1, 2, 2, 3]))))
        return cls(
            seed, names, dice.choice([15, 25, 40, 60, 90]), dice.random() < 0.4, dice.random() < 0.5, dice.random() < 0.3,
            dice.random() < 0.4, dice.choice(["", "", "hubspot", "salesforce"]), dice.random() < 0.5,
        )  # fmt: skip


@dataclass
class History:
    database: Pool
    plot: Plot
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.plot.seed * 7919 + 1)
        self.told = Provenance()
        self.wire: list[Notice] = []
        self.old: list[Notice] = []
        self.polled: dict[Side, tuple[Any, list[Notice]] | None] = dict.fromkeys(Side)
        self.workers: dict[int, Worker] = {}
        self.autos: list[tuple[Side, str, str]] = []
        self.auto_left = 2
        self.bad_rule = True
        self.world = World(self.database, agreement=agreement(self.plot.fields), hook=hook, pace=Pace(lease=LEASE), stages=STAGES)
        self.world.bench.rounds = self.world.rounds = SteppedRounds(self.database)
        PausingLease.cores = {"hubspot": self.world.hubspot, "salesforce": self.world.salesforce}
        self.cursor = dict.fromkeys(Side, self.world.clock.now())
        self._rules()
        self._people()
        self.world.hubspot.on_write.append(self._hubspot_wrote)
        self.world.salesforce.on_write.append(self._salesforce_wrote)

    # -- the world outside

    def _rules(self) -> None:
        rules = self.world.salesforce.org.rules
        for name in ("Street", "MailingStreet"):
            for object_ in ("Lead", "Contact"):
                rules.normalizers[object_, name] = lambda v: v[:5] if isinstance(v, str) else v
        self.refusing = [("Lead", "City"), ("Contact", "MailingCity")]
        for object_, name in self.refusing:
            rules.add_pattern(object_, name, r"(?!bad).*", "No bad cities.")

    def _people(self) -> None:
        """One person, linked and settled, before anything happens."""
        self.world.hubspot.edit({"email": "p0@firm.example.com", "lastname": "P0", "company": "Firm"}, create=True)
        self.world.settle()
        self.world.hubspot.take_events()
        self.world.salesforce.take_notifications()
        for name in self.plot.fields:
            self._edit(Side.HUBSPOT, 0, name, by="user")
            self.world.settle()
        self.told.debts.clear()

    def contact(self, person: int) -> str | None:
        for one in self.world.hubspot.snapshot()["contacts"]:
            if one["properties"].get("email", "").startswith(f"p{person}@"):
                return str(one["id"])
        return None

    def sales(self, person: int) -> tuple[str, str] | None:
        tables = self.world.salesforce.org.tables
        for object_ in ("Contact", "Lead"):
            for row in tables[object_].rows.values():
                if str(row.get("Email") or "").startswith(f"p{person}@") and not row.get("IsConverted"):
                    return object_, str(row["Id"])
        return None

    def held(self, side: Side, person: int, name: str) -> Any:
        if side is Side.HUBSPOT:
            id_ = self.contact(person)
            return self.world.hs(id_).get(FIELDS[name].hubspot) if id_ else None
        found = self.sales(person)
        return self.world.sf(found[1], found[0]).get(FIELDS[name].salesforce[found[0]]) if found else None

    def _value(self, side: Side, name: str, n: int) -> str:
        if name == "p" and self.dice.random() < 0.15 and self.bad_rule:
            return f"bad{n}"
        if name == "s":
            return f"{n:03d}"
        return f"{n}{'abcdef' if side is Side.HUBSPOT else ''}" if name in "tu" else f"v{n}"

    def _edit(self, side: Side, person: int, name: str, by: str) -> bool:
        held = self.held(side, person, name)
        object_id = self.contact(person) if side is Side.HUBSPOT else self.sales(person)
        if object_id is None:
            return False
        n = self.told.edit(held, self.world.clock.now())
        value = self._value(side, name, n)
        self.log(f"{by} edits {side} p{person}.{name}: {held} -> {value}")
        try:
            if side is Side.HUBSPOT:
                self.world.edit_contact(str(object_id), by=by, **{FIELDS[name].hubspot: value})
            else:
                object_, id_ = object_id
                self.world.edit_lead(id_, by=by, object_=object_, **{FIELDS[name].salesforce[object_]: value})
        except Refusal:
            return False
        return True

    def _hubspot_wrote(self, core: Any, change: Any) -> None:
        ours = change.source.type == "INTEGRATION"
        if ours and not change.created:
            for name in self.plot.fields:
                native = FIELDS[name].hubspot
                if native in change.new:
                    old, new = change.old.get(native), change.new[native] or None
                    self._wrote(Side.HUBSPOT, change.contact_id, name, old, new)

    def _salesforce_wrote(self, core: Any, event: Any) -> None:
        if event.by != core.org.people["integration"] or event.kind != "updated" or event.object not in ("Lead", "Contact"):
            return
        for name in self.plot.fields:
            native = FIELDS[name].salesforce[event.object]
            if native in event.changes:
                self._wrote(Side.SALESFORCE, event.id, name, *event.changes[native])

    def _wrote(self, side: Side, id_: str, name: str, old: Any, new: Any) -> None:
        here = getcurrent()
        read_at = here.read_at.get(id_) if isinstance(here, Worker) else None
        self.log(f"we write {side} {id_}.{name}: {old} -> {new}")
        if name == "s" and side is Side.HUBSPOT:
            old, new = self._two_step(id_, old, new)
            if new is None:
                return
        self.told.written(self.world.clock.now(), side, name, old, new, read_at)
        if side == self.plot.automation and name in "pn" and self.auto_left:
            self.auto_left -= 1
            self.autos.append((side, id_, name))

    def _two_step(self, id_: str, old: Any, new: Any) -> tuple[Any, Any]:
        """The blank between is ours: what stood before it is what the second step replaces."""
        self.between = getattr(self, "between", {})
        if new is None:
            self.between[id_] = old
            return old, None
        return self.between.pop(id_, old) or old, new

    # -- what may happen

    def log(self, text: str) -> None:
        self.trace.append(f"{self.world.clock.now():%H:%M:%S.%f}"[:-5] + " " + text)

    def run(self) -> list[str]:
        """The history and its end; returns what was wrong, in words."""
        original = sync_module.Lease
        sync_module.Lease = PausingLease  # type: ignore[misc]
        try:
            for _ in range(self.plot.length):
                self.world.clock.advance(self.dice.choice([0.2, 0.7, 1.0, 2.3]))
                self._collect()
                self._happen()
            self._rest()
            return self._wrong()
        finally:
            sync_module.Lease = original  # type: ignore[misc]
            for worker in self.workers.values():
                worker.crash()

    def _collect(self) -> None:
        self.wire += self.world.notices()

    def _happen(self) -> None:
        x, dice, plot = self.dice.random(), self.dice, self.plot
        if x < 0.20:
            self._edit(dice.choice(list(Side)), dice.randrange(2 if plot.second else 1), dice.choice(plot.fields), "user")
        elif x < 0.32:
            self._deliver(dice.choice([1, 1, 0]))
        elif x < 0.35 and self.old:
            self._accept([dice.choice(self.old)])
        elif x < 0.38 and plot.lossy and self.wire:
            self.log(f"lost: {self.wire[0].ref}")
            self.old.append(self.wire.pop(dice.randrange(len(self.wire))))
        elif x < 0.80:
            self._work(dice.randrange(2), dice.choice([1, 1, 2, 4, 8]))
        elif x < 0.84:
            self._poll_read(dice.choice(list(Side)))
        elif x < 0.88:
            self._poll_told(dice.choice(list(Side)))
        elif x < 0.90:
            self._automation()
        elif x < 0.93 and plot.crashes:
            self._crash(dice.randrange(2))
        elif x < 0.95 and plot.stalls:
            self.log("time passes: leases lapse")
            self.world.clock.advance(LEASE + 2)
        elif x < 0.97 and plot.converts:
            self._convert()
        elif x < 0.985 and plot.second:
            self._born(dice.choice(list(Side)))
        elif x < 0.99:
            self._allow()

    def _deliver(self, lane: int) -> None:
        if self.wire:
            notice = self.wire.pop(self.dice.randrange(min(4, len(self.wire))))
            self.old.append(notice)
            self._accept([notice], lane)

    def _accept(self, notices: list[Notice], lane: int = 1) -> None:
        for notice in notices:
            self.log(f"notice {notice.ref} {dict(notice.values)}")
        accept(self.world.store, notices, lane)

    def _work(self, which: int, steps: int) -> None:
        for _ in range(steps):
            worker = self.workers.get(which)
            if worker is None:
                worker = self.workers[which] = Worker(f"W{which}", self.world.bench, self.dice.choice([1, 2]), getcurrent())
            mode = self.dice.choice(["ok"] * 10 + ["lost", "fail"])
            at = worker.at
            worker.step(mode)
            self.log(f"{worker.name} {at} {mode if mode != 'ok' else ''}-> {worker.at if not worker.dead else 'done'}")
            self.world.clock.advance(0.1)
            if worker.dead:
                del self.workers[which]
                return

    def _crash(self, which: int) -> None:
        worker = self.workers.pop(which, None)
        if worker is not None:
            self.log(f"{worker.name} CRASHES at {worker.at}")
            worker.crash()

    def _poll_read(self, side: Side) -> None:
        if self.polled[side] is None:
            self.polled[side] = (self.world.clock.now(), self._changed(side, self.cursor[side] - OVERLAP))

    def _poll_told(self, side: Side) -> None:
        waiting = self.polled[side]
        if waiting is not None:
            self.polled[side] = None
            at, notices = waiting
            self.log(f"poll of {side}: {len(notices)}")
            accept(self.world.store, notices, 1)
            self.cursor[side] = max(self.cursor[side], at)

    def _changed(self, side: Side, since: Any) -> list[Notice]:
        known, found = natives(self.world.bench.desk), []
        crm = self.world.bench.hubspot if side is Side.HUBSPOT else self.world.bench.salesforce
        for object_ in ["contact"] if side is Side.HUBSPOT else ["Lead", "Contact"]:
            names = tuple(known[side, object_])
            for page in crm.changes(object_, since, names, lambda seconds: None):
                for record in page:
                    values = {} if record.moved_to else {n: record.values.get(n) for n in names}
                    found.append(Notice(record.ref, values, record.modified_at, by_poll=True))
        return found

    def _automation(self) -> None:
        if self.autos:
            side, _, name = self.autos.pop(0)
            self._edit(side, 0, name, "automation")

    def _convert(self) -> None:
        found = self.sales(0)
        if found and found[0] == "Lead":
            self.log(f"a rep converts {found[1]}")
            self.world.salesforce.convert(found[1])

    def _born(self, side: Side) -> None:
        """The second person comes to be on one side, or on both at once."""
        email = "p1@firm.example.com"
        if side is Side.HUBSPOT and self.contact(1) is None:
            values = {FIELDS[n].hubspot: self._value(side, n, self.told.edit(None, self.world.clock.now())) for n in self.plot.fields}
            self.world.hubspot.edit({"email": email, "lastname": "P1", "company": "Firm"} | values, create=True)
            self.log(f"p1 is made in HubSpot {values}")
        elif side is Side.SALESFORCE and self.sales(1) is None:
            values = {
                FIELDS[n].salesforce["Lead"]: self._value(side, n, self.told.edit(None, self.world.clock.now())).replace("bad", "v")
                for n in self.plot.fields
            }
            self.world.lead(**{"Email": email, "LastName": "P1", "Company": "Firm"} | values)
            self.log(f"p1 is made in Salesforce {values}")

    def _allow(self) -> None:
        if self.bad_rule:
            self.bad_rule = False
            self.world.salesforce.org.rules.validations.clear()
            self.log("an admin lifts the validation rule")

    # -- the end

    def _rest(self) -> None:
        self.log("--- all comes to rest")
        if self.plot.stalls:
            self.world.clock.advance(LEASE + 2)
        for which in list(self.workers):
            while which in self.workers:
                self._finish(which)
        for _ in range(8):
            while self.autos:
                self._automation()
            self._collect()
            told, self.wire = self.wire, []
            self.old += told
            if not self.plot.lossy:
                self._accept(told)
            self.world.clock.advance(LEASE + 2)
            self._drain()
            for side in Side:
                self._poll_told(side)
                self._poll_read(side)
                self._poll_told(side)
            quiet = not self._pending() and not self.autos
            self._collect()
            if quiet and not self.wire:
                break
        self._slow_clock()

    def _finish(self, which: int) -> None:
        worker = self.workers[which]
        worker.step("ok")
        self.world.clock.advance(0.1)
        if worker.dead:
            del self.workers[which]

    def _slow_clock(self) -> None:
        """A day later what was refused is tried again."""
        self.world.clock.advance(86_500)
        links = [r["id"] for r in self.world.all("SELECT id FROM link")]
        self.world.rounds.requeue(links, [], 2, self.world.clock.now())
        for _ in range(4):
            self._drain()
            self._collect()
            self._accept(self.wire)
            self.old += self.wire
            self.wire = []

    def _drain(self) -> None:
        for _ in range(40):
            self.world.clock.advance(1.5)
            if self.world.round(50).idle and not self._pending():
                return
            if self._pending():
                self.world.clock.advance(4)

    def _pending(self) -> int:
        return int(self.world.one("SELECT count(*) n FROM pending")["n"])

    def _wrong(self) -> list[str]:
        wrong = [] if not self._pending() else [f"stuck: {self._pending()} pending"]
        self.world.forget_calls()
        writes = len(self.told.debts), self.world.all("SELECT count(*) n FROM journal")[0]["n"]
        self._accept(list(self.old))
        self._drain()
        after = len(self.told.debts), self.world.all("SELECT count(*) n FROM journal")[0]["n"]
        if writes != after or self.world.writes():
            wrong.append(f"wrote after settling, on late duplicates: journal {writes} -> {after}")
        left = self.world.all("SELECT * FROM journal WHERE state = 'intended'")
        wrong += [f"unsettled journal row {r['id']} {r['changes']}" for r in left]
        return wrong + self._disagree() + self._doubles() + self._lost()

    def _disagree(self) -> list[str]:
        issues = {(r["link_id"], r["code"], r["field"]) for r in self.world.all("SELECT link_id, code, field FROM issue WHERE closed_at IS NULL")}
        wrong = []
        for link in self.world.all("SELECT * FROM link"):
            h = self.world.hs(link["hubspot_id"])
            s = self.world.sf(link["salesforce_id"], link["salesforce_object"])
            if s.get("IsConverted"):
                wrong.append(f"link {link['id']} still on the converted Lead")
            for f in (*ALWAYS, *(FIELDS[n] for n in self.plot.fields)):
                native = f.salesforce.get(link["salesforce_object"])
                a, b = h.get(f.hubspot) or None, s.get(native) or None if native else None
                if native is None or a == b or (a is not None and b is not None and f.lens.same(a, b)):
                    continue
                refused = (link["id"], "refused", f.name) in issues and self.bad_rule and str(a).startswith("bad")
                if not refused and (link["id"], "normalised", f.name) not in issues:
                    wrong.append(f"sides differ in {f.name}: {a} / {b}; Seen {link['seen_hubspot'].get(f.name)} / {link['seen_salesforce'].get(f.name)}")
        return wrong

    def _doubles(self) -> list[str]:
        wrong = []
        tables = self.world.salesforce.org.tables
        for person in range(2):
            live = [r["Id"] for o in ("Lead", "Contact") for r in tables[o].rows.values()
                    if str(r.get("Email") or "").startswith(f"p{person}@") and not r.get("IsConverted")]  # fmt: skip
            told = self.world.all("SELECT 1 FROM issue WHERE code = 'duplicate'")
            if len(live) > 1 and not told:
                wrong.append(f"two records of p{person} in Salesforce: {live}")
            if self.contact(person) and self.sales(person) and len(live) == 1:
                linked = self.world.all("SELECT 1 FROM link WHERE hubspot_id = %s", self.contact(person))
                wrong += [] if linked else [f"p{person} is on both sides and not linked"]
        return wrong

    def _lost(self) -> list[str]:
        ledger = [(r["field"], r["value"]) for r in self.world.all("SELECT field, value FROM ledger")]
        standing = {
            (name, n)
            for person in range(2) for name in self.plot.fields for side in Side
            if (n := number(self.held(side, person, name))) is not None
        }  # fmt: skip
        wrong = [f"lost: {d.side}.{d.field} #{d.lost} overwritten by #{d.by}" for d in self.told.unpaid(ledger, standing)]
        return wrong + self.told.blanks

