"""What an org's file must agree on with the objects it is about, and with itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from connector.practice.hubspot import schema as hubspot_schema
from connector.practice.hubspot.settings import Settings as HubSpotSettings
from connector.practice.orgs.lines import Sheet, Step, meant
from connector.practice.orgs.shapes import FieldShape, HubSpotShape, OrgShape, RuleShape, SalesforceShape
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.fields import Choice, Field, SObject
from connector.practice.salesforce.formula import FormulaError, compiled
from connector.practice.salesforce.settings import Settings as SalesforceSettings

At = tuple[Step, ...]
_OWN_PROPERTY = re.compile(r"[a-z][a-z0-9_]*")
_OWN_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*__c")


def check(shape: OrgShape, sheet: Sheet) -> None:
    """Notes every contradiction."""
    _Salesforce(shape.salesforce, sheet).check()
    _hubspot(shape.hubspot, sheet)


class _Salesforce:
    def __init__(self, given: SalesforceShape, sheet: Sheet) -> None:
        self.given, self.sheet = given, sheet
        self.objects: dict[str, SObject] = SalesforceCore().org.objects

    def check(self) -> None:
        given = self.given
        for object_, wished in given.fields.items():
            if self._object(object_, ("fields", object_)):
                for name, wish in wished.items():
                    self._field(object_, name, wish)
        for object_ in given.slow_triggers:
            self._object(object_, ("slow_triggers", object_))
        for object_, names in given.hidden.items():
            if self._object(object_, ("hidden", object_)):
                for number, name in enumerate(names):
                    self._known(object_, name, ("hidden", object_, number))
        for place, renamed in given.rename.items():
            self._rename(place, renamed)
        self._rules()
        known = [item.name for item in fields(SalesforceSettings)]
        _settings(given.settings, known, ("salesforce", "settings"), self.sheet)

    def _note(self, path: At, message: str) -> None:
        self.sheet.problem(("salesforce", *path), message)

    def _object(self, name: str, path: At) -> bool:
        if name in self.objects:
            return True
        self._note(path, f"The practice Salesforce has no object “{name}”.{meant(name, self.objects)}")
        return False

    def _names(self, object_: str) -> list[str]:
        return [*self.objects[object_].fields, *self.given.fields.get(object_, ())]

    def _known(self, object_: str, name: str, path: At) -> bool:
        names = self._names(object_)
        if name in names:
            return True
        self._note(path, f"{object_} has no field “{name}”.{meant(name, names)}")
        return False

    def _field(self, object_: str, name: str, wish: FieldShape) -> None:
        at: At = ("fields", object_, name)
        there = self.objects[object_].fields.get(name)
        if there is None and not _OWN_FIELD.fullmatch(name):
            close = meant(name, self.objects[object_].fields)
            self._note(at, f"{object_} has no field “{name}”.{close or ' One of your own ends with __c.'}")
        if there is None and wish.type is None:
            self._note(at, f"“{name}” is new: say its `type`.")
        if there is not None and wish.type not in (None, there.type):
            self._note((*at, "type"), f"{object_}.{name} is a {there.type}, and stays one.")
        kind = wish.type or (there.type if there else "")
        if kind in ("picklist", "multipicklist"):
            self._choices(at, wish, bool(there and there.choices))
        elif wish.values is not None:
            self._note((*at, "values"), "Only a picklist has `values`.")
        if wish.required and wish.fill is None and kind != "boolean":
            self._note(
                (*at, "required"), "The records that are there already need a value too: say what with `fill`."
            )

    def _choices(self, at: At, wish: FieldShape, has_some: bool) -> None:
        if not wish.values and not has_some:
            self._note(at, "A picklist needs `values`.")
        elif wish.values and wish.fill is not None and str(wish.fill) not in wish.values:
            self._note((*at, "fill"), f"“{wish.fill}” is none of the `values`.{meant(wish.fill, wish.values)}")

    def _rename(self, place: str, renamed: dict[str, str]) -> None:
        at: At = ("rename", place)
        object_, _, name = place.partition(".")
        if not name:
            self._note(at, "Write the object and the field, e.g. Lead.Status.")
        elif self._object(object_, at) and self._known(object_, name, at):
            there = self.objects[object_].fields.get(name)
            values = [choice.value for choice in there.choices] if there else []
            for old in renamed:
                if old not in values:
                    self._note((*at, old), f"{place} has no value “{old}”.{meant(old, values)}")

    def _rules(self) -> None:
        for number, rule in enumerate(self.given.rules):
            at: At = ("rules", number)
            if not self._object(rule.object, (*at, "object")):
                continue
            if rule.field is not None:
                self._known(rule.object, rule.field, (*at, "field"))
            if rule.formula is not None:
                self._formula(rule, at)
            elif rule.field is None:
                self._note(at, "Say which `field` must be filled, or write a `formula`.")
            for name in rule.when:
                self._known(rule.object, name, (*at, "when", name))
            try:
                re.compile(rule.pattern or "")
            except re.error as error:
                self._note((*at, "pattern"), f"This is no pattern: {error}.")
        for number, each in enumerate(self.given.duplicate_rules):
            if self._object(each.object, ("duplicate_rules", number, "object")):
                for place, name in enumerate(each.fields):
                    self._known(each.object, name, ("duplicate_rules", number, "fields", place))

    def _formula(self, rule: RuleShape, at: At) -> None:
        if rule.when or rule.pattern:
            self._note((*at, "formula"), "A formula says all by itself: leave out `when` and `pattern`.")
        shape = self.objects[rule.object]
        own = {name: _as_field(name, wish) for name, wish in self.given.fields.get(rule.object, {}).items()}
        try:
            compiled(rule.formula or "", replace(shape, fields={**own, **shape.fields}))
        except FormulaError as error:
            self._note((*at, "formula"), f"Salesforce would not save this formula: {error}")


def _as_field(name: str, wish: FieldShape) -> Field:
    return Field(name, wish.type or "string", name, choices=[Choice(each, each) for each in wish.values or ()])


def _hubspot(given: HubSpotShape, sheet: Sheet) -> None:
    for name, wish in given.properties.items():
        at: At = ("hubspot", "properties", name)
        if not _OWN_PROPERTY.fullmatch(name):
            sheet.problem(at, f"“{name}” is no name of a property: small letters, digits and underscores.")
        if name in {item.name for item in hubspot_schema.STANDARD}:
            sheet.problem(at, f"“{name}” is HubSpot's own.")
        if wish.type == "enumeration" and not wish.options:
            sheet.problem(at, "An enumeration needs `options`.")
        if wish.type != "enumeration" and (wish.options or wish.several):
            sheet.problem(at, "Only an enumeration has `options` and `several`.")
    known = [item.name for item in fields(HubSpotSettings)]
    _settings(given.settings, known, ("hubspot", "settings"), sheet)


def _settings(given: Iterable[str], known: list[str], at: At, sheet: Sheet) -> None:
    for name in given:
        if name not in known:
            sheet.problem((*at, name), f"There is no setting “{name}”.{meant(name, known)}")
