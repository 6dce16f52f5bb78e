"""JSON documents to and from PostgreSQL, and the named queries: shared by all stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import aiosql
import orjson
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

QUERIES = Path(__file__).parent / "queries"
set_json_loads(orjson.loads)
set_json_dumps(orjson.dumps)


def document(rows: Any) -> Jsonb:
    """A batch of rows as one document, for jsonb_to_recordset."""
    return Jsonb(rows)


def by_id(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A batch of rows as the parameters ``ids`` and ``rows``, an object by id: for statements that join nothing."""
    return {"ids": [row["id"] for row in rows], "rows": Jsonb({str(row["id"]): row for row in rows})}


@cache
def load_queries(name: str) -> Any:
    """The named queries of queries/<name>.sql. Selects are lazy: iterate them or they never run."""
    rows = {"row_factory": dict_row}
    return aiosql.from_path(QUERIES / f"{name}.sql", "psycopg", mandatory_parameters=False, kwargs=rows)
