"""An OpenAPI document of what this server answers: paths from the table below, schemas written by hand.

`document()` gives it whole; GET /_practice/openapi serves it. SOAP is left out: it is one path whose faults are 500.
"""

from typing import Any

from connector.practice.salesforce.openapi_schemas import SCHEMAS

VERSION = "66.0"
_BASE = f"/services/data/v{VERSION}"
_ID = "[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?"
_OBJECT = [
    "Lead",
    "Contact",
    "Account",
    "Opportunity",
    "Task",
    "Campaign",
    "CampaignMember",
    "User",
    "Nothing",
]


def _string(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


_PARAMETERS: dict[str, dict[str, Any]] = {
    "object": _string(enum=_OBJECT),
    "id": _string(pattern=f"^{_ID}$"),
    "field": _string(enum=["Accord_HubSpot_Id__c", "Email", "Nope"]),
    "value": _string(minLength=1, maxLength=30),
    "locator": _string(pattern="^01g[a-zA-Z0-9]{15}-[0-9]{1,5}$"),
    "job": _string(pattern="^750[a-zA-Z0-9]{12}$"),
    "deployment": _string(pattern="^0Af[a-zA-Z0-9]{12}$"),
    "results": _string(enum=["successfulResults", "failedResults", "unprocessedrecords"]),
}
_FIELDS = {"fields": _string(examples=["Id,Name"])}
_WINDOW = {"start": _string(format="date-time"), "end": _string(format="date-time")}
_QUERY = {"q": _string(examples=["SELECT Id FROM Lead LIMIT 5"], maxLength=500)}
# (method, path, body schema, status, answer schema, query parameters)
_ROUTES: tuple[tuple[str, str, str | None, int, str | None, dict[str, Any]], ...] = (
    ("get", "/services/data", None, 200, "Versions", {}),
    ("get", "/services/oauth2/userinfo", None, 200, "Anything", {}),
    ("get", _BASE, None, 200, "Anything", {}),
    ("get", f"{_BASE}/limits", None, 200, "Anything", {}),
    ("get", f"{_BASE}/limits/recordCount", None, 200, "Anything", {"sObjects": _string()}),
    ("get", f"{_BASE}/recent", None, 200, "List", {}),
    ("get", f"{_BASE}/sobjects", None, 200, "GlobalDescribe", {}),
    ("get", f"{_BASE}/sobjects/{{object}}", None, 200, "Anything", {}),
    ("post", f"{_BASE}/sobjects/{{object}}", "Record", 201, "Saved", {}),
    ("get", f"{_BASE}/sobjects/{{object}}/describe", None, 200, "Describe", {}),
    ("get", f"{_BASE}/sobjects/{{object}}/updated", None, 200, "Updated", _WINDOW),
    ("get", f"{_BASE}/sobjects/{{object}}/deleted", None, 200, "Deleted", _WINDOW),
    ("get", f"{_BASE}/sobjects/{{object}}/{{id}}", None, 200, "Row", _FIELDS),
    ("patch", f"{_BASE}/sobjects/{{object}}/{{id}}", "Record", 204, None, {}),
    ("delete", f"{_BASE}/sobjects/{{object}}/{{id}}", None, 204, None, {}),
    ("get", f"{_BASE}/sobjects/{{object}}/{{field}}/{{value}}", None, 200, "Row", {}),
    ("patch", f"{_BASE}/sobjects/{{object}}/{{field}}/{{value}}", "Record", 201, "Saved", {"updateOnly": _string()}),
    ("delete", f"{_BASE}/sobjects/{{object}}/{{field}}/{{value}}", None, 204, None, {}),
    ("get", f"{_BASE}/query", None, 200, "Page", _QUERY),
    ("get", f"{_BASE}/queryAll", None, 200, "Page", _QUERY),
    ("get", f"{_BASE}/query/{{locator}}", None, 200, "Page", {}),
    ("get", f"{_BASE}/tooling/query", None, 200, "Anything", _QUERY),
    ("get", f"{_BASE}/ui-api/duplicates/{{object}}", None, 200, "Anything", {}),
    ("post", f"{_BASE}/composite", "Composite", 200, "CompositeAnswer", {}),
    ("post", f"{_BASE}/composite/batch", "Batch", 200, "BatchAnswer", {}),
    ("post", f"{_BASE}/composite/tree/{{object}}", "Tree", 201, "TreeAnswer", {}),
    ("post", f"{_BASE}/composite/sobjects", "Collection", 200, "Results", {}),
    ("patch", f"{_BASE}/composite/sobjects", "Collection", 200, "Results", {}),
    ("delete", f"{_BASE}/composite/sobjects", None, 200, "Results", {"ids": _string(), "allOrNone": _string()}),
    ("patch", f"{_BASE}/composite/sobjects/{{object}}/{{field}}", "Collection", 200, "Results", {}),
    ("post", f"{_BASE}/composite/sobjects/{{object}}", "Retrieve", 200, "List", {}),
    ("get", f"{_BASE}/jobs/ingest", None, 200, "Jobs", {}),
    ("post", f"{_BASE}/jobs/ingest", "Ingest", 200, "Job", {}),
    ("get", f"{_BASE}/jobs/ingest/{{job}}", None, 200, "Job", {}),
    ("patch", f"{_BASE}/jobs/ingest/{{job}}", "JobState", 200, "Job", {}),
    ("delete", f"{_BASE}/jobs/ingest/{{job}}", None, 204, None, {}),
    ("get", f"{_BASE}/jobs/ingest/{{job}}/{{results}}", None, 200, None, {}),
    ("post", f"{_BASE}/jobs/query", "BulkQuery", 200, "Job", {}),
    ("get", f"{_BASE}/jobs/query/{{job}}", None, 200, "Job", {}),
    ("get", f"{_BASE}/jobs/query/{{job}}/results", None, 200, None, {"maxRecords": _string(), "locator": _string()}),
    ("get", f"{_BASE}/metadata/deployRequest/{{deployment}}", None, 200, "Anything", {"includeDetails": _string()}),
)  # fmt: skip


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.0."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, body, status, answer, query in _ROUTES:
        paths.setdefault(path, {})[method] = _operation(path, body, status, answer, query)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Practice Salesforce", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"session": []}],
    }


def _operation(
    path: str, body: str | None, status: int, answer: str | None, query: dict[str, Any]
) -> dict[str, Any]:
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PARAMETERS[name]} for name in named
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    operation: dict[str, Any] = {
        "parameters": parameters,
        "responses": {
            str(status): _answer(answer, "done"),
            "default": {**_answer("Refused", "refused"), "description": "refused, or done another way"},
        },
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    return operation


def _answer(schema: str | None, said: str) -> dict[str, Any]:
    # A refused call may also be a 300, a 304 or a 204 without the errors' shape: the default names no schema.
    content = {"content": _content(schema)} if schema not in (None, "Refused") else {}
    return {"description": said, **content}


def _content(schema: str | None) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
