"""By which way Salesforce's changes come: the stream, outbound messages, or polls."""

from __future__ import annotations

from collections.abc import Callable

from connector.adapters.calling import is_loopback
from connector.services.pushing import PushState, is_alive, push_state
from connector.settings import Settings
from connector.wiring.stores import Stores

ENDPOINT = "api.pubsub.salesforce.com:7443"
"""Salesforce's own; orgs with EU storage may set api.deu.pubsub.salesforce.com:7443."""


def endpoint_of(settings: Settings) -> str:
    """host:port of the Pub/Sub API to be used; '' for none."""
    given = settings.salesforce
    if given.push not in ("auto", "pubsub"):
        return ""
    practice = is_loopback(given.instance_url or "")
    return given.pubsub_endpoint or ("" if practice else ENDPOINT)


def otherwise(settings: Settings) -> str:
    """How changes come where there is no stream."""
    given = settings.salesforce
    if given.outbound_secret and given.push in ("auto", "outbound"):
        return "outbound messages"
    return f"polls every {settings.engine.poll_seconds:g} seconds"


def state_of(settings: Settings, stores: Stores) -> PushState:
    """Which push is on, since when, and when it last brought something: for `accord doctor` and the console."""
    given = settings.salesforce
    wish = given.push if endpoint_of(settings) else ("outbound" if given.push == "auto" else given.push)
    return push_state(stores.streams, wish, bool(given.outbound_secret), stores.clock())


def pushed(settings: Settings, stores: Stores, object_: str) -> Callable[[], bool]:
    """Asked after each poll of this object: are its changes told by now?"""
    given = settings.salesforce
    if given.outbound_secret and given.push in ("auto", "outbound"):
        return lambda: True
    if not endpoint_of(settings):
        return lambda: False

    def told() -> bool:
        now = stores.clock()
        return any(state.object == object_ and is_alive(state, now) for state in stores.streams.states())

    return told
