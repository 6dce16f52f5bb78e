"""Salesforce, through simple-salesforce."""

from connector.adapters.salesforce.connection import SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.crm import Salesforce

__all__ = ["Salesforce", "SalesforceConnection", "SalesforceOptions"]
