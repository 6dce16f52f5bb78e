"""The practice Pub/Sub API over gRPC on the loopback, in plain text: the real one is reached by TLS only."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.pubsub.feed import Feed
from connector.practice.salesforce.pubsub.service import Service
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.pubsub.wire.pubsub_api_pb2_grpc import add_PubSubServicer_to_server

STREAMS = 64
"""Calls at once: each stream keeps a thread."""


class PubSubServer:
    """Running from the start. `endpoint`: host:port, as a client dials it; `feed`: what is published."""

    def __init__(self, feed: Feed, host: str, port: int) -> None:
        self.feed = feed
        self._server = grpc.server(
            ThreadPoolExecutor(STREAMS, thread_name_prefix="pubsub"), options=(("grpc.so_reuseport", 0),)
        )
        add_PubSubServicer_to_server(Service(feed), self._server)  # type: ignore[no-untyped-call]
        try:
            self._port = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise OSError(98, f"the Pub/Sub API can't listen: {error}") from None
        self.endpoint = f"{host}:{self._port}"
        self._server.start()

    def practise(self, wish: dict[str, Any]) -> dict[str, Any]:
        """POST /_practice/pubsub: `{"settings": {…}}`, `{"gap": {"object", "ids", "kind"?}}`, `{"gaps": n}` (the next n
        events come as gaps), `{"break": error code or ""}`, `{"forget": true}`. ValueError for anything else."""
        unknown = set(wish) - {"settings", "gap", "gaps", "break", "forget"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        self.feed.settings.update(wish.get("settings", {}))
        self.feed.gaps = int(wish.get("gaps", self.feed.gaps))
        if "gap" in wish:
            told = wish["gap"]
            self.feed.gap(told["object"], told.get("ids", ()), told.get("kind", "GAP_UPDATE"))
        if wish.get("forget"):
            self.feed.forget()
        if "break" in wish:
            self.feed.break_streams(wish["break"] or "")
        told = {"settings": dict(vars(self.feed.settings)), "selected": list(self.feed.selected())}
        return {"endpoint": self.endpoint, **told}

    def close(self) -> None:
        """At once: open streams end as with a lost connection."""
        self._server.stop(0).wait(2)
        self.feed.core.on_commit.remove(self.feed.heard)


def serve_pubsub(
    core: Acts,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    settings: PubSubSettings | None = None,
) -> PubSubServer:
    """Starts the practice Pub/Sub API of a core. OSError where the port is taken."""
    return PubSubServer(Feed(core, settings), host, port)
