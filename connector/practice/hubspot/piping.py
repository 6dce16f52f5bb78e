"""/crm/v3/pipelines/{type}, and the stages of a pipeline. Source: API-FACTS 1.8.

A stage in use can be deleted, unless the call asks for a check (from 2026-09 on it is always made: a setting).
"""

from __future__ import annotations

import uuid
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.bodies import Body, json_object, object_at, objects_of, text_at, wants
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, already_exists, invalid, required_fields
from connector.practice.hubspot.pipelines import Pipeline, Stage, shown_pipeline, shown_stage

_CHECKS = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")


def _held(core: Doing, name: str) -> dict[str, Pipeline]:
    """The pipelines of a kind; a kind without any has none."""
    return core.portal.pipelines.setdefault(core.portal.store(name).kind.plural, {})


def _pipeline(core: Doing, name: str, key: str) -> Pipeline:
    found = _held(core, name).get(key)
    if found is None:
        raise Refused(404, f"Pipeline {key} does not exist", category="OBJECT_NOT_FOUND")
    return found


def _stage(pipeline: Pipeline, key: str) -> Stage:
    found = pipeline.stages.get(key)
    if found is None:
        raise Refused(404, f"Stage {key} does not exist", category="OBJECT_NOT_FOUND")
    return found


def list_all(core: Doing, request: Request, name: str) -> Response:
    held = sorted(_held(core, name).values(), key=lambda one: one.order)
    return json_response(200, {"results": [shown_pipeline(one) for one in held]})


def get(core: Doing, request: Request, name: str, key: str) -> Response:
    return json_response(200, shown_pipeline(_pipeline(core, name, key)))


def create(core: Doing, request: Request, name: str) -> Response:
    body, held = json_object(request), _held(core, name)
    _labelled(body)
    key = text_at(body, "pipelineId") or _new_key(core)
    if key in held or any(one.label == text_at(body, "label") for one in held.values()):
        message = f"A pipeline with the label '{text_at(body, 'label')}' already exists."
        raise already_exists(message)
    stages = _stages(core, name, objects_of(body, "stages"))
    now = core.now_ms()
    held[key] = Pipeline(key, text_at(body, "label"), _order(body), stages, now, now)
    return json_response(201, shown_pipeline(held[key]))


def replace(core: Doing, request: Request, name: str, key: str) -> Response:
    """PUT: label, order and all stages."""
    pipeline, body = _pipeline(core, name, key), json_object(request)
    _labelled(body)
    stages = _stages(core, name, objects_of(body, "stages"))
    _unused(core, request, name, set(pipeline.stages) - set(stages))
    pipeline.stages = stages
    return _changed(core, pipeline, body)


def update(core: Doing, request: Request, name: str, key: str) -> Response:
    return _changed(core, _pipeline(core, name, key), json_object(request))


def _changed(core: Doing, pipeline: Pipeline, body: Body) -> Response:
    pipeline.label = text_at(body, "label") or pipeline.label
    pipeline.order = _order(body, pipeline.order)
    pipeline.updated_ms = core.now_ms()
    return json_response(200, shown_pipeline(pipeline))


def delete(core: Doing, request: Request, name: str, key: str) -> Response:
    held = _held(core, name)
    if key in held:
        _unused(core, request, name, set(held[key].stages))
        if len(held) == 1:
            raise invalid("The last pipeline can't be deleted")
        del held[key]
    return Response(204)


# stages --------------------------------------------------------------------------------------------
def list_stages(core: Doing, request: Request, name: str, key: str) -> Response:
    stages = sorted(_pipeline(core, name, key).stages.values(), key=lambda one: one.order)
    return json_response(200, {"results": [shown_stage(one) for one in stages]})


def get_stage(core: Doing, request: Request, name: str, key: str, stage: str) -> Response:
    return json_response(200, shown_stage(_stage(_pipeline(core, name, key), stage)))


def create_stage(core: Doing, request: Request, name: str, key: str) -> Response:
    pipeline, body = _pipeline(core, name, key), json_object(request)
    (made,) = _stages(core, name, [body]).values()
    if made.id in pipeline.stages or any(one.label == made.label for one in pipeline.stages.values()):
        message = f"A stage with the label '{made.label}' already exists."
        raise already_exists(message)
    pipeline.stages[made.id] = made
    return json_response(201, shown_stage(made))


def update_stage(core: Doing, request: Request, name: str, key: str, stage: str) -> Response:
    """PATCH and PUT: what is sent is changed; metadata as a whole."""
    held, body = _stage(_pipeline(core, name, key), stage), json_object(request)
    held.label = text_at(body, "label") or held.label
    held.order = _order(body, held.order)
    if "metadata" in body:
        held.metadata = _metadata(core, name, body)
    held.updated_ms = core.now_ms()
    return json_response(200, shown_stage(held))


def delete_stage(core: Doing, request: Request, name: str, key: str, stage: str) -> Response:
    pipeline = _pipeline(core, name, key)
    if stage in pipeline.stages:
        _unused(core, request, name, {stage})
        del pipeline.stages[stage]
    return Response(204)


def _unused(core: Doing, request: Request, name: str, stages: set[str]) -> None:
    """Raises the 400 when records stand in one of these stages, and somebody asks to know."""
    checked = any(wants(request, flag) for flag in _CHECKS)
    if not (checked or (core.dated and core.settings.dated_delete_checks)):
        return
    store = core.portal.store(name)
    held = store.kind.stage or "lifecyclestage"
    used = {record.values.get(held, "") for record in store.live.values()} & stages
    if used:
        message = f"Stages are in use: {', '.join(sorted(used))}"
        raise invalid(
            message, context={"stageIds": sorted(used)}, subCategory="PipelineError.STAGE_ID_IN_USE"
        )


def _stages(core: Doing, name: str, bodies: list[Body]) -> dict[str, Stage]:
    now = core.now_ms()
    made: dict[str, Stage] = {}
    for body in bodies:
        _labelled(body)
        key = text_at(body, "stageId") or _new_key(core)
        metadata = _metadata(core, name, body)
        made[key] = Stage(key, text_at(body, "label"), _order(body), metadata, now, now)
    return made


def _metadata(core: Doing, name: str, body: Body) -> dict[str, str]:
    """A deal's stage needs a probability between 0 and 1."""
    given = {key: text_at(object_at(body, "metadata"), key) for key in object_at(body, "metadata")}
    if core.portal.store(name).kind.plural != "deals":
        return given
    try:
        chance = float(given.get("probability", ""))
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise invalid("A deal stage needs metadata.probability between 0.0 and 1.0")
    closed = "true" if chance in (0, 1) else "false"
    return {"isClosed": closed, **given}


def _labelled(body: Body) -> None:
    if not text_at(body, "label"):
        raise required_fields(["label"])


def _order(body: Body, default: int = 0) -> int:
    order: Any = body.get("displayOrder", default)
    return order if isinstance(order, int) and not isinstance(order, bool) else default


def _new_key(core: Doing) -> str:
    return str(uuid.UUID(int=core.portal.dice.getrandbits(128), version=4))
