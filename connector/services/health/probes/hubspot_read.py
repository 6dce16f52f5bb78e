"""The probes of HubSpot that only read."""

from __future__ import annotations

from connector.services.health.probes.hubspot_parts import ABSENT, COMPLETED, ERROR, PAGING, ROW, V3
from connector.services.health.probes.table import Outcome, Probe, get, ok, post

TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TURNED = {f"results.{place}.id": f"{{{name}}}" for place, name in enumerate(reversed(TEN))}

READ: tuple[Probe, ...] = (
    get(
        "account",
        "who the portal is",
        "/account-info/v3/details",
        ok({"portalId": "int", "accountType": "text", "timeZone": "text", "companyCurrency": "text"}),
    ),
    get(
        "usage",
        "calls of the day",
        "/account-info/v3/api-usage/daily/private-apps",
        ok({"results": [{"usageLimit": "int", "currentUsage": "int", "name": "text"}]}),
    ),
    get(
        "no token",
        "a call without a token",
        f"{V3}?limit=1",
        Outcome((401,), ERROR, holds={"category": "INVALID_AUTHENTICATION"}),
        token=False,
    ),
    get(
        "list",
        "one page of contacts",
        f"{V3}?limit=1",
        ok({"results": [ROW], "paging?": PAGING}),
        keep={"contact": "results.0.id"},
    ),
    get("list limit", "a page of more than 100", f"{V3}?limit=101", Outcome((400,), ERROR)),
    get(
        "rate headers",
        "limits told on a normal call",
        f"{V3}?limit=1",
        ok(headers=("X-HubSpot-RateLimit-Max", "X-HubSpot-RateLimit-Remaining")),
        ok(says="none told"),
    ),
    get(
        "default properties",
        "what comes when nothing is asked for",
        f"{V3}/{{contact}}",
        ok(
            {
                **ROW,
                "properties": {
                    "createdate": "time",
                    "email": "email|null",
                    "firstname": "text|null",
                    "hs_object_id": "digits",
                    "lastmodifieddate": "time",
                    "lastname": "text|null",
                },
            }
        ),
    ),
    get(
        "unknown property",
        "an unknown property is left out without a word",
        f"{V3}/{{contact}}?properties=accord_no_such_property",
        ok(ROW, lacks=("properties.accord_no_such_property",)),
    ),
    get("row 404", "a contact that is not there", f"{V3}/{ABSENT}", Outcome((404,), {"message": "text"})),
    get(
        "row 404 text",
        "an id that is no number",
        f"{V3}/abc",
        Outcome((404,), ERROR, holds={"category": "OBJECT_NOT_FOUND"}),
        Outcome((400,), ERROR, says="400"),
    ),
    get(
        "object type",
        "an object type that does not exist",
        "/crm/v3/objects/butterflies",
        Outcome((400,), {"message": "text"}),
    ),
    get(
        "history",
        "history of a property",
        f"{V3}/{{contact}}?propertiesWithHistory=lastname",
        ok({**ROW, "propertiesWithHistory": "any"}),
    ),
    post(
        "batch read",
        "several by id",
        f"{V3}/batch/read",
        {"properties": ["email"], "inputs": [{"id": "{contact}"}]},
        ok(COMPLETED),
    ),
    get(
        "ten",
        "ten contacts",
        f"{V3}?limit=10",
        ok({"results": [ROW], "paging?": PAGING}),
        keep={name: f"results.{place}.id" for place, name in enumerate(TEN)},
    ),
    post(
        "order",
        "do several come in the order in which they were asked for",
        f"{V3}/batch/read",
        {"properties": ["email"], "inputs": [{"id": f"{{{name}}}"} for name in reversed(TEN)]},
        ok(says="true", not_all=_TURNED),
        ok(says="false", holds=_TURNED),
        proves="shuffle_results",
    ),
    post(
        "batch read unknown",
        "an unknown id among them",
        f"{V3}/batch/read",
        {"properties": ["email"], "inputs": [{"id": "{contact}"}, {"id": ABSENT}]},
        Outcome(
            (207,),
            {**COMPLETED, "numErrors": "int", "errors": [{"category": "text", "message": "text"}]},
            "true",
        ),
        Outcome((200,), COMPLETED, says="false"),
        proves="missing_ids_207",
    ),
    post(
        "batch limit",
        "more than 100 inputs",
        f"{V3}/batch/read",
        {"properties": ["email"], "inputs": [{"id": str(n)} for n in range(1, 102)]},
        Outcome((400,), ERROR, says="400"),
        Outcome((413,), says="413"),
        proves="over_batch",
    ),
    post(
        "history batch",
        "more than 50 inputs with history",
        f"{V3}/batch/read",
        {"propertiesWithHistory": ["email"], "inputs": [{"id": str(n)} for n in range(1, 52)]},
        Outcome((400,), ERROR, says="50"),
        Outcome((200, 207), says="100"),
    ),
    post(
        "search",
        "a search",
        f"{V3}/search",
        {"filterGroups": [], "limit": 1, "properties": ["email"]},
        ok({"total": "int", "results": [ROW], "paging?": {"next": {"after": "digits"}}}),
    ),
    post(
        "search limit",
        "a page of more than 200",
        f"{V3}/search",
        {"filterGroups": [], "limit": 201},
        Outcome((400,), ERROR),
    ),
    post(
        "search window",
        "beyond 10,000",
        f"{V3}/search",
        {"filterGroups": [], "limit": 1, "after": "10000"},
        Outcome((400,), ERROR),
    ),
    post(
        "search groups",
        "more than five groups",
        f"{V3}/search",
        {
            "limit": 1,
            "filterGroups": [
                {"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]} for _ in range(6)
            ],
        },
        Outcome((400,), ERROR),
    ),
    post(
        "neq and blanks",
        "does NEQ find records without the property",
        f"{V3}/search",
        {
            "limit": 1,
            "properties": ["fax"],
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": "fax", "operator": "NOT_HAS_PROPERTY"},
                        {"propertyName": "fax", "operator": "NEQ", "value": "accord-none"},
                    ]
                }
            ],
        },
        ok(says="false", holds={"total": 0}),
        ok({"total": "int", "results": [ROW]}, says="true"),
        proves="neq_matches_blank",
    ),
    get(
        "properties",
        "properties of contacts",
        "/crm/v3/properties/contacts",
        ok(
            {
                "results": [
                    {
                        "name": "text",
                        "label": "text",
                        "type": "text",
                        "fieldType": "text",
                        "modificationMetadata?": {"readOnlyValue": "bool"},
                        "options": "any",
                    }
                ]
            }
        ),
    ),
    get(
        "opt-out property",
        "the opt-out is read-only as a property",
        "/crm/v3/properties/contacts/hs_email_optout",
        ok(
            {"name": "text", "modificationMetadata": {"readOnlyValue": "bool"}},
            holds={"modificationMetadata.readOnlyValue": True},
        ),
    ),
    get(
        "additional e-mails",
        "the property of secondary addresses",
        "/crm/v3/properties/contacts/hs_additional_emails",
        ok({"name": "text", "modificationMetadata": {"readOnlyValue": "bool"}}),
    ),
    get(
        "marketing property",
        "is a contact a marketing contact",
        "/crm/v3/properties/contacts/hs_marketable_status",
        ok({"name": "text", "modificationMetadata": {"readOnlyValue": "bool"}}),
        Outcome((404,), ERROR, says="404"),
    ),
    get(
        "owners",
        "owners",
        "/crm/v3/owners?limit=1",
        ok(
            {
                "results": [
                    {
                        "id": "digits",
                        "email": "email|null|empty",
                        "archived": "bool",
                        "userId": "int|null",
                        "type?": "text",
                    }
                ],
                "paging?": PAGING,
            }
        ),
    ),
    get(
        "owners of 500",
        "a page of 500 owners",
        "/crm/v3/owners?limit=500",
        ok(says="500"),
        Outcome((400,), says="100"),
        proves="owner_page_limit",
    ),
    get(
        "contact to contact",
        "the type by which contacts are associated with contacts",
        "/crm/v4/associations/contacts/contacts/labels",
        ok(says="449", holds={"results.0.typeId": 449}),
        ok(says="another number"),
        proves="contact_contact_type_id",
    ),
    get(
        "deal pipelines",
        "pipelines of deals",
        "/crm/v3/pipelines/deals",
        ok({"results": [{"id": "text", "label": "text", "stages": [{"id": "text", "metadata": "any"}]}]}),
    ),
    get(
        "dated path",
        "the dated form of a path",
        "/crm/objects/2026-09/contacts?limit=1",
        ok({"results": [ROW]}),
    ),
    get(
        "associations",
        "companies of a contact",
        "/crm/v4/objects/contacts/{contact}/associations/companies",
        ok({"results": [{"toObjectId": "int", "associationTypes": [{"category": "text", "typeId": "int"}]}]}),
    ),
    get(
        "preferences",
        "has an address opted out",
        "/communication-preferences/v4/statuses/accord-probe%40example.com/unsubscribe-all?channel=EMAIL",
        ok({"status": "text", "startedAt": "time", "completedAt": "time", "results": "any"}),
    ),
)
