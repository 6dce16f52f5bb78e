"""What most lenses share: comparison by meaning, and length as Salesforce counts it."""

from __future__ import annotations

from connector.core.records import Value
from connector.core.values import is_blank
from connector.errors import Untranslatable


class Keyed:
    """Two values mean the same when their keys are equal. Raw equality is tried first: it is nearly always
    the answer."""

    __slots__ = ()

    def key(self, raw: Value) -> object | None:
        """What the value means, whichever side wrote it; None where it means nothing to this lens."""
        raise NotImplementedError

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot == salesforce:
            return True
        if hubspot is None or salesforce is None:
            return is_blank(hubspot) and is_blank(salesforce)
        key = self.key(hubspot)
        return key is not None and key == self.key(salesforce)


def units(text: str) -> int:
    """Length as Salesforce counts it: UTF-16 units, so most emoji count two."""
    return len(text) if text.isascii() else len(text) + sum(letter > "\uffff" for letter in text)


def fit(text: str, limit: int | None) -> str:
    """The text, if it is no longer than ``limit`` (None: any length). Raises Untranslatable('too_long')."""
    if limit is None or len(text) * 2 <= limit or units(text) <= limit:
        return text
    raise Untranslatable(
        "too_long",
        f"The text is {units(text)} characters long and Salesforce takes {limit} here.",
        "Shorten the value in HubSpot, or lengthen the Salesforce field and raise `limit` in the mapping.",
    )
