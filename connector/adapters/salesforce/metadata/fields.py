"""Custom fields, the rule that a rejection needs its reason, and the list of what waits for an answer."""

from __future__ import annotations

from typing import Any

from connector.adapters.salesforce.metadata.xml import Parts
from connector.core import wanted as w
from connector.core.rules import SalesforceAnswers
from connector.core.wanted import Wanted

LONG_LENGTH, LONG_LINES, CHOICES_LINES = 32_768, 6, 4
RULE = "Accord_Rejection_needs_reason"
LIST_VIEW = "Accord_Offered"


def custom_field(one: Wanted, options: w.Options) -> Parts:
    """``options``: all that the field is to hold: a deployment sets the list anew, so those there are in it."""
    head: list[tuple[str, Any]] = [("fullName", one.name), ("label", one.label)]
    if one.about:
        head.insert(1, ("inlineHelpText", one.about))
    kinds: dict[str, Parts] = {
        w.TEXT: [("length", one.length), ("type", "Text")],
        w.LONG: [("length", LONG_LENGTH), ("type", "LongTextArea"), ("visibleLines", LONG_LINES)],
        w.CHOICE: [("type", "Picklist"), ("valueSet", _values(options))],
        w.CHOICES: [
            ("type", "MultiselectPicklist"),
            ("valueSet", _values(options)),
            ("visibleLines", CHOICES_LINES),
        ],
        w.NUMBER: [*_digits(one), ("type", "Number")],
        w.MONEY: [*_digits(one), ("type", "Currency")],
        w.MOMENT: [("type", "DateTime")],
        w.DAY: [("type", "Date")],
        w.FLAG: [("defaultValue", False), ("type", "Checkbox")],
    }
    more: list[tuple[str, Any]] = []
    if one.unique:
        # with case: ids of Salesforce differ by it, and HubSpot's are digits
        more = [("caseSensitive", True), ("externalId", True), ("unique", True)]
    required = [] if one.kind == w.FLAG else [("required", False)]
    return [*head, *more, *required, *kinds[one.kind]]


def _digits(one: Wanted) -> Parts:
    return [("precision", one.digits + one.decimals), ("scale", one.decimals)]


def _values(options: w.Options) -> Parts:
    rows = [("value", [("fullName", v), ("default", False), ("label", label)]) for v, label in options]
    return [("restricted", True), ("valueSetDefinition", [("sorted", False), *rows])]


def rejection_rule(names: SalesforceAnswers) -> Parts:
    """Of the answer field only: a status of Rejected also comes from HubSpot, where it may have no reason yet."""
    no = names.answer_values["rejected"].replace("\\", "\\\\").replace('"', '\\"')
    formula = f'AND(ISPICKVAL({names.answer}, "{no}"), ISBLANK(TEXT({names.reject_reason})))'
    return [
        ("fullName", RULE),
        ("active", True),
        ("description", "Accord: marketing learns from a rejection only by its reason."),
        ("errorConditionFormula", formula),
        ("errorDisplayField", names.reject_reason),
        ("errorMessage", "Please choose a reject reason: a rejection without one can't be learned from."),
    ]


def offered_list(object_: str, names: SalesforceAnswers) -> Parts:
    """The offers that wait for an answer. Columns are Accord's fields alone: names of standard columns differ by object
    and are not settled by the documentation."""
    columns = [names.tier, names.answer, names.reject_reason, names.answer_by]
    return [
        ("fullName", LIST_VIEW),
        *(("columns", name) for name in columns if name),
        ("filterScope", "Everything"),
        (
            "filters",
            [("field", names.handoff), ("operation", "equals"), ("value", names.handoff_values["offered"])],
        ),
        ("label", "Accord: offered"),
    ]
