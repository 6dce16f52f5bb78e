"""An org with settings of somebody's own: behaviours in doubt the other way, a tier, scopes, any setting by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from connector.practice.hubspot.scopes import SCOPES
from connector.practice.hubspot.settings import TIERS
from connector.practice.hubspot.settings import Settings as HubSpotSettings
from connector.practice.orgs.files import Org
from connector.practice.orgs.lines import meant
from connector.practice.salesforce.settings import Settings as SalesforceSettings
from connector.practice.ways import ways

SETTINGS: Mapping[str, frozenset[str]] = {
    "hubspot": frozenset(item.name for item in fields(HubSpotSettings)),
    "salesforce": frozenset(item.name for item in fields(SalesforceSettings)),
}


def adjusted(
    org: Org,
    *,
    unproved: Iterable[str] = (),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    tier: str = "",
    scopes: str = "",
) -> Org:
    """The org with these words of `--unproved`, settings by side, HubSpot tier and scopes (by commas).

    What is named goes before what is flipped, and both before the org's own. ValueError says what is wrong.
    """
    wished, named = ways(unproved), settings or {}
    hubspot = {**dict(wished.hubspot), **_tier(tier), **_scopes(scopes), **named.get("hubspot", {})}
    salesforce = {**dict(wished.salesforce), **named.get("salesforce", {})}
    return replace(
        org,
        hubspot=org.hubspot.model_copy(update={"settings": {**org.hubspot.settings, **hubspot}}),
        salesforce=org.salesforce.model_copy(update={"settings": {**org.salesforce.settings, **salesforce}}),
        pubsub=dict(wished.pubsub),
    )


def settings_from(text: str, served: str = "") -> dict[str, dict[str, Any]]:
    """`{"NAME": value}` for the one side that is served, or `{"hubspot": {…}, "salesforce": {…}}`. ValueError says
    what is wrong."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ValueError(f"It is no JSON: {error}.") from error
    if not isinstance(given, dict):
        raise ValueError('Write a JSON object, e.g. {"page_size": 200}.')
    if not given.keys() <= SETTINGS.keys() or not all(isinstance(each, dict) for each in given.values()):
        if not served:
            raise ValueError('With both servers say of which: {"hubspot": {…}, "salesforce": {…}}.')
        given = {served: given}
    for side, one in given.items():
        for name in one:
            if name not in SETTINGS[side]:
                raise ValueError(f"Practice {side} has no setting “{name}”.{meant(name, SETTINGS[side])}")
    return given


def _tier(name: str) -> dict[str, Any]:
    if name and name not in TIERS:
        raise ValueError(f"There is no tier “{name}”: {', '.join(TIERS)}.")
    return dict(TIERS.get(name, {}))


def _scopes(text: str) -> dict[str, Any]:
    wished = [each.strip() for each in text.split(",") if each.strip()]
    for each in wished:
        if each not in SCOPES:
            raise ValueError(f"HubSpot has no scope “{each}” here.{meant(each, SCOPES)}")
    return {"scopes": wished} if wished else {}
