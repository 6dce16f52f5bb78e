"""What an org has selected for Change Data Capture, and selecting more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.deploying import Deployed, deploy
from connector.adapters.salesforce.metadata import zipped
from connector.adapters.salesforce.metadata.capture import (
    CHANNEL,
    KIND,
    deselection,
    object_of,
    own_name,
    plain_name,
    selection,
)
from connector.errors import CallFailed

_MEMBERS = f"SELECT DeveloperName, EventChannel, SelectedEntity FROM {KIND}"  # noqa: S608 words of ours


def selected(api: SalesforceApi) -> dict[str, str] | None:
    """Object -> name of its member in the standard channel; None where that can't be read (it needs "View Setup and
    Configuration"). Not filtered by the query: how the standard channel is told there is not documented."""
    try:
        path = f"tooling/query?q={quote(_MEMBERS, safe='')}"
        rows = api.read("GET", path, None, no_guard).body.get("records") or []
    except CallFailed:
        return None
    return {
        object_of(str(row["SelectedEntity"])): str(row.get("DeveloperName") or "")
        for row in rows
        if row.get("EventChannel") == CHANNEL or str(row.get("DeveloperName")).startswith(f"{CHANNEL}_")
    }


def select(
    api: SalesforceApi,
    objects: Sequence[str],
    version: str,
    told: Callable[[str], None] = lambda words: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Deployed:
    """All or none. By names of ours; where an org takes none of them, by Salesforce's: those stay when we leave."""
    done = deploy(api, zipped(selection(objects, version)), told=told, sleep=sleep)
    if done.ok or not any(own_name(o) in fault.component for fault in done.faults for o in objects):
        return done
    again = deploy(api, zipped(selection(objects, version, plain_name)), told=told, sleep=sleep)
    if again.ok:
        told("selected under Salesforce's own names: leaving will not take these away")
    return again


def deselect(api: SalesforceApi, names: Sequence[str], version: str) -> Deployed:
    return deploy(api, zipped(deselection(names, version)))
