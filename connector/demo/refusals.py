"""What an org with rules refuses: the value waits with its reason, everything else goes over."""

from __future__ import annotations

import json
import re
from typing import Any

from connector.core.mapping import Field
from connector.demo.day import Day
from connector.practice.orgs.shapes import RuleShape

_ODD = ("§§", "Test", "12", "x y", "0")


def refused_by_a_rule(day: Day) -> None:
    """The first rule of this org about a field that marketing can write; nothing where there is none."""
    object_ = day.words.object
    for rule in day.stage.org.salesforce.rules:
        field = day.words.by_salesforce(object_, rule.field or "") if rule.object == object_ else None
        bad = _breaking(rule) if rule.pattern and not rule.when else None
        if field is not None and bad is not None:
            return _play(day, rule, field, bad)
    return None


def _breaking(rule: RuleShape) -> str | None:
    return next((odd for odd in _ODD if not re.fullmatch(rule.pattern or "", odd)), None)


def _play(day: Day, rule: RuleShape, field: Field, bad: str) -> None:
    other = day.words.plain(day.words.object, besides=field)
    fine = {other.hubspot: "Porto"} if other else {}

    def refused() -> Any:
        if other and day.sales("rob").get(other.salesforce[day.words.object]) != "Porto":
            return None
        rows = json.loads(day.stage.accord("issues", "list", "--json"))
        return next((row for row in rows if row["code"] == "refused" and rule.message in row["message"]), None)

    day.scene(
        "a validation rule refuses a value",
        lambda: day.stage.hubspot.edit("contact", {field.hubspot: bad, **fine}, id=day.people["rob"]), refused,
        lambda issue: f"issue {issue['id']} says the rule's words; the rest went over", "hubspot",
    )  # fmt: skip
