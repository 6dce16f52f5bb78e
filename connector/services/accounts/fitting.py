"""What an account lacks for an agreement: the fields it wants against those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.core import wanted as w
from connector.core.records import Side
from connector.core.wanted import Wanted
from connector.ports import FieldSchema

CREATE, ALTER, PRESENT, CONFLICT, MISSING = "create", "alter", "present", "conflict", "missing"
FITTING: Mapping[Side, Mapping[str, frozenset[str]]] = {
    Side.HUBSPOT: {
        w.TEXT: frozenset({"string", "phone_number"}), w.LONG: frozenset({"string"}),
        w.CHOICE: frozenset({"enumeration"}), w.CHOICES: frozenset({"enumeration"}),
        w.NUMBER: frozenset({"number"}), w.MONEY: frozenset({"number"}), w.MOMENT: frozenset({"datetime"}),
        w.DAY: frozenset({"date"}), w.FLAG: frozenset({"bool", "enumeration"}),
    },
    Side.SALESFORCE: {
        w.TEXT: frozenset({"string", "textarea", "email", "phone", "url", "picklist"}),
        w.LONG: frozenset({"textarea"}), w.CHOICE: frozenset({"picklist"}), w.CHOICES: frozenset({"multipicklist"}),
        w.NUMBER: frozenset({"double", "int", "percent", "currency"}),
        w.MONEY: frozenset({"currency", "double", "int"}), w.MOMENT: frozenset({"datetime"}),
        w.DAY: frozenset({"date"}), w.FLAG: frozenset({"boolean"}),
    },
}  # fmt: skip
"""Types of a side that carry a kind. Only Accord's own fields are held to it: a mapped one is the check's matter."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about one field. ``add``: options (value, label) that are not there yet. ``why``: in words."""

    wanted: Wanted
    do: str
    why: str = ""
    add: w.Options = ()


def fit(
    fields: Iterable[Wanted], present: Mapping[str, Mapping[str, FieldSchema]], *, mapped: bool = False
) -> list[Step]:
    """``present``: per object. ``mapped``: make the mapping's own fields, too; without it they are told as missing.
    Mapped fields that are there are left alone: options and types of other people's fields are theirs."""
    steps = []
    for one in fields:
        found = present.get(one.object, {}).get(one.name)
        if found is None:
            steps.append(_absent(one, mapped))
        elif one.own:
            steps.append(_against(one, found))
    return steps


def _absent(one: Wanted, mapped: bool) -> Step:
    if one.own or mapped:
        return Step(one, CREATE, add=one.options)
    why = "the mapping names it: `--mapped` makes it, or take it out of person.yaml"
    return Step(one, MISSING, why)


def _against(one: Wanted, found: FieldSchema) -> Step:
    if found.type not in FITTING[one.side][one.kind]:
        why = f"it is there as {found.type}, wanted as {one.kind}: rename it there, or name another in the agreement"
        return Step(one, CONFLICT, why)
    if one.unique and not found.unique:
        why = "it is there, but not unique, which can't be changed any more: name another in person.yaml (link_fields)"
        return Step(one, CONFLICT, why)
    if not found.writable:
        return Step(one, CONFLICT, "it is there, but may not be written: give the app or user edit rights")
    add = tuple((value, label) for value, label in one.options if value not in found.options)
    if add and (found.options or one.options):
        return Step(one, ALTER, f"options are added: {', '.join(value for value, _ in add)}", add)
    return Step(one, PRESENT)
