"""Bulk API 2.0 against composite and collections, for what a backfill reads and writes in Salesforce: calls and time.

The practice server ends a job at once; a real org takes seconds to begin one. So the time is Bulk's best case.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import orjson
import requests

from tests.bench.backfill_run import LATENCY
from tests.bench.numbers import Number
from tests.bench.peers.fields import PAIRS, Ends
from tests.bench.practice import Practice, practice

FIELDS = ", ".join(["Id", *PAIRS.values()])
ALL = f"SELECT {FIELDS} FROM Lead WHERE IsConverted = false"
TRIP, COLLECTION, ROUND = 800, 200, 1000
"""Rows of a composite, of a collection, and of a round."""
Rows = list[dict[str, str]]
Way = Callable[[Ends], Rows]
POLLS = 0.5


def numbers(people: int) -> Iterator[Number]:
    with practice("hubspot", 1, 1) as hubspot, practice("salesforce", people, 1) as org:
        os.environ |= {"PEER_HUBSPOT": _json(hubspot), "PEER_SALESFORCE": _json(org)}
        ends = Ends()
        rows = _by_query(ends)
        org.slow_down(LATENCY)
        part = f"Salesforce, {len(rows):,} Leads: Bulk API 2.0 against what Accord uses"
        yield from _measured(org, part, "read", {"query": _by_query, "Bulk": _by_bulk_query}, ends)
        for size, words in ((len(rows), "all in one job"), (ROUND, "a round's thousand")):
            some = rows[:size]
            ways: dict[str, Way] = {"composite": partial(_compose, rows=some), "Bulk": partial(_ingest, rows=some)}
            yield from _measured(org, part, f"write and read back, {words}", ways, ends)


def _measured(
    org: Practice, part: str, what: str, ways: Mapping[str, Way], ends: Ends
) -> Iterator[Number]:
    found: dict[str, float] = {}
    for name, way in ways.items():
        org.forget_calls()
        began = time.perf_counter()
        count = len(way(ends))
        seconds = time.perf_counter() - began
        found[name] = float(org.calls().total())
        others = {other: n for other, n in found.items() if other != name}
        yield Number(part, f"{what}: {name}", found[name], "calls", against=others, detail={"seconds": seconds, "rows": float(count)})


def _json(server: Practice) -> str:
    return orjson.dumps(server.told).decode()


def _by_query(ends: Ends) -> Rows:
    page, rows = ends.org("GET", "/query", params={"q": ALL}), list[dict[str, str]]()
    while True:
        rows += [{"Id": row["Id"]} for row in page["records"]]
        if page["done"]:
            return rows
        page = ends.org("GET", "/query/" + page["nextRecordsUrl"].rpartition("/")[2])


def _compose(ends: Ends, rows: Rows) -> Rows:
    for at in range(0, len(rows), TRIP):
        some = rows[at : at + TRIP]
        calls: list[dict[str, object]] = [
            {"method": "PATCH", "url": f"{_prefix(ends)}/composite/sobjects", "referenceId": f"part{n}",
             "body": {"allOrNone": False, "records": [_update(row) for row in some[n : n + COLLECTION]]}}
            for n in range(0, len(some), COLLECTION)
        ]  # fmt: skip
        ids = {"ids": [row["Id"] for row in some], "fields": ["Id", *PAIRS.values()]}
        calls.append({"method": "POST", "url": f"{_prefix(ends)}/composite/sobjects/Lead", "referenceId": "back", "body": ids})
        ends.org("POST", "/composite", json={"allOrNone": False, "compositeRequest": calls})
    return rows


def _update(row: dict[str, str]) -> dict[str, object]:
    return {"attributes": {"type": "Lead"}, "id": row["Id"], "City": "Boston"}


def _prefix(ends: Ends) -> str:
    return ends.salesforce_url[ends.salesforce_url.index("/services") :]


def _ingest(ends: Ends, rows: Rows) -> Rows:
    job = ends.org("POST", "/jobs/ingest", json={"object": "Lead", "operation": "update", "contentType": "CSV"})["id"]
    csv = "Id,City\n" + "".join(f"{row['Id']},Albany\n" for row in rows)
    _raw(ends, "PUT", f"/jobs/ingest/{job}/batches", csv.encode(), {"Content-Type": "text/csv"})
    ends.org("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"})
    _awaited(ends, f"/jobs/ingest/{job}")
    for told in ("successfulResults", "failedResults", "unprocessedrecords"):
        _raw(ends, "GET", f"/jobs/ingest/{job}/{told}")
    return _read_back(ends, rows)


def _read_back(ends: Ends, rows: Rows) -> Rows:
    """A job's results hold what was sent, not what the org made of it."""
    for at in range(0, len(rows), 2000):
        ids = [row["Id"] for row in rows[at : at + 2000]]
        ends.org("POST", "/composite/sobjects/Lead", json={"ids": ids, "fields": ["Id", *PAIRS.values()]})
    return rows


def _by_bulk_query(ends: Ends) -> Rows:
    job = ends.org("POST", "/jobs/query", json={"operation": "query", "query": ALL})["id"]
    _awaited(ends, f"/jobs/query/{job}")
    rows, locator = list[dict[str, str]](), ""
    while locator != "null":
        answer = _raw(ends, "GET", f"/jobs/query/{job}/results" + (f"?locator={locator}" if locator else ""))
        rows += [{"Id": line.split(",")[0].strip('"')} for line in answer.text.splitlines()[1:]]
        locator = answer.headers.get("Sforce-Locator", "null")
    return rows


def _awaited(ends: Ends, path: str) -> None:
    while ends.org("GET", path)["state"] not in ("JobComplete", "Failed"):
        time.sleep(POLLS)


def _raw(
    ends: Ends, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> requests.Response:
    answer = ends.salesforce.request(method, f"{ends.salesforce_url}{path}", data=body or None, headers=headers)
    answer.raise_for_status()
    return answer
