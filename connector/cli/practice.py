"""`accord practice`: a local HubSpot and a local Salesforce, to try things on."""

import json
import signal
import sys
import threading
from contextlib import ExitStack
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from connector.practice.orgs import Org as Described


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
Org = Annotated[
    str, typer.Option(help="The kind of org: standard, enterprise, contacts-only, professional, or a YAML file.")
]
Bare = Annotated[bool, typer.Option("--bare", help="Without Accord's own fields, as before `accord setup`.")]
Unproved = Annotated[
    list[str],
    typer.Option(
        "--unproved", metavar="flipped|default|NAME=VALUE",
        help="Behaviours that rest on memory (docs/unproved.md) the other way: all that can be so together, or one by "
        "name. May be given several times.",
    ),
]  # fmt: skip
Scopes = Annotated[
    str, typer.Option(metavar="A,B", help="HubSpot only: what the token may do; everything without it.")
]
TierName = Annotated[
    str, typer.Option("--tier", help="HubSpot only: free, starter, professional, enterprise, enterprise+.")
]
Settings = Annotated[
    str,
    typer.Option(
        help='Any setting of a server, as for POST /_practice/settings: {"page_size": 200}; with both servers by side: '
        '{"salesforce": {"page_size": 200}}.'
    ),
]


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
    org: Org = "standard",
    bare: Bare = False,
    unproved: Unproved = [],  # noqa: B006
    scopes: Scopes = "",
    tier: TierName = "",
    settings: Settings = "{}",
) -> None:
    """Serve a practice HubSpot or Salesforce, or both, until interrupted.

    Each prints, when ready, one JSON line with what a client needs. What is asked for goes before what the org is like.
    """
    wrong = {"latency_ms": latency_ms, "rate_limits": rate_limits} | _faults(faults)
    described = _adjusted(_org(org), which, unproved, settings, {"tier": tier, "scopes": scopes})
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with ExitStack() as running:
        for offset, one in enumerate([which] if which else list(Which)):
            given = {"port": port + offset if port else 0, "people": people, "seed": seed, "host": host, **wrong}
            given["bare"] = bare
            needed, server = _serve(one, described, target_url, given)
            running.callback(server.close)
            sys.stdout.write(json.dumps({"service": one.value, **needed}) + "\n")
            sys.stdout.flush()
        stopped.wait()


def _org(name: str) -> "Described":
    from connector.errors import FixConfiguration
    from connector.practice.orgs import OrgProblems, load

    try:
        return load(name)
    except OrgProblems as wrong:
        raise FixConfiguration(wrong.problems) from wrong


def _adjusted(
    org: "Described", which: Which | None, unproved: list[str], settings: str, portal: dict[str, str]
) -> "Described":
    from connector.errors import FixConfiguration
    from connector.practice.orgs import adjusted, settings_from

    if which is Which.SALESFORCE and any(portal.values()):
        raise FixConfiguration("--tier and --scopes are HubSpot's: leave them out for Salesforce.")
    try:
        named = settings_from(settings, which.value if which else "")
        return adjusted(org, unproved=unproved, settings=named, **portal)
    except ValueError as wrong:
        raise FixConfiguration(str(wrong)) from wrong


def _serve(
    which: Which, org: "Described", target_url: str, given: dict[str, Any]
) -> tuple[dict[str, Any], Any]:
    """What a client needs, and the running server."""
    from connector.practice.orgs import serving

    try:
        if which is Which.HUBSPOT:
            return serving.hubspot(org, target_url, **given)
        return serving.salesforce(org, **given)
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
