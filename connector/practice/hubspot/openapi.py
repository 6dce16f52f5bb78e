"""An OpenAPI document of everything served here, made from the table of paths and hand-written schemas.

`python -m connector.practice.hubspot.openapi` prints it as JSON.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from connector.practice.hubspot.kinds import STANDARD
from connector.practice.hubspot.openapi_bodies import BODIES
from connector.practice.hubspot.openapi_schemas import ANSWERS, SCHEMAS
from connector.practice.hubspot.table import LINES, Line

Document = dict[str, Any]

_QUERIES: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "after": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    "archived": {"type": "boolean"},
    "properties": {"type": "array", "items": {"type": "string"}},
    "propertiesWithHistory": {"type": "array", "items": {"type": "string"}},
    "associations": {"type": "array", "items": {"enum": ["companies", "contacts", "deals"]}},
    "idProperty": {"type": "string", "enum": ["email", "hs_object_id", "userId"]},
    "email": {"type": "string"},
    "listName": {"type": "string"},
    "listIds": {"type": "array", "items": {"type": "string"}},
    "includeFilters": {"type": "boolean"},
    "dataSensitivity": {"enum": ["non_sensitive", "sensitive", "highly_sensitive"]},
    "validateReferencesBeforeDelete": {"type": "boolean"},
    "channel": {"enum": ["EMAIL"]},
    "verbose": {"type": "boolean"},
    "client_id": {"type": "string"},
    "redirect_uri": {"type": "string"},
    "scope": {"type": "string"},
    "state": {"type": "string"},
}
_ASKED: tuple[tuple[str, str], ...] = (
    # method and pattern of a path, the query parameters it takes
    (r"GET /crm/v3/objects/\{type\}$", "limit after archived properties propertiesWithHistory associations"),
    (
        r"GET /crm/v3/objects/\{type\}/\{id\}$",
        "archived properties propertiesWithHistory associations idProperty",
    ),
    (r"PATCH /crm/v3/objects/\{type\}/\{id\}$", "idProperty"),
    (r"POST .*\{type\}/batch/read$", "archived"),
    (r"GET /crm/v4/objects/.*/associations/\{to\}$", "limit after"),
    (r"GET /crm/v3/properties/\{type\}(/\{name\})?$", "archived dataSensitivity"),
    (r"(PUT|PATCH|DELETE) /crm/v3/pipelines/", "validateReferencesBeforeDelete"),
    (r"GET /crm/v3/owners$", "limit after email archived"),
    (r"GET /crm/v3/owners/\{id\}$", "idProperty"),
    (r"GET /crm/v3/lists$", "listIds"),
    (r"GET /crm/v3/lists/", "includeFilters limit after"),
    (r"PUT .*/update-list-name$", "listName"),
    (r".* /communication-preferences/", "channel verbose"),
    (r"GET /oauth/authorize$", "client_id redirect_uri scope state"),
)
_PATH_PARTS: dict[str, dict[str, Any]] = {
    "type": {"type": "string", "enum": [kind.plural for kind in STANDARD] + ["0-1", "CONTACT"]},
    "to": {"type": "string", "enum": ["contacts", "companies", "deals"]},
    "objectTypeId": {"type": "string", "enum": ["0-1", "0-2", "0-3"]},
}


def document(base_url: str = "http://127.0.0.1") -> Document:
    """The whole description, as OpenAPI 3.0."""
    paths: dict[str, Any] = {}
    for line in LINES:
        paths.setdefault(line.path, {})[line.method.lower()] = _operation(line)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Practice HubSpot", "version": "1", "description": __doc__},
        "servers": [{"url": base_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "developer": {"type": "apiKey", "in": "query", "name": "hapikey"},
            },
        },
    }


def _operation(line: Line) -> Document:
    told: Document = {
        "operationId": f"{line.method} {line.path}",
        "summary": (line.answer.__doc__ or line.answer.__name__.replace("_", " ")).split("\n")[0],
        "tags": [line.need[0] or line.who],
        "parameters": [*_parts(line), *_asked(line)],
        "responses": _responses(line),
    }
    if line.who != "token":
        told["security"] = [] if line.who == "nobody" else [{"developer": []}]
    body = _found(BODIES, line)
    if body is not None:
        form = line.path.startswith("/oauth/v1/token")
        content = "application/x-www-form-urlencoded" if form else "application/json"
        told["requestBody"] = {"required": True, "content": {content: {"schema": body}}}
    return told


def _parts(line: Line) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATH_PARTS.get(name, {"type": "string"})}
        for name in re.findall(r"\{(\w+)\}", line.path)
    ]


def _asked(line: Line) -> list[Document]:
    names = next((names for pattern, names in _ASKED if re.match(pattern, f"{line.method} {line.path}")), "")
    return [{"name": name, "in": "query", "schema": _QUERIES[name]} for name in names.split()]


def _responses(line: Line) -> Document:
    """What a call answers when it goes well, by the table; every error has one form."""
    statuses, schema = _found(ANSWERS, line) or ("200", {"type": "object"})
    good: Document = {}
    for status in statuses.split():
        good[status] = {"description": "well"}
        if status not in ("204", "302"):
            good[status]["content"] = {"application/json": {"schema": schema}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {**good, "default": {"description": "refused", "content": error}}


def _found(rows: tuple[tuple[str, Any], ...], line: Line) -> Any:
    """The first row whose pattern begins "METHOD /path"."""
    name = f"{line.method} {line.path}"
    return next((held for pattern, held in rows if re.match(pattern, name)), None)


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1)
