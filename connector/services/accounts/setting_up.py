"""`accord setup`: the fields that the agreement needs, on both sides. A plan first; then what it says, and no more.

Nothing is ever taken away here, no option, no field, and what other people made is not changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from connector.core import wanted as w
from connector.core.records import Side
from connector.core.wanted import Wanted
from connector.errors import Refused
from connector.ports import FieldSchema
from connector.services.accounts.fitting import ALTER, CONFLICT, CREATE, PRESENT, Step

SENT_BY_ITSELF = frozenset({"Id", "SystemModstamp"})


class PropertyMaker(Protocol):
    """See adapters/hubspot/shaping.py."""

    def make_group(self) -> bool: ...
    def make(self, one: Wanted) -> bool: ...
    def add_options(self, name: str, add: w.Options) -> None: ...


def refuse_conflicts(steps: Iterable[Step]) -> None:
    """A conflict is a person's to settle. Raises Refused with all of them."""
    found = [f"{step.wanted.object} {step.wanted.name}: {step.why}" for step in steps if step.do == CONFLICT]
    if found:
        raise Refused("Nothing was changed, for these can't be put right from here:\n  " + "\n  ".join(found))


def make_properties(maker: PropertyMaker, steps: Sequence[Step]) -> Iterator[str]:
    """Does what the plan says, in its order, and tells of each. Repeating it does nothing twice. Raises Refused before
    the first change where the plan has conflicts."""
    refuse_conflicts(steps)
    work = [step for step in steps if step.do in (CREATE, ALTER)]
    if any(step.wanted.own and step.do == CREATE for step in work) and maker.make_group():
        yield "made the property group accord"
    for step in work:
        one = step.wanted
        if step.do == ALTER:
            maker.add_options(one.name, step.add)
            yield f"{one.name}: {step.why}"
        else:
            made = maker.make(one)
            yield f"made {one.name}" if made else f"{one.name} was made by somebody else meanwhile"


def to_deploy(
    steps: Sequence[Step], schemas: Mapping[str, Mapping[str, FieldSchema]]
) -> dict[Wanted, w.Options]:
    """Salesforce: the fields of the package, each with all options it is to hold: those that are there stay. Fields
    that are there as wanted are left out: the package changes nothing that needs no change."""
    found: dict[Wanted, w.Options] = {}
    for step in steps:
        if step.do not in (CREATE, ALTER):
            continue
        one = step.wanted
        there = schemas.get(one.object, {}).get(one.name)
        held = tuple((value, value) for value in there.options) if there else ()
        found[one] = (*held, *step.add)
    return found


def own_fields(steps: Sequence[Step]) -> list[Wanted]:
    """Accord's own, there already or about to be made."""
    return [step.wanted for step in steps if step.wanted.own and step.do in (CREATE, ALTER, PRESENT)]


def conversion_pairs(
    steps: Sequence[Step], present: Sequence[tuple[str, str]], objects: Sequence[str]
) -> list[tuple[str, str]] | None:
    """The mapping of Lead to Contact on conversion: what the org has, and ours. None where nothing is to be changed."""
    if not {"Lead", "Contact"} <= set(objects):
        return None
    names = {one.name for one in own_fields(steps) if one.object == "Lead"}
    names &= {one.name for one in own_fields(steps) if one.object == "Contact"}
    taken = {lead for lead, _ in present} | {contact for _, contact in present}
    added = [(name, name) for name in sorted(names) if name not in taken]
    return [*present, *added] if added else None


def count(steps: Iterable[Step]) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in steps:
        found[step.do] = found.get(step.do, 0) + 1
    return found


def objects_of(steps: Iterable[Step], side: Side) -> list[str]:
    return list(dict.fromkeys(step.wanted.object for step in steps if step.wanted.side is side))
