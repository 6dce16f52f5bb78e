"""An admin's work on rules: validation, duplicates, automation, roll-ups, slow triggers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.duplicates import DuplicateRule
from connector.practice.salesforce.field_changes import change_field
from connector.practice.salesforce.formula import compiled
from connector.practice.salesforce.founding import add_row
from connector.practice.salesforce.rolling import rolled_up
from connector.practice.salesforce.rollups import RollUp
from connector.practice.salesforce.rules import FormulaRule


class RuleWork:
    """The part of Admin about rules."""

    core: Acts

    def add_validation(
        self, object: str, formula: str, message: str, field: str | None = None, name: str | None = None
    ) -> None:
        """A rule that refuses a save when the formula is true; one of the same name is replaced."""
        org = self.core.org
        said = name or f"Rule_{len(org.rules.formulas) + 1}"
        rule = FormulaRule(said, object, field, message, formula, compiled(formula, org.objects[object]))
        kept = [each for each in org.rules.formulas if (each.object, each.name) != (object, said)]
        org.rules.formulas[:] = [*kept, rule]

    def add_trigger_fault(self, object: str, formula: str, message: str) -> None:
        """A trigger or flow that fails when the formula is true: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY."""
        org = self.core.org
        name = f"Fault_{len(org.rules.formulas) + 1}"
        worth = compiled(formula, org.objects[object])
        code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        org.rules.formulas.append(FormulaRule(name, object, None, message, formula, worth, code))

    def remove_validation(self, object: str, name: str) -> None:
        rules = self.core.org.rules
        rules.formulas[:] = [each for each in rules.formulas if (each.object, each.name) != (object, name)]

    def add_duplicate_rule(
        self,
        object: str,
        fields: Sequence[str] = (),
        matches: Mapping[str, str] | None = None,
        among: str | None = None,
        action: Literal["block", "alert", "allow"] = "alert",
        on_update: Literal["block", "alert", "allow"] = "allow",
        name: str | None = None,
        message: str = "Use one of these records?",
        rough: bool = False,
    ) -> str:
        """`fields` are the same on both sides; `matches`: own field -> field of `among` (default: the same object).
        `rough`: about alike will do, as with Salesforce's standard rules."""
        org = self.core.org
        pairs = dict(matches or {each: each for each in fields})
        if not pairs:
            raise ValueError("a duplicate rule needs fields or matches")
        said = name or f"{object}_duplicates_{len(org.rules.duplicates) + 1}"
        rule = DuplicateRule(said, object, among or object, pairs, action, on_update, message, rough)
        org.rules.duplicates.append(rule)
        return add_row(
            org, "DuplicateRule", DeveloperName=said, MasterLabel=said, SobjectType=object, IsActive=True
        )

    def add_automation(self, **wish: Any) -> None:
        """As rules.add_automation takes it: object, set, when_field, mode, by_process."""
        unknown = [name for name in wish["set"] if name not in self.core.org.objects[wish["object"]].fields]
        if unknown:
            raise ValueError(f"no such fields: {', '.join(unknown)}")
        self.core.org.rules.add_automation(wish)

    def add_roll_up(
        self,
        parent: str,
        field: str,
        child: str,
        link: str,
        function: Literal["count", "sum", "max", "min"] = "count",
        summed: str | None = None,
    ) -> None:
        """Makes the read-only field where there is none, and fills it."""
        org = self.core.org
        if field not in org.objects[parent].fields:
            change_field(org, parent, field, {"type": "double", "updateable": False})
        item = org.objects[parent].fields[field]
        item.createable = item.updateable = False
        org.rules.rollups.append(RollUp(parent, field, child, link, function, summed))
        for row in list(org.tables[child].rows.values()):
            rolled_up(org, child, None, row)

    def slow_trigger(self, object: str, ms_per_row: float) -> None:
        """An Apex trigger that costs its time on each written row of the object; it shows in ApexTrigger."""
        org = self.core.org
        org.rules.slow[object] = float(ms_per_row)
        add_row(
            org, "ApexTrigger", Name=f"{object}Trigger", TableEnumOrId=object, Status="Active", UsageAfterInsert=True,
            UsageAfterUpdate=True,
        )  # fmt: skip

    def add_assignment_rule(self, object: str = "Lead", name: str = "Standard", active: bool = True) -> str:
        """A row of AssignmentRule: what a preview reads the risk from."""
        return add_row(self.core.org, "AssignmentRule", Name=name, SobjectType=object, Active=active)
