"""A HubSpot that answers from a script, for what the practice server does not do (merges, odd bodies)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import urllib3

from connector.adapters.hubspot import HubSpot, HubSpotConnection, HubSpotOptions

NOON = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]] | Exception


class Scripted:
    """Gives the answers in order and keeps what was asked: (method, path, parsed body)."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Any]] = []

    def request(self, method: str, url: str, *rest: Any, body: bytes | None = None, **more: Any) -> Any:
        path = url.removeprefix("http://hubspot.test")
        is_json = body and body[:1] in b"{["
        self.asked.append((method, path, orjson.loads(body) if is_json and body else body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, payload, *headers = answer
        data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        return urllib3.HTTPResponse(data, headers[0] if headers else {}, status, preload_content=True)


def scripted(*answers: Answer, **options: Any) -> tuple[HubSpot, Scripted]:
    script = Scripted(*answers)
    naps: list[float] = []
    adapter = HubSpot(
        HubSpotConnection(base_url="http://hubspot.test", access_token="pat-na1-secret", app_id="77"),
        None,
        HubSpotOptions(parallel=1, **options),
        clock=lambda: NOON,
        transport=script,
        sleep=naps.append,
    )
    return adapter, script


def row(id_: str, **properties: Any) -> dict[str, Any]:
    """One result as HubSpot gives it."""
    stamp = "2026-11-01T10:00:00.123Z"
    shown = {"hs_object_id": id_, "lastmodifieddate": stamp, **properties}
    return {"id": id_, "properties": shown, "createdAt": stamp, "updatedAt": stamp, "archived": False}


def results(*rows: dict[str, Any], errors: Sequence[dict[str, Any]] = ()) -> Answer:
    """A batch answer: 207 where it has errors."""
    body: dict[str, Any] = {"status": "COMPLETE", "results": list(rows)}
    if errors:
        body |= {"errors": list(errors), "numErrors": len(errors)}
    return (207 if errors else 200), body
