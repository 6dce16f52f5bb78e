"""What Salesforce requires of a new record: filled by the admin's written fallback, or the person is held. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.records import Value
from connector.core.rules import HandoffRules
from connector.core.values import is_blank


def required(
    rules: HandoffRules, object_: str, values: Mapping[str, Value]
) -> tuple[dict[str, str], str | None]:
    """``values``: Salesforce field -> what would be sent to the new ``object_``. Answers (what to fill in, the block).

    Nothing is ever invented: without a written fallback the person waits until somebody knows."""
    fallbacks = {"LastName": rules.last_name_fallback}
    if object_ == "Lead":
        fallbacks["Company"] = rules.company_fallback
    blank = {name: fallback for name, fallback in fallbacks.items() if is_blank(values.get(name))}
    lacking = [name for name, fallback in blank.items() if not fallback]
    fill = {name: fallback for name, fallback in blank.items() if fallback}
    return fill, f"{' and '.join(lacking)} blank" if lacking else None
