"""/composite/batch: up to 25 calls that know nothing of each other."""

from collections.abc import Callable
from typing import Any

from connector.practice.http import request_of
from connector.practice.salesforce.addresses import split
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.state import Org

MAX_CALLS = 25
_HALTED = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted as per user request"}]


def batch(org: Org, call: Call, perform: Callable[[Call], Reply]) -> Reply:
    """POST /composite/batch: each part stands or falls by itself; `haltOnError` stops at the first failure."""
    wishes = call.body().get("batchRequests")
    if call.inner or not isinstance(wishes, list) or not wishes:
        raise Refusal("INVALID_BATCH_REQUEST", "batchRequests must hold at least one subrequest")
    if len(wishes) > MAX_CALLS:
        raise Refusal("LIMIT_EXCEEDED", f"Number of subrequests exceeds the limit of {MAX_CALLS}")
    halt, failed = bool(call.body().get("haltOnError")), False
    results: list[dict[str, Any]] = []
    for wish in wishes:
        if failed and halt:
            results.append({"statusCode": 412, "result": _HALTED})
            continue
        mark = org.mark()
        reply = _one(call, wish, perform)
        if reply.status >= 400:
            failed = True
            org.undo_to(mark)
        results.append({"statusCode": reply.status, "result": reply.payload})
    return Reply(200, {"hasErrors": failed, "results": results})


def _one(outer: Call, wish: Any, perform: Callable[[Call], Reply]) -> Reply:
    if not isinstance(wish, dict) or not isinstance(wish.get("url"), str):
        return refused(Refusal("INVALID_BATCH_REQUEST", "each subrequest needs a method and a url"))
    request = request_of(str(wish.get("method") or "GET"), wish["url"])
    path = request.path if request.path.startswith("/services/data/") else f"/services/data{request.path}"
    place = split(path)
    if place is None:
        return refused(Refusal("INVALID_BATCH_REQUEST", f"not a REST resource: {wish['url']}"))
    return perform(
        Call(
            request.method, place[0], place[1], request.query, outer.headers, wish.get("richInput"), outer.user_id,
            inner=True,
        )
    )  # fmt: skip
