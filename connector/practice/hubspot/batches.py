"""/crm/v3/objects/contacts/batch/*: a hundred at a time.

A batch in which every input has an objectWriteTraceId answers 207 and does what can be done; any other is
refused as a whole by its first bad row. Sources: API-FACTS 1.3 and the recordings named there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.contacts import id_property, json_object
from connector.practice.hubspot.errors import (
    ContactExists,
    InvalidValues,
    Refused,
    duplicate_ids,
    invalid,
    missing_objects,
)
from connector.practice.hubspot.reading import names_to_show, shown, written
from connector.practice.hubspot.writing import Claims, Planned

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

Input = dict[str, Any]
Plan = Callable[[Input, Claims | None], Planned]


class _Missing(Exception):
    """An id of a batch that no live contact has."""


def read(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    histories = tuple(name for name in body.get("propertiesWithHistory") or () if name in core.portal.rules)
    inputs = _inputs(core, body, with_history=bool(histories))
    names = names_to_show(core.portal, body.get("properties"))
    names = tuple(dict.fromkeys((*names, *histories)))
    keyed_by = id_property(core, body.get("idProperty"))
    keys = [_key(item) for item in inputs]
    _refuse_twins(keys)
    found = [core.portal.find(key, keyed_by) for key in keys]
    missing = [key for key, contact in zip(keys, found, strict=True) if contact is None]
    results = [shown(core.portal, contact, names, histories) for contact in found if contact]
    errors = [missing_objects(missing).in_batch(None)] if missing else []
    return _answer(core, 200, results, errors)


def create(core: HubSpotCore, request: Request) -> Response:
    inputs = _inputs(core, json_object(request))

    def plan(item: Input, claims: Claims | None) -> Planned:
        return core.writer.plan(None, item.get("properties") or {}, core.api_source, claims)

    return _write(core, inputs, plan, 201)


def update(core: HubSpotCore, request: Request) -> Response:
    inputs = _inputs(core, json_object(request))
    _refuse_twins([_key(item) for item in inputs])

    def plan(item: Input, claims: Claims | None) -> Planned:
        contact = core.portal.find(_key(item), id_property(core, item.get("idProperty")))
        if contact is None:
            raise _Missing(_key(item))
        return core.writer.plan(contact, item.get("properties") or {}, core.api_source, claims)

    return _write(core, inputs, plan, 200)


def upsert(core: HubSpotCore, request: Request) -> Response:
    """The results say `new`; the value of `idProperty` itself is stored when the contact is made."""
    inputs = _inputs(core, json_object(request))
    _refuse_twins([_key(item) for item in inputs])

    def plan(item: Input, claims: Claims | None) -> Planned:
        keyed_by, key = id_property(core, item.get("idProperty")), _key(item)
        sent = item.get("properties") or {}
        contact = core.portal.find(key, keyed_by)
        if contact is None:
            if keyed_by in (None, "hs_object_id"):
                raise _Missing(key)
            sent = {keyed_by: key, **sent}
        return core.writer.plan(contact, sent, core.api_source, claims)

    return _write(core, inputs, plan, 200, says_new=True)


def archive(core: HubSpotCore, request: Request) -> Response:
    for item in _inputs(core, json_object(request)):
        contact = core.portal.contacts.get(_key(item))
        if contact is not None:
            core.archive(contact, core.api_source)
    return Response(204)


def _inputs(core: HubSpotCore, body: dict[str, Any], with_history: bool = False) -> list[Input]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise Refused(400, 'Invalid input JSON: "inputs" must be a list of objects')
    settings = core.settings
    if with_history and len(inputs) > settings.history_batch:
        raise invalid(
            "The maximum number of inputs supported in a batch request for property histories is "
            f"{settings.history_batch}. Please reduce the number of items and try again"
        )
    if len(inputs) > settings.batch_limit:
        raise invalid(
            f"The maximum number of inputs supported in a batch request is {settings.batch_limit}. "
            "Please reduce the number of items and try again"
        )
    return inputs


def _key(item: Input) -> str:
    key = item.get("id")
    if not isinstance(key, (str, int)) or key == "":
        raise invalid("Some required fields were not set: [id]")
    return str(key)


def _refuse_twins(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise duplicate_ids([key for key, times in Counter(keys).items() if times > 1])


def _write(
    core: HubSpotCore, inputs: list[Input], plan: Plan, status: int, says_new: bool = False
) -> Response:
    traced = bool(inputs) and all(item.get("objectWriteTraceId") for item in inputs)
    planned, errors = _one_by_one(core, inputs, plan) if traced else _all(core, inputs, plan)
    results = []
    for item, contact_id in planned:
        result = written(core.portal, core.portal.contacts[contact_id], item)
        if says_new:
            result["new"] = item.contact is None
        results.append(result)
    return _answer(core, status, results, errors)


Done = list[tuple[Planned, str]]
Errors = list[dict[str, Any]]


def _one_by_one(core: HubSpotCore, inputs: list[Input], plan: Plan) -> tuple[Done, Errors]:
    """Each row for itself: what is wrong goes into `errors` beside what was done."""
    done: Done = []
    errors: Errors = []
    missing: list[str] = []
    now = core.now_ms()
    for item in inputs:
        trace = str(item["objectWriteTraceId"])
        try:
            planned = plan(item, None)
        except _Missing as unknown:
            missing.append(str(unknown))
        except Refused as refused:
            errors.append(refused.in_batch(trace))
        else:
            planned.trace = trace
            done.append((planned, core.writer.commit(planned, core.api_source, now).id))
    if missing:
        errors.append(missing_objects(missing).in_batch(None))
    return done, errors


def _all(core: HubSpotCore, inputs: list[Input], plan: Plan) -> tuple[Done, Errors]:
    """All or nothing: everything is checked before anything is stored (unknown ids: by a setting)."""
    claims: Claims = {}
    planned: list[Planned] = []
    refusals: list[Refused] = []
    missing: list[str] = []
    for item in inputs:
        try:
            checked = plan(item, claims)
        except _Missing as unknown:
            missing.append(str(unknown))
        except Refused as refused:
            refusals.append(refused)
        else:
            checked.trace = item.get("objectWriteTraceId")
            planned.append(checked)
    if missing and core.settings.missing_ids_fail_batch:
        refusals.append(missing_objects(missing))
    if refusals:
        raise _whole(core, refusals)
    now = core.now_ms()
    done = [(item, core.writer.commit(item, core.api_source, now).id) for item in planned]
    return done, [missing_objects(missing).in_batch(None)] if missing else []


def _whole(core: HubSpotCore, refusals: list[Refused]) -> Refused:
    """One error for the batch: all bad values together, else the first refusal."""
    problems = [item for one in refusals if isinstance(one, InvalidValues) for item in one.problems]
    if problems:
        return InvalidValues(problems, core.portal.account.portal_id)
    first = refusals[0]
    return ContactExists(None) if isinstance(first, ContactExists) else first


def _answer(
    core: HubSpotCore, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]
) -> Response:
    if core.settings.shuffle_results:
        core.portal.dice.shuffle(results)
    stamp = values.iso(core.now_ms())
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": stamp,
        "completedAt": stamp,
    }
    if errors:
        body.update(errors=errors, numErrors=len(errors))
        status = 207
    return json_response(status, body)
