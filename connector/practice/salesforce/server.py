"""The practice Salesforce over HTTP."""

from typing import Any

from connector.practice.http import Server
from connector.practice.salesforce.core import SalesforceCore
from connector.practice.salesforce.sender import Sender
from connector.practice.salesforce.settings import Settings


class SalesforceServer(Server):
    """A running practice Salesforce with its outbound-message sender."""

    core: SalesforceCore
    sender: Sender

    def connection(self) -> dict[str, str]:
        """base_url, access_token, instance_url, org_id, client_id, client_secret, username."""
        return connection(self.core, self.base_url)

    def close(self) -> None:
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
    **faults: Any,
) -> SalesforceServer:
    """Starts a practice Salesforce. `faults` as in POST /_practice/faults, `outbound` as in /_practice/outbound;
    `retry_seconds` is the first interval of outbound retries."""
    core = SalesforceCore(settings=settings, people=people, seed=seed)
    core.faults.update(faults)
    if outbound:
        core.outbound.configure(outbound)
    server = SalesforceServer(core, host, port, 64)
    core.base_url = server.base_url
    server.sender = Sender(core, retry_seconds)
    return server


__all__ = ["SalesforceServer", "connection", "serve_salesforce"]
