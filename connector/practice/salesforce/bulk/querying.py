"""Bulk queries: SOQL without what the Bulk API leaves out, answered as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.soql.nodes import Aggregate, Path, Select
from connector.practice.salesforce.soql.parse import parse
from connector.practice.salesforce.soql.run import Query
from connector.practice.salesforce.state import Org


def query_rows(
    org: Org, text: str, version: str, all_rows: bool, only_check: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Header and cells; raises Refusal for what can't be asked here."""
    if not text:
        raise Refusal("API_ERROR", "Query parameter is required")
    select = parse(text)
    if select.group or select.offset or any(isinstance(item, Aggregate | Select) for item in select.items):
        raise Refusal(
            "API_ERROR", "Aggregate Relationships, GROUP BY and OFFSET are not supported in Bulk Query"
        )
    header = [item.name for item in select.items if isinstance(item, Path)]
    records = Query(org, select, version, all_rows).records()
    if only_check:
        return header, []
    if len(header) < len(select.items):
        header = [name for name in (records[0] if records else {}) if name != "attributes"]
    return header, [[_cell(record, name) for name in header] for record in records]


def _cell(record: Any, name: str) -> str:
    value = record
    for part in name.split("."):
        value = next((held for key, held in (value or {}).items() if key.lower() == part.lower()), None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.endswith(".000+0000"):
        return value[:-5] + "Z"
    return str(value)


def csv_page(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Everything quoted, LF."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
