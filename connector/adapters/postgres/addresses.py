"""Where an e-mail address stands in the database: which records of nobody's Link it is about, and blotting it out.

Whoever was never linked is known by no Link's ids, so every table is looked through: all columns that hold text or
JSON, whatever the release. An address that is only part of a longer one is another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection, sql

from connector.adapters.postgres.documents import load_queries
from connector.core.records import Ref

_queries = load_queries("addresses")
KEPT = ("agreement", "binding", "connecting", "connection", "turn", "worker")
"""Hold no person of either side: the agreement itself, credentials, names of processes and of turns."""
_BEFORE, _AFTER = r"(?:(?<![a-z0-9._%+-])|(?<=\\[bfnrt]))", r"(?![a-z0-9_-]|\.[a-z0-9])"
"""What may not touch an address. In JSON a line's end before it is told by a letter."""


def pattern_of(address: str) -> str:
    """For PostgreSQL's ~*: the whole address and no part of a longer one."""
    return _BEFORE + re.sub(r"([^a-z0-9])", r"\\\1", address.strip().casefold()) + _AFTER


def stands_in(conn: Connection[Any], address: str) -> list[str]:
    """Tables that name the address."""
    found = []
    for table, column, _ in _columns(conn):
        statement = sql.SQL("SELECT FROM {table} WHERE {here} LIMIT 1").format(
            table=sql.Identifier(table), here=_here(column)
        )
        if conn.execute(statement, _told(address)).fetchone() is not None and table not in found:
            found.append(table)
    return found


def blot(conn: Connection[Any], address: str, tables: Sequence[str] = ()) -> dict[str, int]:
    """It becomes the word 'erased' wherever it stands, or in these tables: rows by table."""
    counts: dict[str, int] = {}
    for table, column, kind in _columns(conn):
        if tables and table not in tables:
            continue
        statement = sql.SQL(
            "UPDATE {table} SET {column} = regexp_replace({column}::text, %(pattern)s, 'erased', 'gi')::{kind}"
            " WHERE {here}"
        ).format(
            table=sql.Identifier(table), column=sql.Identifier(column), kind=sql.SQL(kind), here=_here(column)
        )  # fmt: skip
        if changed := conn.execute(statement, _told(address)).rowcount:
            counts[table] = counts.get(table, 0) + changed
    return counts


def loose_refs(conn: Connection[Any], address: str) -> Iterator[Ref]:
    """Records without a Link of which some row holds exactly this address as a value."""
    for row in _queries.loose(conn, quoted=f'"{address.strip().casefold()}"'):
        yield Ref.parse(row["ref"])


def answers_for_leads(conn: Connection[Any], address: str) -> bool:
    """Is it a colleague's, to whom people were handed over?"""
    return bool(_queries.owner(conn, address=address.strip().casefold())["found"])


def _columns(conn: Connection[Any]) -> Iterator[tuple[str, str, str]]:
    for row in _queries.columns(conn, kept=list(KEPT)):
        yield row["table_name"], row["column_name"], row["kind"]


def _here(column: str) -> sql.Composed:
    """The quick look first: most rows end there."""
    return sql.SQL(
        "strpos(lower({column}::text), %(address)s) > 0 AND lower({column}::text) ~ %(pattern)s"
    ).format(column=sql.Identifier(column))


def _told(address: str) -> dict[str, str]:
    return {"address": address.strip().casefold(), "pattern": pattern_of(address)}
