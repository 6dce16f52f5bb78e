"""The world outside of a history: people type, reps convert, persons come to be, automations and admins answer."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

from greenlet import getcurrent

from connector.adapters.postgres.database import Pool
from connector.core.records import Side
from connector.practice.hubspot.errors import Refused
from connector.practice.salesforce.errors import Refusal
from connector.services.workbench import Pace
from tests.property.agreement import BAD_STAGES, FIELDS, RANKS, STAGES, agreement, org
from tests.property.plot import Plot
from tests.property.provenance import Provenance, number
from tests.property.workers import SteppedRounds, Worker, after_call
from tests.world import World

LEASE = 120.0
NO_BAD_CITIES = "No bad cities."


class Outside:
    """Two CRMs with one person, linked and settled; every value carries the number of the edit it comes from."""

    def __init__(self, database: Pool, plot: Plot) -> None:
        self.plot = plot
        self.dice = random.Random(plot.seed * 7919 + 1)
        self.trace: list[str] = []
        self.told = Provenance()
        self.autos: list[tuple[Side, int, str]] = []
        self.auto_left, self.instant_left = 2, 2 if plot.instant else 0
        self.bad_rule = True
        self.calling = False
        self.between: dict[str, tuple[Any, datetime | None]] = {}
        self.typed: dict[tuple[Side, int, str], list[str]] = defaultdict(list)
        pace = Pace(lease=LEASE, single=plot.single)
        self.world = World(
            database, agreement=agreement(plot.fields, plot.turned, plot.org), hook=self._around, pace=pace,
            stages=STAGES, org=org(plot.org), hubspot_ways=dict(plot.hubspot_ways),
            salesforce_ways=dict(plot.salesforce_ways),
        )  # fmt: skip
        self.world.bench.rounds = self.world.rounds = SteppedRounds(database)
        self._rules()
        self._first_person()
        self.world.hubspot.on_write.append(self._hubspot_wrote)
        self.world.salesforce.on_write.append(self._salesforce_wrote)

    def log(self, text: str) -> None:
        self.trace.append(f"{self.world.clock.now():%H:%M:%S.%f}"[:-5] + " " + text)

    def _around(self, when: str, line: str) -> None:
        self.calling = when == "before"
        if when == "after":
            after_call(line)

    # -- what stands where

    def contact(self, person: int) -> str | None:
        return next(iter(self.all_contacts(person)), None)

    def all_contacts(self, person: int) -> list[str]:
        contacts = self.world.hubspot.portal.contacts.items()
        return [id_ for id_, one in contacts if one.values.get("email", "").startswith(f"p{person}@")]

    def sales(self, person: int) -> tuple[str, str] | None:
        return next(iter(self.all_sales(person)), None)

    def all_sales(self, person: int) -> list[tuple[str, str]]:
        """Live (object, id), Contacts first."""
        tables = self.world.salesforce.org.tables
        return [
            (object_, str(row["Id"])) for object_ in ("Contact", "Lead") for row in tables[object_].rows.values()
            if str(row.get("Email") or "").startswith(f"p{person}@") and not row.get("IsConverted")
        ]  # fmt: skip

    def held(self, side: Side, person: int, name: str) -> Any:
        if side is Side.HUBSPOT:
            id_ = self.contact(person)
            return (self.world.hs(id_).get(FIELDS[name].hubspot) or None) if id_ else None
        found = self.sales(person)
        return self.world.sf(found[1], found[0]).get(FIELDS[name].salesforce[found[0]]) if found else None

    # -- people

    def _first_person(self) -> None:
        self._make_contact(0, may_be_bad=False)
        self.world.settle()
        self.world.notices()

    def _make_contact(self, person: int, may_be_bad: bool = True) -> None:
        now = self.world.clock.now()
        values = {"email": f"p{person}@firm.example.com", "lastname": f"P{person}", "company": "Firm"}
        for n in self.plot.fields:
            values[FIELDS[n].hubspot] = self._value(Side.HUBSPOT, n, self.told.edit(None, now), may_be_bad)
        self.log(f"p{person} is made in HubSpot {values}")
        self.world.hubspot.edit(values, create=True)

    def _make_sales(self, person: int, object_: str) -> None:
        now = self.world.clock.now()
        values = {"Email": f"p{person}@firm.example.com", "LastName": f"P{person}"}
        values |= {"Company": "Firm"} if object_ == "Lead" else {}
        wished = org(self.plot.org).salesforce.fields.get(object_, {})
        values |= {native: str(wish.fill) for native, wish in wished.items() if wish.required}
        for n in self.plot.fields:
            values[FIELDS[n].salesforce[object_]] = self._value(Side.SALESFORCE, n, self.told.edit(None, now))
        self.log(f"p{person} is made in Salesforce as a {object_} {values}")
        self.world.salesforce.edit(object_, values=values, create=True)

    def _value(self, side: Side, name: str, n: int, may_be_bad: bool = True) -> str:
        refusing = {"p": Side.HUBSPOT, "s": Side.SALESFORCE}.get(name) is side
        if refusing and may_be_bad and self.bad_rule and self.dice.random() < 0.15:
            return f"bad{n}"
        if name == "s":
            return f"{self.dice.choice(RANKS)}-{n}"
        return f"{n}{'abcdef' if side is Side.HUBSPOT else ''}" if name in "tu" else f"v{n}"

    def edit(self, side: Side, person: int, name: str, by: str = "user", value: str | None = None) -> None:
        """``value``: one that stood there before; a new one unless it is given."""
        place = self.contact(person) if side is Side.HUBSPOT else self.sales(person)
        if place is None:
            return
        held, now = self.held(side, person, name), self.world.clock.now()
        if held is None and side is Side.HUBSPOT and name == "s":
            # typed where a two-step value of ours hangs in its blank
            held, _ = self.between.pop(str(place), (None, None))
        typed = self.typed[side, person, name]
        if value is None and self.plot.returns and typed and by == "user" and self.dice.random() < 0.4:
            value = self.dice.choice(typed)
        if value is None:
            value = self._value(side, name, self.told.edit(held, now))
        elif value != held:
            self.told.retype(value, held, now)
        else:
            return
        self.log(f"{by} edits {side} p{person}.{name}: {held} -> {value}")
        if self._type(side, place, name, value, by):
            typed.append(value)

    def _type(self, side: Side, place: Any, name: str, value: str, by: str) -> bool:
        """A person's own value may be refused too, like anybody's."""
        try:
            if side is Side.HUBSPOT:
                self.world.edit_contact(place, by=by, **{FIELDS[name].hubspot: value})
            else:
                object_, id_ = place
                self.world.edit_lead(id_, by=by, object_=object_, **{FIELDS[name].salesforce[object_]: value})
        except (Refusal, Refused):
            self.log("   refused")
            return False
        return True

    def born(self, side: Side) -> None:
        """The second person comes to be on this side."""
        if side is Side.HUBSPOT and self.contact(1) is None:
            self._make_contact(1)
        elif side is Side.SALESFORCE and self.sales(1) is None:
            object_ = self.dice.choice(["Lead", "Lead", "Contact"])
            self._make_sales(1, object_ if org(self.plot.org).salesforce.leads else "Contact")

    def convert(self) -> None:
        """A rep converts the Lead, and may correct the e-mail on the new Contact at once."""
        found = self.sales(0)
        if found and found[0] == "Lead":
            statuses = self.world.salesforce.org.tables["LeadStatus"].rows.values()
            status = next(str(row["ApiName"]) for row in statuses if row["IsConverted"])
            made = self.world.salesforce.convert(found[1], status=status)["contact_id"]
            self.log(f"a rep converts {found[1]} to {made}")
            if self.dice.random() < 0.3:
                self.world.edit_lead(str(made), object_="Contact", Email="p0@other.example.com")
                self.log("   and corrects the e-mail")

    # -- rules and automations

    def _rules(self) -> None:
        rules = self.world.salesforce.org.rules
        for object_ in ("Lead", "Contact"):
            rules.normalizers[object_, FIELDS["u"].salesforce[object_]] = lambda v: v[:5]
            for name in "pn":
                rules.normalizers[object_, FIELDS[name].salesforce[object_]] = self._answered_at_once
            rules.add_pattern(object_, FIELDS["p"].salesforce[object_], r"(?!bad).*", NO_BAD_CITIES)

    def allow(self) -> None:
        if self.bad_rule:
            self.bad_rule = False
            rules = self.world.salesforce.org.rules
            rules.validations[:] = [rule for rule in rules.validations if rule.message != NO_BAD_CITIES]
            portal = self.world.hubspot.portal
            stage = portal.properties["lifecyclestage"]
            more = tuple((value, value) for value in BAD_STAGES)
            portal.properties["lifecyclestage"] = replace(stage, options=(*stage.options, *more))
            portal.lay_rules()
            self.log("admins lift their rules")

    def _answered_at_once(self, value: str) -> str:
        """A flow in Salesforce that runs before the save and answers a write of ours with a value of its own."""
        if not self.calling or not self.instant_left or number(value) is None:
            return value
        self.instant_left -= 1
        mine = f"v{self.told.form(value, self.world.clock.now())}"
        self.log(f"   a before-save flow makes {value} {mine}")
        return mine

    def automation(self) -> None:
        if self.autos:
            side, person, name = self.autos.pop(0)
            self.edit(side, person, name, "automation")

    # -- writes of ours, as the sides tell them

    def _hubspot_wrote(self, core: Any, change: Any) -> None:
        if change.source.type != "INTEGRATION" or change.created:
            return
        for name in self.plot.fields:
            native = FIELDS[name].hubspot
            if native in change.new:
                old, new = change.old.get(native) or None, change.new[native] or None
                self._wrote(Side.HUBSPOT, change.contact_id, name, old, new)

    def _salesforce_wrote(self, core: Any, event: Any) -> None:
        ours = event.by == core.org.people["integration"]
        if not ours or event.kind != "updated" or event.object not in ("Lead", "Contact"):
            return
        for name in self.plot.fields:
            native = FIELDS[name].salesforce[event.object]
            if native in event.changes:
                self._wrote(Side.SALESFORCE, event.id, name, *event.changes[native])

    def _wrote(self, side: Side, id_: str, name: str, old: Any, new: Any) -> None:
        here = getcurrent()
        read_at = here.read_at.get(id_) if isinstance(here, Worker) else None
        linked = bool(self.world.all("SELECT 1 FROM link WHERE %s IN (hubspot_id, salesforce_id)", id_))
        self.log(f"we write {side} {id_}.{name}: {old} -> {new}")
        if name == "s" and side is Side.HUBSPOT:
            if new is None:
                self.between[id_] = (old, read_at)
                self.told.counts["two-step values"] += 1
                return
            stood, read_before = self.between.pop(id_, (None, None))
            self.told.written(side, name, stood, new, read_before, linked)
        self.told.written(side, name, old, new, read_at, linked)
        if side == self.plot.automation and name in "pn" and self.auto_left:
            self.auto_left -= 1
            first = id_ in [self.contact(0), *(sale for _, sale in self.all_sales(0))]
            self.autos.append((side, 0 if first else 1, name))
