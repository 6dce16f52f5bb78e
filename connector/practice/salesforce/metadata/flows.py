"""WorkflowOutboundMessage and record-triggered Flow, as far as they send outbound messages or set fields."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from connector.practice.salesforce.checks import situation_of
from connector.practice.salesforce.formula import FormulaError, compiled
from connector.practice.salesforce.founding import add_row
from connector.practice.salesforce.metadata.custom_fields import field_of
from connector.practice.salesforce.metadata.package import Component, Problem, text_at
from connector.practice.salesforce.outbound import Action, Outbound, Trigger
from connector.practice.salesforce.situation import Worth
from connector.practice.salesforce.state import Org, Written

_ELEMENTS = frozenset({
    "actionCalls", "apiVersion", "areMetricsLoggedToDataCloud", "customProperties", "description", "environments",
    "interviewLabel", "isAdditionalPermissionRequiredToRun", "label", "processMetadataValues", "processType",
    "runInMode", "start", "startElementReference", "status", "triggerOrder", "fullName",
})  # fmt: skip
_MOMENTS = {"Create": ("created",), "Update": ("updated",), "CreateAndUpdate": ("created", "updated")}
Test = Callable[[Written], bool]


def deploy_message(org: Org, outbound: Outbound, each: Component) -> bool:
    """An outbound message by its name "Lead.Name"; True: it is new."""
    if not org.settings.outbound_messages:
        raise Problem("Not available for deploy for this organization")
    object_name = each.name.partition(".")[0]
    if object_name not in org.objects:
        raise Problem(f"Entity of type 'Workflow' named '{object_name}' cannot be found")
    url = each.text("endpointUrl") or ""
    if not url.startswith(("https://", "http://")):
        raise Problem("Endpoint URL: must be a valid URL")
    user = each.text("integrationUser")
    if user is None:
        raise Problem("Required field is missing: integrationUser")
    if not org.tables["User"].find("Username", user):
        raise Problem(f"In field: integrationUser - no User named {user} found")
    names = [str(item.text).strip() for item in each.all("fields")]
    for name in names:
        field_of(org, object_name, name)
    known = outbound.actions.get(each.name)
    outbound.actions[each.name] = Action(
        each.name, object_name, names, url, known.id if known else org.ids.new("04k")
    )
    return known is None


def deploy_flow(org: Org, outbound: Outbound, each: Component) -> bool:
    """A record-triggered flow whose only doing is to send outbound messages; True: it is new."""
    for child in each.element if each.element is not None else ():
        name = child.tag.rpartition("}")[2]
        if name not in _ELEMENTS:
            raise Problem(f"this practice org can't run the flow element {name}")
    if each.text("processType") != "AutoLaunchedFlow":
        raise Problem(f"this practice org can't run flows of type {each.text('processType')}")
    if not each.text("label"):
        raise Problem("Required field is missing: label")
    object_name, moment = each.text("start/object") or "", each.text("start/recordTriggerType") or ""
    if object_name not in org.objects:
        raise Problem(f"The flow's object {object_name} can't be found")
    if moment not in _MOMENTS or each.text("start/triggerType") != "RecordAfterSave":
        raise Problem("an outbound message needs a flow that runs after a record is created or updated")
    actions = _sent(org, outbound, each, object_name)
    wanted = _wanted(org, each, object_name, _MOMENTS[moment])
    fresh = each.name not in org.flows
    for key in [key for key, trigger in outbound.triggers.items() if trigger.name == each.name]:
        del outbound.triggers[key]
    active = each.text("status") == "Active"
    for number, action in enumerate(actions if active else []):
        outbound.triggers[f"{each.name}:{number}"] = Trigger(each.name, object_name, action, wanted)
    _note_version(org, each, object_name, moment)
    return fresh


def _note_version(org: Org, each: Component, object_name: str, moment: str) -> None:
    """Each deployment makes a version; only the newest may be active."""
    versions = dict.fromkeys(org.flows.get(each.name, {}), "Obsolete")
    latest = max(versions, default=0) + 1
    org.flows[each.name] = {**versions, latest: each.text("status") or "Draft"}
    _bury_view(org, each.name)
    add_row(
        org, "FlowDefinitionView", ApiName=each.name, Label=each.text("label"), ProcessType="AutoLaunchedFlow",
        TriggerType="RecordAfterSave", RecordTriggerType=moment, TriggerObjectOrEventLabel=object_name,
        IsActive=each.text("status") == "Active", VersionNumber=latest,
    )  # fmt: skip


def _bury_view(org: Org, name: str) -> None:
    table = org.tables["FlowDefinitionView"]
    for row in [row for row in table.rows.values() if row["ApiName"] == name]:
        org.bury(table, row)


def drop_flow(org: Org, outbound: Outbound, full_name: str) -> None:
    """A destructive change: "Name-2" takes one version, "Name" all. An active version withstands it (a setting)."""
    name, _, number = full_name.partition("-")
    there = org.flows.get(name, {})
    chosen = [int(number)] if number.isdigit() else list(there)
    if not there or any(each not in there for each in chosen):
        raise Problem(f"No Flow named: {full_name} found")
    if not org.settings.deletes_active_flows and any(there[each] == "Active" for each in chosen):
        raise Problem("insufficient access rights on cross-reference id")
    kept = {each: status for each, status in there.items() if each not in chosen}
    if kept:
        org.flows[name] = kept
        return
    del org.flows[name]
    _bury_view(org, name)
    for key in [key for key, trigger in outbound.triggers.items() if trigger.name == name]:
        del outbound.triggers[key]


def drop_message(outbound: Outbound, name: str) -> None:
    if name not in outbound.actions:
        raise Problem(f"No WorkflowOutboundMessage named: {name} found")
    users = sorted({trigger.name for trigger in outbound.triggers.values() if trigger.action == name})
    if users:
        raise Problem(
            f"This outbound message is referenced elsewhere in salesforce.com. : Flow - {', '.join(users)}"
        )
    del outbound.actions[name]


def _sent(org: Org, outbound: Outbound, each: Component, object_name: str) -> list[str]:
    """The messages on the flow's one path, in order."""
    steps = {str(text_at(call, "name")): call for call in each.all("actionCalls")}
    at = each.text("start/connector/targetReference")
    found: list[str] = []
    while at is not None:
        call = steps.pop(at, None)
        if call is None:
            raise Problem(f"The element {at} that the flow's connector names can't be found")
        found.append(_message(org, outbound, call, object_name))
        at = text_at(call, "connector/targetReference")
    return found


def _message(org: Org, outbound: Outbound, call: Element, object_name: str) -> str:
    kind, name = text_at(call, "actionType"), text_at(call, "actionName") or ""
    if kind != "outboundMessage":
        raise Problem(f"this practice org can't run flow actions of type {kind}")
    full = name if "." in name else f"{object_name}.{name}"
    if full not in outbound.actions:
        raise Problem(f"We can't find an action with the name and action type that you specified: {name}")
    return full


def _wanted(org: Org, each: Component, object_name: str, kinds: tuple[str, ...]) -> Test:
    """When the flow starts: its moments and its entry conditions."""
    tests = [_filter(org, one, object_name) for one in each.all("start/filters")]
    formula = each.text("start/filterFormula")
    if formula:
        tests.append(_by_formula(org, _compiled(org, formula.replace("$Record.", ""), object_name)))
    either = (each.text("start/filterLogic") or "and").lower() == "or"
    newly = each.text("start/doesRequireRecordChangedToMeetCriteria") == "true"

    def met(event: Written) -> bool:
        return (any if either else all)(test(event) for test in tests) if tests else True

    def wanted(event: Written) -> bool:
        if event.kind not in kinds or not met(event):
            return False
        before = Written(
            "updated", event.object, event.id, event.by, event.at, event.before, event.before, ()
        )
        return not (newly and event.kind == "updated" and tests and met(before))

    return wanted


def _compiled(org: Org, text: str, object_name: str) -> Worth:
    try:
        return compiled(text, org.objects[object_name])
    except FormulaError as wrong:
        raise Problem(f"The formula expression is invalid: {wrong}") from None


def _by_formula(org: Org, worth: Worth) -> Test:
    return lambda event: bool(worth(situation_of(org, event.before or None, event.after, event.by)))


def _filter(org: Org, one: Element, object_name: str) -> Test:
    name, operator = text_at(one, "field") or "", text_at(one, "operator") or ""
    field_of(org, object_name, name)
    held = one.find("{*}value")
    value = next((child.text or "" for child in held), "") if held is not None else ""
    tests: dict[str, Test] = {
        "EqualTo": lambda event: _shown(event.after.get(name)) == value,
        "NotEqualTo": lambda event: _shown(event.after.get(name)) != value,
        "IsNull": lambda event: (event.after.get(name) is None) is (value == "true"),
        "IsChanged": lambda event: (event.before.get(name) != event.after.get(name)) is (value == "true"),
    }
    if operator not in tests:
        raise Problem(f"this practice org can't read the flow operator {operator}")
    return tests[operator]


def _shown(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
