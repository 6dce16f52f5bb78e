"""/composite: up to 25 calls in one, with references from later ones to earlier answers."""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from connector.practice.http import request_of
from connector.practice.salesforce.call import Call, Reply, refused
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.state import Org

MAX_CALLS = 25
_REFERENCE = re.compile(r"@\{([^}]*)\}")
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."
# Subrequests take these from the outer call; others must be given each time (a setting).
_INHERITED = ("authorization", "accept", "content-type")
Perform = Callable[[Call], Reply]


def composite(org: Org, call: Call, perform: Perform) -> Reply:
    """POST /composite; `perform` runs one call and answers refusals as replies."""
    subrequests = call.body().get("compositeRequest")
    if call.inner or not isinstance(subrequests, list) or not subrequests:
        raise Refusal("INVALID_INPUT", "compositeRequest must hold at least one subrequest")
    _check_limits(org, subrequests)
    strict = bool(call.body().get("allOrNone"))
    start = org.mark()
    answers: dict[str, Any] = {}
    replies: list[tuple[str, Reply]] = []
    for place, subrequest in enumerate(subrequests):
        name = subrequest["referenceId"]
        reply = _one(org, call, subrequest, answers, perform)
        replies.append((name, reply))
        if reply.status < 300:
            answers[name] = reply.payload
        elif strict:
            org.undo_to(start)
            return _shown(org, _all_halted(subrequests, place, reply))
    return _shown(org, replies)


def _check_limits(org: Org, subrequests: list[Any]) -> None:
    if len(subrequests) > MAX_CALLS:
        raise Refusal("LIMIT_EXCEEDED", f"Number of subrequests exceeds the limit of {MAX_CALLS}")
    names = [each.get("referenceId") if isinstance(each, dict) else None for each in subrequests]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise Refusal("INVALID_INPUT", "Each subrequest needs a referenceId of its own")
    heavy = sum(1 for each in subrequests if _is_heavy(str(each.get("url"))))
    most = org.settings.collections_per_composite
    if heavy > most:
        raise Refusal(
            "LIMIT_EXCEEDED", f"Number of query and collection subrequests exceeds the limit of {most}"
        )


def _is_heavy(url: str) -> bool:
    return re.match(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)\b", url) is not None


def _one(
    org: Org, outer: Call, subrequest: dict[str, Any], answers: dict[str, Any], perform: Perform
) -> Reply:
    mark = org.mark()
    try:
        url = _fill(str(subrequest.get("url") or ""), answers)
        body = _fill(subrequest.get("body"), answers)
    except LookupError as missing:
        return refused(Refusal("PROCESSING_HALTED", f"Invalid reference specified. {missing.args[0]}"))
    request = request_of(str(subrequest.get("method") or "GET"), url)
    match = re.match(r"/services/data/v(\d+\.\d)/(.*)", request.path)
    if match is None:
        return refused(Refusal("INVALID_INPUT", f"The url of a subrequest must be a REST resource: {url}"))
    own = subrequest.get("httpHeaders")
    headers = _headers(org, outer.headers, own if isinstance(own, dict) else {})
    parts = [part for part in match.group(2).split("/") if part]
    reply = perform(
        Call(request.method, match.group(1), parts, request.query, headers, body, outer.user_id, inner=True)
    )
    if reply.status >= 400:
        org.undo_to(mark)
    return reply


def _headers(org: Org, outer: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    taken = outer if org.settings.composite_inherits_headers else {}
    kept = {name: value for name, value in outer.items() if name in _INHERITED}
    return {**taken, **kept, **{name.lower(): str(value) for name, value in own.items()}}


def _fill(value: Any, answers: Mapping[str, Any]) -> Any:
    """The value with each `@{ref.path}` replaced; a string that is one reference keeps the answer's type."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _look_up(whole.group(1), answers)
        return _REFERENCE.sub(lambda match: str(_look_up(match.group(1), answers)), value)
    if isinstance(value, dict):
        return {name: _fill(each, answers) for name, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, answers) for each in value]
    return value


def _look_up(path: str, answers: Mapping[str, Any]) -> Any:
    current: Any = answers
    for name, place in _STEP.findall(path):
        try:
            current = current[int(place)] if place else current[name]
        except (KeyError, IndexError, TypeError):
            head = path.split(".")[0].split("[")[0]
            raise LookupError(f"No value for {path} found in {head}") from None
    return current


def _all_halted(subrequests: list[Any], failed: int, reply: Reply) -> list[tuple[str, Reply]]:
    halted = refused(Refusal("PROCESSING_HALTED", _HALTED))
    return [
        (each["referenceId"], reply if place == failed else halted) for place, each in enumerate(subrequests)
    ]


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {name: _escaped(each) for name, each in value.items()}
    return [_escaped(each) for each in value] if isinstance(value, list) else value


def _shown(org: Org, replies: list[tuple[str, Reply]]) -> Reply:
    if org.settings.composite_escapes_html:
        replies = [
            (name, Reply(reply.status, _escaped(reply.payload), reply.headers)) for name, reply in replies
        ]
    return Reply(
        200,
        {
            "compositeResponse": [
                {
                    "body": reply.payload,
                    "httpHeaders": reply.headers,
                    "httpStatusCode": reply.status,
                    "referenceId": name,
                }
                for name, reply in replies
            ]
        },
    )
