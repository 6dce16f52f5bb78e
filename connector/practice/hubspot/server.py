"""Runs practice HubSpot as a local HTTP service."""

import argparse
import gc
import json
import sys
import threading
from collections.abc import Sequence
from typing import Any

from connector.practice.http import Server, serve
from connector.practice.hubspot.core import HubSpotCore, connection
from connector.practice.hubspot.sender import Sender
from connector.practice.hubspot.settings import Settings
from connector.practice.hubspot.webhooks import Subscription

SERVED_INDEX_LAG = 2.0


def serve_hubspot(
    port: int = 0,
    people: int = 0,
    seed: int = 1,
    *,
    host: str = "127.0.0.1",
    index_lag: float = SERVED_INDEX_LAG,
    target_url: str = "",
    subscriptions: Sequence[Subscription] | str = "all",
    core: HubSpotCore | None = None,
    **faults: Any,
) -> Server:
    """Serves a portal with `people` persons until `close()`; `port` 0 takes a free one.

    `faults` are those of Faults (latency_ms=100, rate_limits=True, ...). Webhooks go to `target_url`, which
    can also be set later by POST /_practice/webhooks. `server.core` is the HubSpotCore. A core of the
    caller's own keeps its index lag and subscriptions.
    """
    if core is None:
        settings = Settings(index_lag=index_lag)
        core = HubSpotCore(people, seed, settings=settings, subscriptions=subscriptions)
    if faults:
        core.faults.update(faults)
    if target_url:
        core.delivery.target_url = target_url
    sender = Sender(core)
    core.sender_shown = sender.shown
    core.closing(sender.close)
    server = serve(core, host, port)
    core.base_url = server.base_url
    return server


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until interrupted; prints one JSON line with what a client needs once it is ready."""
    parser = argparse.ArgumentParser(prog="practice-hubspot", description="A local HubSpot to practise on.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index-lag", type=float, default=SERVED_INDEX_LAG)
    parser.add_argument("--target-url", default="")
    parser.add_argument("--scopes", default="", help="of the private app, by commas; all without it")
    parser.add_argument("--tier", default="", help="free, starter, professional, enterprise, enterprise+")
    parser.add_argument(
        "--settings", type=json.loads, default={}, help="JSON object, as POST /_practice/settings"
    )
    parser.add_argument(
        "--faults", type=json.loads, default={}, help="JSON object, as POST /_practice/faults"
    )
    given = parser.parse_args(arguments)
    server = serve_hubspot(
        given.port,
        given.people,
        given.seed,
        index_lag=given.index_lag,
        target_url=given.target_url,
        **given.faults,
    )
    core = server.core
    assert isinstance(core, HubSpotCore)
    if given.scopes:
        core.settings.scopes = given.scopes.split(",")
    core.settings.update({**given.settings, **({"tier": given.tier} if given.tier else {})})
    core.portal.lay_rules()
    gc.freeze()  # a portal's records live as long as the process: walking them again and again costs 100 ms
    gc.set_threshold(50_000, 50, 100)
    sys.stdout.write(json.dumps(connection(core, server.base_url)) + "\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.close()
