"""Both practice servers over HTTP, as an org's file describes them."""

from __future__ import annotations

from typing import Any

from connector.practice.hubspot import HubSpotCore, serve_hubspot
from connector.practice.hubspot import connection as hubspot_connection
from connector.practice.hubspot.server import SERVED_INDEX_LAG
from connector.practice.orgs.files import Org
from connector.practice.orgs.hubspot import properties_of, settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.salesforce import serve_salesforce
from connector.practice.salesforce.settings import Settings


def hubspot(
    org: Org, target_url: str = "", *, people: int = 0, seed: int = 1, bare: bool = False, **given: Any
) -> tuple[dict[str, Any], Any]:
    """What a client needs, and the running server. `given`: host, port and faults as of serve_hubspot.
    `bare`: without Accord's own properties."""
    settings = settings_of(org, index_lag=SERVED_INDEX_LAG)
    settings.accord_fields = not bare
    core = HubSpotCore(people, seed, settings=settings, properties=properties_of(org), subscriptions="all")
    server = serve_hubspot(target_url=target_url, core=core, **given)
    return hubspot_connection(core, server.base_url), server


def salesforce(org: Org, *, bare: bool = False, **given: Any) -> tuple[dict[str, Any], Any]:
    """What a client needs, and the running server. `given`: all of serve_salesforce."""
    if bare:
        given["settings"] = Settings(accord_fields=False)
    server = serve_salesforce(**{"pubsub": org.salesforce.pub_sub} | given)
    furnish(server.core, org)
    if server.pubsub is not None:
        server.pubsub.feed.settings.update(dict(org.pubsub))
    return dict(server.connection()), server
