"""What practice HubSpot does on the word of memory or of third parties: one row a setting.

The default is the stricter reading, the one a sync finds harder, unless the row's source says why not. Rows are
named as in settings.py; tests run both readings; `probe` is the request that would prove one on a real portal.
"""

from connector.practice.hubspot.unproved_writes import MEMORY, NOTES, WRITES
from connector.practice.unproved import Unproved

_CONTACTS = "/crm/v3/objects/contacts"

_SERVICE: tuple[Unproved, ...] = (
    Unproved(
        "dated_207",
        "from 2026-09 on partial success stands in a 200 or 201",
        "false",
        "true: 207, as before",
        "OpenAPI description against third-party observation",
        "POST /crm/objects/2026-09/contacts/batch/update with trace ids and one unknown id",
    ),
    Unproved(
        "dated_delete_checks",
        "from 2026-09 on a stage in use is not deleted, whether or not the call asks for a check",
        "true",
        "false: only when asked",
        NOTES,
        "DELETE /crm/pipelines/2026-09/deals/{id} with a deal in it",
    ),
    Unproved(
        "rules_on",
        "an admin's validation rules hold on the paths of 2026-09",
        "dated",
        "all, never",
        NOTES,
        "POST /crm/objects/2026-09/contacts without a property that a rule requires",
    ),
    Unproved(
        "warnings_on",
        "values that were normalised are told in warnings on the paths of 2026-09",
        "dated",
        "all, never",
        NOTES,
        "POST /crm/objects/2026-09/contacts with an e-mail in capitals",
    ),
    Unproved(
        "unknown_group_refused",
        "a property needs a group that is there",
        "true",
        "false: the group is made",
        MEMORY,
        "POST /crm/v3/properties/contacts with an unknown groupName",
    ),
    Unproved(
        "recreate_restores",
        "making a property with an archived one's name brings its values back",
        "true",
        "false: it starts empty",
        "documentation and third-party notes. The laxer reading: losing values is not documented anywhere",
        "archive a property with values, create it again, GET a record",
    ),
    Unproved(
        "expired_category",
        "an expired token's 401 has the category EXPIRED_AUTHENTICATION",
        "EXPIRED_AUTHENTICATION",
        "INVALID_AUTHENTICATION",
        MEMORY,
        f"GET {_CONTACTS} with a token older than half an hour",
    ),
    Unproved(
        "refresh_rotates",
        "a refresh token stays the same",
        "false",
        "true: each refresh gives a new one, and the old one dies",
        f"{MEMORY}; documented as living until uninstall. The laxer reading: nothing documents rotation",
        "POST /oauth/v1/token twice with the same refresh token",
    ),
    Unproved(
        "revoke_status",
        "revoking a token is a 204",
        "204",
        "200",
        "the OpenAPI description names no status",
        "POST /oauth/2026-09/token/revoke",
    ),
    Unproved(
        "limit_body",
        "a 429 of the ten-second bucket has the documented body, with policyName",
        "documented",
        "recorded: as the one recorded for searches, with category and no policyName",
        "documentation against one recording",
        "more than 190 calls in ten seconds",
    ),
    Unproved(
        "owner_page_limit",
        "a page of owners holds up to 500",
        "500",
        "100",
        f"{MEMORY}. The laxer reading: ask for 100 and it does not matter",
        "GET /crm/v3/owners?limit=500",
    ),
    Unproved(
        "contact_contact_type_id",
        "contacts are associated with contacts by type 449",
        "449",
        "another number",
        MEMORY,
        "GET /crm/v4/associations/contacts/contacts/labels",
    ),
    Unproved(
        "app_change_source",
        "an app's own changes are told in webhooks as INTEGRATION",
        "INTEGRATION",
        "API",
        f"{MEMORY}, consistent with a recorded history",
        "subscribe to a property, write it by the app, look at changeSource",
    ),
    Unproved(
        "event_name_field",
        "generic events name their type in subscriptionType",
        "subscriptionType",
        "eventType",
        "payloads seen against the documentation's tables",
        "subscribe to object.creation, create a contact",
    ),
    Unproved(
        "sensitive_flag",
        "a property change carries isSensitive",
        "true",
        "false",
        MEMORY,
        "subscribe to a property, change it",
    ),
    Unproved(
        "creation_tells_properties",
        "a creation is followed by one property change a subscribed property",
        "true",
        "false: the creation alone",
        MEMORY,
        "subscribe to creation and a property, create a contact with it",
    ),
    Unproved(
        "lastmodified_subscribable",
        "lastmodifieddate can't be subscribed to",
        "false",
        "true",
        f"{MEMORY}; documented for hs_lastmodifieddate",
        "POST /webhooks/v3/{appId}/subscriptions contact.propertyChange lastmodifieddate",
    ),
    Unproved(
        "mail_action",
        "a workflow's action of the type 0-4 sends an e-mail",
        "0-4",
        "0-90: another type, which names the e-mail as content_id all the same",
        "third-party code; HubSpot's table of action types was not read",
        "POST /automation/v4/flows/batch/read of a workflow that sends an e-mail",
    ),
    Unproved(
        "privacy_also_deletes",
        "a privacy deletion fires a deletion too",
        "true",
        "false",
        "documentation; not recorded",
        "subscribe to both, POST gdpr-delete",
    ),
    Unproved(
        "optout_shows",
        "hs_email_optout follows an opt-out at once",
        "true",
        "false: later, or never",
        MEMORY,
        "POST /communication-preferences/v4/statuses/{email}/unsubscribe-all, then GET the contact",
    ),
)
UNPROVED: tuple[Unproved, ...] = (*WRITES, *_SERVICE)
