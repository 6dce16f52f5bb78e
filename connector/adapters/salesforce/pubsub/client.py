"""One gRPC channel to the Pub/Sub API, and the calls on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import grpc

from connector.adapters.calling import is_loopback, no_guard, utc_now
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.connection import SIDE
from connector.adapters.salesforce.ids import id18
from connector.adapters.salesforce.pubsub.events import EventSchema
from connector.adapters.salesforce.pubsub.failures import SignInAgain, failure_of
from connector.adapters.salesforce.pubsub.stream import Stream
from connector.adapters.salesforce.pubsub.wire import pubsub_api_pb2 as wire
from connector.adapters.salesforce.tokens import Login
from connector.errors import MendConnection, TryAgain
from connector.ports import Clock
from connector.ports.push import Subscription

SERVICE = "/eventbus.v1.PubSub/"
SECONDS = 20.0
"""Time-out of a single call."""
_OPTIONS = (
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 10_000),
)
T = TypeVar("T")
Metadata = tuple[tuple[str, str], ...]


class PubSub:
    """Implements ports.push.ChangeStream over the sessions of ``api``. Safe for many threads.

    ``endpoint``: host:port; TLS, but for this machine (where the practice server answers).
    """

    def __init__(self, api: SalesforceApi, endpoint: str, clock: Clock = utc_now) -> None:
        self._api, self._clock = api, clock
        here = is_loopback(f"http://{endpoint}")
        # A neighbour is not reached through a proxy.
        options = (*_OPTIONS, ("grpc.enable_http_proxy", 0)) if here else _OPTIONS
        self._channel = (
            grpc.insecure_channel(endpoint, options)
            if here
            else grpc.secure_channel(endpoint, grpc.ssl_channel_credentials(), options)
        )
        self._topic = self._unary("GetTopic", wire.TopicRequest, wire.TopicInfo)
        self._schema = self._unary("GetSchema", wire.SchemaRequest, wire.SchemaInfo)
        self._fetch = self._channel.stream_stream(
            SERVICE + "Subscribe",
            request_serializer=wire.FetchRequest.SerializeToString,
            response_deserializer=wire.FetchResponse.FromString,
        )
        self._schemas: dict[str, EventSchema] = {}
        self._lock = threading.Lock()

    @property
    def client(self) -> str:
        return self._api.options.client

    def us(self) -> str:
        return self._api.us(no_guard)

    def subscribe(self, object_: str, after: bytes | None) -> Subscription:
        return Stream(self, topic_of(object_), after)

    def open(self, topic: str, requests: Any) -> tuple[Any, Login]:
        """The stream's call and its session, once the topic is known to be there for us. Raises as failure_of says."""

        def call(login: Login) -> tuple[Any, Login]:
            metadata = self._metadata(login)
            info = self._topic(wire.TopicRequest(topic_name=topic), metadata=metadata, timeout=SECONDS)
            if not info.can_subscribe:
                raise MendConnection(SIDE, f"Pub/Sub API: the integration user may not subscribe to {topic}")
            return self._fetch(requests, metadata=metadata), login

        return self._signed(call)

    def schema(self, id_: str) -> EventSchema:
        """By its id, which never means another one: asked for once."""
        with self._lock:
            held = self._schemas.get(id_)
        if held is None:
            request = wire.SchemaRequest(schema_id=id_)
            info = self._signed(
                lambda login: self._schema(request, metadata=self._metadata(login), timeout=SECONDS)
            )
            try:
                held = EventSchema(info.schema_json)
            except ValueError as error:
                raise TryAgain(SIDE, f"Pub/Sub API: {error}") from None
            with self._lock:
                self._schemas[id_] = held
        return held

    def failed(self, error: grpc.RpcError, login: Login) -> Exception:
        """What to raise for a stream that broke. A refused session is renewed before the next attempt."""
        failure = failure_of(error, self._clock())
        if isinstance(failure, SignInAgain):
            self._api.login(no_guard, login)
            return TryAgain(SIDE, "Pub/Sub API: the session had ended; there is a new one")
        return failure

    def close(self) -> None:
        """The sessions' calls are closed, too."""
        self._channel.close()
        self._api.close()

    # ------------------------------------------------------------------------------------------------------------
    def _unary(self, name: str, request: Any, response: Any) -> Any:
        return self._channel.unary_unary(
            SERVICE + name,
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )

    def _signed(self, call: Callable[[Login], T]) -> T:
        """With the present session, and once more with a new one if that is refused."""
        login = self._api.login(no_guard)
        try:
            return self._called(call, login)
        except SignInAgain:
            login = self._api.login(no_guard, login)
        try:
            return self._called(call, login)
        except SignInAgain:
            raise MendConnection(
                SIDE, "Pub/Sub API: a new session was refused, too. Check the app's scopes and IP policies"
            ) from None

    def _called(self, call: Callable[[Login], T], login: Login) -> T:
        try:
            return call(login)
        except grpc.RpcError as error:
            raise failure_of(error, self._clock()) from None

    def _metadata(self, login: Login) -> Metadata:
        org = login.org_id or id18(self._api.connection.org_id)
        return (("accesstoken", login.token), ("instanceurl", login.instance_url), ("tenantid", org))


def topic_of(object_: str) -> str:
    """Lead -> /data/LeadChangeEvent, Thing__c -> /data/Thing__ChangeEvent."""
    return f"/data/{object_.removesuffix('c') if object_.endswith('__c') else object_}ChangeEvent"
