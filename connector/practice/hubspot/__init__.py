"""A local HubSpot: objects, associations, definitions, lists, tokens and webhooks, as the real one answers."""

from connector.practice.hubspot.core import HubSpotCore, connection
from connector.practice.hubspot.server import serve_hubspot
from connector.practice.hubspot.settings import Settings

__all__ = ["HubSpotCore", "Settings", "connection", "serve_hubspot"]
