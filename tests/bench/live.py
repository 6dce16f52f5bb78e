"""Changes as they come, one by one, through all of Accord: webhooks, the web process, the worker."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import urllib3

from connector.adapters.mappings import load
from connector.core.desk import desk_for
from connector.services.health.subscriptions import outbound_fields, subscriptions
from tests.bench.changes import THREE
from tests.bench.stage import MAPPINGS, Stage

HOT = {
    "jobtitle": "Chief Marketing Officer",
    "company": "Acme Tools",
    "numemployees": "100-500",
    "country": "United States",
    "decision_maker": "true",
    "budget": "50000",
    "purchase_timeframe": "this_quarter",
    "demo_requested": "true",
}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Lived:
    """``calls`` of both sides for so many events; ``milliseconds`` of each event that was timed, in order of size."""

    events: int
    calls: Counter[str]
    milliseconds: list[float]

    @property
    def calls_per_event(self) -> float:
        return self.calls.total() / self.events

    def percentile(self, share: float) -> float:
        return self.milliseconds[min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))]


@contextmanager
def running(stage: Stage, **settings: str) -> Iterator[None]:
    """The web process and the worker; both sides tell the web process of every change. What was called before counts
    in no budget any more."""
    stage.database.execute("UPDATE budget SET spent = '{}'")
    with told_to(stage, **settings), stage.worker(**settings):
        one_form(stage)  # connections are opened, owners and schemas are known
        _quiet(stage)
        yield


@contextmanager
def told_to(stage: Stage, **settings: str) -> Iterator[None]:
    """The web process, which both sides tell of every change."""
    with stage.web(**settings) as port:
        desk = desk_for(load(MAPPINGS))
        root = f"http://127.0.0.1:{port}/webhooks"
        stage.hubspot("webhooks", {"target_url": f"{root}/hubspot", "subscriptions": subscriptions(desk)})
        told = {"objects": outbound_fields(desk), "skip_integration_user": True}
        stage.salesforce("outbound", {"target_url": f"{root}/salesforce/{stage.secret}", **told})
        try:
            yield
        finally:
            stage.hubspot("webhooks", {"target_url": ""})
            stage.salesforce("outbound", {"target_url": ""})


def forms(stage: Stage, per_second: float, events: int) -> Lived:
    """Form fills of people nobody knew, each hot at once. Timed by the practice HubSpot's own clock: from the form to
    the Lead's id on the contact, which is written last, together with the tier."""
    made: list[str] = []
    stage.forget_calls()
    _at_rate(per_second, events, lambda number: made.append(one_form(stage)))
    _quiet(stage)
    calls = stage.calls()
    return Lived(events, calls, sorted(answered_after(stage, made)))


def trickle(stage: Stage, per_second: float, events: int) -> Lived:
    """Edits of linked persons in HubSpot, three fields each, that go over to Salesforce."""
    persons = itertools.cycle(stage.linked())
    edits = [{"object": "contact", "id": next(persons)[0], "values": _three()} for _ in range(events)]
    stage.forget_calls()
    _at_rate(per_second, events, lambda number: stage.hubspot("edit", edits[number]))
    _quiet(stage)
    return Lived(events, stage.calls(), [])


def one_form(stage: Stage) -> str:
    number = next(_numbers)
    values = HOT | {"email": f"form.{number}@form{number}.example.com", "firstname": "Ann", "lastname": "Ito"}
    body = {"object": "contact", "values": values, "by": "form", "create": True}
    return str(stage.hubspot("edit", body)["id"])


def _three() -> dict[str, str]:
    number = next(_numbers)
    return {**{name: values[0] for name, values in THREE.items()}, "firstname": f"Ann {number}", "city": f"Place {number}"}


def _at_rate(per_second: float, events: int, step: Callable[[int], Any]) -> None:
    """An event that takes long does not hold up the next one."""
    began = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        done = []
        for number in range(events):
            time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            done.append(pool.submit(step, number))
    for each in done:
        each.result()


def _quiet(stage: Stage) -> None:
    """Everything told, everything done: twice in a row, for webhooks are gathered for a moment."""
    calm = 0
    while calm < 3:
        time.sleep(0.1)
        stage.settle()
        calm = calm + 1 if stage.hubspot("webhooks")["idle"] and not stage.salesforce("outbound")["waiting"] else 0


def answered_after(stage: Stage, contacts: list[str]) -> Iterator[float]:
    http = urllib3.PoolManager()
    headers = {"Authorization": f"Bearer {stage.hubspot.told['access_token']}", "Content-Type": "application/json"}
    for at in range(0, len(contacts), 50):
        inputs = [{"id": id_} for id_ in contacts[at : at + 50]]
        body = {"properties": ["createdate"], "propertiesWithHistory": ["accord_salesforce_id", "accord_tier"], "inputs": inputs}
        url = f"{stage.hubspot.url}/crm/v3/objects/contacts/batch/read"
        answer = http.request("POST", url, body=orjson.dumps(body), headers=headers)
        for row in orjson.loads(answer.data)["results"]:
            written = [row["propertiesWithHistory"][name][-1]["timestamp"] for name in ("accord_salesforce_id", "accord_tier")]
            yield (max(map(_moment, written)) - _moment(row["properties"]["createdate"])).total_seconds() * 1000


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
