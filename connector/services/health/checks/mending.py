"""What to do about a call that a side refused as a whole, in words, by what it said."""

from __future__ import annotations

from connector.errors import AccordError, CallFailed, MendConnection

_VERSION = "Set ACCORD_SALESFORCE_API_VERSION to one that the org offers (…/services/data lists them)."
_SALESFORCE, _HUBSPOT = "`accord connect salesforce`.", "`accord connect hubspot`."
FIXES = (
    (
        "API_DISABLED_FOR_ORG",
        "This org's edition has no API, or it is switched off: Enterprise and up have it, Professional can buy it. Ask "
        "your Salesforce account manager.",
    ),
    (
        "API_CURRENTLY_DISABLED",
        "The API is switched off for this user: give the integration user the permission API Enabled.",
    ),
    ("UNSUPPORTED_API_VERSION", _VERSION),
    ("is not offered", _VERSION),
    ("the credentials belong to org", "Mend ACCORD_SALESFORCE_ORG_ID, or connect the org that it names."),
    (
        "hasn't been granted",
        "Add the scopes that are named to the app in HubSpot, install it anew, connect again.",
    ),
    ("invalid_client", f"The client id or secret is not that of the app: {_SALESFORCE}"),
    ("user hasn't approved", "Pre-authorise the app for the integration user's profile or permission set."),
    ("invalid_grant", f"The app does not let this user in, or the key is another one: {_SALESFORCE}"),
    ("inactive_org", "The org is locked or expired: ask Salesforce."),
    ("access token is refused", f"Give a new token, or connect anew: {_HUBSPOT}"),
    ("INVALID_SESSION_ID", f"Connect anew: {_SALESFORCE}"),
    ("INSUFFICIENT_ACCESS", "Give the integration user's permission set the rights on what is named."),
)
"""(what the refusal says, what to do)."""
ANEW = "Connect anew, and give the app or its user the scopes and permissions that are named."
LATER = "Try again in a minute; if it stays, look at the service's status page."


def fix_of(error: AccordError) -> str:
    said = str(error)
    for word, fix in FIXES:
        if word in said:
            return fix
    if isinstance(error, MendConnection):
        return ANEW
    return LATER if isinstance(error, CallFailed) else ""
