"""handoff.yaml -> HandoffRules."""

from __future__ import annotations

from dataclasses import fields
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from connector.adapters.mappings import shapes
from connector.adapters.mappings.condition_shapes import Known, read_condition
from connector.adapters.mappings.problems import Spot, did_you_mean, listed
from connector.core.rules import (
    HANDOFF_STATES,
    STATUS_ANSWERS,
    AcceptWithin,
    HandoffRules,
    HubSpotAnswers,
    OwnerRule,
    SalesforceAnswers,
    Tier,
    WorkingHours,
)
from connector.core.values import email_domain

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_handoff(spot: Spot, known: Known) -> HandoffRules | None:
    """The rules, or None with problems noted. ``known``: the HubSpot properties an owner rule may read."""
    shape = shapes.read(shapes.Handoff, spot)
    within = _accept_within(spot / "accept_within")
    owners = spot / "owners"
    rules = [_owner_rule(owners / n, known) for n in range(len(owners.raw or ()))]
    _check_order(owners, rules)
    missing = shapes.read(shapes.IfMissing, spot / "if_missing") if (spot / "if_missing").raw else None
    last_name, company = (_fallback(spot / "if_missing" / name) for name in ("last_name", "company"))
    lifecycle = _lifecycle(spot / "lifecycle")
    answers = _answers(spot / "answers")
    _states(spot / "lead_status")
    fallback = _email(spot / "fallback_owner")
    if shape is None or within is None or missing is None or lifecycle is None or answers is None:
        return None
    return HandoffRules(
        version=shape.version,
        hand_over=tuple(Tier(tier) for tier in dict.fromkeys(shape.hand_over)),
        accept_within=within,
        cool_off_days=shape.cool_off_days,
        owners=tuple(rule for rule in rules if rule is not None),
        fallback_owner=fallback,
        status_on_offer=shape.status_on_offer,
        last_name_fallback=last_name,
        company_fallback=company,
        lifecycle=lifecycle.stages,
        lifecycle_order=tuple(lifecycle.order),
        nurture_list=shape.nurture_list,
        reject_reasons=tuple(dict.fromkeys(shape.reject_reasons)),
        hubspot=answers[0],
        salesforce=answers[1],
        status_answers=STATUS_ANSWERS if shape.status_answers is None else shape.status_answers,
        lead_status=shape.lead_status,
    )


def _email(spot: Spot) -> str:
    raw = spot.raw
    if isinstance(raw, str) and email_domain(raw) is None:
        spot.problem(f"“{raw}” is no e-mail address.", "Owners are named by e-mail.")
    return raw.strip().lower() if isinstance(raw, str) else ""


def _owner_rule(spot: Spot, known: Known) -> OwnerRule | None:
    shape = shapes.read(shapes.OwnerRule, spot)
    if shape is None:
        return None
    owners = tuple(_email(spot / "round_robin" / n) for n in range(len(shape.round_robin)))
    if shape.when is None:
        return OwnerRule(None, owners)
    condition = read_condition(spot / "when", known)
    return None if condition is None else OwnerRule(condition, owners)


def _check_order(spot: Spot, rules: list[OwnerRule | None]) -> None:
    for number, rule in enumerate(rules[:-1]):
        if rule is not None and rule.condition is None:
            (spot / number).problem(
                "This rule has no `when`, so the rules after it are never reached.", "Put it last."
            )


def _accept_within(spot: Spot) -> AcceptWithin | None:
    shape = shapes.read(shapes.AcceptWithin, spot) if spot.raw else None
    if shape is None:
        return None
    if shape.working_hours is None:
        return AcceptWithin(shape.hours)
    working = _working_hours(spot / "working_hours")
    return None if working is None else AcceptWithin(shape.hours, working)


def _working_hours(spot: Spot) -> WorkingHours | None:
    shape = shapes.read(shapes.WorkingHours, spot)
    if shape is None:
        return None
    start, end = _time(spot / "start", shape.start), _time(spot / "end", shape.end)
    if not _is_zone(shape.zone):
        fix = did_you_mean(shape.zone, sorted(available_timezones()), "Write it as Europe/Berlin.")
        (spot / "zone").problem(f"“{shape.zone}” is no time zone.", fix)
        return None
    if start is None or end is None:
        return None
    if end <= start:
        (spot / "end").problem("The working day ends before it begins.", "Swap start and end.")
        return None
    return WorkingHours(frozenset(_DAYS.index(day) for day in shape.days), start, end, shape.zone)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _time(spot: Spot, raw: str) -> time | None:
    try:
        return time.fromisoformat(raw).replace(tzinfo=None)
    except ValueError:
        spot.problem(f"“{raw}” is no time of day.", "Write it as “09:00”.")
        return None


def _fallback(spot: Spot) -> str | None:
    """The text to write for a blank; None holds the person."""
    if not isinstance(spot.raw, dict):
        return None
    shape = shapes.read(shapes.Fallback, spot)
    return None if shape is None else shape.write


def _lifecycle(spot: Spot) -> shapes.Lifecycle | None:
    shape = shapes.read(shapes.Lifecycle, spot) if spot.raw else None
    if shape is None:
        return None
    _states(spot / "stages")
    for state, stage in shape.stages.items():
        if stage not in shape.order:
            at = spot / "stages" / state
            at.problem(f"“{stage}” is not in `order`.", did_you_mean(stage, shape.order, "Add it there."))
    return shape


def _states(spot: Spot) -> None:
    for state in spot.names:
        if state not in HANDOFF_STATES:
            fix = did_you_mean(state, HANDOFF_STATES, f"Known: {listed(HANDOFF_STATES)}.")
            (spot / state).problem(f"A hand-off is never “{state}”.", fix)


def _answers(spot: Spot) -> tuple[HubSpotAnswers, SalesforceAnswers] | None:
    if spot.raw is None:
        return HubSpotAnswers(), SalesforceAnswers()
    if shapes.read(shapes.Answers, spot) is None:
        return None
    hubspot = _overrides(spot / "hubspot", HubSpotAnswers())
    salesforce = _overrides(spot / "salesforce", SalesforceAnswers())
    return HubSpotAnswers(**hubspot), SalesforceAnswers(**salesforce)


def _overrides(spot: Spot, defaults: Any) -> dict[str, Any]:
    """The field names given, checked against the ones there are; value maps must keep their keys."""
    known = {item.name: getattr(defaults, item.name) for item in fields(defaults)}
    given: dict[str, Any] = {}
    for name, value in (spot.raw or {}).items():
        at = spot / name
        if name not in known:
            at.problem(f"There is no answer “{name}”.", did_you_mean(name, known, f"Known: {listed(known)}."))
        elif isinstance(known[name], str) != isinstance(value, str):
            at.problem(f"“{name}” takes {'a name' if isinstance(known[name], str) else 'a map'}.", "")
        elif isinstance(value, dict) and (value.keys() != known[name].keys() or not _texts(value)):
            at.problem(f"“{name}” needs a text for each of {listed(known[name], 'and')}.", "")
        else:
            given[name] = value
    return given


def _texts(values: dict[Any, Any]) -> bool:
    return all(isinstance(value, str) and value for value in values.values())
