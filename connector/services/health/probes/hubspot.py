"""All probes of HubSpot. What is read comes first; the last ones write one record of their own and end it."""

from connector.services.health.probes.hubspot_read import READ
from connector.services.health.probes.hubspot_write import CLEAN, WRITE

__all__ = ["CLEAN", "READ", "WRITE"]
