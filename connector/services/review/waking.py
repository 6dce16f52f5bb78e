"""What would wake up: automations of either side that look at what is about to be written, named and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connector.core.mapping import KindMapping
from connector.core.records import Side
from connector.ports.survey import Automation, Automations, DuplicateRule

ASK = "ask your admin"
_ON_CREATE = {
    "assignment rule": "is not run: Accord sends Sforce-Auto-Assign: FALSE, and names the owner itself",
    "auto-response rule": "runs on web forms; by the API only where a caller asks for it, which Accord never does",
    "trigger": "runs on every record that Accord writes, in batches of up to 200",
    "flow": "runs on every record that Accord writes, if its conditions are met: look for those that send e-mail",
    "workflow rule": "is looked at on every record that Accord writes: look for those that send e-mail",
    "validation rule": "may refuse what Accord writes: such a record is shown as an issue, the others go on",
}
_UNREAD = (
    "HubSpot: its workflows can't be read by this app (scope `automation`): {ask} which of them enrol new or changed "
    "contacts, and whether any sends e-mail; list them in ACCORD_HUBSPOT_WORKFLOWS to have them counted here, or grant "
    "the scope: `accord connect hubspot --project FOLDER --workflows`, and upload it."
)
_UNTOLD = "may refuse {what}; what it does can't be read: {ask}"
_TEST_IT = {
    Side.HUBSPOT: "add to a workflow's enrolment: “{name}” is unknown, or is more than 1 hour ago",
    Side.SALESFORCE: "add to a flow's or rule's conditions: IF(ISNEW(), ISBLANK({name}), NOT(ISCHANGED({name})))",
}


@dataclass(frozen=True, slots=True)
class Writes:
    """What a preview would write: records ``made`` by side, and by side and native field the records ``changed``."""

    made: Mapping[Side, int] = field(default_factory=dict)
    changed: Mapping[Side, Mapping[str, int]] = field(default_factory=dict)


def listed_workflows(text: str) -> list[Automation]:
    """As an admin lists them: 'Welcome mail: lifecyclestage, phone; Scoring: jobtitle'. Without fields: any change."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, _, fields = part.partition(":")
        told = tuple(filter(None, (each.strip() for each in fields.split(","))))
        found.append(Automation("workflow", "contact", name.strip(), True, told or None))
    return found


def risks(
    org: Automations | None, workflows: Automations | None, listed: Iterable[Automation], writes: Writes
) -> Iterator[str]:
    """Lines for people: first what looks at the fields that would be written, then what runs on any write."""
    known = [*(org.found if org is not None else ()), *(workflows.found if workflows is not None else ()), *listed]
    active = [one for one in known if one.active]
    yield from _waking(active, writes)
    yield from _by_kind(one for one in active if one.kind != "workflow")
    if org is None:
        yield f"Salesforce: its rules can't be read: {ASK} which triggers, flows and rules run on Leads and Contacts."
    for kind in org.unreadable if org is not None else ():
        yield f"Salesforce: {kind}s can't be read: {ASK}."
    yield from _workflows([one for one in active if one.kind == "workflow"], workflows is not None)


def _waking(found: Iterable[Automation], writes: Writes) -> Iterator[str]:
    """Those that say which fields they look at, where a run would write one of them."""
    told = []
    for one in found:
        side = Side.HUBSPOT if one.kind == "workflow" else Side.SALESFORCE
        changed = writes.changed.get(side, {})
        touched = {name: changed[name] for name in one.fields or () if name in changed}
        if touched:
            told.append((max(touched.values()), side, one, touched))
    for count, side, one, touched in sorted(told, key=lambda row: (-row[0], row[2].name)):
        names = ", ".join(f"{name} ({n})" for name, n in sorted(touched.items()))
        mails = "; it sends e-mail" if one.mails else ""
        place = f"{side}, {one.object}"
        yield f"{place}: {one.kind} “{one.name}” looks at {names}: up to {count} records may wake it{mails}."


def _by_kind(found: Iterable[Automation]) -> Iterator[str]:
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in found:
        by[one.kind, one.object].append(one.name)
    for (kind, object_), names in sorted(by.items()):
        shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        several = f"{len(names)} {kind}{'s' if len(names) > 1 else ''} ({shown})"
        yield f"Salesforce, {object_}: {several}: {_ON_CREATE[kind]}."


def _workflows(found: list[Automation], readable: bool) -> Iterator[str]:
    if found:
        mails = [one.name for one in found if one.mails]
        said = f"; {len(mails)} of them send e-mail ({', '.join(sorted(mails)[:5])})" if mails else ""
        yield f"HubSpot: {len(found)} workflows that are on enrol contacts{said}."
    if not readable:
        yield _UNREAD.format(ask=ASK)
    elif not found:
        yield "HubSpot: no workflow that is on enrols contacts."


def doubles(
    rules: Iterable[DuplicateRule] | None, object_: str, makes: bool, changed: Collection[str] = ()
) -> Iterator[str]:
    """The org's duplicate rules, and what they do to our new records (where it ``makes`` any) and to changes of the
    fields ``changed``."""
    if rules is None:
        yield f"Salesforce, {object_}: its duplicate rules can't be read: {ASK} which of them refuse a record."
        return
    for rule in rules:
        fields = "; ".join(
            f"{m.object} by {', '.join(m.fields)}{'' if m.exact else ', about the same'}" for m in rule.matches
        )
        told = f"Salesforce, {object_}: duplicate rule “{rule.name}” {{}}{f' ({fields})' if fields else ''}."
        if makes:
            does = {True: "refuses a new record that matches", False: "lets it pass, and may report it"}
            yield told.format(does.get(rule.refuses, _UNTOLD.format(what="a new record", ask=ASK)))  # type: ignore[arg-type]
        touched = sorted({name for m in rule.matches for name in m.fields} & set(changed))
        if touched and rule.refuses_change:
            yield told.format(f"refuses a change of {', '.join(touched)} that makes a record match")
        elif changed and rule.refuses_change is None and not makes:
            yield told.format(_UNTOLD.format(what="a change", ask=ASK))


def marks(mapping: KindMapping) -> Iterator[str]:
    """How automations can leave a run's writes alone."""
    for side, name in mapping.run_marks.items():
        yield f"{side}: a run leaves its time in {name}. To leave its writes alone, {_TEST_IT[side].format(name=name)}."
    if not mapping.run_marks:
        yield (
            "To let workflows and flows tell a run's writes from a person's, name a field on either side under "
            "`run_marks` in person.yaml (`accord setup --plan` makes it): each run leaves its time there."
        )
