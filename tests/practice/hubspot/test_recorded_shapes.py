"""Status, keys and value shapes of answers that were recorded from the real service, checked against ours.

The table is written by us from recordings of 2021 to 2026: shapes alone, no recorded value. A shape is a type, a
pattern of text, None (null), a list with one shape for all items, or a dict: `key?` may be missing, and without `...`
no other key may be there.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call

Look = Callable[[Call, HubSpotCore, str], Any]


class Text(NamedTuple):
    pattern: str


ISO = Text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
EPOCH = Text(r"1970-01-01T00:00:00Z")
ID = Text(r"\d+")
MS = Text(r"\d{13}")
UUID = Text(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
RECORD_URL = Text(r"https://app\.hubspot\.com/contacts/\d+/record/0-1/\d+")
BOOL_TEXT = Text(r"true|false")

FRAME = {"id": ID, "createdAt": ISO, "updatedAt": ISO, "archived": bool, "url": RECORD_URL}
BATCH = {"completedAt": ISO, "status": Text("COMPLETE"), "startedAt": ISO}
ERROR = {"status": Text("error"), "message": str, "correlationId": UUID}
IN_MESSAGE = Text(r'Property values were not valid: \[\{"isValid":false,"message":".*"error":"[A-Z_]+".*\]')
COMPUTED = {
    "createdate": ISO,
    "email": str,
    "firstname": str,
    "lastname": str,
    "hs_all_contact_vids": ID,
    "hs_email_domain": str,
    "hs_full_name_or_email": str,
    "hs_is_unworked": BOOL_TEXT,
    "hs_lifecyclestage_lead_date": MS,
    "hs_object_id": ID,
    "hs_object_source": Text("INTEGRATION"),
    "hs_object_source_id": ID,
    "hs_object_source_label": str,
    "hs_pipeline": Text("contacts-lifecycle-pipeline"),
    "lastmodifieddate": ISO,
    "lifecyclestage": Text("lead"),
    "...": None,
}
UPDATED = {
    key: COMPUTED[key]
    for key in (
        "createdate firstname lastname hs_is_unworked hs_object_id hs_object_source hs_object_source_id "
        "hs_object_source_label hs_pipeline lastmodifieddate lifecyclestage ..."
    ).split()
}
FOUND = {"createdate": ISO, "hs_object_id": ID, "lastmodifieddate": ISO, "email": str, "phone": None}
PROPERTY_IN_BATCH = {
    "name": str,
    "label": str,
    "type": str,
    "fieldType": str,
    "description": str,
    "groupName": str,
    "options": list,
    "displayOrder": int,
    "calculated": bool,
    "externalOptions": bool,
    "hasUniqueValue": bool,
    "hidden": bool,
    "modificationMetadata": {"archivable": bool, "readOnlyDefinition": bool, "readOnlyValue": bool},
    "formField": bool,
    "dataSensitivity": Text("non_sensitive"),
}
PROPERTY = PROPERTY_IN_BATCH | {
    "updatedAt": ISO,
    "createdAt": ISO,
    "createdUserId": ID,
    "updatedUserId": ID,
    "archived": bool,
}
STAGE = {
    "label": str,
    "displayOrder": int,
    "id": str,
    "createdAt": EPOCH,
    "updatedAt": EPOCH,
    "writePermissions": Text("CRM_PERMISSIONS_ENFORCEMENT"),
    "archived": bool,
}
LIST_ROW = {
    "listId": ID,
    "listVersion": int,
    "createdAt": ISO,
    "updatedAt": ISO,
    "filtersUpdatedAt": ISO,
    "processingStatus": Text("COMPLETE"),
    "createdById": ID,
    "updatedById": ID,
    "processingType": Text("MANUAL|DYNAMIC|SNAPSHOT"),
    "objectTypeId": Text(r"0-\d+"),
    "name": str,
    "additionalProperties": {
        "hs_list_size": ID,
        "hs_list_reference_count": ID,
        "hs_last_record_added_at?": MS,
    },
}
SCHEMA = {
    "labels": {"singular": str, "plural": str},
    "requiredProperties": list,
    "searchableProperties": list,
    "primaryDisplayProperty": str,
    "secondaryDisplayProperties": list,
    "description?": str,
    "allowsSensitiveProperties?": bool,
    "archived": bool,
    "restorable": bool,
    "metaType": Text("HUBSPOT|PORTAL_SPECIFIC"),
    "id": ID,
    "fullyQualifiedName": str,
    "createdAt": str,
    "updatedAt": str,
    "createdByUserId?": None,
    "updatedByUserId?": None,
    "objectTypeId": Text(r"\d-\d+"),
    "properties": list,
    "associations": [
        {
            "fromObjectTypeId": Text(r"\d-\d+"),
            "toObjectTypeId": Text(r"\d-\d+"),
            "name": str,
            "id": ID,
            "createdAt": None,
            "updatedAt": None,
        }
    ],
    "name": str,
}

_NEW = {"email": "ann@firm.example.com", "firstname": "Ann", "lastname": "Bell"}
_BAD = [{"properties": {"first000name": "a", "last000name": "b"}}] * 2


def _batch(rest: str, inputs: list[dict[str, Any]], **more: Any) -> Look:
    return lambda call, core, bob: call("POST", f"/batch/{rest}", {"inputs": inputs, **more})


def _update(*rows: dict[str, Any]) -> Look:
    def look(call: Call, core: HubSpotCore, bob: str) -> Any:
        inputs = [{**row, "id": row["id"].replace("BOB", bob)} for row in rows]
        return call("POST", "/batch/update", {"inputs": inputs})

    return look


def _conflict_with_traces(call: Call, core: HubSpotCore, bob: str) -> Any:
    sent = [{"email": "bob@firm.example.com"}, _NEW]
    rows = [{"properties": one, "objectWriteTraceId": str(n)} for n, one in enumerate(sent)]
    return call("POST", "/batch/create", {"inputs": rows})


def _search(call: Call, core: HubSpotCore, bob: str) -> Any:
    core.edit(_NEW, create=True)
    after = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "2024-09-19T04:30:45-08:00"}]
    groups = [{"filters": after}]
    return call("POST", "/search", {"filterGroups": groups, "limit": "1", "properties": ["email", "phone"]})


def _associated(call: Call, core: HubSpotCore, bob: str) -> Any:
    acme = core.edit({"name": "Acme"}, create=True, object="companies")
    alone = core.edit({"lastname": "Alone"}, create=True)
    primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", [primary])
    asked = {"inputs": [{"id": bob}, {"id": alone}]}
    return call("POST", "/crm/v4/associations/contacts/companies/batch/read", asked)


def _tied(call: Call, core: HubSpotCore, bob: str) -> Any:
    acme = core.edit({"name": "Acme"}, create=True, object="companies")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    row = {"from": {"id": bob}, "to": {"id": acme}, "types": types}
    return call("POST", "/crm/v4/associations/contacts/companies/batch/create", {"inputs": [row]})


def _tied_wrongly(call: Call, core: HubSpotCore, bob: str) -> Any:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 449}]
    rows = [{"from": {"id": key}, "to": {"id": bob}, "types": types} for key in ("unknown_id_123456798", bob)]
    return call("POST", "/crm/v4/associations/contacts/contacts/batch/create", {"inputs": rows})


_GROUP = {"name": "integrationmade", "label": "Made"}
_AGE = {
    "name": "age__c",
    "label": "Age",
    "groupName": "integrationmade",
    "type": "number",
    "fieldType": "number",
}
_ART = {
    "name": "art__c",
    "label": "Art",
    "groupName": "integrationmade",
    "type": "enumeration",
    "fieldType": "select",
    "options": [{"label": "art", "value": "art", "description": "art"}],
}


def _defined(call: Call, core: HubSpotCore, bob: str) -> Any:
    call("POST", "/crm/v3/properties/contacts/groups", _GROUP)
    call("POST", "/crm/v3/properties/contacts", _AGE)
    return call("POST", "/crm/v3/properties/contacts/batch/create", {"inputs": [_AGE, _ART]})


def _redefined(call: Call, core: HubSpotCore, bob: str) -> Any:
    _defined(call, core, bob)
    return call("PATCH", "/crm/v3/properties/contacts/age__c", {"label": "Age"})


def _lists(call: Call, core: HubSpotCore, bob: str) -> Any:
    core.portal.new_list("One", core.now_ms())
    core.portal.new_list("Two", core.now_ms())
    return call("POST", "/crm/v3/lists/search", {"offset": 0, "count": 1, "additionalProperties": []})


def _unscoped(call: Call, core: HubSpotCore, bob: str) -> Any:
    core.settings.scopes = ["oauth"]
    return call("GET", "/crm/v3/schemas")


def _limited(call: Call, core: HubSpotCore, bob: str) -> Any:
    core.faults.rate_limits = True
    return [call("POST", "/search", {}) for _ in range(6)][-1]


def _get(path: str) -> Look:
    return lambda call, core, bob: call("GET", path.replace("BOB", bob))


class Recorded(NamedTuple):
    """`status` None: the recording does not say."""

    look: Look
    status: int | None
    shape: Any


TABLE: dict[str, Recorded] = {
    "batch create": Recorded(
        _batch("create", [{"properties": _NEW}]),
        201,
        {**BATCH, "results": [{**FRAME, "properties": COMPUTED}]},
    ),
    "batch create, a conflict with trace ids": Recorded(
        _conflict_with_traces,
        207,
        {
            **BATCH,
            "results": [{**FRAME, "properties": dict, "objectWriteTraceId?": str}],
            "errors": [
                {
                    "status": Text("error"),
                    "category": Text("CONFLICT"),
                    "message": Text(r"Contact already exists\. Existing ID: \d+"),
                    "context": {"objectWriteTraceId": [Text("0")], "existingId": [ID]},
                }
            ],
            "numErrors": int,
        },
    ),
    "batch create, a conflict without": Recorded(
        _batch("create", [{"properties": {"email": "bob@firm.example.com"}}]),
        409,
        {**ERROR, "message": Text("Contact already exists"), "category": Text("CONFLICT")},
    ),
    "batch create, unknown properties": Recorded(
        _batch("create", _BAD),
        400,
        {
            **ERROR,
            "message": IN_MESSAGE,
            "errors": [
                {
                    "message": Text(r'Property "\w+" does not exist'),
                    "code": Text("PROPERTY_DOESNT_EXIST"),
                    "context": {"propertyName": [str]},
                }
            ],
            "category": Text("VALIDATION_ERROR"),
        },
    ),
    "batch update": Recorded(
        _update({"id": "BOB", "properties": {"firstname": "A", "lastname": "B"}}),
        200,
        {**BATCH, "results": [{**FRAME, "properties": UPDATED}]},
    ),
    "batch update, an unknown id with trace ids": Recorded(
        _update(
            {"id": "BOB", "properties": {"firstname": "A"}, "objectWriteTraceId": "0"},
            {"id": "unknownIdentifier888", "properties": {"firstname": "B"}, "objectWriteTraceId": "1"},
        ),
        207,
        {
            **BATCH,
            "results": [{**FRAME, "properties": dict, "objectWriteTraceId?": str}],
            "errors": [
                {
                    "status": Text("error"),
                    "category": Text("OBJECT_NOT_FOUND"),
                    "message": Text(r"Could not get some CONTACT objects, .*"),
                    "context": {"ids": [str]},
                }
            ],
            "numErrors": int,
        },
    ),
    "batch update, an id twice": Recorded(
        _update({"id": "BOB", "properties": {}}, {"id": "BOB", "properties": {}}),
        400,
        {
            **ERROR,
            "message": Text(r"Duplicate IDs found in batch input: \[\d+\]\. IDs must be unique"),
            "context": {"ids": [ID]},
            "category": Text("VALIDATION_ERROR"),
        },
    ),
    "batch read": Recorded(
        lambda call, core, bob: call("POST", "/batch/read", {"inputs": [{"id": bob}]}),
        200,
        {
            **BATCH,
            "results": [
                {
                    **FRAME,
                    "properties": {
                        "createdate": ISO,
                        "email": str,
                        "firstname": str,
                        "hs_object_id": ID,
                        "lastmodifieddate": ISO,
                        "lastname": None,
                    },
                }
            ],
        },
    ),
    "search, a limit sent as text": Recorded(
        _search,
        200,
        {
            "total": int,
            "results": [{**FRAME, "properties": FOUND}],
            "paging": {"next": {"after": ID}},
        },
    ),
    "search, over the limiter": Recorded(
        _limited,
        429,
        {
            **ERROR,
            "message": Text(r"You have reached your secondly limit\."),
            "category": Text("RATE_LIMITS"),
        },
    ),
    "an unknown kind of object": Recorded(
        _get("/crm/v3/objects/butterflies"),
        400,
        {**ERROR, "message": Text("Unable to infer object type from: butterflies")},
    ),
    "a list page": Recorded(
        lambda call, core, bob: core.edit({"lastname": "B"}, create=True) and call("GET", "?limit=1"),
        200,
        {
            "results": [{**FRAME, "properties": dict}],
            "paging": {"next": {"after": ID, "link": Text(r"https?://.+after=\d+")}},
        },
    ),
    "associations of several, one without": Recorded(
        _associated,
        207,
        {
            **BATCH,
            "results": [
                {
                    "from": {"id": ID},
                    "to": [
                        {
                            "toObjectId": int,
                            "associationTypes": [
                                {"category": Text("HUBSPOT_DEFINED"), "typeId": int, "label": (str, None)}
                            ],
                        }
                    ],
                }
            ],
            "errors": [
                {
                    "status": Text("error"),
                    "category": Text("OBJECT_NOT_FOUND"),
                    "subCategory": Text(r"crm\.associations\.NO_ASSOCIATIONS_FOUND"),
                    "message": Text(r"No company is associated with contact \d+\."),
                    "context": {
                        "fromObjectId": [ID],
                        "fromObjectType": [Text("contact")],
                        "toObjectType": [Text("company")],
                    },
                }
            ],
            "numErrors": int,
        },
    ),
    "associations made": Recorded(
        _tied,
        201,
        {
            **BATCH,
            "results": [
                {
                    "fromObjectTypeId": Text("0-1"),
                    "fromObjectId": int,
                    "toObjectTypeId": Text("0-2"),
                    "toObjectId": int,
                    "labels": [],
                }
            ],
        },
    ),
    "associations refused": Recorded(
        _tied_wrongly,
        207,
        {
            **BATCH,
            "results": [],
            "errors": [
                {
                    "status": Text("error"),
                    "category": Text("VALIDATION_ERROR"),
                    "subCategory?": Text(r"crm\.associations\.INVALID_IDENTIFIER"),
                    "message": Text(
                        r"\w+ is not a valid ID|Object \d+ cannot be associated to itself \(\d+\)"
                    ),
                    "context?": {"id": [str]},
                }
            ],
            "numErrors": int,
        },
    ),
    "a property group": Recorded(
        lambda call, core, bob: call("POST", "/crm/v3/properties/contacts/groups", _GROUP),
        201,
        {"name": str, "label": str, "displayOrder": int, "archived": bool},
    ),
    "properties made in a batch, one there already": Recorded(
        _defined,
        207,
        {
            **BATCH,
            "results": [PROPERTY_IN_BATCH],
            "errors": [
                {
                    "status": Text("error"),
                    "category": Text("OBJECT_ALREADY_EXISTS"),
                    "subCategory": Text(r"Properties\.PROPERTY_WITH_NAME_EXISTS"),
                    "message": Text(r"A property named 'age__c' already exists\."),
                    "context": {"name": [Text("age__c")]},
                }
            ],
            "numErrors": int,
        },
    ),
    "a property changed": Recorded(_redefined, 200, PROPERTY),
    "one of HubSpot's own properties": Recorded(
        _get("/crm/v3/properties/contacts/address"),
        200,
        {key: shape for key, shape in PROPERTY.items() if not key.endswith("UserId")}
        | {"hubspotDefined": bool},
    ),
    "pipelines of deals": Recorded(
        _get("/crm/v3/pipelines/deals"),
        200,
        {
            "results": [
                {
                    "label": str,
                    "displayOrder": int,
                    "id": str,
                    "stages": [
                        {**STAGE, "metadata": {"isClosed": BOOL_TEXT, "probability": Text(r"[01]\.\d")}}
                    ],
                    "createdAt": EPOCH,
                    "updatedAt": EPOCH,
                    "archived": bool,
                }
            ]
        },
    ),
    "pipelines of contacts": Recorded(
        _get("/crm/v3/pipelines/contacts"),
        200,
        {
            "results": [
                {
                    "label": Text("Lifecycle Stage Pipeline"),
                    "displayOrder": int,
                    "id": Text("contacts-lifecycle-pipeline"),
                    "stages": [{**STAGE, "metadata": {"isClosed": BOOL_TEXT, "state": Text("OPEN")}}],
                    "createdAt": EPOCH,
                    "updatedAt": EPOCH,
                    "archived": bool,
                }
            ]
        },
    ),
    "lists found": Recorded(
        _lists,
        200,
        {"offset": int, "hasMore": bool, "lists": [LIST_ROW], "total": int},
    ),
    "the account": Recorded(
        _get("/account-info/v3/details"),
        200,
        {
            "portalId": int,
            "accountType": Text("STANDARD"),
            "timeZone": str,
            "companyCurrency": Text("[A-Z]{3}"),
            "additionalCurrencies": [],
            "utcOffset": Text(r"[+-]\d\d:\d\d"),
            "utcOffsetMilliseconds": int,
            "uiDomain": str,
            "dataHostingLocation": str,
        },
    ),
    "a schema": Recorded(_get("/crm/v3/schemas/CONTACT"), 200, SCHEMA),
    "schemas without the scope": Recorded(
        _unscoped,
        403,
        {
            **ERROR,
            "context": {"requiredGranularScopes": [str], "links": [str]},
            "category": Text("MISSING_SCOPES"),
        },
    ),
}


def differences(shape: Any, value: Any, at: str = "$") -> list[str]:
    """Where a value does not have a shape."""
    if isinstance(shape, Text):
        fits = isinstance(value, str) and re.fullmatch(shape.pattern, value)
        return [] if fits else [f"{at}: {value!r} is no text like {shape.pattern}"]
    if isinstance(shape, tuple):
        return [] if any(not differences(one, value) for one in shape) else [f"{at}: {value!r}"]
    if shape is None:
        return [] if value is None else [f"{at}: {value!r} is not null"]
    if isinstance(shape, type):
        good = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
        return [] if good else [f"{at}: {value!r} is no {shape.__name__}"]
    if isinstance(shape, list):
        return _in_list(shape, value, at)
    return _in_dict(shape, value, at)


def _in_list(shape: list[Any], value: Any, at: str) -> list[str]:
    if not isinstance(value, list) or bool(value) != bool(shape):
        return [f"{at}: {value!r} is no list like {shape}"]
    return [one for place, item in enumerate(value) for one in differences(shape[0], item, f"{at}[{place}]")]


def _in_dict(shape: dict[str, Any], value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    known = {key.rstrip("?"): one for key, one in shape.items() if key != "..."}
    missing = [key for key in shape if key not in value and not key.endswith("?") and key != "..."]
    strange = [] if "..." in shape else [key for key in value if key not in known]
    told = [f"{at}: without {key}" for key in missing] + [
        f"{at}: {key} was never recorded" for key in strange
    ]
    return told + [
        one
        for key, item in value.items()
        if key in known
        for one in differences(known[key], item, f"{at}.{key}")
    ]


@pytest.mark.parametrize("name", TABLE)
def test_an_answer_has_the_recorded_shape(call: Call, core: HubSpotCore, bob: str, name: str) -> None:
    recorded = TABLE[name]
    answer = recorded.look(call, core, bob)
    assert recorded.status in (None, answer.status), answer.body
    assert differences(recorded.shape, answer.json()) == []
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert re.fullmatch(UUID.pattern, answer.headers["X-HubSpot-Correlation-Id"])
