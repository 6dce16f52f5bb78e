"""Properties that follow from others, and what a new record can't do without. Sources: API-FACTS 1.3, 1.8."""

from __future__ import annotations

from collections.abc import Mapping

from connector.practice.hubspot import values
from connector.practice.hubspot.errors import required_properties
from connector.practice.hubspot.kinds import Kind
from connector.practice.hubspot.pipelines import Pipeline, Stage

_NAMING = frozenset({"email", "firstname", "lastname"})
_DRIVING = _NAMING | {"hubspot_owner_id", "lifecyclestage", "dealstage", "hs_pipeline_stage"}
_COMPUTED = frozenset(
    {
        "createdate",
        "hs_createdate",
        "lastmodifieddate",
        "hs_lastmodifieddate",
        "hs_object_id",
        "hs_email_domain",
        "hs_full_name_or_email",
        "hs_all_contact_vids",
        "hs_merged_object_ids",
        "hs_calculated_merged_vids",
        "hs_is_unworked",
        "hs_is_closed",
        "hs_is_closed_won",
        "hs_is_closed_lost",
        "hs_deal_stage_probability",
        "hubspot_owner_assigneddate",
    }
)


def is_computed(name: str) -> bool:
    """Not even a person in the UI sets these."""
    return name in _COMPUTED or name.startswith("hs_lifecyclestage_")


def newborn(kind: Kind, changes: Mapping[str, str]) -> None:
    """Raises the 400 of a record without what its kind needs."""
    if kind.one_of and not any(changes.get(name) for name in kind.one_of):
        raise required_properties(kind.caps, kind.one_of)
    lacking = [name for name in kind.needs if not changes.get(name)]
    if lacking:
        raise required_properties(kind.caps, lacking)


def compute(
    kind: Kind,
    pipelines: Mapping[str, Mapping[str, Pipeline]],
    held: dict[str, str],
    new: Mapping[str, str],
    now_ms: int,
) -> None:
    """Brings what follows from `new` up to date in `held`."""
    if _DRIVING.isdisjoint(new):
        return
    if kind.plural == "contacts":
        _names(held, new)
    if "hubspot_owner_id" in new:
        _put(held, "hubspot_owner_assigneddate", values.iso(now_ms) if new["hubspot_owner_id"] else "")
    stage = new.get("lifecyclestage")
    if stage:
        held.setdefault(f"hs_lifecyclestage_{stage}_date", values.iso(now_ms))
    if kind.plural == "deals" and "dealstage" in new:
        _deal(held, _stage(pipelines["deals"], new["dealstage"]))


def _names(held: dict[str, str], new: Mapping[str, str]) -> None:
    if "email" in new:
        _put(held, "hs_email_domain", new["email"].partition("@")[2])
    if not _NAMING.isdisjoint(new):
        name = f"{held.get('firstname', '')} {held.get('lastname', '')}".strip()
        _put(held, "hs_full_name_or_email", name or held.get("email", ""))


def _deal(held: dict[str, str], stage: Stage | None) -> None:
    chance = stage.metadata.get("probability", "") if stage else ""
    closed = stage is not None and stage.metadata.get("isClosed") == "true"
    held["hs_is_closed"] = _said(closed)
    held["hs_is_closed_won"] = _said(closed and float(chance or 0) == 1)
    held["hs_is_closed_lost"] = _said(closed and float(chance or 0) == 0)
    _put(held, "hs_deal_stage_probability", chance)


def _stage(pipelines: Mapping[str, Pipeline], key: str) -> Stage | None:
    return next((one.stages[key] for one in pipelines.values() if key in one.stages), None)


def _said(truth: bool) -> str:
    return "true" if truth else "false"


def _put(held: dict[str, str], name: str, value: str) -> None:
    if value:
        held[name] = value
    else:
        held.pop(name, None)
