"""The probes of Salesforce that only read."""

from __future__ import annotations

from connector.services.health.probes.salesforce_parts import (
    ABSENT,
    DATA,
    LEAD,
    PAGE,
    ROW,
    queries,
    refused,
)
from connector.services.health.probes.table import Outcome, Probe, get, ok, post

READ: tuple[Probe, ...] = (
    get(
        "versions",
        "versions on offer",
        "/services/data",
        ok([{"label": "text", "url": "url", "version": "decimal"}]),
        token=False,
    ),
    get(
        "who",
        "who the token is",
        "/services/oauth2/userinfo",
        ok({"user_id": "id18", "organization_id": "id18", "preferred_username": "text"}),
    ),
    get(
        "no session",
        "a session that is none",
        f"{DATA}/limits",
        refused("INVALID_SESSION_ID", 401),
        token="00Dnone!none",  # noqa: S106 a session that is none
    ),
    get(
        "retired version",
        "a version that was retired",
        "/services/data/v29.0/limits",
        Outcome((410,), says="410"),
        Outcome((404, 400), says="404"),
    ),
    get(
        "limits",
        "room that is left",
        f"{DATA}/limits",
        ok(
            {
                "DailyApiRequests": {"Max": "int", "Remaining": "int"},
                "DataStorageMB": {"Max": "int", "Remaining": "int"},
            },
            headers=("Sforce-Limit-Info",),
        ),
    ),
    get(
        "describe",
        "what a Lead is",
        f"{LEAD}/describe",
        ok(
            {
                "name": "text",
                "fields": [
                    {
                        "name": "text",
                        "type": "text",
                        "length": "int",
                        "createable": "bool",
                        "updateable": "bool",
                        "nillable": "bool",
                        "picklistValues": "any",
                    }
                ],
            }
        ),
    ),
    get(
        "describe unchanged",
        "a describe that has not changed",
        f"{LEAD}/describe",
        Outcome((304,)),
        headers={"If-Modified-Since": "Fri, 31 Dec 2049 23:59:59 GMT"},
    ),
    get(
        "query",
        "a query",
        f"{DATA}/query?q=SELECT+Id,+SystemModstamp+FROM+Lead+WHERE+IsConverted+=+false+LIMIT+1",
        ok({**PAGE, "records": [{**ROW, "SystemModstamp": "stamp"}]}),
        keep={"lead": "records.0.Id"},
    ),
    get(
        "query all",
        "deleted rows, too",
        f"{DATA}/queryAll?q=SELECT+Id+FROM+Lead+WHERE+IsDeleted+=+true+LIMIT+1",
        ok(PAGE),
    ),
    get(
        "count",
        "a bare count",
        f"{DATA}/query?q=SELECT+COUNT()+FROM+Lead",
        ok({"totalSize": "int", "done": "bool", "records": "any"}, holds={"records.len": 0}),
    ),
    get(
        "unknown column",
        "a column that is not there",
        f"{DATA}/query?q=SELECT+Accord_No__c+FROM+Lead",
        refused("INVALID_FIELD"),
    ),
    get(
        "unknown object",
        "an object that is not there",
        f"{DATA}/query?q=SELECT+Id+FROM+Accord_No__c",
        refused("INVALID_TYPE"),
    ),
    get("malformed", "a query that is none", f"{DATA}/query?q=SELECT+FROM", refused("MALFORMED_QUERY")),
    get(
        "locator",
        "a page that is gone",
        f"{DATA}/query/01g000000000000AAA-2000",
        refused("INVALID_QUERY_LOCATOR"),
    ),
    get(
        "small pages",
        "what a page's locator begins with",
        f"{DATA}/query?q=SELECT+Id+FROM+Lead",
        ok(says="01g", starts={"nextRecordsUrl": f"{DATA}/query/01g"}),
        ok(says="0r8", starts={"nextRecordsUrl": f"{DATA}/query/0r8"}),
        ok(says="too few rows", holds={"done": True}, untold=True),
        headers={"Sforce-Query-Options": "batchSize=200"},
        proves="locator_prefix",
    ),
    get(
        "change events",
        "how the channel of a selected object is told",
        f"{DATA}/tooling/query?q=SELECT+EventChannel+FROM+PlatformEventChannelMember",
        ok(says="name", holds={"records.0.EventChannel": "ChangeEvents"}),
        ok(says="none selected", holds={"totalSize": 0}, untold=True),
        ok(says="id", starts={"records.0.EventChannel": "0YL"}),
        Outcome((400, 403), says="can't be read", untold=True),
        proves="channel_told",
    ),
    get(
        "long address",
        "an address of 20,000 characters",
        f"{DATA}/query?q=SELECT+Id+FROM+Lead+WHERE+Id+IN+({{long}})",
        Outcome((414,), says="16384"),
        Outcome((431, 400), says="431"),
        Outcome((200,), says="more"),
        proves="max_uri",
    ),
    get(
        "row",
        "one record",
        f"{LEAD}/{{lead}}?fields=LastName,SystemModstamp",
        ok({**ROW, "LastName": "text", "SystemModstamp": "stamp"}),
    ),
    get("row 404", "a record that is not there", f"{LEAD}/{ABSENT}", refused("NOT_FOUND", 404)),
    get(
        "malformed id",
        "an id that is none",
        f"{LEAD}/abc",
        refused("NOT_FOUND", 404),
        refused("MALFORMED_ID", says="400"),
    ),
    get(
        "updated",
        "ids that changed",
        f"{LEAD}/updated/?start={{before}}&end={{now}}",
        ok({"ids": "any", "latestDateCovered": "stamp"}),
    ),
    get(
        "deleted",
        "ids that were deleted",
        f"{LEAD}/deleted/?start={{before}}&end={{now}}",
        ok({"deletedRecords": "any", "earliestDateAvailable": "stamp", "latestDateCovered": "stamp"}),
    ),
    post(
        "composite",
        "five queries in one call",
        f"{DATA}/composite",
        {"allOrNone": False, "compositeRequest": queries(5)},
        ok(
            {
                "compositeResponse": [
                    {"body": "any", "httpHeaders": "any", "httpStatusCode": "int", "referenceId": "text"}
                ]
            },
            holds={"compositeResponse.4.httpStatusCode": 200},
        ),
    ),
    post(
        "composite of six",
        "six queries in one call",
        f"{DATA}/composite",
        {"allOrNone": False, "compositeRequest": queries(6)},
        Outcome((400,), says="5"),
        ok(says="more", holds={"compositeResponse.5.httpStatusCode": 200}),
        ok(says="5 in 200"),
        proves="collections_per_composite",
    ),
    get(
        "retrieve",
        "several by id",
        f"{DATA}/composite/sobjects/Lead?ids={{lead}},{ABSENT}&fields=Id",
        ok(holds={"len": 2, "1": None}),
        ok(says="rows that are there"),
    ),
    get(
        "tooling",
        "rules by the Tooling API",
        f"{DATA}/tooling/query?q=SELECT+Id,+Name+FROM+ApexTrigger+LIMIT+1",
        ok({"totalSize": "int", "records": "any"}),
    ),
    get(
        "flows",
        "flows by their view",
        f"{DATA}/query?q=SELECT+ApiName,+IsActive,+TriggerObjectOrEventLabel+FROM+FlowDefinitionView",
        ok({"totalSize": "int", "records": "any"}),
    ),
    get(
        "assignment rules",
        "assignment rules",
        f"{DATA}/query?q=SELECT+SobjectType,+Name+FROM+AssignmentRule+WHERE+Active+=+true",
        ok({"totalSize": "int", "records": "any"}),
    ),
    get(
        "auto-response rules",
        "are they shown at all",
        f"{DATA}/tooling/query?q=SELECT+EntityDefinitionId,+Name+FROM+AutoResponseRule",
        refused("INVALID_TYPE", says="hidden"),
        ok({"totalSize": "int"}, says="shown"),
    ),
)
