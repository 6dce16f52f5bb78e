"""The fields of the hand-off and its outcome, held against both schemas."""

from __future__ import annotations

from collections.abc import Iterable

from connector.adapters.mappings.live_comparison import Comparison
from connector.adapters.mappings.problems import Path, did_you_mean
from connector.core.records import Side
from connector.core.rules import HANDOFF_STATES, Tier
from connector.core.vocabulary import WordList

_FILE = "handoff.yaml"


def check_answers(live: Comparison) -> None:
    _hubspot(live)
    for object_ in live.agreement.person.salesforce_objects:
        _salesforce(live, object_)
    if "Opportunity" in live.salesforce:
        _opportunity(live)


def _one(
    live: Comparison, object_: str, name: str, key: str, values: Iterable[str], writes: bool = True
) -> None:
    """One answer field: it is there, can be written where Accord writes it, and lists every value Accord
    writes."""
    side = "hubspot" if object_ == "contact" else "salesforce"
    path: Path = ("answers", side, key)
    schema = live.find(object_, name, _FILE, path)
    if schema is None:
        return
    if writes and not schema.writable:
        live.problem(
            _FILE, path, f"The field “{name}” is read-only.", "Give the connected user edit rights on it."
        )
    for value in values if schema.options else ():
        if value not in schema.options:
            hint = did_you_mean(value, schema.options, "Add the option there.")
            live.problem(_FILE, path, f"The field “{name}” has no option “{value}”.", hint)


def _hubspot(live: Comparison) -> None:
    rules, reasons = live.agreement.handoff, live.agreement.vocabulary.reject_reasons
    names = rules.hubspot
    values: dict[str, Iterable[str]] = {
        "tier": tuple(Tier),
        "handoff": HANDOFF_STATES,
        "reject_reason": _written(reasons, rules.reject_reasons, Side.HUBSPOT),
        "outcome": ("won", "lost", "open"),
        "lifecycle": rules.lifecycle_order,
    }
    for key in names.__slots__:
        _one(live, "contact", getattr(names, key), key, values.get(key, ()))


def _salesforce(live: Comparison, object_: str) -> None:
    rules, words = live.agreement.handoff, live.agreement.vocabulary
    names = rules.salesforce
    _one(live, object_, names.tier, "tier", names.tier_values.values())
    _one(live, object_, names.reasons, "reasons", ())
    _one(live, object_, names.handoff, "handoff", names.handoff_values.values())
    _one(live, object_, names.answer, "answer", names.answer_values.values())
    known = _written(words.reject_reasons, rules.reject_reasons, Side.SALESFORCE)
    _one(live, object_, names.reject_reason, "reject_reason", known)
    _unknown_options(live, object_, names.reject_reason, "reject_reason", words.reject_reasons)
    _one(live, object_, names.answer_by, "answer_by", ())
    _one(live, object_, names.owner, "owner", ())
    if object_ == "Lead":
        status = [rules.status_on_offer] if rules.status_on_offer else []
        _one(live, object_, names.status, "status", _written(words.statuses, status, Side.SALESFORCE))


def _opportunity(live: Comparison) -> None:
    names = live.agreement.handoff.salesforce
    for key in ("opportunity_stage", "opportunity_amount", "opportunity_lost_reason"):
        if name := getattr(names, key):
            _one(live, "Opportunity", name, key, (), writes=False)
    stages = live.agreement.vocabulary.stages
    if stages.words:
        _unknown_options(live, "Opportunity", names.opportunity_stage, "opportunity_stage", stages)


def _unknown_options(live: Comparison, object_: str, name: str, key: str, words: WordList) -> None:
    """Options sales can choose that no word stands for: what they say would be quarantined."""
    schema = live.schema(object_).get(name)
    for value in schema.options if schema else ():
        if words.find(Side.SALESFORCE, value) is None:
            message = f"{object_}'s “{name}” has an option “{value}” that is no agreed word."
            live.problem("vocabulary.yaml", (words.name,), message, f"Add it to a word under `{words.name}`.")


def _written(words: WordList, names: Iterable[str], side: Side) -> list[str]:
    spellings = [words.get(name).on(side).written for name in names if name in words]
    return [value for value in spellings if value is not None]
