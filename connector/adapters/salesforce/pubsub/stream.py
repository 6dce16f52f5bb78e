"""One open stream: asks for more before it runs dry, and gives what comes as batches."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any, Protocol

import grpc
import structlog

from connector.adapters.salesforce.connection import SIDE
from connector.adapters.salesforce.pubsub.events import EventSchema
from connector.adapters.salesforce.pubsub.wire import pubsub_api_pb2 as wire
from connector.adapters.salesforce.tokens import Login
from connector.core.changes import Change
from connector.errors import TryAgain
from connector.ports.push import Batch

MOST = 100
"""Events that may be asked for at once; Salesforce takes more for this many."""
LOW = 50

log = structlog.get_logger(__name__)


class Bus(Protocol):
    """The channel that a stream runs on; client.PubSub is one."""

    def open(self, topic: str, requests: Any) -> tuple[Any, Login]: ...
    def schema(self, id_: str) -> EventSchema: ...
    def failed(self, error: grpc.RpcError, login: Login) -> Exception: ...


class Stream:
    """Implements ports.push.Subscription. To be iterated once."""

    def __init__(self, bus: Bus, topic: str, after: bytes | None) -> None:
        self._bus, self._topic, self._after = bus, topic, after
        self._requests: queue.SimpleQueue[wire.FetchRequest | None] = queue.SimpleQueue()
        self._call: Any = None
        self._cancelled = threading.Event()

    def __iter__(self) -> Iterator[Batch]:
        if self._cancelled.is_set():
            return
        self._requests.put(self._first())
        self._call, login = self._bus.open(self._topic, iter(self._requests.get, None))
        try:
            if self._cancelled.is_set():
                return
            for response in self._call:
                self._ask(response.pending_num_requested)
                yield self._batch(response)
        except grpc.RpcError as error:
            if not self._cancelled.is_set():
                raise self._bus.failed(error, login) from None
        finally:
            self._requests.put(None)
            self._call.cancel()
        if not self._cancelled.is_set():
            raise TryAgain(SIDE, "Pub/Sub API: the stream was closed")

    @property
    def opened(self) -> bool:
        return self._call is not None

    def cancel(self) -> None:
        self._cancelled.set()
        self._requests.put(None)
        if self._call is not None:
            self._call.cancel()

    def _first(self) -> wire.FetchRequest:
        if self._after is None:
            return wire.FetchRequest(topic_name=self._topic, replay_preset=wire.LATEST, num_requested=MOST)
        return wire.FetchRequest(
            topic_name=self._topic, replay_preset=wire.CUSTOM, replay_id=self._after, num_requested=MOST
        )

    def _ask(self, pending: int) -> None:
        if pending < LOW:
            self._requests.put(wire.FetchRequest(topic_name=self._topic, num_requested=MOST - pending))

    def _batch(self, response: wire.FetchResponse) -> Batch:
        changes = [change for event in response.events for change in self._read(event.event)]
        place = response.latest_replay_id or (response.events[-1].replay_id if response.events else b"")
        return Batch(tuple(changes), place)

    def _read(self, event: wire.ProducerEvent) -> Iterator[Change]:
        schema = self._bus.schema(event.schema_id)
        try:
            yield schema.change(event.payload)
        except ValueError as error:
            # It stays unknown what it said: its object is polled.
            log.warning("a change event was not understood", topic=self._topic, error=str(error))
            object_ = self._topic.removeprefix("/data/").removesuffix("ChangeEvent")
            yield Change(
                f"{object_}c" if object_.endswith("__") else object_, (), "overflow", gap=True, at=None
            )
