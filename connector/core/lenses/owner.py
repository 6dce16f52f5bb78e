"""Who owns the record, joined by e-mail: HubSpot owner ids and Salesforce user ids have nothing else in
common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.lenses.keyed import Keyed
from connector.core.records import Side, Value
from connector.core.values import to_text
from connector.errors import Untranslatable


@dataclass(frozen=True, slots=True)
class Directory:
    """Who can own records. ``hubspot``/``salesforce``: owner or user id -> e-mail. ``inactive``: ids of
    either side that exist but can't be given records."""

    hubspot: Mapping[str, str]
    salesforce: Mapping[str, str]
    inactive: frozenset[str] = frozenset()

    def id_of(self, side: Side, email: str) -> str | None:
        """The active id of this e-mail on a side; the lowest where several share it."""
        people = self.hubspot if side is Side.HUBSPOT else self.salesforce
        wanted = email.strip().lower()
        ids = (
            id_ for id_, held in people.items() if id_ not in self.inactive and held.strip().lower() == wanted
        )
        return min(ids, default=None)

    def _active(self, side: Side) -> dict[str, str]:
        people = self.hubspot if side is Side.HUBSPOT else self.salesforce
        active = {id_: email for id_, email in people.items() if id_ not in self.inactive}
        return {active[id_].strip().lower(): id_ for id_ in sorted(active, reverse=True)}

    def across(self, side: Side) -> dict[str, str]:
        """Id on ``side`` -> active id of the same person on the other side."""
        people = self.hubspot if side is Side.HUBSPOT else self.salesforce
        targets = self._active(side.other)
        emails = {id_: email.strip().lower() for id_, email in people.items()}
        return {id_: targets[email] for id_, email in emails.items() if email in targets}


@dataclass(frozen=True, slots=True)
class OwnerLens(Keyed):
    """Owner by e-mail. ``fallback``: the e-mail that gets what has no counterpart (None: held). Must be bound
    to a Directory before use: until then every translation is held with 'owners_not_loaded'."""

    fallback: str | None = None
    to_salesforce_ids: Mapping[str, str] = field(default_factory=dict, repr=False)
    to_hubspot_ids: Mapping[str, str] = field(default_factory=dict, repr=False)
    salesforce_fallback: str | None = None
    hubspot_fallback: str | None = None
    loaded: bool = False

    def bound(self, directory: Directory) -> OwnerLens:
        """The same lens over these people."""
        fallback = self.fallback
        return OwnerLens(
            fallback,
            directory.across(Side.HUBSPOT),
            directory.across(Side.SALESFORCE),
            directory.id_of(Side.SALESFORCE, fallback) if fallback else None,
            directory.id_of(Side.HUBSPOT, fallback) if fallback else None,
            True,
        )

    def to_salesforce(self, raw: Value) -> Value:
        return self._cross(to_text(raw), self.to_salesforce_ids, self.salesforce_fallback, Side.SALESFORCE)

    def to_hubspot(self, raw: Value) -> Value:
        return self._cross(to_text(raw), self.to_hubspot_ids, self.hubspot_fallback, Side.HUBSPOT)

    def predict(self, side: Side, sent: Value) -> Value:
        return None if sent is None else to_text(sent) or None

    def same(self, hubspot: Value, salesforce: Value) -> bool:
        if hubspot is None or salesforce is None:
            return hubspot is salesforce
        left, right = to_text(hubspot), to_text(salesforce)
        if self.to_salesforce_ids.get(left, self.salesforce_fallback) == right:
            return True
        return self.to_hubspot_ids.get(right, self.hubspot_fallback) == left

    def _cross(self, id_: str, ids: Mapping[str, str], fallback: str | None, to: Side) -> str:
        found = ids.get(id_, fallback)
        if found is not None:
            return found
        if not self.loaded:
            raise Untranslatable(
                "owners_not_loaded", "The owners of both sides are not loaded yet.", "Try again."
            )
        name = "HubSpot" if to is Side.HUBSPOT else "Salesforce"
        raise Untranslatable(
            "unknown_owner",
            f"The owner {id_} has no active counterpart in {name}.",
            f"Give that person an active {name} user with the same e-mail, "
            "or name a `fallback` owner in the mapping.",
        )
