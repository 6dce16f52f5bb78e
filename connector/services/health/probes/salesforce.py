"""All probes of Salesforce. What is read comes first; the last ones write one record of their own and end it."""

from connector.services.health.probes.salesforce_read import READ
from connector.services.health.probes.salesforce_write import CLEAN, RECORDS, WRITE

__all__ = ["CLEAN", "READ", "RECORDS", "WRITE"]
