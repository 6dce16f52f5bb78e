"""The schemas of the OpenAPI document: bodies as clients send them, answers as this server gives them."""

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_ANY: dict[str, Any] = {"nullable": True}
_KINDS: dict[str, Any] = {
    "type": "string",
    "enum": ["Lead", "Contact", "Account", "Opportunity", "Task", "Nothing"],
}


def _list(of: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, **more}


def _object(properties: dict[str, Any], required: bool = True, **more: Any) -> dict[str, Any]:
    needed = {"required": sorted(properties)} if required and properties else {}
    return {"type": "object", "properties": properties, **needed, **more}


_ERROR = _object({"statusCode": _TEXT, "message": _TEXT, "fields": _list(_TEXT)})
_FIELDS: dict[str, Any] = {
    "LastName": {"type": "string", "nullable": True, "maxLength": 100},
    "Company": _TEXT,
    "Name": _TEXT,
    "City": _TEXT,
    "Email": {"type": "string", "nullable": True},
    "NumberOfEmployees": {"type": "number"},
    "DoNotCall": _FLAG,
    "Webinar_Date__c": {"type": "string", "format": "date"},
    "Accord_Tier__c": _TEXT,
    "OwnerId": _TEXT,
    "AccountId": _TEXT,
    "StageName": _TEXT,
    "CloseDate": {"type": "string", "format": "date"},
    "Accord_HubSpot_Id__c": _ANY,
}
_RECORD = _object(_FIELDS, required=False, additionalProperties=_ANY)
_TYPED = {
    **_object({"attributes": _object({"type": _KINDS, "referenceId": _TEXT}, required=False)}),
    "additionalProperties": _ANY,
}
_PART = _object(
    {
        "method": {"type": "string", "enum": ["GET", "POST", "PATCH", "DELETE", "PUT"]},
        "url": {
            "type": "string",
            "enum": [
                "/services/data/v66.0/sobjects/Lead",
                "/services/data/v66.0/limits",
                "/services/data/v66.0/sobjects/Lead/@{a.id}",
                "/services/data/v66.0/query?q=SELECT+Id+FROM+Lead",
                "/services/data/v66.0/composite/sobjects",
                "nowhere",
                "",
            ],
        },
        "referenceId": {"type": "string", "enum": ["a", "b", "c"]},
    },
    additionalProperties=_ANY,
)
_STATE = {
    "type": "string",
    "enum": ["Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"],
}

SCHEMAS: dict[str, Any] = {
    "Anything": {"type": "object"},
    "List": _list(_ANY),
    "Record": _RECORD,
    "Versions": _list(_object({"label": _TEXT, "url": _TEXT, "version": _TEXT})),
    "GlobalDescribe": _object(
        {"encoding": _TEXT, "maxBatchSize": _NUMBER, "sobjects": _list({"type": "object"})}
    ),
    "Describe": {
        **_object(
            {"name": _TEXT, "fields": _list({"type": "object"}), "recordTypeInfos": _list({"type": "object"})}
        )
    },
    "Saved": _object({"id": _TEXT, "success": _FLAG, "errors": _list(_ERROR)}),
    "Row": {**_object({"attributes": _object({"type": _TEXT, "url": _TEXT}), "Id": _TEXT})},
    "Page": _object({"totalSize": _NUMBER, "done": _FLAG, "records": _list({"type": "object"})}),
    "Updated": _object({"ids": _list(_TEXT), "latestDateCovered": _TEXT}),
    "Deleted": _object(
        {
            "deletedRecords": _list(_object({"id": _TEXT, "deletedDate": _TEXT})),
            "earliestDateAvailable": _TEXT,
            "latestDateCovered": _TEXT,
        }
    ),
    "Collection": _object({"allOrNone": _FLAG, "records": _list(_TYPED, maxItems=4)}, required=False),
    "Results": _list(
        {
            "type": "object",
            "required": ["success", "errors"],
            "properties": {"success": _FLAG, "errors": _list(_ERROR)},
        }
    ),
    "Retrieve": _object(
        {"ids": _list(_TEXT, maxItems=5), "fields": _list(_TEXT, maxItems=5)}, required=False
    ),
    "Composite": _object({"allOrNone": _FLAG, "compositeRequest": _list(_PART, maxItems=4)}, required=False),
    "CompositeAnswer": _object(
        {
            "compositeResponse": _list(
                _object(
                    {
                        "body": _ANY,
                        "httpHeaders": {"type": "object"},
                        "httpStatusCode": _NUMBER,
                        "referenceId": _TEXT,
                    }
                )
            )
        }
    ),
    "Batch": _object({"haltOnError": _FLAG, "batchRequests": _list(_PART, maxItems=4)}, required=False),
    "BatchAnswer": _object(
        {"hasErrors": _FLAG, "results": _list(_object({"statusCode": _NUMBER, "result": _ANY}))}
    ),
    "Tree": _object({"records": _list(_TYPED, maxItems=3)}, required=False),
    "TreeAnswer": _object(
        {"hasErrors": _FLAG, "results": _list(_object({"referenceId": _TEXT, "id": _TEXT}))}
    ),
    "Ingest": _object(
        {
            "object": _KINDS,
            "operation": {
                "type": "string",
                "enum": ["insert", "update", "upsert", "delete", "hardDelete", "frob"],
            },
            "externalIdFieldName": _TEXT,
            "contentType": {"type": "string", "enum": ["CSV", "XML"]},
        },
        required=False,
    ),
    "BulkQuery": _object(
        {
            "operation": {"type": "string", "enum": ["query", "queryAll"]},
            "query": {"type": "string", "maxLength": 200},
        },
        required=False,
    ),
    "JobState": _object({"state": _STATE}, required=False),
    "Job": _object({"id": _TEXT, "operation": _TEXT, "object": _TEXT, "state": _STATE, "createdDate": _TEXT}),
    "Jobs": _object({"done": _FLAG, "records": _list({"$ref": "#/components/schemas/Job"})}),
}
