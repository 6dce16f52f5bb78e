"""Yes and no: checkboxes, and the consent to be written to."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import to_bool, to_text
from connector.errors import Untranslatable


def _read(raw: Value) -> bool:
    found = to_bool(raw)
    if found is None:
        raise Untranslatable(
            "not_a_yes_or_no", f"“{to_text(raw)}” is neither yes nor no.", "Write true or false."
        )
    return found


@dataclass(frozen=True, slots=True)
class BooleanLens(Keyed):
    """HubSpot's ``"true"``/``"false"`` and Salesforce's JSON booleans. ``inverted``: one side asks the
    opposite question."""

    inverted: bool = False

    def to_salesforce(self, raw: Value) -> Value:
        return _read(raw) is not self.inverted

    def to_hubspot(self, raw: Value) -> Value:
        return "true" if _read(raw) is not self.inverted else "false"

    def predict(self, side: Side, sent: Value) -> Value:
        found = None if sent is None else to_bool(sent)
        if found is None:
            return sent
        return ("true" if found else "false") if side is Side.HUBSPOT else found

    def key(self, raw: Value) -> object | None:
        return to_bool(raw)

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot in ("true", "false") and (salesforce is True or salesforce is False):
            return ((hubspot == "true") is salesforce) is not self.inverted
        if not self.inverted:
            return Keyed.same(self, hubspot, salesforce)
        left, right = to_bool(hubspot), to_bool(salesforce)
        return hubspot == salesforce if left is None or right is None else left is not right


@dataclass(frozen=True, slots=True)
class ConsentLens(BooleanLens):
    """A consent or its withdrawal. The stricter side wins, and sync never opts anyone in: ``strict`` is the
    only value the engine may write by itself. ``hubspot_opts_in``: a yes in HubSpot means "may be contacted";
    ``salesforce_opts_in`` likewise. ``inverted`` is derived by the loader: the two questions are opposite."""

    hubspot_opts_in: bool = False
    salesforce_opts_in: bool = False

    def is_strict(self, side: Side, raw: Value) -> bool:
        """Does this value forbid contact? Blank and unreadable values forbid nothing."""
        found = to_bool(raw)
        return found is not None and found is not self._opts_in(side)

    def strict(self, side: Side) -> Value:
        """The value that forbids contact on this side."""
        forbids = not self._opts_in(side)
        return ("true" if forbids else "false") if side is Side.HUBSPOT else forbids

    def _opts_in(self, side: Side) -> bool:
        return self.hubspot_opts_in if side is Side.HUBSPOT else self.salesforce_opts_in
