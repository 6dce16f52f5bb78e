"""dlt: its REST source into a destination of one's own, batch by batch."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from tests.bench.peers.fields import (
    ALL_LEADS,
    COLLECTION,
    HUBSPOT_BATCH,
    HUBSPOT_LIST,
    KEY,
    PAIRS,
    Ends,
    as_contact,
    as_lead,
)

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"


def to_salesforce(ends: Ends) -> int:
    def write(contacts: list[dict[str, Any]]) -> None:
        records = [
            {"attributes": {"type": "Lead"}, KEY: contact["id"], **as_lead(contact["properties"])} for contact in contacts
        ]
        ends.org("PATCH", f"/composite/sobjects/Lead/{KEY}", json={"allOrNone": False, "records": records})

    endpoint = {
        "path": "crm/v3/objects/contacts",
        "params": {"limit": HUBSPOT_LIST, "properties": ",".join(PAIRS)},
        "data_selector": "results",
        "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
    }
    return _move(ends.hubspot_url, ends.hubspot_token, endpoint, write, COLLECTION)


def to_hubspot(ends: Ends) -> int:
    def write(leads: list[dict[str, Any]]) -> None:
        inputs = [
            {"idProperty": "email", "id": str(lead["Email"]).lower(), "properties": as_contact(lead)} for lead in leads
        ]
        ends.contacts("POST", "/batch/upsert", json={"inputs": inputs})

    endpoint = {
        "path": "query",
        "params": {"q": ALL_LEADS},
        "data_selector": "records",
        "paginator": {"type": "json_link", "next_url_path": "nextRecordsUrl"},
    }
    return _move(ends.salesforce_url, ends.salesforce_token, endpoint, write, HUBSPOT_BATCH)


def _move(base_url: str, token: str, endpoint: dict[str, Any], write: Any, batch: int) -> int:
    import dlt
    from dlt.sources.rest_api import rest_api_source

    moved = 0

    @dlt.destination(batch_size=batch, skip_dlt_columns_and_tables=True, naming_convention="direct", max_table_nesting=0)
    def other_side(items: Any, table: Any, /) -> None:
        nonlocal moved
        write(items)
        moved += len(items)

    asked: Any = {
        "client": {"base_url": base_url, "auth": {"type": "bearer", "token": token}},
        "resources": [{"name": "persons", "max_table_nesting": 0, "endpoint": endpoint}],
    }
    source = rest_api_source(asked)
    with tempfile.TemporaryDirectory() as folder:
        dlt.pipeline("peer", destination=other_side, pipelines_dir=folder).run(source)
    return moved
