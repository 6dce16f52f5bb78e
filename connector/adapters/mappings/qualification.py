"""qualification.yaml -> Qualification."""

from __future__ import annotations

from connector.adapters.mappings import shapes
from connector.adapters.mappings.condition_shapes import Known, read_condition
from connector.adapters.mappings.problems import Spot
from connector.core.rules import Qualification, Tier, Trait


def read_qualification(spot: Spot, known: Known) -> Qualification | None:
    """The rule, or None with problems noted. ``known``: the HubSpot properties a trait may read."""
    shape = shapes.read(shapes.Qualification, spot)
    traits = [_trait(spot / "traits" / name, name, known) for name in (spot / "traits").names]
    tiers = _tiers(spot / "tiers", len(traits)) if (spot / "tiers").raw else None
    if shape is None or tiers is None:
        return None
    return Qualification(shape.version, tuple(trait for trait in traits if trait is not None), tiers)


def _trait(spot: Spot, name: str, known: Known) -> Trait | None:
    shape = shapes.read(shapes.TraitShape, spot)
    if shape is None:
        return None
    condition = read_condition(spot / "met_when", known)
    return None if condition is None else Trait(name, shape.label, condition)


def _tiers(spot: Spot, traits: int) -> dict[int, Tier] | None:
    shape = shapes.read(shapes.Tiers, spot)
    if shape is None:
        return None
    tiers: dict[int, Tier] = {}
    for tier in Tier:
        for number, count in enumerate(getattr(shape, tier)):
            at = spot / str(tier) / number
            if not 0 <= count <= traits:
                at.problem(f"{count} traits can't be met: there are {traits}.", f"Use 0 to {traits}.")
            elif count in tiers:
                at.problem(f"{count} traits are {tiers[count]} and {tier}.", "A count has one tier.")
            else:
                tiers[count] = tier
    missing = [str(count) for count in range(traits + 1) if count not in tiers]
    if missing:
        spot.problem(f"No tier for {', '.join(missing)} traits met.", "Every count from 0 needs one.")
    by_count = [tiers[count] for count in sorted(tiers, reverse=True)]
    if by_count != sorted(by_count, key=list(Tier).index):
        spot.problem(
            "More traits met would give a colder tier.", "Put the higher counts under hot, then warm."
        )
    return tiers
