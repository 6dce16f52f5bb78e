"""The three calls of the Pub/Sub API that a subscriber makes."""

import threading
import time
import uuid
from collections.abc import Iterator
from typing import NoReturn

import grpc

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.pubsub.errors import refuse
from connector.practice.salesforce.pubsub.feed import Feed, Lost
from connector.practice.salesforce.pubsub.stored import Stored
from connector.practice.salesforce.pubsub.wire import pubsub_api_pb2 as wire
from connector.practice.salesforce.pubsub.wire.pubsub_api_pb2_grpc import PubSubServicer

ALL = "/data/ChangeEvents"
LOOK = 5.0
"""Seconds between two looks at the practice clock, while nothing happens."""


class Service(PubSubServicer):
    """Over one feed. Every call is authenticated by its metadata."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def GetTopic(self, request: wire.TopicRequest, context: grpc.ServicerContext) -> wire.TopicInfo:
        self._authenticate(context)
        object_name = self._object(request.topic_name, context)
        schema = self._feed.schema(object_name) if object_name else None
        return wire.TopicInfo(
            topic_name=request.topic_name,
            tenant_guid=f"core/prod/{self._feed.core.org_id}",
            can_publish=False,
            can_subscribe=not self._feed.denied(object_name),
            schema_id=schema.id if schema else "",
            rpc_id=str(uuid.uuid4()),
        )

    def GetSchema(self, request: wire.SchemaRequest, context: grpc.ServicerContext) -> wire.SchemaInfo:
        self._authenticate(context)
        schema = self._feed.schemas.get(request.schema_id)
        if schema is None:
            self._refuse(context, "schema.validation.failed")
        return wire.SchemaInfo(schema_json=schema.json, schema_id=schema.id, rpc_id=str(uuid.uuid4()))

    def Subscribe(
        self, requests: Iterator[wire.FetchRequest], context: grpc.ServicerContext
    ) -> Iterator[wire.FetchResponse]:
        self._authenticate(context)
        first = next(requests, None)
        if first is None:
            return
        object_name = self._object(first.topic_name, context)
        if self._feed.denied(object_name):
            self._refuse(context, "subscription.topic.cannot.subscribe")
        yield from _Subscription(self._feed, first, object_name, context).responses(requests)

    def _refuse(self, context: grpc.ServicerContext, code: str) -> NoReturn:
        refuse(context, code, self._feed.settings.refusals_as)

    def _authenticate(self, context: grpc.ServicerContext) -> None:
        core = self._feed.core
        told = {str(key): str(value) for key, value in context.invocation_metadata()}
        if not all(told.get(name) for name in ("accesstoken", "instanceurl", "tenantid")):
            self._refuse(context, "service.auth.headers.invalid")
        try:
            with core.lock:
                core.tokens.user_of({"authorization": f"Bearer {told['accesstoken']}"})
        except Refusal:
            self._refuse(context, "service.auth.error")
        if told["tenantid"] != core.org_id:
            self._refuse(context, "service.auth.error")
        if not (self._feed.settings.licensed and getattr(core.settings, "pub_sub", True)):
            self._refuse(context, "service.tenant.license")

    def _object(self, topic: str, context: grpc.ServicerContext) -> str | None:
        """What the topic is about; None for everything."""
        if not topic:
            self._refuse(context, "topic.validation.empty")
        if topic == ALL:
            return None
        name = topic.removeprefix("/data/").removesuffix("ChangeEvent")
        name = name + "c" if name.endswith("__") else name
        if not topic.startswith("/data/") or self._feed.schema(name) is None:
            self._refuse(context, "topic.not.found")
        if name not in self._feed.selected() and self._feed.settings.missing_topic == "refused":
            self._refuse(context, "topic.not.found")
        return name


class _Subscription:
    """One stream: requests are taken in by a thread of their own, responses are made here."""

    def __init__(
        self, feed: Feed, first: wire.FetchRequest, object_name: str | None, context: grpc.ServicerContext
    ) -> None:
        self._feed, self._context, self._object, self._topic = feed, context, object_name, first.topic_name
        self._wrong, self._open = "", True
        with feed.changed:
            self._broken = feed.broken[0]
            place = self._start(first)
            self._pending = 0
            self._ask(first)
        if place is None:
            refuse(context, self._wrong, feed.settings.refusals_as)
        self._place = place
        self._asked_at = self._spoke_at = time.monotonic()

    def responses(self, requests: Iterator[wire.FetchRequest]) -> Iterator[wire.FetchResponse]:
        self._context.add_callback(self._closed)
        threading.Thread(target=self._read, args=(requests,), name="pubsub requests", daemon=True).start()
        while (response := self._next()) is not None:
            yield response
        if self._wrong or self._feed.broken[0] != self._broken:
            code = self._wrong or self._feed.broken[1]
            refuse(self._context, code, self._feed.settings.refusals_as)

    def _start(self, first: wire.FetchRequest) -> int | None:
        if first.replay_preset == wire.EARLIEST:
            return self._feed.earliest()
        if first.replay_preset == wire.LATEST:
            return self._feed.latest()
        if not first.replay_id:
            self._wrong = "subscription.fetch.replayid.validation.failed"
            return None
        try:
            return self._feed.place(first.replay_id)
        except Lost:
            self._wrong = "subscription.fetch.replayid.corrupted"
            return None

    def _ask(self, request: wire.FetchRequest) -> None:
        if request.num_requested <= 0:
            self._wrong = self._wrong or "subscription.fetch.requested.events.invalid"
        elif request.topic_name not in ("", self._topic):
            self._wrong = self._wrong or "subscription.fetch.topic.mismatch"
        most = self._feed.settings.most_requested
        self._pending = min(most, self._pending + max(0, request.num_requested))
        self._asked_at = time.monotonic()

    def _read(self, requests: Iterator[wire.FetchRequest]) -> None:
        try:
            for request in requests:
                with self._feed.changed:
                    self._ask(request)
                    self._feed.changed.notify_all()
        except Exception:  # the way in which grpc tells that the stream is over
            self._closed()

    def _closed(self) -> None:
        with self._feed.changed:
            self._open = False
            self._feed.changed.notify_all()

    def _next(self) -> wire.FetchResponse | None:
        """The next response as it falls due; None when the stream is to end."""
        feed = self._feed
        with feed.changed:
            while self._open and not self._wrong and feed.broken[0] == self._broken:
                events = feed.after(self._place, self._object, self._pending) if self._pending else []
                if events:
                    return self._batch(events)
                now = time.monotonic()
                if not self._pending and now - self._asked_at >= feed.settings.idle_seconds:
                    return None
                if now - self._spoke_at >= feed.settings.keepalive_seconds:
                    return self._batch([])
                feed.changed.wait(min(LOOK, self._longest(now)))
        return None

    def _longest(self, now: float) -> float:
        settings = self._feed.settings
        waits = [self._spoke_at + settings.keepalive_seconds - now]
        if not self._pending:
            waits.append(self._asked_at + settings.idle_seconds - now)
        return max(0.001, min(waits))

    def _batch(self, events: list[Stored]) -> wire.FetchResponse:
        feed = self._feed
        self._pending -= len(events)
        if events:
            self._place = events[-1].number
        elif not feed.after(self._place, self._object, 1):
            # Nothing of this topic waits to be asked for.
            self._place = feed.latest()
        self._spoke_at = self._asked_at = time.monotonic()
        made = [
            wire.ConsumerEvent(
                event=wire.ProducerEvent(id=event.id, schema_id=event.schema.id, payload=event.payload),
                replay_id=feed.replay_id(event.number),
            )
            for event in events
        ]
        return wire.FetchResponse(
            events=made,
            latest_replay_id=feed.replay_id(self._place),
            rpc_id=str(uuid.uuid4()),
            pending_num_requested=self._pending,
        )
