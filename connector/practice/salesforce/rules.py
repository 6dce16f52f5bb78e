"""What an org's admins built: validation rules, before-save formatting, automations that answer writes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connector.practice.salesforce.duplicates import DuplicateRule
from connector.practice.salesforce.rollups import RollUp
from connector.practice.salesforce.situation import Situation, Worth

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Validation:
    """Refuses a save of `object` when `broken(row)` is true, showing `message` at `field` (None: top of page)."""

    object: str
    field: str | None
    broken: Callable[[Values], bool]
    message: str


@dataclass(frozen=True, slots=True)
class Automation:
    """Sets `values` on a saved row when `when_field` was changed (None: on each save).

    mode "before" is part of the same save; "after" is a save of its own, by the writer (a trigger or flow runs
    as the one who saved) or, with `by_process`, by the automated-process user.
    """

    object: str
    when_field: str | None
    values: Mapping[str, Any]
    mode: Literal["before", "after"] = "before"
    by_process: bool = False


@dataclass(frozen=True, slots=True)
class FormulaRule:
    """A validation rule in the formula language: refuses a save when `worth` is true. `text` is the formula; another
    `code` makes it a trigger or flow that fails."""

    name: str
    object: str
    field: str | None
    message: str
    text: str
    worth: Worth
    code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION"

    def broken(self, situation: Situation) -> bool:
        return bool(self.worth(situation))


@dataclass
class Rules:
    """All rules of one org. `slow`: object -> milliseconds that its triggers cost per written row. `clear` leaves
    roll-ups alone: they are schema."""

    validations: list[Validation] = field(default_factory=list)
    automations: list[Automation] = field(default_factory=list)
    normalizers: dict[tuple[str, str], Callable[[Any], Any]] = field(default_factory=dict)
    formulas: list[FormulaRule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    rollups: list[RollUp] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)

    def add_pattern(self, object_name: str, name: str, pattern: str, message: str) -> None:
        """A validation rule from outside: the field, when filled, must match the whole pattern."""
        compiled = re.compile(pattern)

        def broken(row: Values) -> bool:
            value = row.get(name)
            return value is not None and compiled.fullmatch(str(value)) is None

        self.validations.append(Validation(object_name, name, broken, message))

    def add_automation(self, settings: Mapping[str, Any]) -> None:
        """From `{"object", "when_field"?, "set": {..}, "mode"?: "before"|"after", "by_process"?}`."""
        mode = settings.get("mode", "before")
        if mode not in ("before", "after"):
            raise ValueError('an automation\'s mode is "before" or "after"')
        self.automations.append(
            Automation(
                settings["object"],
                settings.get("when_field"),
                dict(settings["set"]),
                mode,
                bool(settings.get("by_process")),
            )
        )

    def add_normalizer(self, object_name: str, name: str, kind: str) -> None:
        """A before-save formatting by name: us_phone, upper, lower, title, squeeze."""
        if kind not in NORMALIZERS:
            raise ValueError(f"unknown normalizer {kind}; known: {', '.join(sorted(NORMALIZERS))}")
        self.normalizers[(object_name, name)] = NORMALIZERS[kind]

    def triggered(self, object_name: str, changed: Mapping[str, Any], mode: str) -> list[Automation]:
        """The automations that this save sets off."""
        return [
            rule
            for rule in self.automations
            if rule.object == object_name
            and rule.mode == mode
            and (rule.when_field is None or rule.when_field in changed)
        ]

    def clear(self) -> None:
        self.validations.clear()
        self.automations.clear()
        self.normalizers.clear()
        self.formulas.clear()
        self.duplicates.clear()
        self.slow.clear()


def us_phone(value: str) -> str:
    """`(617) 555-0100`: how the web pages of an org with US locale store ten digits; others stay as they are."""
    digits = re.sub(r"\D", "", value)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10:
        return value
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def squeeze(value: str) -> str:
    """Runs of blanks become one blank."""
    return " ".join(value.split())


NORMALIZERS: dict[str, Callable[[str], str]] = {
    "us_phone": us_phone,
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "squeeze": squeeze,
}
