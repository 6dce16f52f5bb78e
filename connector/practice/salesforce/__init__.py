"""A local Salesforce: one org behind the real REST API, OAuth and outbound messages."""

from connector.practice.salesforce.core import SalesforceCore
from connector.practice.salesforce.server import SalesforceServer, connection, serve_salesforce
from connector.practice.salesforce.settings import Settings

__all__ = ["SalesforceCore", "SalesforceServer", "Settings", "connection", "serve_salesforce"]
