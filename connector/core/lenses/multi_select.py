"""Several choices in one value: ``a;b`` on both sides, in no particular order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from connector.core.lenses.choices import PicklistLens
from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import is_blank, to_text


@lru_cache(maxsize=4096, typed=True)
def _parts(raw: Value) -> tuple[str, ...]:
    """The choices, each once. HubSpot's leading ``;`` (append) never survives a read and is never sent."""
    return tuple(dict.fromkeys(part.strip() for part in to_text(raw).split(";") if part.strip()))


@dataclass(frozen=True, slots=True)
class MultiSelectLens(Keyed):
    """Each choice goes through ``one``; order and repeats are no difference. One unknown choice holds the
    whole value, for leaving it out would take it from the other side. Sent and predicted in alphabetical
    order; a side may store another order, so compare predictions of both."""

    one: PicklistLens

    def to_salesforce(self, raw: Value) -> Value:
        return ";".join(sorted({str(self.one.to_salesforce(part)) for part in _parts(raw)})) or None

    def to_hubspot(self, raw: Value) -> Value:
        return ";".join(sorted({str(self.one.to_hubspot(part)) for part in _parts(raw)})) or None

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else ";".join(sorted(_parts(sent))) or None

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot is None or salesforce is None:
            return is_blank(hubspot) and is_blank(salesforce)
        left, right = _parts(hubspot), _parts(salesforce)
        written = self.one.hubspot_to_salesforce
        if {written.get(part, part) for part in left} == set(right):
            return True
        return all(any(self.one.same(h, s) for s in right) for h in left) and all(
            any(self.one.same(h, s) for h in left) for s in right
        )
