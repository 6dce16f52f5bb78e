"""`accord practice`: a local HubSpot and a local Salesforce, to try things on."""

import json
import signal
import sys
import threading
from contextlib import ExitStack
from enum import StrEnum
from types import FrameType
from typing import Annotated, Any

import typer


class Which(StrEnum):
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


One = Annotated[Which | None, typer.Argument(help="hubspot or salesforce; both without it.")]
Port = Annotated[int, typer.Option(help="0 takes a free one. With both, Salesforce takes the next.")]
People = Annotated[int, typer.Option(min=0, help="Generated persons in HubSpot; most of them in Salesforce too.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same persons on both sides.")]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Latency = Annotated[float, typer.Option(min=0, help="Milliseconds added to every call.")]
RateLimits = Annotated[bool, typer.Option("--rate-limits", help="Keep the real services' rate limits.")]
Faults = Annotated[
    str, typer.Option(help='JSON as for POST /_practice/faults, e.g. {"error_rate": {"503": 0.01}}.')
]
Target = Annotated[str, typer.Option(help="HubSpot only: where webhooks go (settable later, too).")]


def add_to(app: typer.Typer) -> None:
    app.command("practice")(practice)


def practice(
    which: One = None,
    port: Port = 0,
    people: People = 0,
    seed: Seed = 1,
    host: Host = "127.0.0.1",
    latency_ms: Latency = 0,
    rate_limits: RateLimits = False,
    faults: Faults = "{}",
    target_url: Target = "",
) -> None:
    """Serve a practice HubSpot or Salesforce, or both, until interrupted.

    Each prints, when ready, one JSON line with what a client needs.
    """
    wrong = {"latency_ms": latency_ms, "rate_limits": rate_limits} | _faults(faults)
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with ExitStack() as running:
        for offset, one in enumerate([which] if which else list(Which)):
            given = {"port": port + offset if port else 0, "people": people, "seed": seed, "host": host, **wrong}
            needed, server = _serve(one, target_url, given)
            running.callback(server.close)
            sys.stdout.write(json.dumps({"service": one.value, **needed}) + "\n")
            sys.stdout.flush()
        stopped.wait()


def _serve(which: Which, target_url: str, given: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """What a client needs, and the running server."""
    try:
        if which is Which.HUBSPOT:
            from connector.practice import hubspot

            server = hubspot.serve_hubspot(target_url=target_url, **given)
            assert isinstance(server.core, hubspot.HubSpotCore)
            return hubspot.connection(server.core, server.base_url), server
        from connector.practice.salesforce import serve_salesforce

        org = serve_salesforce(**given)
        return dict(org.connection()), org
    except OSError as error:
        from connector.errors import Refused

        place = f"{given['host']}:{given['port']}"
        raise Refused(f"Practice {which.value} can't listen on {place}: {error.strerror}.") from error


def _faults(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"--faults is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise typer.BadParameter('--faults is a JSON object, e.g. {"error_rate": {"503": 0.01}}')
    return found
