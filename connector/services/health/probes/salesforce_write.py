"""The probes of Salesforce that write: one record of their own, which they end."""

from __future__ import annotations

from connector.services.health.probes.salesforce_parts import (
    ABSENT,
    DATA,
    LEAD,
    SAVED,
    refused,
)
from connector.services.health.probes.table import Outcome, Probe, get, ok, patch, post

_NEW = {"LastName": "Probe", "Company": "Accord", "Email": "{address}"}

WRITE: tuple[Probe, ...] = (
    post(
        "create",
        "a new Lead",
        LEAD,
        _NEW,
        ok(SAVED, 201, headers=("Location",)),
        keep={"made": "id"},
        writes=True,
        headers={"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"},
    ),
    get(
        "owner",
        "who has it",
        f"{LEAD}/{{made}}?fields=OwnerId",
        ok({"OwnerId": "id18"}),
        keep={"owner": "OwnerId"},
        writes=True,
    ),
    patch(
        "assigning",
        "a write without Sforce-Auto-Assign",
        f"{LEAD}/{{made}}",
        {"City": "Oslo"},
        Outcome((204,)),
    ),
    get(
        "assigned",
        "does it change hands",
        f"{LEAD}/{{made}}?fields=OwnerId",
        ok(says="True", unlike={"OwnerId": "{owner}"}),
        ok(says="False"),
        proves="auto_assign",
        writes=True,
    ),
    post(
        "required",
        "without a required field",
        LEAD,
        {"Company": "Accord"},
        refused("REQUIRED_FIELD_MISSING"),
        writes=True,
    ),
    patch(
        "bad address",
        "an address that is none",
        f"{LEAD}/{{made}}",
        {"Email": "accord"},
        refused("INVALID_EMAIL_ADDRESS"),
    ),
    patch(
        "too long",
        "a text that is too long",
        f"{LEAD}/{{made}}",
        {"LastName": "x" * 81},
        refused("STRING_TOO_LONG"),
    ),
    patch(
        "unknown field",
        "a field that is not there",
        f"{LEAD}/{{made}}",
        {"Accord_No__c": 1},
        refused("INVALID_FIELD"),
    ),
    patch("trimming", "blanks around a text", f"{LEAD}/{{made}}", {"FirstName": "  Ann "}, Outcome((204,))),
    get(
        "trimmed",
        "are they cut",
        f"{LEAD}/{{made}}?fields=FirstName,SystemModstamp,LastModifiedDate",
        ok(says="True", holds={"FirstName": "Ann"}),
        ok(says="False"),
        proves="trims_text",
        writes=True,
        keep={"moved": "SystemModstamp"},
    ),
    patch(
        "rounding",
        "more decimals than the field has",
        f"{LEAD}/{{made}}",
        {"AnnualRevenue": 10.6},
        Outcome((204,)),
    ),
    get(
        "rounded",
        "are they rounded",
        f"{LEAD}/{{made}}?fields=AnnualRevenue",
        ok(says="True", holds={"AnnualRevenue": 11.0}),
        ok(says="False"),
        proves="rounds_numbers",
        writes=True,
    ),
    patch(
        "condition",
        "If-Unmodified-Since long ago",
        f"{LEAD}/{{made}}",
        {"City": "Nice"},
        Outcome((412,)),
        headers={"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    ),
    patch(
        "external id",
        "our external id, where it was set up",
        f"{LEAD}/{{made}}",
        {"Accord_HubSpot_Id__c": "{address}"},
        Outcome((204,)),
        refused("INVALID_FIELD", says="not set up"),
    ),
    get(
        "external id read",
        "and back",
        f"{LEAD}/{{made}}?fields=Accord_HubSpot_Id__c",
        ok(holds={"Accord_HubSpot_Id__c": "{address}"}),
        refused("INVALID_FIELD", says="not set up"),
        keep={"external": "Accord_HubSpot_Id__c"},
        writes=True,
    ),
    patch(
        "upsert",
        "an upsert of a record that is there",
        f"{LEAD}/Accord_HubSpot_Id__c/{{external}}",
        {"City": "Lyon"},
        Outcome((200,), says="200"),
        Outcome((204,), says="204"),
        proves="upsert_status_updated",
    ),
    Probe(
        "collection",
        "rows of a collection fail by themselves",
        "PATCH",
        f"{DATA}/composite/sobjects",
        (ok([{"success": "bool", "errors": "any"}], holds={"0.success": True, "1.success": False}),),
        {
            "allOrNone": False,
            "records": [
                {"attributes": {"type": "Lead"}, "id": "{made}", "City": "Rome"},
                {"attributes": {"type": "Lead"}, "id": ABSENT, "City": "Rome"},
            ],
        },
        writes=True,
    ),
    Probe(
        "rollback",
        "a collection refused as a whole",
        "PATCH",
        f"{DATA}/composite/sobjects",
        (Outcome((200,), says="200"), Outcome((400,), says="400")),
        {
            "allOrNone": True,
            "records": [
                {"attributes": {"type": "Lead"}, "id": "{made}", "City": "Bern"},
                {"attributes": {"type": "Lead"}, "id": "{made}", "Email": "accord"},
            ],
        },
        proves="rollback_status",
        writes=True,
    ),
    Probe(
        "wrong type",
        "a value of the wrong JSON type in a collection",
        "PATCH",
        f"{DATA}/composite/sobjects",
        (Outcome((200,), says="row"), Outcome((400,), says="call")),
        {
            "allOrNone": False,
            "records": [{"attributes": {"type": "Lead"}, "id": "{made}", "NumberOfEmployees": "many"}],
        },
        proves="collection_parser_error",
        writes=True,
    ),
    post(
        "tree refused",
        "a tree that can't be planted",
        f"{DATA}/composite/tree/Lead",
        {"records": [{"attributes": {"type": "Lead", "referenceId": "a"}, "Company": "Accord"}]},
        Outcome((400,), {"hasErrors": "bool", "results": "any"}, "400"),
        Outcome((200, 201), says="200"),
        proves="tree_status_failed",
        writes=True,
    ),
    patch("company", "a company with signs", f"{LEAD}/{{made}}", {"Company": "A&B's"}, Outcome((204,))),
    post(
        "escaping",
        "are texts in a composite's answer escaped",
        f"{DATA}/composite",
        {
            "compositeRequest": [
                {"method": "GET", "url": f"{LEAD}/{{made}}?fields=Company", "referenceId": "a"},
            ]
        },
        ok(says="False", holds={"compositeResponse.0.body.Company": "A&B's"}),
        ok(says="True"),
        proves="composite_escapes_html",
        writes=True,
    ),
    Probe("delete", "deleting", "DELETE", f"{LEAD}/{{made}}", (Outcome((204,)),), writes=True),
    Probe(
        "delete again",
        "deleting what is deleted",
        "DELETE",
        f"{LEAD}/{{made}}",
        (refused("ENTITY_IS_DELETED", 404),),
        writes=True,
    ),
)
CLEAN = Probe(
    "clean", "deleting what was made", "DELETE", f"{LEAD}/{{made}}", (Outcome((204,)),), writes=True
)
