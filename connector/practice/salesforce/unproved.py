"""What the practice Salesforce does on the word of memory or of third parties, with the setting that flips it.

The default is the stricter reading, save where the documents lean the other way. Tests run every row both ways.
"""

from connector.practice.unproved import Unproved

_MEMORY, _DOCUMENTS = "memory", "Salesforce's documents disagree or leave it open"


def _row(
    name: str, behaviour: str, default: object, other: object, probe: str, source: str = _MEMORY
) -> Unproved:
    return Unproved(name, behaviour, str(default), str(other), source, probe)


_BASE = "/services/data/v66.0"
UNPROVED: tuple[Unproved, ...] = (
    _row(
        "upsert_status_updated",
        "status of an upsert by external id that updates, v46 and later",
        200,
        204,
        f"PATCH {_BASE}/sobjects/Lead/{{key field}}/{{known value}}",
    ),
    _row(
        "collections_per_composite",
        "how many query and collection parts one composite may hold",
        5,
        25,
        f"POST {_BASE}/composite with six queries",
    ),
    _row(
        "composite_inherits_headers",
        "whether headers of a composite, Sforce-Auto-Assign above all, hold for its parts",
        False,
        True,
        f"POST {_BASE}/composite that creates a Lead, header Sforce-Auto-Assign: FALSE outside only",
    ),
    _row(
        "rollback_status",
        "status of a collection refused as a whole under allOrNone",
        200,
        400,
        f"POST {_BASE}/composite/sobjects, allOrNone, one bad row",
        _DOCUMENTS,
    ),
    _row(
        "collection_parser_error",
        "a value of the wrong JSON type fails its row, or the whole call",
        "row",
        "call",
        f"POST {_BASE}/composite/sobjects with a date that is none",
    ),
    _row(
        "no_op_moves_stamp",
        "an update that changes nothing still moves LastModifiedDate",
        True,
        False,
        f"PATCH {_BASE}/sobjects/Lead/{{id}} twice with the same value, then read SystemModstamp",
    ),
    _row(
        "no_op_notifies",
        "such an update still sends an outbound message",
        True,
        False,
        "the same, and wait for the message",
    ),
    _row(
        "conversion_moves_last_modified",
        "conversion moves the Lead's LastModifiedDate",
        True,
        False,
        f"convert a Lead, GET {_BASE}/sobjects/Lead/{{id}}",
        "Change Data Capture's documents say that its event lacks it",
    ),
    _row(
        "conversion_notifies",
        "conversion sends the Lead's outbound message",
        True,
        False,
        "convert a Lead and wait",
    ),
    _row(
        "conversion_fills_only_empty",
        "conversion into a Contact that exists leaves its filled fields alone",
        True,
        False,
        "convert a Lead into a Contact whose title differs",
    ),
    _row(
        "unmodified_since_field",
        "which stamp If-Unmodified-Since is held against",
        "LastModifiedDate",
        "SystemModstamp",
        f"PATCH {_BASE}/sobjects/Account/{{id}} after a roll-up moved SystemModstamp alone",
    ),
    _row(
        "auto_assign",
        "without Sforce-Auto-Assign: FALSE a written Lead changes hands, even with no active rule",
        True,
        False,
        f"PATCH {_BASE}/sobjects/Lead/{{id}} without the header",
        "Salesforce help 000395506",
    ),
    _row(
        "rounds_numbers",
        "decimals beyond a field's scale are rounded, half up",
        True,
        False,
        f"POST {_BASE}/sobjects/Opportunity with Amount 1.005",
    ),
    _row(
        "trims_text",
        "blanks at the ends of text are cut off",
        True,
        False,
        f"POST {_BASE}/sobjects/Lead with Title ' x '",
    ),
    _row(
        "hidden_field_write",
        "writing a field that one may not see",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"PATCH {_BASE}/sobjects/Lead/{{id}} with a field hidden from the user",
        "third-party error guides",
    ),
    _row(
        "password_grant",
        "the user-name and password flow is blocked",
        False,
        True,
        "POST /services/oauth2/token grant_type=password",
    ),
    _row(
        "rotates_refresh_tokens",
        "a refresh gives a new refresh token",
        False,
        True,
        "POST /services/oauth2/token grant_type=refresh_token",
    ),
    _row(
        "session_seconds",
        "seconds that an unused session lives",
        7200,
        900,
        "wait, then GET /services/data/v66.0/limits",
    ),
    _row(
        "person_contact_writes",
        "the Contact behind a person account can't be written directly",
        "refused",
        "allowed",
        f"PATCH {_BASE}/sobjects/Contact/{{PersonContactId}}",
    ),
    _row(
        "insufficient_access_status",
        "status of INSUFFICIENT_ACCESS_…",
        400,
        403,
        f"PATCH {_BASE}/sobjects/Lead/{{id}} of a record shared for reading",
        "both were seen",
    ),
    _row(
        "composite_escapes_html",
        "texts in a composite's answer are HTML-escaped (&amp; &#x27;)",
        False,
        True,
        f'POST {_BASE}/composite that reads an Account named "A&B\'s"',
        "a comment in aiosalesforce 0.6",
    ),
    _row(
        "locator_prefix",
        "key prefix of query locators",
        "01g",
        "0r8",
        f"GET {_BASE}/query of more than 2,000 rows",
        _DOCUMENTS,
    ),
    _row(
        "tree_status_failed",
        "status of a tree that can't be planted",
        400,
        200,
        f"POST {_BASE}/composite/tree/Account",
    ),
    _row(
        "bulk_na_clears",
        "#N/A in a bulk CSV cell clears the field",
        True,
        False,
        f"POST {_BASE}/jobs/ingest, update",
    ),
    _row(
        "bulk_field_length",
        "longest cell of a bulk CSV, in characters",
        131_072,
        32_000,
        f"POST {_BASE}/jobs/ingest with a long description",
        _DOCUMENTS,
    ),
    _row(
        "outbound_omits_nulls",
        "null fields are left out of outbound messages",
        True,
        False,
        "an outbound message of a Lead without a city",
    ),
    _row(
        "deploy_status_created",
        "status of POST metadata/deployRequest",
        201,
        200,
        f"POST {_BASE}/metadata/deployRequest",
    ),
    _row(
        "conversion_deploy",
        "a deployed LeadConvertSettings takes away the mappings and options that it leaves out",
        "whole",
        "named",
        f"POST {_BASE}/metadata/deployRequest with a mapping to Contact only, where Account has one",
    ),
    _row(
        "channel_member_again",
        "an object that is selected for Change Data Capture can't be deployed once more under the same name",
        "refused",
        "taken",
        f"POST {_BASE}/metadata/deployRequest twice with one PlatformEventChannelMember",
        "reports of people who deploy it",
    ),
    _row(
        "channel_member_names",
        "a channel member may bear another name than ChannelName_EventName",
        True,
        False,
        f"POST {_BASE}/metadata/deployRequest with Accord_LeadChangeEvent.platformEventChannelMember",
        "the Tooling API's page lets one supply a name; the Metadata API's gives the format",
    ),
    _row(
        "channel_told",
        "EventChannel of a member of the standard channel is the channel's name",
        "name",
        "id",
        f"GET {_BASE}/tooling/query?q=SELECT+EventChannel+FROM+PlatformEventChannelMember",
        "third-party clients filter by the name",
    ),
    _row(
        "duplicates_on_any_update",
        "a duplicate rule looks at a change only where it touches a field that the rule compares",
        False,
        True,
        f"PATCH {_BASE}/sobjects/Lead/{{id}} with another city, where a rule blocks two with one e-mail",
        "a book on administration. The laxer reading: with the other one every change of a double is refused",
    ),
    _row(
        "deletes_active_flows",
        "an active flow can be deleted by destructiveChanges.xml",
        False,
        True,
        f"POST {_BASE}/metadata/deployRequest",
    ),
)
