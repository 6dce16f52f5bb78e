"""What calls send, for the OpenAPI document, in our own words. Sources: API-FACTS 1 and 2.

Some enumerations hold a wrong word on purpose: what is refused is part of what is described.
"""

from __future__ import annotations

from connector.practice.hubspot.openapi_schemas import NUMBER, TEXT, TRUTH, Schema, an_object, list_of

_SPEC = an_object(
    "associationCategory associationTypeId",
    associationCategory={"enum": ["HUBSPOT_DEFINED", "USER_DEFINED"]},
    associationTypeId=NUMBER,
)
_ID = an_object("id", id=TEXT)
_PROPERTIES: Schema = {
    "type": "object",
    "properties": {
        "email": TEXT,
        "firstname": TEXT,
        "lastname": TEXT,
        "lifecyclestage": {"enum": ["lead", "customer", "", "nonsense"]},
        "budget": TEXT,
        "webinar_date": TEXT,
        "name": TEXT,
        "dealname": TEXT,
        "dealstage": {"enum": ["contractsent", "closedwon", "nonsense"]},
        "amount": TEXT,
    },
    "additionalProperties": {"type": "string", "nullable": True},
}
_NEW = an_object(
    "properties",
    properties=_PROPERTIES,
    associations=list_of(an_object("to types", to=_ID, types=list_of(_SPEC))),
    objectWriteTraceId=TEXT,
)
_ROW = an_object("id properties", id=TEXT, idProperty=TEXT, properties=_PROPERTIES, objectWriteTraceId=TEXT)
_PAIR = an_object("from to types", **{"from": _ID, "to": _ID, "types": list_of(_SPEC)})
_OPTION = an_object("label value", label=TEXT, value=TEXT, displayOrder=NUMBER, hidden=TRUTH)
_PROPERTY = an_object(
    "name label type fieldType groupName",
    name=TEXT,
    label=TEXT,
    type={"enum": ["bool", "date", "datetime", "enumeration", "number", "phone_number", "string"]},
    fieldType={
        "enum": ["text", "textarea", "select", "radio", "checkbox", "date", "number", "booleancheckbox"]
    },
    groupName={"enum": ["contactinformation", "dealinformation", "nowhere"]},
    options=list_of(_OPTION),
    hasUniqueValue=TRUTH,
    hidden=TRUTH,
    description=TEXT,
)
_FILTER = an_object(
    "propertyName operator",
    propertyName={
        "enum": ["email", "lastmodifieddate", "budget", "hs_object_id", "associations.company", "x"]
    },
    operator={
        "enum": (
            "EQ NEQ LT LTE GT GTE BETWEEN IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY CONTAINS_TOKEN "
            "NOT_CONTAINS_TOKEN LIKE"
        ).split()
    },
    value=TEXT,
    highValue=TEXT,
    values=list_of(TEXT),
)
_STAGE = an_object(
    "label displayOrder metadata",
    label=TEXT,
    displayOrder=NUMBER,
    stageId=TEXT,
    metadata=an_object("", probability={"enum": ["0.0", "0.5", "1.0", "no"]}),
)
_PIPELINE = an_object("label displayOrder stages", label=TEXT, displayOrder=NUMBER, stages=list_of(_STAGE))
_FORM = an_object(
    "grant_type client_id client_secret",
    grant_type={"enum": ["refresh_token", "authorization_code", "client_credentials", "password"]},
    client_id=TEXT,
    client_secret=TEXT,
    refresh_token=TEXT,
    code=TEXT,
    redirect_uri=TEXT,
    token=TEXT,
)

BODIES: tuple[tuple[str, Schema], ...] = (
    (r"POST /crm/v3/objects/\{type\}$", _NEW),
    (
        r"POST /automation/v4/flows/batch/read$",
        an_object("inputs", inputs=list_of(an_object("flowId type", flowId=TEXT, type={"enum": ["FLOW_ID"]}))),
    ),
    (r"PATCH /crm/v3/objects/", an_object("properties", properties=_PROPERTIES)),
    (r"POST .*objects/\{type\}/batch/create$", an_object("inputs", inputs=list_of(_NEW, 4))),
    (r"POST .*objects/\{type\}/batch/up", an_object("inputs", inputs=list_of(_ROW, 4))),
    (
        r"POST .*objects/\{type\}/batch/read$",
        an_object("inputs", inputs=list_of(_ID), properties=list_of(TEXT), idProperty=TEXT),
    ),
    (r"POST .*objects/\{type\}/batch/archive$", an_object("inputs", inputs=list_of(_ID))),
    (
        r"POST .*/merge$",
        an_object("primaryObjectId objectIdToMerge", primaryObjectId=TEXT, objectIdToMerge=TEXT),
    ),
    (r"POST .*/gdpr-delete$", an_object("objectId", objectId=TEXT, idProperty=TEXT)),
    (
        r"POST .*objects/\{type\}/search$",
        an_object(
            "",
            filterGroups=list_of(an_object("filters", filters=list_of(_FILTER))),
            sorts=list_of(an_object("propertyName", propertyName=TEXT, direction=TEXT)),
            query=TEXT,
            properties=list_of(TEXT),
            limit=NUMBER,
            after=TEXT,
        ),
    ),
    (r"PUT .*/associations/\{to\}/\{toId\}$", list_of(_SPEC)),
    (
        r"POST .*associations/.*/batch/read$",
        an_object("inputs", inputs=list_of(an_object("id", id=TEXT, after=TEXT))),
    ),
    (
        r"POST .*associations/.*/batch/archive$",
        an_object("inputs", inputs=list_of(an_object("from to", **{"from": _ID, "to": list_of(_ID)}))),
    ),
    (r"POST .*associations/.*/batch/", an_object("inputs", inputs=list_of(_PAIR))),
    (r"POST .*/labels$", an_object("label name", label=TEXT, name=TEXT, inverseLabel=TEXT)),
    (r"PUT .*/labels$", an_object("associationTypeId label", associationTypeId=NUMBER, label=TEXT)),
    (r"POST .*properties/\{type\}$", _PROPERTY),
    (
        r"PATCH .*properties/\{type\}/\{name\}$",
        an_object("", label=TEXT, options=list_of(_OPTION), hidden=TRUTH),
    ),
    (r"POST .*properties/\{type\}/batch/create$", an_object("inputs", inputs=list_of(_PROPERTY, 4))),
    (
        r"POST .*properties/\{type\}/batch/",
        an_object("inputs archived", inputs=list_of(an_object("name", name=TEXT)), archived=TRUTH),
    ),
    (r"(POST|PATCH) .*/groups", an_object("name label", name=TEXT, label=TEXT, displayOrder=NUMBER)),
    (r"(POST|PUT|PATCH) .*/stages", _STAGE),
    (r"(POST|PUT|PATCH) /crm/v3/pipelines", _PIPELINE),
    (
        r"POST /crm/v3/schemas$",
        an_object(
            "name labels properties requiredProperties",
            name=TEXT,
            labels=an_object("singular plural", singular=TEXT, plural=TEXT),
            properties=list_of(an_object("name label", name=TEXT, label=TEXT, type=TEXT, fieldType=TEXT)),
            requiredProperties=list_of(TEXT),
            primaryDisplayProperty=TEXT,
        ),
    ),
    (
        r"POST /crm/v3/lists$",
        an_object(
            "name objectTypeId processingType",
            name=TEXT,
            objectTypeId={"enum": ["0-1", "0-2", "9-9"]},
            processingType={"enum": ["MANUAL", "SNAPSHOT", "DYNAMIC"]},
            filterBranch={"type": "object"},
        ),
    ),
    (
        r"POST /crm/v3/lists/search$",
        an_object("", query=TEXT, offset=NUMBER, count=NUMBER, listIds=list_of(TEXT)),
    ),
    (
        r"PUT .*/memberships/add-and-remove$",
        an_object("", recordIdsToAdd=list_of(TEXT), recordIdsToRemove=list_of(TEXT)),
    ),
    (r"PUT .*/memberships/(add|remove)$", list_of(TEXT)),
    (r"POST /oauth/v1/token", _FORM),
    (r"POST /oauth/v2/", an_object("tokenKey", tokenKey=TEXT)),
    (
        r"PUT /webhooks/.*/settings$",
        an_object(
            "targetUrl throttling",
            targetUrl=TEXT,
            throttling=an_object("maxConcurrentRequests", maxConcurrentRequests=NUMBER),
        ),
    ),
    (
        r"POST /webhooks/.*/subscriptions$",
        an_object(
            "eventType",
            eventType={"enum": ["contact.creation", "object.creation", "contact.propertyChange", "x.y"]},
            propertyName=TEXT,
            objectTypeId=TEXT,
            active=TRUTH,
        ),
    ),
    (r"PATCH /webhooks/", an_object("", active=TRUTH)),
    (
        r"POST /webhooks/.*/batch/update$",
        an_object("inputs", inputs=list_of(an_object("id active", id=NUMBER))),
    ),
)
"""What a call sends, by the pattern of "METHOD /path"; the first one that fits."""
