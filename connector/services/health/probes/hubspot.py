"""All probes of HubSpot. What is read comes first; the last ones write records of their own and end them."""

from connector.services.health.probes.hubspot_pairs import PAIRS
from connector.services.health.probes.hubspot_read import READ
from connector.services.health.probes.hubspot_write import CLEAN, ONE, RECORDS

WRITE = (*ONE, *PAIRS)

__all__ = ["CLEAN", "READ", "RECORDS", "WRITE"]
