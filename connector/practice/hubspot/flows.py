"""/automation/v4/flows: the portal's workflows as apps read them, with the scope `automation`.

Source: HubSpot's reference of the workflows API (v4): the list names each, `batch/read` tells enrolment and actions.
"""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import inputs_of, json_object, whole
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.own import Automation

_TYPES = {"contacts": "0-1", "companies": "0-2", "deals": "0-3"}
_MOST = 100


def read_page(core: Doing, request: Request) -> Response:
    limit = whole(request.first("limit"), "limit", _MOST, 1, _MOST)
    after = whole(request.first("after"), "after", 0)
    rows = [_named(core, rule, number) for number, rule in enumerate(_rules(core), 1)]
    body: dict[str, Any] = {"results": rows[after : after + limit]}
    if len(rows) > after + limit:
        body["paging"] = {"next": {"after": str(after + limit)}}
    return json_response(200, body)


def batch_read(core: Doing, request: Request) -> Response:
    asked = [str(row.get("flowId", "")) for row in inputs_of(json_object(request))]
    there = {str(number): rule for number, rule in enumerate(_rules(core), 1)}
    rows = [_whole(core, there[id_], int(id_)) for id_ in asked if id_ in there]
    now = values.iso(core.now_ms())
    return json_response(200, {"status": "COMPLETE", "results": rows, "startedAt": now, "completedAt": now})


def _rules(core: Doing) -> list[Automation]:
    return [rule for rule in core.automations if isinstance(rule, Automation)]


def _named(core: Doing, rule: Automation, number: int) -> dict[str, Any]:
    now = values.iso(core.now_ms())
    return {
        "id": str(number), "isEnabled": True, "objectTypeId": _TYPES.get(rule.object, "0-1"), "flowType": "WORKFLOW",
        "name": rule.name or f"Workflow {number}", "revisionId": "1", "createdAt": now, "updatedAt": now,
    }  # fmt: skip


def _whole(core: Doing, rule: Automation, number: int) -> dict[str, Any]:
    test = {"operator": "IS_EQUAL_TO", "value": rule.equals} if rule.equals else {"operator": "IS_KNOWN"}
    told = {"filterType": "PROPERTY", "property": rule.when_field, "operation": test}
    branch = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": [told]}
    every = {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [branch], "filters": []}
    actions = [
        {"type": "SINGLE_CONNECTION", "actionTypeId": "0-5", "fields": {"property_name": name}} for name in rule.set
    ]
    if rule.mails:
        mail = core.settings.mail_action
        actions.append({"type": "SINGLE_CONNECTION", "actionTypeId": mail, "fields": {"content_id": "1"}})
    numbered = [row | {"actionId": str(n), "actionTypeVersion": 0} for n, row in enumerate(actions, 1)]
    enrolment = {"type": "LIST_BASED", "shouldReEnroll": True, "listFilterBranch": every}
    return _named(core, rule, number) | {"type": "CONTACT_FLOW", "enrollmentCriteria": enrolment, "actions": numbered}
