"""The practice Salesforce over HTTP."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connector.practice.http import Server
from connector.practice.salesforce.admin import Admin
from connector.practice.salesforce.core import SalesforceCore
from connector.practice.salesforce.sender import Sender
from connector.practice.salesforce.settings import Settings

if TYPE_CHECKING:
    from connector.practice.salesforce.pubsub import PubSubServer


class SalesforceServer(Server):
    """A running practice Salesforce with its outbound-message sender, and its Pub/Sub API where it has one."""

    core: SalesforceCore
    sender: Sender
    pubsub: "PubSubServer | None" = None

    def connection(self) -> dict[str, str]:
        """base_url, access_token, instance_url, org_id, client_id, client_secret, username; pubsub_endpoint
        (host:port) where that is served."""
        told = connection(self.core, self.base_url)
        return {**told, "pubsub_endpoint": self.pubsub.endpoint} if self.pubsub else told

    def close(self) -> None:
        if self.pubsub:
            self.pubsub.close()
        self.sender.close()
        super().close()


def connection(core: SalesforceCore, base_url: str) -> dict[str, str]:
    """What a client needs to reach this core under `base_url`."""
    return core.connection(base_url)


def serve_salesforce(
    port: int = 0,
    people: int = 0,
    seed: int = 1,
    *,
    host: str = "127.0.0.1",
    settings: Settings | None = None,
    outbound: dict[str, Any] | None = None,
    retry_seconds: float = 5.0,
    pubsub: bool = False,
    setup: Callable[[Admin], None] | None = None,
    **faults: Any,
) -> SalesforceServer:
    """Starts a practice Salesforce. `faults` as in POST /_practice/faults, `outbound` as in /_practice/outbound;
    `retry_seconds` is the first interval of outbound retries; `pubsub` serves the Pub/Sub API too, on a free port;
    `setup` makes the org what it is before its people come (see admin.py)."""
    core = SalesforceCore(settings=settings, people=people, seed=seed, setup=setup)
    core.faults.update(faults)
    if outbound:
        core.outbound.configure(outbound)
    server = SalesforceServer(core, host, port, 64)
    core.base_url = server.base_url
    server.sender = Sender(core, retry_seconds)
    if pubsub:
        from connector.practice.salesforce.pubsub import serve_pubsub  # gRPC takes its time to load

        core.pubsub = server.pubsub = serve_pubsub(core, host=host)
    return server


__all__ = ["SalesforceServer", "connection", "serve_salesforce"]
