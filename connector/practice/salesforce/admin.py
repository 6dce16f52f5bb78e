"""What an org's admin does: fields, picklists, rules, permissions, record types, queues, and the org's own settings.

`core.admin` is an `Admin`; over HTTP each method is `POST /_practice/admin {"do": "<method>", **arguments}`.
`SalesforceCore(setup=f)` calls `f(admin)` on the empty org before the generated people settle, and again after each
reset, so an org of one's own making is a function of an Admin. All names are API names; errors are ValueError or
KeyError. The methods, each with its arguments:

    add_field(object, name, type="string", label=…, length=…, values=[…] | {value: label}, required, unique,
              external_id, restricted, default, precision, scale, case_sensitive, references="Account", help)
    change_field(object, name, **the same)          remove_field(object, name)
    set_picklist(object, name, values, restricted=…, default=…)   values: [..] or {value: label}
    rename_value(object, name, old, value=…, label=…)  records keep up; SystemModstamp moves
    rename_object(object, label, plural)             require(object, name, required=True)
    add_validation(object, formula, message, field=None, name=None)
    add_trigger_fault(object, formula, message)      a trigger or flow that fails
    add_duplicate_rule(object, fields | matches, among=None, action="alert"|"block", on_update="allow", name, message)
    add_automation(object, set, when_field=None, mode="before"|"after", by_process=False)
    add_roll_up(parent, field, child, link, function="count"|"sum"|"max"|"min", summed=None)
    slow_trigger(object, ms_per_row)
    hide_field(object, name, who="*"), read_only_field(…), show_field(…)   who: "*", a role, an e-mail, a profile name
    hide_object(object, who="*"), read_only_object(…), show_object(…)
    seal_record(record_id, "hidden"|"read"|"edit")   as sharing has it
    add_permission_set(name, fields={"Lead.X__c": "read"|"edit"}), assign(permission_set, who), unassign(…)
    remove_object(object)                            the org never had it: describe 404, SOQL INVALID_TYPE
    add_record_type(object, developer_name, label=None, default=False)
    add_user(email, first, last, profile="Standard User", active=True, role=None), set_user(who, **fields)
    add_queue(name, developer_name=None, objects=("Lead",), members=())
    set_statuses([{"value", "label"?, "converted"?, "default"?}]), set_stages([{"value", "closed"?, "won"?, "chance"?}])
    edition(name, api=…, outbound_messages=…, pub_sub=…)    "Professional", "Enterprise", "Unlimited", "Developer" …
    person_accounts(on=True), currencies(["USD", "EUR"]) (one code or none: a single-currency org), sandbox(name | "")
    state_country_picklists({"US": ("United States", {"CA": "California"})})
    without_accord()                                 the org before anybody set Accord up: no Accord_… fields
    loop_guard(on=True)                              the integration user lacks "Send Outbound Messages"
    org_values(**Organization fields)
"""

from collections.abc import Callable, Mapping
from typing import Any

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.admin_fields import FieldWork
from connector.practice.salesforce.admin_org import OrgWork
from connector.practice.salesforce.admin_people import PeopleWork
from connector.practice.salesforce.admin_rules import RuleWork
from connector.practice.salesforce.field_changes import allow_values, change_field

_OUTSIDE = frozenset({"core", "org", "perform", "touched"})


class Admin(FieldWork, RuleWork, PeopleWork, OrgWork):
    """All that an admin can do, on one core. Callers in other threads hold the core's lock, or use `perform`."""

    def __init__(self, core: Acts) -> None:
        self.core = core

    def perform(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """`{"do": name, **arguments}`: what POST /_practice/admin takes; gives `{"done": name, "id"?}`."""
        arguments = dict(wish)
        name = str(arguments.pop("do", ""))
        step: Callable[..., Any] | None = (
            None if name.startswith("_") or name in _OUTSIDE else getattr(self, name, None)
        )
        if step is None:
            raise ValueError(f"an admin can't do {name!r} here")
        with self.core.lock:
            made = step(**arguments)
            self.org.commit()
        return {"done": name, **({"id": made} if isinstance(made, str) else {})}


__all__ = ["Admin", "allow_values", "change_field"]
