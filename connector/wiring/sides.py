"""Both sides, made from the settings. (A part of the wiring that also one-off commands use.)"""

from connector.adapters.calling import FreeBudget, Timeouts, utc_now
from connector.adapters.hubspot import HubSpot, HubSpotConnection, HubSpotOptions
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.salesforce import Salesforce, SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.api import SalesforceApi
from connector.ports import Budget
from connector.ports.push import ChangeStream
from connector.settings import Settings


def make_hubspot(settings: Settings, budget: Budget | None = None) -> HubSpot:
    """The portal of the settings. Close it when done. Without a budget, calls are not counted."""
    return HubSpot(hubspot_connection(settings), budget, hubspot_options(settings))


def hubspot_api(settings: Settings) -> HubSpotApi:
    """The bare calls, for connecting and setting up. Close it when done."""
    return HubSpotApi(hubspot_connection(settings), hubspot_options(settings), FreeBudget(), utc_now)


def hubspot_connection(settings: Settings) -> HubSpotConnection:
    given = settings.hubspot
    return HubSpotConnection(
        base_url=given.base_url,
        access_token=given.access_token.get_secret_value(),
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        refresh_token=given.refresh_token.get_secret_value(),
        portal_id=given.portal_id,
        app_id=given.app_id,
        shelf=settings.shelf,
    )


def hubspot_options(settings: Settings) -> HubSpotOptions:
    given = settings.hubspot
    return HubSpotOptions(
        version=given.path_version, timeouts=timeouts(given.timeout_seconds), time_zone=given.time_zone
    )


def make_salesforce(settings: Settings, budget: Budget | None = None) -> Salesforce:
    """The org of the settings. Close it when done. Without a budget, calls are not counted."""
    return Salesforce(salesforce_connection(settings), budget, salesforce_options(settings))


def salesforce_api(settings: Settings) -> SalesforceApi:
    """The bare calls, for connecting and setting up. Close it when done."""
    return SalesforceApi(salesforce_connection(settings), salesforce_options(settings), FreeBudget(), utc_now)


def make_push(settings: Settings, endpoint: str) -> ChangeStream:
    """Salesforce's pushed changes, with a session of their own. Close it when done."""
    from connector.adapters.salesforce.pubsub import PubSub  # gRPC takes its time to load

    return PubSub(salesforce_api(settings), endpoint)


def salesforce_connection(settings: Settings) -> SalesforceConnection:
    given = settings.salesforce
    return SalesforceConnection(
        base_url=given.instance_url or "",
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        username=given.username,
        private_key=given.private_key.get_secret_value(),
        org_id=given.org_id,
        audience=given.audience or "",
    )


def salesforce_options(settings: Settings) -> SalesforceOptions:
    given = settings.salesforce
    return SalesforceOptions(version=given.api_version, timeouts=timeouts(given.timeout_seconds))


def timeouts(seconds: float) -> Timeouts:
    """A call's whole time, parted in connecting and answering: the lease has to outlive the sum."""
    connect = min(3.0, seconds / 2)
    return Timeouts(connect=connect, read=seconds - connect)
