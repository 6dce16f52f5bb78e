"""Between the words of the agreement and the values of the sides: a Record as a SalesView, a Step as wanted values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.core.handoff.row import SalesView, Step
from connector.core.outcome import OpportunityView
from connector.core.plan import Derived, Trouble
from connector.core.records import Record, Side, Value
from connector.core.rules import HandoffRules
from connector.core.vocabulary import Vocabulary, WordList
from connector.errors import Untranslatable

Translate = Callable[[str], Value]


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
        translators = _translators(side, rules, vocabulary, owners.get(side, {}))
        for native, value in values.items():
            if side is Side.SALESFORCE and native == rules.salesforce.status and salesforce_object != "Lead":
                continue
            try:
                said = (
                    translators[native](str(value)) if native in translators and value is not None else value
                )
            except Untranslatable as problem:
                troubles.append(Trouble(problem.code, native, str(problem), problem.fix))
                continue
            wanted.append(Derived(side, native, said, native in step.enforce, step.reason))
    return wanted, troubles


def _translators(
    side: Side, rules: HandoffRules, vocabulary: Vocabulary, ids: Mapping[str, str]
) -> dict[str, Translate]:
    def owner(email: str) -> str:
        if email not in ids:
            raise Untranslatable(
                "owner_unknown",
                f"{email} can't own records in {side}.",
                f"Add or activate the user in {side}, or take them out of handoff.yaml.",
            )
        return ids[email]

    if side is Side.SALESFORCE:
        names = rules.salesforce
        return {names.owner: owner, names.status: lambda word: vocabulary.statuses.written(side, word)}
    stages = vocabulary.stages
    return {
        rules.hubspot.owner: owner,
        rules.hubspot.status: lambda word: vocabulary.statuses.written(side, word),
        rules.hubspot.reject_reason: lambda word: vocabulary.reject_reasons.written(side, word),
        rules.hubspot.stage: lambda raw: stages.written(side, stages.word(Side.SALESFORCE, raw)),
    }
