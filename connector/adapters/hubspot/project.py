"""The files of a HubSpot developer project: one private app with its scopes and webhook subscriptions.

Format: HubSpot's documentation of the developer platform (app configuration, configure webhooks) as of version 2026.03:
``hsproject.json``, ``src/app/app-hsmeta.json``, ``src/app/webhooks/webhooks-hsmeta.json``. A static app names
required scopes only (HubSpot's page on scopes) and no redirect address. An upload that takes a subscription away is
refused [3p], so one that is needed no more stays in the file, not active.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connector.errors import Refused

PROJECT = "hsproject.json"
APP = "src/app/app-hsmeta.json"
WEBHOOKS = "src/app/webhooks/webhooks-hsmeta.json"
MOST_SUBSCRIPTIONS = 1000
CONCURRENT = 10

Document = dict[str, Any]


def project_files(
    *,
    scopes: Sequence[str],
    subscriptions: Sequence[Mapping[str, str]],
    target_url: str,
    platform_version: str,
    redirect_url: str = "",
    optional: Sequence[str] = (),
    insist: bool = False,
    present: Mapping[str, Document] | None = None,
) -> dict[str, Document]:
    """Path -> document. ``subscriptions`` as services.subscriptions gives them. ``redirect_url``: an OAuth app instead
    of a static one. ``optional``: scopes that an OAuth app asks for and does without; a static app requires them where
    somebody should ``insist``, or did so before. ``present``: the files of an earlier time, whose uids and dropped
    subscriptions stay."""
    before = present or {}
    had = before.get(APP, {}).get("config", {}).get("auth", {}).get("requiredScopes", ())
    asked = [scope for scope in optional if not redirect_url and (insist or scope in had)]
    files = {
        PROJECT: {"name": "accord", "srcDir": "src", "platformVersion": platform_version},
        APP: _app([*scopes, *asked], redirect_url, optional),
    }
    if target_url:
        files[WEBHOOKS] = _webhooks(subscriptions, target_url, before.get(WEBHOOKS, {}))
    for path, document in files.items():
        if before.get(path, {}).get("uid"):
            document["uid"] = before[path]["uid"]
    return files


def read_project(folder: Path) -> dict[str, Document]:
    """The files that are there already. Raises Refused for one that is no JSON."""
    found: dict[str, Document] = {}
    for path in (PROJECT, APP, WEBHOOKS):
        place = folder / path
        if place.is_file():
            try:
                found[path] = json.loads(place.read_text())
            except ValueError as error:
                raise Refused(f"{place} is no JSON ({error}): mend it or take it away.") from None
    return found


def write_project(folder: Path, files: Mapping[str, Document]) -> list[Path]:
    places = []
    for path, document in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        places.append(place)
    return places


def _app(scopes: Sequence[str], redirect_url: str, optional: Sequence[str]) -> Document:
    auth: Document = {"type": "static", "requiredScopes": sorted(scopes)}
    if redirect_url:
        auth = {
            "type": "oauth", "redirectUrls": [redirect_url], "requiredScopes": list(scopes),
            "optionalScopes": list(optional), "conditionallyRequiredScopes": [],
        }  # fmt: skip
    config = {
        "name": "Accord",
        "description": "Keeps one agreement between marketing and sales, between HubSpot and Salesforce.",
        "distribution": "private",
        "auth": auth,
        "permittedUrls": {"fetch": [], "iframe": [], "img": []},
    }
    return {"uid": "accord_app", "type": "app", "config": config}


def _webhooks(subscriptions: Sequence[Mapping[str, str]], target_url: str, before: Document) -> Document:
    wanted = [_generic(one) for one in subscriptions]
    names = {_name(row) for row in wanted}
    config = before.get("config", {}).get("subscriptions", {})
    dropped = [row | {"active": False} for row in config.get("crmObjects", ()) if _name(row) not in names]
    if len(wanted) + len(dropped) > MOST_SUBSCRIPTIONS:
        raise Refused(
            f"HubSpot takes {MOST_SUBSCRIPTIONS} subscriptions an app, this needs {len(wanted) + len(dropped)}."
        )
    kept = {
        kind: [row | {"active": False} for row in config.get(kind, ())]
        for kind in ("legacyCrmObjects", "hubEvents")
    }
    return {
        "uid": "accord_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": target_url, "maxConcurrentRequests": CONCURRENT},
            "subscriptions": {"crmObjects": [*wanted, *dropped], **kept},
        },
    }


def _generic(one: Mapping[str, str]) -> Document:
    """``contact.propertyChange`` of a property, as the platform writes it."""
    object_, _, verb = one["type"].partition(".")
    row = {"subscriptionType": f"object.{verb}", "objectType": object_}
    if one.get("property"):
        row["propertyName"] = one["property"]
    return row | {"active": True}


def _name(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row.get("subscriptionType"), row.get("objectType"), row.get("propertyName")
