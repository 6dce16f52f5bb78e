"""Bodies and answers for the OpenAPI document, in our own words. Sources: API-FACTS 1 and 2."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "format": "date-time"}
VALUES: Schema = {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": items, **({"maxItems": most} if most else {})}


def an_object(needed: str, **properties: Schema) -> Schema:
    held: Schema = {"type": "object", "properties": properties}
    return {**held, "required": needed.split()} if needed else held


def _page(items: Schema) -> Schema:
    return an_object("results", results=list_of(items), paging=ref("Paging"))


_BATCH: dict[str, Schema] = {
    "status": {"enum": ["PENDING", "PROCESSING", "CANCELED", "COMPLETE"]},
    "results": list_of({"type": "object"}),
    "startedAt": TIME,
    "completedAt": TIME,
    "numErrors": NUMBER,
    "errors": list_of({"type": "object"}),
}
SCHEMAS: dict[str, Schema] = {
    "Error": an_object(
        "message",
        status=TEXT,
        message=TEXT,
        correlationId=TEXT,
        category=TEXT,
        subCategory=TEXT,
        errors=list_of({"type": "object"}),
        context={"type": "object"},
    ),
    "Paging": an_object("next", next=an_object("after", after=TEXT, link=TEXT)),
    "Record": an_object(
        "id properties createdAt updatedAt archived",
        id=TEXT,
        properties=VALUES,
        createdAt=TIME,
        updatedAt=TIME,
        archived=TRUTH,
        archivedAt=TIME,
        url=TEXT,
        objectWriteTraceId=TEXT,
        associations={"type": "object"},
        propertiesWithHistory={"type": "object"},
    ),
    "Property": an_object(
        "name label type fieldType groupName options modificationMetadata",
        name=TEXT,
        label=TEXT,
        type=TEXT,
        fieldType=TEXT,
        groupName=TEXT,
        options=list_of({"type": "object"}),
        hasUniqueValue=TRUTH,
        calculated=TRUTH,
        modificationMetadata={"type": "object"},
    ),
    "Batch": an_object("status results startedAt completedAt", **_BATCH),
    "Pipeline": an_object("id label displayOrder stages archived", id=TEXT, stages=list_of(ref("Stage"))),
    "Stage": an_object("id label displayOrder metadata archived", id=TEXT, metadata=VALUES),
    "List": an_object(
        "listId name objectTypeId processingType",
        listId=TEXT,
        name=TEXT,
        objectTypeId=TEXT,
        processingType={"enum": ["MANUAL", "SNAPSHOT", "DYNAMIC"]},
    ),
    "Owner": an_object(
        "id type archived createdAt updatedAt",
        id=TEXT,
        email=TEXT,
        type={"enum": ["PERSON", "QUEUE"]},
        userId={"type": "integer", "nullable": True},
        archived=TRUTH,
    ),
    "Subscription": an_object("id eventType active createdAt", id=TEXT, eventType=TEXT, active=TRUTH),
}

_RECORD, _BATCHED, _DEFINED = ref("Record"), ref("Batch"), ref("Property")
ANSWERS: tuple[tuple[str, tuple[str, Schema]], ...] = (
    (r"POST /crm/v3/objects/\{type\}$", ("201", _RECORD)),
    (r"GET /crm/v3/objects/\{type\}$", ("200", _page(_RECORD))),
    (r"(GET|PATCH) /crm/v3/objects/\{type\}/\{id\}$", ("200", _RECORD)),
    (r"POST .*/merge$", ("200", _RECORD)),
    (r"POST .*/gdpr-delete$", ("204", {})),
    (
        r"POST .*objects/\{type\}/search$",
        ("200", an_object("total results", total=NUMBER, results=list_of(_RECORD), paging=ref("Paging"))),
    ),
    (r"POST .*/batch/(labels/)?archive$", ("204", {})),
    (r"POST .*/batch/create$", ("201 207", _BATCHED)),
    (r"POST .*/batch/", ("200 207", _BATCHED)),
    (r"PUT .*/associations/default/", ("200", _BATCHED)),
    (
        r"PUT .*/associations/\{to\}/\{toId\}$",
        ("201", an_object("fromObjectId toObjectId labels", fromObjectId=NUMBER, toObjectId=NUMBER)),
    ),
    (
        r"GET .*/associations/\{to\}$",
        ("200", _page(an_object("toObjectId associationTypes", toObjectId=NUMBER))),
    ),
    (r"GET /oauth/authorize", ("302", {})),
    (r"POST /oauth/v1/token/revoke$", ("204", {})),
    (r"PUT .*/labels$", ("204", {})),
    (r"DELETE ", ("204", {})),
    (r"PUT .*/(restore|add-from/\{sourceId\})$", ("204", {})),
    (r"POST .*properties/\{type\}$", ("201", _DEFINED)),
    (r"(GET|PATCH) .*properties/\{type\}/\{name\}$", ("200", _DEFINED)),
    (r"GET .*properties/\{type\}$", ("200", an_object("results", results=list_of(_DEFINED)))),
    (r"POST .*/(groups|stages)$", ("201", {"type": "object"})),
    (r"GET .*/stages/\{stageId\}$", ("200", ref("Stage"))),
    (r"POST /crm/v3/pipelines/\{type\}$", ("201", ref("Pipeline"))),
    (r"(GET|PATCH|PUT) /crm/v3/pipelines/\{type\}/\{id\}$", ("200", ref("Pipeline"))),
    (r"GET /crm/v3/pipelines/\{type\}$", ("200", an_object("results", results=list_of(ref("Pipeline"))))),
    (r"POST /crm/v3/schemas$", ("201", {"type": "object"})),
    (
        r"(POST|GET) /crm/v3/lists(/\{id\})?$",
        ("200", an_object("", list=ref("List"), lists=list_of(ref("List")))),
    ),
    (r"GET /crm/v3/owners$", ("200", _page(ref("Owner")))),
    (r"POST /webhooks/.*/subscriptions$", ("201", ref("Subscription"))),
)
"""What a call answers when it goes well: statuses and schema, by the pattern of "METHOD /path"."""
