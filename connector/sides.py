"""Both sides, made from the settings. (A part of the wiring that also one-off commands use.)"""

from connector.adapters.calling import Timeouts
from connector.adapters.hubspot import HubSpot, HubSpotConnection, HubSpotOptions
from connector.adapters.salesforce import Salesforce, SalesforceConnection, SalesforceOptions
from connector.ports import Budget
from connector.settings import Settings


def make_hubspot(settings: Settings, budget: Budget | None = None) -> HubSpot:
    """The portal of the settings. Close it when done. Without a budget, calls are not counted."""
    given = settings.hubspot
    connection = HubSpotConnection(
        base_url=given.base_url,
        access_token=given.access_token.get_secret_value(),
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        refresh_token=given.refresh_token.get_secret_value(),
        portal_id=given.portal_id,
        app_id=given.app_id,
    )
    options = HubSpotOptions(
        version=given.path_version, timeouts=timeouts(given.timeout_seconds), time_zone=given.time_zone
    )
    return HubSpot(connection, budget, options)


def make_salesforce(settings: Settings, budget: Budget | None = None) -> Salesforce:
    """The org of the settings. Close it when done. Without a budget, calls are not counted."""
    given = settings.salesforce
    connection = SalesforceConnection(
        base_url=given.instance_url or "",
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        username=given.username,
        private_key=given.private_key.get_secret_value(),
        org_id=given.org_id,
        audience=given.audience or "",
    )
    options = SalesforceOptions(version=given.api_version, timeouts=timeouts(given.timeout_seconds))
    return Salesforce(connection, budget, options)


def timeouts(seconds: float) -> Timeouts:
    """A call's whole time, parted in connecting and answering: the lease has to outlive the sum."""
    connect = min(3.0, seconds / 2)
    return Timeouts(connect=connect, read=seconds - connect)
