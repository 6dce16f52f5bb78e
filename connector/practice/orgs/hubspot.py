"""A practice HubSpot as an org's file describes it."""

from __future__ import annotations

from typing import Any

from connector.practice.hubspot.schema import Property, boolean, day, instant, numeric, select, text
from connector.practice.hubspot.settings import Settings
from connector.practice.orgs.files import Org
from connector.practice.orgs.shapes import PropertyShape

_LIMITS: dict[str, dict[str, int]] = {
    "starter": {"ten_second_limit": 100, "daily_limit": 250_000},
    "professional": {"ten_second_limit": 190, "daily_limit": 625_000},
    "enterprise": {"ten_second_limit": 190, "daily_limit": 1_000_000},
}
"""Calls of a private app, by tier: HubSpot's usage guidelines."""
_SIMPLE = {"string": text, "bool": boolean, "number": numeric, "date": day, "datetime": instant}


def settings_of(org: Org, **more: Any) -> Settings:
    """The portal's ways: its tier's limits, what the file sets, and `more` where neither does.

    The standard org keeps the limits that the practice server has by itself.
    """
    settings = Settings(**more)
    if org.name != "standard":
        settings.update(_LIMITS[org.hubspot.tier])
    settings.update(org.hubspot.settings)
    return settings


def properties_of(org: Org) -> list[Property]:
    """The properties that the file names, to be given to HubSpotCore."""
    return [_property(name, wish).custom() for name, wish in org.hubspot.properties.items()]


def _property(name: str, wish: PropertyShape) -> Property:
    label = wish.label or name.replace("_", " ").capitalize()
    if wish.type != "enumeration":
        return _SIMPLE[wish.type](name, label, unique=wish.unique)
    kind = "checkbox" if wish.several else "select"
    return select(name, label, list(wish.options.items()), field_type=kind, unique=wish.unique)
