"""Between the words of the agreement and the values of the sides: a Record as a SalesView, a Step as wanted values."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.handoff.row import SalesView, Step
from connector.core.outcome import OpportunityView
from connector.core.plan import Derived, Trouble
from connector.core.records import Record, Side, Value
from connector.core.rules import HandoffRules
from connector.core.vocabulary import Vocabulary, WordList
from connector.errors import Untranslatable


def sales_view(
    record: Record | None,
    rules: HandoffRules,
    vocabulary: Vocabulary,
    emails: Mapping[str, str],
    opportunity: OpportunityView | None = None,
    *,
    converted: bool = False,
    opportunity_known: bool = True,
) -> SalesView:
    """``record``: the Lead or Contact as read. ``emails``: User id -> e-mail, lower case, of those who can answer."""
    if record is None:
        return SalesView(opportunity=opportunity, opportunity_known=opportunity_known)
    names = rules.salesforce

    def word(words: WordList, field: str) -> str | None:
        raw = record.values.get(field)
        return None if raw is None else words.find(Side.SALESFORCE, str(raw))

    answers = {value: name.capitalize() for name, value in names.answer_values.items()}
    owner = record.values.get(names.owner)
    return SalesView(
        object=record.ref.object,
        status_word=word(vocabulary.statuses, names.status),
        answer=answers.get(str(record.values.get(names.answer))),
        reject_reason=word(vocabulary.reject_reasons, names.reject_reason),
        converted=converted,
        owner_id=None if owner is None else str(owner),
        owner_email=emails.get(str(owner)),
        opportunity=opportunity,
        opportunity_known=opportunity_known,
    )


def derived(
    step: Step,
    rules: HandoffRules,
    vocabulary: Vocabulary,
    owners: Mapping[Side, Mapping[str, str]],
    salesforce_object: str,
) -> tuple[list[Derived], list[Trouble]]:
    """The step as values for both sides. What can't be said there is left out and told; the rest goes.

    ``owners``: per side, e-mail in lower case -> id. ``salesforce_object``: the record's, or the one to be created.
    """
    wanted: list[Derived] = []
    troubles: list[Trouble] = []
    for side, values in ((Side.HUBSPOT, step.hubspot), (Side.SALESFORCE, step.salesforce)):
        ids = owners.get(side, {})
        for native, value in values.items():
            if side is Side.SALESFORCE and native == rules.salesforce.status and salesforce_object != "Lead":
                continue
            try:
                said = None if value is None else _said(side, native, value, rules, vocabulary, ids)
            except Untranslatable as problem:
                troubles.append(Trouble(problem.code, native, str(problem), problem.fix))
                continue
            wanted.append(Derived(side, native, said, native in step.enforce, step.reason))
    return wanted, troubles


def _said(
    side: Side,
    native: str,
    value: Value,
    rules: HandoffRules,
    vocabulary: Vocabulary,
    ids: Mapping[str, str],
) -> Value:
    """One wanted value in the side's words. Raises Untranslatable."""
    hubspot, salesforce = rules.hubspot, rules.salesforce
    if side is Side.SALESFORCE:
        if native == salesforce.owner:
            return _owner(side, str(value), ids)
        return vocabulary.statuses.written(side, str(value)) if native == salesforce.status else value
    if native == hubspot.owner:
        return _owner(side, str(value), ids)
    if native == hubspot.status:
        return vocabulary.statuses.written(side, str(value))
    if native == hubspot.reject_reason:
        return vocabulary.reject_reasons.written(side, str(value))
    if native == hubspot.stage:
        stages = vocabulary.stages
        return stages.written(side, stages.word(Side.SALESFORCE, str(value)))
    return value


def _owner(side: Side, email: str, ids: Mapping[str, str]) -> str:
    if email not in ids:
        raise Untranslatable(
            "owner_unknown",
            f"{email} can't own records in {side}.",
            f"Add or activate the user in {side}, or take them out of handoff.yaml.",
        )
    return ids[email]
