"""Step 5: the verdict, the hand-off's step and the fields of every pair become its Plan. Nothing is written yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.bounds import confine
from connector.core.conditions import Truth, evaluate
from connector.core.doubt import ALL, HANDOFF, NEVER
from connector.core.halves import withhold_step
from connector.core.handoff import (
    NO_OWNER,
    Handoff,
    SalesView,
    Step,
    advance,
    choose_owner,
    derived,
    regained,
    sales_view,
)
from connector.core.outcome import OpportunityView
from connector.core.plan import Derived, Pair, Plan, Trouble
from connector.core.qualification import Verdict, judge
from connector.core.reconcile import reconcile
from connector.core.records import SIDES, Record, Side, Value
from connector.ports import Guard
from connector.services.rounds.reading import with_history
from connector.services.rounds.undoing import ask_touched, step_of
from connector.services.workbench import Workbench

STICKY = frozenset({"normalised", "duplicate", "runaway", "not_restored"})
"""Issues that a later plan can't see are mended: a person closes them."""
NOTHING_COMES: Mapping[str, Value] = {}


@dataclass(slots=True)
class _Draft:
    """What of a pair's plan does not depend on property history."""

    pair: Pair
    wanted: list[Derived]
    create: tuple[Side, str] | None
    verdict: Verdict | None
    step: Step | None
    troubles: list[Trouble] = field(default_factory=list)
    filtered: str = ""
    regained: bool = False


class Planning:
    def __init__(self, bench: Workbench, modes: dict[str, tuple[str, dict[str, Any]]]) -> None:
        self.bench, self.modes = bench, modes
        self.now = bench.clock()
        self._emails = {user: email for email, user in bench.people.items()}
        self._owners = {Side.HUBSPOT: bench.hubspot_people, Side.SALESFORCE: bench.people}

    def run(self, pairs: Sequence[Pair], guard: Guard) -> list[Plan]:
        self._known(pairs)
        drafts = [self._draft(pair) for pair in pairs]
        plans = [self._plan(draft) for draft in drafts]
        again = [i for i, plan in enumerate(plans) if plan.needs_history]
        if again:
            wanted = [(p.pair.hubspot, p.needs_history) for p in plans if p.needs_history and p.pair.hubspot]
            records = with_history(self.bench, wanted, guard)
            for i in again:
                pair = drafts[i].pair
                if pair.hubspot is not None:
                    pair.hubspot = records.get(pair.hubspot.ref, pair.hubspot)
                plans[i] = self._plan(drafts[i])
        plans = [self._judged_anew(draft, plan) for draft, plan in zip(drafts, plans, strict=True)]
        for i in ask_touched(self.bench, plans, guard):
            plans[i] = self._plan(drafts[i])
        for plan in plans:
            step_of(self.bench, plan, self.now)
        return plans

    def _judged_anew(self, draft: _Draft, plan: Plan) -> Plan:
        """What this plan itself writes to HubSpot may move the verdict: nobody would hear of it, for it is our
        own echo."""
        judged = self.bench.desk.judged
        coming = {c.native: c.send for c in plan.changes if c.side is Side.HUBSPOT and c.native in judged}
        if not coming or draft.verdict is None:
            return plan
        later = self._draft(draft.pair, coming)
        return plan if later.verdict == draft.verdict else self._plan(later)

    def _known(self, pairs: Sequence[Pair]) -> None:
        """Hand-offs and outcomes, as the database has them."""
        persons = {str(p.hubspot.ref): p for p in pairs if p.hubspot is not None}
        for person, (id_, document) in self.bench.rounds.handoffs(list(persons)).items() if persons else ():
            persons[person].handoff = Handoff.from_document(document, id_)
        contacts = {
            p.salesforce.ref.id: p for p in pairs if p.salesforce and p.salesforce.ref.object == "Contact"
        }
        for contact, document in self.bench.rounds.outcomes(list(contacts)).items() if contacts else ():
            contacts[contact].outcome = document

    def _draft(self, pair: Pair, coming: Mapping[str, Value] = NOTHING_COMES) -> _Draft:
        pair.mode = {side: self._writable(pair, side) for side in SIDES}
        if self._lost_link(pair):
            pair.doubt, pair.shown_at = frozenset({ALL}), NEVER
        draft = _Draft(pair, [], None, None, None)
        if pair.gone is not None:
            return draft
        draft.filtered = self._filtered(pair)
        if draft.filtered:
            return draft
        if pair.hubspot is None:
            draft.create = (Side.HUBSPOT, "selected in Salesforce")
        else:
            self._judge(draft, pair.hubspot, coming)
        self._keys(draft)
        self._asked(draft)
        return draft

    def _writable(self, pair: Pair, side: Side) -> bool:
        mode, limits = self.modes.get(side, ("observe", {}))
        if mode == "live":
            return True
        return mode == "limited" and _within(pair, limits)

    def _lost_link(self, pair: Pair) -> bool:
        """While a restored database is recovered: both records, of which Salesforce's names the contact, were linked
        once. To link them anew as if they had never met would let the mapping's winner overwrite what is newer."""
        recovering = any(limits.get("recovering") for _, limits in self.modes.values())
        if not recovering or pair.link is not None or pair.hubspot is None or pair.salesforce is None:
            return False
        return pair.salesforce.values.get(self.bench.desk.mapping.salesforce_key) == pair.hubspot.ref.id

    def _filtered(self, pair: Pair) -> str:
        """A linked person, or one that matches, always syncs."""
        if pair.resting and pair.bounds is not None and not (pair.bounds.wakes or pair.bounds.undoes):
            return "not selected: an undo put this link to rest"
        if pair.link is not None or (pair.hubspot is not None and pair.salesforce is not None):
            return ""
        record = pair.hubspot or pair.salesforce
        selection = self.bench.desk.mapping.selection
        condition = selection.hubspot if pair.hubspot is not None else selection.salesforce
        if condition is None or record is None:
            return ""
        truth, evidence = evaluate(condition, record.values.get, self.now)
        return "" if truth is Truth.MET else f"not selected: {evidence}"

    def _judge(self, draft: _Draft, hubspot: Record, coming: Mapping[str, Value]) -> None:
        """``coming``: values that the same plan writes to the contact."""
        bench, pair = self.bench, draft.pair
        values = hubspot.values if not coming else {**hubspot.values, **coming}
        rules = bench.agreement.handoff
        draft.verdict = verdict = judge(bench.agreement.qualification, values.get, self.now)
        moved = pair.linked_ref is not None and pair.salesforce is not None
        converted = moved and pair.linked_ref.object == "Lead" and pair.salesforce.ref.object == "Contact"  # type: ignore[union-attr]
        known = pair.outcome is not None
        view = OpportunityView(**pair.outcome["view"]) if known and pair.outcome["view"] else None
        sales = sales_view(
            pair.salesforce,
            rules,
            bench.agreement.vocabulary,
            self._emails,
            view,
            converted=converted,
            opportunity_known=known,
        )
        handoff, missing, given = self._given_on(draft, hubspot, self._handoff_of(draft, hubspot, sales))
        step = advance(
            handoff, verdict, sales, self.now, rules, self._owner(draft, hubspot),
            missing or self._blocked(pair, hubspot), hubspot.values.get(rules.hubspot.lifecycle),
        )  # fmt: skip
        if given:
            told = {**step.hubspot, rules.hubspot.owner: given}
            step = replace(step, hubspot=told, enforce=step.enforce | {rules.hubspot.owner})
        draft.step = step
        object_ = pair.salesforce.ref.object if pair.salesforce else bench.desk.mapping.create_object
        draft.wanted, troubles = derived(step, rules, bench.agreement.vocabulary, self._owners, object_)
        draft.troubles += [*step.issues, *troubles]
        if step.create and pair.salesforce is None:
            draft.create = (Side.SALESFORCE, step.reason)

    def _handoff_of(self, draft: _Draft, hubspot: Record, sales: SalesView) -> Handoff | None:
        """As the database has it; or, where that may be older than the contact, as the contact shows it."""
        pair, rules = draft.pair, self.bench.agreement.handoff
        known: Handoff | None = pair.handoff
        if draft.verdict is None or not pair.doubt & {ALL, HANDOFF}:
            return known
        shown = regained(known, hubspot.values, draft.verdict, sales, self.now, rules)
        draft.regained = shown != known
        if shown is None or pair.salesforce is None or not draft.regained:
            return shown
        return replace(shown, salesforce_ref=str(pair.salesforce.ref))

    def _given_on(
        self, draft: _Draft, hubspot: Record, handoff: Handoff | None
    ) -> tuple[Handoff | None, str | None, str | None]:
        """The hand-off, why it can't be made, and its new owner: an offer that never reached Salesforce, because its
        owner left meanwhile, goes to somebody else. Without an owner the record would be the integration user's."""
        if handoff is None or draft.pair.salesforce is not None or handoff.salesforce_ref is not None:
            return handoff, None, None
        if not handoff.is_open or handoff.owner_email is None or handoff.owner_email in self.bench.people:
            return handoff, None, None
        email = self._owner(draft, hubspot)()
        if email is None:
            return handoff, NO_OWNER, None
        return replace(handoff, owner_email=email), None, email

    def _owner(self, draft: _Draft, hubspot: Record) -> Callable[[], str | None]:
        def next_owner() -> str | None:
            live = all(draft.pair.mode.values())
            turn = self.bench.rounds.turns("owners", 1) if live else 0
            rules, active = self.bench.agreement.handoff, frozenset(self.bench.people)
            choice = choose_owner(rules, hubspot.values.get, turn, active, self.now)
            if choice.issue is not None:
                draft.troubles.append(choice.issue)
            return choice.email

        return next_owner

    def _blocked(self, pair: Pair, hubspot: Record) -> str | None:
        """A field that a new Salesforce record must have is blank, and the agreement names no fallback."""
        if pair.salesforce is not None:
            return None
        desk, missing = self.bench.desk, []
        for native, fallback in desk.fallbacks.items():
            name = desk.by_native_name(Side.SALESFORCE, native)
            value = hubspot.values.get(desk.fields[name].hubspot) if name else None
            if value is None and fallback is None and not (name and desk.fields[name].fallback):
                missing.append(native)
        return f"{' and '.join(missing)} blank" if missing else None

    def _keys(self, draft: _Draft) -> None:
        """Each side keeps the other's id in a field that Accord owns."""
        mapping, pair = self.bench.desk.mapping, draft.pair
        keys = {Side.HUBSPOT: mapping.hubspot_key, Side.SALESFORCE: mapping.salesforce_key}
        for side, key in keys.items():
            other = pair.record(side.other)
            if other is not None and pair.record(side) is not None:
                draft.wanted.append(Derived(side, key, other.ref.id, True, "link"))
            elif draft.create is not None and draft.create[0] is side.other:
                draft.wanted.append(Derived(side, key, None, True, "link", bound=True))

    def _asked(self, draft: _Draft) -> None:
        """What a person wants to stand on a side is written there, and is the source of this plan for the other side.
        Only where both sides may be written: half of it would look like an edit."""
        pair = draft.pair
        if not all(pair.mode.values()):
            pair.asked = {}
        for name, asked in pair.asked.items():
            record, field = pair.record(asked.side), self.bench.desk.fields.get(name)
            native = self.bench.desk.mapping.native(field, record) if field and record else None
            if native is not None and not asked.as_is:
                draft.wanted.append(Derived(asked.side, native, asked.value, True, asked.why))

    def _plan(self, draft: _Draft) -> Plan:
        pair = draft.pair
        if draft.filtered:
            return Plan(pair, reason=draft.filtered)
        plan = reconcile(pair, self.bench.desk, draft.wanted, self.now, draft.create)
        plan.verdict, plan.step, plan.regained = draft.verdict, draft.step, draft.regained
        plan.troubles += draft.troubles
        if not all(pair.mode.values()):
            plan.step = None
            withhold_step(plan, self.bench.desk, draft.step, self.bench.agreement.handoff)
        raised = {(t.code, t.field) for t in plan.troubles}
        plan.cleared = {(c, name) for c, name in pair.open_issues - raised if not self._stands(c, name, plan)}
        confine(plan, self.bench.desk)
        return plan

    def _stands(self, code: str, name: str, plan: Plan) -> bool:
        """An issue that this plan did not raise again and that is nevertheless not mended."""
        if code == "owner_inactive":
            return any(email not in self.bench.people for email in self.bench.agreement.owners_named())
        return code in STICKY or (code == "refused" and name in plan.held)


def _within(pair: Pair, limits: dict[str, Any]) -> bool:
    """Mode limited: a list of addresses or domains, lower case."""
    values: list[Value] = [pair.hubspot.values.get("email")] if pair.hubspot else []
    values += [pair.salesforce.values.get("Email")] if pair.salesforce else []
    addresses = {str(v).strip().casefold() for v in values if v}
    wanted = {str(v).casefold() for v in limits.get("emails", [])}
    domains = {str(v).casefold() for v in limits.get("domains", [])}
    return bool(addresses & wanted) or any(a.rpartition("@")[2] in domains for a in addresses)
