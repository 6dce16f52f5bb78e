"""What the services need from outside, as protocols. Adapters implement them; wiring joins them."""

from connector.ports.crm import (
    Budget,
    Clock,
    Crm,
    FieldSchema,
    Guard,
    HubSpotCrm,
    SalesforceCrm,
    Write,
    Written,
)
from connector.ports.rounds import Claim, Documents, Intent, Mine, Rounds, Rows, Saving
from connector.ports.stores import Accepted, Bookmarks, NoticeStore

__all__ = [
    "Accepted",
    "Bookmarks",
    "Budget",
    "Claim",
    "Clock",
    "Crm",
    "Documents",
    "FieldSchema",
    "Guard",
    "HubSpotCrm",
    "Intent",
    "Mine",
    "NoticeStore",
    "Rounds",
    "Rows",
    "SalesforceCrm",
    "Saving",
    "Write",
    "Written",
]
