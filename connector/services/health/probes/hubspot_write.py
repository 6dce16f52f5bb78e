"""The probes of HubSpot that write: one record of their own, which they end."""

from __future__ import annotations

from connector.services.health.probes.hubspot_parts import ABSENT, ERROR, MADE, ROW, V3, invalid
from connector.services.health.probes.table import Outcome, Probe, get, ok, patch, post

ONE: tuple[Probe, ...] = (
    post(
        "create",
        "a new contact",
        V3,
        {"properties": {"email": "{address}", "firstname": "Probe", "lastname": "Accord"}},
        ok(MADE, 201),
        keep={"made": "id", "born": "updatedAt"},
        writes=True,
    ),
    post(
        "conflict",
        "the same address again",
        V3,
        {"properties": {"email": "{address}"}},
        Outcome((409,), ERROR, holds={"category": "CONFLICT"}),
        writes=True,
    ),
    post(
        "bad address",
        "an address that is none",
        V3,
        {"properties": {"email": "accord"}},
        invalid("INVALID_EMAIL"),
        invalid(),
        writes=True,
    ),
    patch(
        "unknown property written",
        "an unknown property",
        f"{V3}/{{made}}",
        {"properties": {"accord_no_such": "1"}},
        invalid("PROPERTY_DOESNT_EXIST"),
        invalid(),
    ),
    patch(
        "unlisted option",
        "an option that is not on the list",
        f"{V3}/{{made}}",
        {"properties": {"lifecyclestage": "accord_no_such"}},
        invalid("INVALID_OPTION"),
        invalid(),
    ),
    patch(
        "read-only written",
        "a read-only property",
        f"{V3}/{{made}}",
        {"properties": {"hs_email_optout": "true"}},
        Outcome((400,), ERROR, "refused"),
        ok(says="ignored"),
        proves="read_only_write",
    ),
    patch(
        "a JSON number",
        "a number that is no text",
        f"{V3}/{{made}}",
        {"properties": {"city": 7}},
        ok(says="true", holds={"properties.city": "7"}),
        Outcome((400,), says="false"),
        proves="json_values",
    ),
    patch("null", "null for a value", f"{V3}/{{made}}", {"properties": {"lastname": None}}, ok(ROW)),
    get(
        "null after",
        "does it clear",
        f"{V3}/{{made}}?properties=lastname",
        ok(says="true", holds={"properties.lastname": None}),
        ok(says="false"),
        proves="null_clears",
        writes=True,
    ),
    patch(
        "secondary address",
        "writing a secondary address",
        f"{V3}/{{made}}",
        {"properties": {"hs_additional_emails": "{second}"}},
        ok(says="true"),
        Outcome((400,), says="false"),
        proves="additional_emails_writable",
    ),
    get(
        "by secondary address",
        "is a contact found by it",
        f"{V3}/{{second}}?idProperty=email",
        ok(says="true", holds={"id": "{made}"}),
        Outcome((404,), says="false"),
        proves="secondary_email_finds",
        writes=True,
    ),
    patch(
        "warnings",
        "is it told that a value was normalised",
        "/crm/objects/2026-09/contacts/{made}",
        {"properties": {"email": "{ADDRESS}"}},
        ok({"warnings": "any"}, says="dated"),
        ok(says="never"),
        proves="warnings_on",
    ),
    post(
        "dated partial success",
        "an unknown id in a dated update with trace ids",
        "/crm/objects/2026-09/contacts/batch/update",
        {
            "inputs": [
                {"id": "{made}", "objectWriteTraceId": "a", "properties": {"state": "ON"}},
                {"id": ABSENT, "objectWriteTraceId": "b", "properties": {"state": "ON"}},
            ]
        },
        Outcome((200, 201), says="false"),
        Outcome((207,), says="true"),
        proves="dated_207",
        writes=True,
    ),
    patch(
        "write answer",
        "does the answer show what is stored",
        f"{V3}/{{made}}",
        {"properties": {"email": "{ADDRESS}"}},
        ok(says="stored", holds={"properties.email": "{address}"}),
        ok(says="sent", holds={"properties.email": "{ADDRESS}"}),
        proves="write_answer",
    ),
    patch(
        "blanks", "blanks around a text", f"{V3}/{{made}}", {"properties": {"firstname": "  Probe "}}, ok(ROW)
    ),
    get(
        "trim",
        "are they cut",
        f"{V3}/{{made}}?properties=firstname",
        ok(says="false", holds={"properties.firstname": "  Probe "}),
        ok(says="true", holds={"properties.firstname": "Probe"}),
        proves="trim_text",
        writes=True,
    ),
    patch(
        "first value",
        "a value",
        f"{V3}/{{made}}",
        {"properties": {"city": "Lyon"}},
        ok(ROW),
        keep={"moved": "updatedAt"},
    ),
    patch(
        "same value",
        "the same value again: does it move the record",
        f"{V3}/{{made}}",
        {"properties": {"city": "Lyon"}},
        ok(says="false", holds={"updatedAt": "{moved}"}),
        ok(ROW, says="true"),
        proves="equal_write_touches",
    ),
    patch(
        "stage forward",
        "a later stage",
        f"{V3}/{{made}}",
        {"properties": {"lifecyclestage": "customer"}},
        ok(ROW),
    ),
    patch(
        "stage backward",
        "an earlier stage is answered as if it were taken",
        f"{V3}/{{made}}",
        {"properties": {"lifecyclestage": "lead"}},
        ok(ROW),
    ),
    get(
        "stage after",
        "and is it",
        f"{V3}/{{made}}?properties=lifecyclestage",
        ok(says="true", holds={"properties.lifecyclestage": "customer"}),
        ok(says="false", holds={"properties.lifecyclestage": "lead"}),
        proves="lifecycle_forward_only",
        writes=True,
    ),
    post(
        "missing ids",
        "an unknown id in an update without trace ids",
        f"{V3}/batch/update",
        {
            "inputs": [
                {"id": "{made}", "properties": {"city": "Nice"}},
                {"id": ABSENT, "properties": {"city": "Nice"}},
            ]
        },
        Outcome((400, 404), says="true"),
        Outcome((200, 207), says="false"),
        proves="missing_ids_fail_batch",
        writes=True,
    ),
    post(
        "opt-out",
        "an address opts out of all e-mail",
        "/communication-preferences/v4/statuses/{address}/unsubscribe-all?channel=EMAIL",
        None,
        ok({"status": "text", "startedAt": "time", "completedAt": "time"}),
        writes=True,
    ),
    get(
        "opt-out shown",
        "does the property follow at once",
        f"{V3}/{{made}}?properties=hs_email_optout",
        ok(says="true", holds={"properties.hs_email_optout": "true"}),
        ok(says="false"),
        proves="optout_shows",
        writes=True,
    ),
    Probe("archive", "archiving", "DELETE", f"{V3}/{{made}}", (Outcome((204,)),), writes=True),
    Probe(
        "archive again",
        "archiving what is archived",
        "DELETE",
        f"{V3}/{{made}}",
        (Outcome((204,), says="204"), Outcome((404,), says="404")),
        proves="delete_unknown",
        writes=True,
    ),
    get("archived 404", "an archived contact is not found", f"{V3}/{{made}}", Outcome((404,)), writes=True),
    get(
        "archived read",
        "unless it is asked for",
        f"{V3}/{{made}}?archived=true",
        ok({**ROW, "archivedAt": "time"}, holds={"archived": True}),
        writes=True,
    ),
)
RECORDS = ("made", "other", "twin", "merged")
"""What probes made, by the names under which they keep it."""
CLEAN = tuple(
    Probe(f"clean {name}", "archiving what was made", "DELETE", f"{V3}/{{{name}}}", (Outcome((204,)),), writes=True)
    for name in RECORDS
)
