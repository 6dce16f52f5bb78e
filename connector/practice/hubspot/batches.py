"""/crm/v3/objects/{type}/batch/*: a hundred at a time.

A batch in which every input has an objectWriteTraceId answers 207 and does what can be done; any other is
refused as a whole by its first bad row. Sources: API-FACTS 1.3 and the recordings named there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from connector.practice.http import Request, Response
from connector.practice.hubspot.bodies import Body, inputs_of, json_object, object_at, wants
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import (
    ContactExists,
    InvalidValues,
    Refused,
    duplicate_ids,
    invalid,
    missing_objects,
)
from connector.practice.hubspot.linking import Links, link_new, planned_links
from connector.practice.hubspot.objects import id_property
from connector.practice.hubspot.reading import names_to_show, shown, texts, written
from connector.practice.hubspot.store import Record, Store
from connector.practice.hubspot.writing import Claims, Planned

Plan = Callable[[Body, Claims | None], Planned]


class _Missing(Exception):
    """An id of a batch that no live record has."""


def read(core: Doing, request: Request, name: str) -> Response:
    store, body = core.portal.store(name), json_object(request)
    histories = tuple(name for name in texts(body.get("propertiesWithHistory")) if name in store.rules)
    inputs = _inputs(core, body, with_history=bool(histories))
    names = names_to_show(store, body.get("properties"))
    names = tuple(dict.fromkeys((*names, *histories)))
    keyed_by = id_property(store, body.get("idProperty"))
    keys = [_key(item) for item in inputs]
    _refuse_twins(keys)
    find = store.archived.get if wants(request, "archived") else _finder(store, keyed_by)
    found = [find(key) for key in keys]
    missing = [key for key, record in zip(keys, found, strict=True) if record is None]
    results = [shown(core.portal, store, record, names, histories) for record in found if record]
    told = missing and core.settings.missing_ids_207
    errors = [missing_objects(missing, store.kind.caps).in_batch(None)] if told else []
    return core.batch_answer(200, results, errors)


def _finder(store: Store, keyed_by: str | None) -> Callable[[str], Record | None]:
    return lambda key: store.find(key, keyed_by)


def create(core: Doing, request: Request, name: str) -> Response:
    store = core.portal.store(name)
    inputs = _inputs(core, json_object(request))
    links: dict[int, Links] = {}

    def plan(item: Body, claims: Claims | None) -> Planned:
        held = planned_links(core, store, item) if item.get("associations") else []
        sent = object_at(item, "properties")
        planned = core.writer.plan(store, None, sent, core.api_source, claims, ruled=core.ruled)
        if held:
            links[id(planned)] = held
        return planned

    return _write(core, store, inputs, plan, 201, links=links)


def update(core: Doing, request: Request, name: str) -> Response:
    store = core.portal.store(name)
    inputs = _inputs(core, json_object(request))
    _refuse_twins([_key(item) for item in inputs])

    def plan(item: Body, claims: Claims | None) -> Planned:
        record = store.find(_key(item), id_property(store, item.get("idProperty")))
        if record is None:
            raise _Missing(_key(item))
        sent = object_at(item, "properties")
        return core.writer.plan(store, record, sent, core.api_source, claims, ruled=core.ruled)

    return _write(core, store, inputs, plan, 200)


def upsert(core: Doing, request: Request, name: str) -> Response:
    """The results say `new`; the value of `idProperty` itself is stored when the record is made."""
    store = core.portal.store(name)
    inputs = _inputs(core, json_object(request))
    _refuse_twins([_key(item) for item in inputs])

    def plan(item: Body, claims: Claims | None) -> Planned:
        keyed_by, key = id_property(store, item.get("idProperty")), _key(item)
        sent = object_at(item, "properties")
        record = store.find(key, keyed_by)
        if record is None:
            if keyed_by in (None, "hs_object_id"):
                raise _Missing(key)
            sent = {keyed_by: key, **sent}
        return core.writer.plan(store, record, sent, core.api_source, claims, ruled=core.ruled)

    by_email = any(item.get("idProperty") == "email" for item in inputs)
    whole = by_email and not core.settings.email_upsert_partial
    return _write(core, store, inputs, plan, 200, says_new=True, whole=whole)


def archive(core: Doing, request: Request, name: str) -> Response:
    store = core.portal.store(name)
    for key in [_key(item) for item in _inputs(core, json_object(request))]:
        record = store.find(key, None)
        if record is not None:
            core.archive(record, core.api_source, store)
    return Response(204)


def _inputs(core: Doing, body: Body, with_history: bool = False) -> list[Body]:
    inputs = inputs_of(body)
    settings = core.settings
    if with_history and len(inputs) > settings.history_batch:
        raise invalid(
            "The maximum number of inputs supported in a batch request for property histories is "
            f"{settings.history_batch}. Please reduce the number of items and try again"
        )
    if len(inputs) > settings.batch_limit:
        message = (
            f"The maximum number of inputs supported in a batch request is {settings.batch_limit}. "
            "Please reduce the number of items and try again"
        )
        raise Refused(settings.over_batch, message, category="VALIDATION_ERROR")
    return inputs


def _key(item: Body) -> str:
    key = item.get("id")
    if not isinstance(key, (str, int)) or key == "":
        raise invalid("Some required fields were not set: [id]")
    return str(key)


def _refuse_twins(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise duplicate_ids([key for key, times in Counter(keys).items() if times > 1])


Done = list[tuple[Planned, Record]]
Errors = list[dict[str, Any]]


def _write(
    core: Doing,
    store: Store,
    inputs: list[Body],
    plan: Plan,
    status: int,
    *,
    says_new: bool = False,
    whole: bool = False,
    links: dict[int, Links] | None = None,
) -> Response:
    traced = not whole and bool(inputs) and all(item.get("objectWriteTraceId") for item in inputs)
    run = _one_by_one if traced else _all
    planned, errors = run(core, store, inputs, plan)
    results, warned = [], core.warned
    for item, record in planned:
        if links and id(item) in links:
            link_new(core, store, record, links[id(item)])
        result = written(core.portal, record, item, warned)
        if says_new:
            result["new"] = item.record is None
        results.append(result)
    return core.batch_answer(status, results, errors)


def _one_by_one(core: Doing, store: Store, inputs: list[Body], plan: Plan) -> tuple[Done, Errors]:
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
            done.append((planned, core.writer.commit(planned, core.api_source, now)))
    if missing:
        errors.append(missing_objects(missing, store.kind.caps).in_batch(None))
    return done, errors


def _all(core: Doing, store: Store, inputs: list[Body], plan: Plan) -> tuple[Done, Errors]:
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
        refusals.append(missing_objects(missing, store.kind.caps))
    if refusals:
        raise _whole(core, refusals)
    now = core.now_ms()
    done = [(item, core.writer.commit(item, core.api_source, now)) for item in planned]
    return done, [missing_objects(missing, store.kind.caps).in_batch(None)] if missing else []


def _whole(core: Doing, refusals: list[Refused]) -> Refused:
    """One error for the batch: all bad values together, else the first refusal."""
    problems = [item for one in refusals if isinstance(one, InvalidValues) for item in one.problems]
    if problems:
        return InvalidValues(problems, core.portal.account.portal_id)
    first = refusals[0]
    return ContactExists(None) if isinstance(first, ContactExists) else first
