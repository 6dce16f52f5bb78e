"""Rules between properties: a stage belongs to its pipeline; an admin's required ones. Sources: API-FACTS 1.1, 1.8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.practice.hubspot.errors import Problem
from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.pipelines import Pipeline
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.store import Store

_REQUIRED = "MISSING_REQUIRED_PROPERTY"
_CONDITIONAL = "MISSING_CONDITIONAL_REQUIRED_PROPERTY"


def piped(
    store: Store,
    pipelines: Mapping[str, Mapping[str, Pipeline]],
    stored: Mapping[str, str],
    changes: dict[str, str],
) -> list[Problem]:
    """Puts a new record into the first pipeline when it names none; a stage must be one of its pipeline's."""
    kind, held = store.kind, pipelines[store.kind.plural]
    if not stored and kind.stage in changes:
        changes.setdefault(kind.pipeline, next(iter(held)))
    stage = changes.get(kind.stage)
    pipeline = held.get(changes.get(kind.pipeline) or stored.get(kind.pipeline, ""))
    if not stage or pipeline is None or stage in pipeline.stages:
        return []
    message = f"{stage} was not one of the allowed options: [{', '.join(pipeline.stages)}]"
    return [Problem(kind.stage, "INVALID_OPTION", message, stage)]


def lacking(
    settings: Settings, kind: Kind, created: bool, stored: Mapping[str, str], changes: Mapping[str, str]
) -> list[Problem]:
    """What an admin's rules miss. An update is held to a rule only where it touches it."""
    return [*_plain(settings, kind, created, changes), *_conditional(settings, kind, stored, changes)]


def _plain(settings: Settings, kind: Kind, created: bool, changes: Mapping[str, str]) -> Iterator[Problem]:
    for name in settings.required.get(kind.plural, ()):
        if not changes.get(name) and (created or name in changes):
            yield Problem(name, _REQUIRED, f"A value for {name} must be provided")


def _conditional(
    settings: Settings, kind: Kind, stored: Mapping[str, str], changes: Mapping[str, str]
) -> Iterator[Problem]:
    for rule in settings.conditional.get(kind.plural, ()):
        when, then = rule["when"], rule["then"]
        after = {**stored, **changes}
        wanted = rule.get("equals")
        holds = after.get(when) == wanted if wanted is not None else bool(after.get(when))
        if (when in changes or then in changes) and holds and not after.get(then):
            message = f"{then} is required because of a conditional property rule based on [{when}]"
            yield Problem(then, _CONDITIONAL, message)
