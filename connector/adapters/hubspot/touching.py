"""Has anybody else had a hand in a contact that we made? The history of every property that people, forms, imports,
workflows and other apps can write tells: the service keeps the source with each value (API-FACTS 1.3), and the batch
read shows what stands now, without the index's lag. No clock is compared: of a record that is ours from the start any
other hand counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.adapters.calling import Crew, chunks
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.rows import by_asked_id
from connector.ports import FieldSchema, Guard

MAKER = "hs_object_source_id"
"""The app that made the record."""
TRACES = (
    "num_conversion_events", "num_notes", "notes_last_updated", "hs_email_last_reply_date", "num_associated_deals",
)  # fmt: skip
"""What nobody writes and what nevertheless tells that somebody did something."""
ITSELF = frozenset({"CALCULATED", "ANALYTICS", "PROPERTY_SETTINGS"})
"""HubSpot's own computing."""
WHO = {
    "CRM_UI": "a person",
    "FORM": "a form",
    "IMPORT": "an import",
    "AUTOMATION_PLATFORM": "a workflow",
    "WORKFLOWS": "a workflow",
    "INTEGRATION": "another app",
    "API": "another app",
    "MERGE_CONTACTS": "a merge",
    "MERGE_OBJECTS": "a merge",
}
LONGEST = 3


def touched(
    api: HubSpotApi, crew: Crew, schema: Mapping[str, FieldSchema], ids: Sequence[str], guard: Guard
) -> dict[str, str]:
    """'a person (city, jobtitle)' by id, '' where nobody did; ids that can't be read are left out."""
    names = [name for name, known in schema.items() if known.writable or name in TRACES]
    parts = chunks(list(dict.fromkeys(ids)), api.options.history_batch)
    pages = crew.each(lambda part: _page(api, part, names, guard), parts)
    return {id_: told for page in pages for id_, told in page.items()}


def _page(api: HubSpotApi, ids: Sequence[str], names: list[str], guard: Guard) -> dict[str, str]:
    payload = {"properties": [MAKER], "propertiesWithHistory": names, "inputs": [{"id": id_} for id_ in ids]}
    rows = api.read("POST", api.paths.objects("contact", "batch/read?archived=false"), payload, guard).body
    found, _ = by_asked_id(rows.get("results") or [], ids)
    return {id_: _told(found[id_], api.connection.app_id) for id_ in ids if id_ in found}


def _told(row: Mapping[str, Any], app_id: str) -> str:
    """An account that never told its app's id is known by the record: its maker is us."""
    us = app_id or str(row["properties"].get(MAKER) or "")
    hands: dict[str, list[str]] = {}
    for name, entries in (row.get("propertiesWithHistory") or {}).items():
        for entry in entries:
            source = str(entry.get("sourceType") or "")
            ours = source == "INTEGRATION" and str(entry.get("sourceId")) == us
            if not ours and source not in ITSELF:
                hands.setdefault(WHO.get(source, source.lower() or "somebody"), []).append(name)
    return "; ".join(f"{who} ({_some(names)})" for who, names in sorted(hands.items()))


def _some(names: list[str]) -> str:
    different = sorted(set(names))
    return ", ".join(different[:LONGEST]) + (", …" if len(different) > LONGEST else "")
