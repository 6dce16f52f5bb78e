"""Consents that a side keeps elsewhere than in its properties."""

from __future__ import annotations

from connector.core.scopes import OPT_OUT


def by_preferences(object_: str, native: str) -> bool:
    """Is this field written by another door than the record's? HubSpot's property is read-only: what sets it is its API
    of subscription preferences, and that only ever forbids. So the mapping may write it, whatever the property's
    description says."""
    return object_ == "contact" and native == OPT_OUT
