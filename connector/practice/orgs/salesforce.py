"""Makes a practice Salesforce the one that an org's file describes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connector.practice.orgs.contacts import without_leads
from connector.practice.orgs.files import Org
from connector.practice.orgs.shapes import FieldShape, RuleShape, SalesforceShape, Scalar
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.rules import Validation


def furnish(core: SalesforceCore, org: Org) -> SalesforceCore:
    """The same core, furnished now and after each reset.

    Its generated people are there before: a new rule or a required field meets records that know nothing of it.
    """
    build: Callable[[], None] = core._build

    def again() -> None:
        build()
        _lay(core, org.salesforce)

    core._build = again  # type: ignore[method-assign]
    with core.lock:
        _lay(core, org.salesforce)
    return core


def _lay(core: SalesforceCore, given: SalesforceShape) -> None:
    admin = core.admin
    _edition(core, given)
    if not given.leads:
        without_leads(core)
    if not given.multi_currency:
        admin.currencies([])
    if given.person_accounts:
        admin.person_accounts()
    lay_fields(core, given)
    for place, renamed in given.rename.items():
        object_, name = place.split(".")
        for old, new in renamed.items():
            admin.rename_value(object_, name, old, value=new, label=new)
    for object_, names in given.hidden.items():
        for name in names:
            admin.hide_field(object_, name)
    _rules(core, given)
    for object_, cost in given.slow_triggers.items():
        admin.slow_trigger(object_, cost)
    core.settings.update(dict(given.settings))
    core.org.commit()
    core.org.history.clear()


def _edition(core: SalesforceCore, given: SalesforceShape) -> None:
    """Its own limit of API calls, where the file names one."""
    has = {"outbound_messages": given.outbound_messages, "pub_sub": given.pub_sub}
    core.admin.edition(given.edition, daily_api_calls=given.daily_api_calls, **has)
    if not given.outbound_messages:
        core.outbound.configure = _no_outbound_messages  # type: ignore[method-assign]


def _no_outbound_messages(settings: Mapping[str, Any]) -> dict[str, Any]:
    raise ValueError("this edition has no workflow rules and no flows that could send outbound messages")


def lay_fields(core: SalesforceCore, given: SalesforceShape) -> None:
    """The file's fields; what is on Lead and Contact alike goes along when a Lead is converted."""
    for object_, wished in given.fields.items():
        for name, wish in wished.items():
            core.change_field(object_, name, wish.model_dump(exclude_none=True, exclude={"fill"}))
            _fill(core, object_, name, wish)
    shared = given.fields.get("Lead", {}).keys() & given.fields.get("Contact", {}).keys()
    core.settings.custom_map |= {name: name for name in shared if name.endswith("__c")}


def _fill(core: SalesforceCore, object_: str, name: str, wish: FieldShape) -> None:
    """What an admin loads into the records that are there before a field becomes required."""
    if wish.fill is None:
        return
    table = core.org.tables[object_]
    for row in list(table.rows.values()):
        if row.get(name) in (None, False):
            core.org.store(table, {**row, name: wish.fill})


def _rules(core: SalesforceCore, given: SalesforceShape) -> None:
    for rule in given.rules:
        if rule.formula:
            core.admin.add_validation(rule.object, rule.formula, rule.message, rule.field)
        else:
            core.org.rules.validations.append(_rule(rule))
    for each in given.duplicate_rules:
        core.admin.add_duplicate_rule(each.object, each.fields, action=each.action)


def _rule(shape: RuleShape) -> Validation:
    pattern = re.compile(shape.pattern) if shape.pattern else None

    def broken(row: Mapping[str, Any]) -> bool:
        if any(not _same(row.get(name), value) for name, value in shape.when.items()):
            return False
        held = row.get(shape.field or "")
        if pattern is None:
            return held in (None, "", False)
        return held is not None and pattern.fullmatch(str(held)) is None

    return Validation(shape.object, shape.field, broken, shape.message)


def _same(held: Any, value: Scalar) -> bool:
    return bool(held == value) or (held is None and value == "")
