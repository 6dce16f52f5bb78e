"""What the services can say and Accord never meets, with the reason."""

from __future__ import annotations

from tests.limits.fact import Outside

OUTSIDE = (
    Outside("crm.associations.INVALID_IDENTIFIER crm.associations.NO_ASSOCIATIONS_FOUND",
            "Accord reads and writes no associations in HubSpot."),
    Outside("PipelineError.STAGE_ID_IN_USE PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
            "Accord deletes no pipeline, stage, group or property; `accord disconnect` leaves them."),
    Outside("BAD_GRANT_TYPE unsupported_grant_type", "The grants are Accord's own words, and the services have known them for years."),
    Outside("INVALID_JSON", "Every value is sent as a text."),
    Outside("ALL_OR_NONE_OPERATION_ROLLED_BACK PROCESSING_HALTED BATCH_PROCESSING_HALTED INVALID_BATCH_REQUEST",
            "Collections and composites are sent with allOrNone false, and the batch resource is not used."),
    Outside("MISSING_ARGUMENT DUPLICATE_EXTERNAL_ID",
            "Each row has an id or a key, and no key twice in a call (tests/adapters/test_calling.py: waves)."),
    Outside("METHOD_NOT_ALLOWED INVALID_HTTP_HEADER INVALID_INPUT",
            "Methods, headers and reference names are constants of the adapter; the walks over HTTP prove them."),
    Outside("EXCEEDED_ID_LIMIT INVALID_REPLICATION_DATE", "getUpdated and getDeleted are not used: polls go by SystemModstamp."),
    Outside("API_ERROR INVALIDENTITY INVALIDJOB INVALIDJOBSTATE INVALIDOPERATION MAX_CONTENT_SIZE",
            "Bulk API 2.0 is not used: collections in a composite cost fewer calls at this size."),
    Outside("INVALID_STATUS MERGE_FAILED INVALID_NUMBER_OF_RECORDS UNDELETE_FAILED",
            "Accord converts, merges and undeletes nothing: people do."),
    Outside("INVALID_MULTIPART_REQUEST", "A deployment is sent by `accord setup` alone, never by a sync (tests/adapters/salesforce/test_deploying.py)."),
    Outside("redirect_uri_mismatch", "Salesforce is connected without a browser: JWT or client credentials."),
    Outside("topic.validation.empty schema.validation.failed subscription.fetch.requested.events.invalid subscription.fetch.topic.mismatch",
            "The stream's requests are built from constants and from what the service itself named."),
    Outside("INVALID_LOGIN", "SOAP login is not used: it ends in Summer '27."),
)  # fmt: skip
"""Besides: SOQL's OFFSET and FIELDS(ALL), If-Match of Accounts, search's five groups and eighteen filters, exports, imports
and the webhooks journal: none of them is used."""
