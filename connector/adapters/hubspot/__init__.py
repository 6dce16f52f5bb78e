"""HubSpot, through hubspot-api-client's connection pool."""

from connector.adapters.hubspot.connection import HubSpotConnection, HubSpotOptions
from connector.adapters.hubspot.crm import HubSpot
from connector.adapters.hubspot.transport import Answer, Transport

__all__ = ["Answer", "HubSpot", "HubSpotConnection", "HubSpotOptions", "Transport"]
