"""The probes of HubSpot that write and need two records of their own, or a property that `accord setup` makes."""

from __future__ import annotations

from connector.services.health.probes.hubspot_parts import ABSENT, ERROR, MADE, ROW, V3
from connector.services.health.probes.table import Outcome, Probe, get, ok, patch, post

_NEW = {"firstname": "Probe", "lastname": "Accord"}
_NOT_SET_UP = Outcome((400,), ERROR, "not set up", untold=True)

PAIRS: tuple[Probe, ...] = (
    post("another", "a new contact", V3, {"properties": {**_NEW, "email": "{third}"}}, ok(MADE, 201),
         keep={"other": "id"}, writes=True),
    post("a third one", "a new contact", V3, {"properties": {**_NEW, "email": "{fourth}"}}, ok(MADE, 201),
         keep={"twin": "id"}, writes=True),
    patch("a number", "a number with a nought at its end, where our property is set up", f"{V3}/{{other}}",
          {"properties": {"accord_amount": "1000.50"}}, ok(ROW), _NOT_SET_UP,
          keep={"amount": "properties.accord_amount"}),
    get("number kept", "in which form is it kept", f"{V3}/{{other}}?properties=accord_amount",
        ok(says="as_sent", holds={"properties.accord_amount": "1000.50"}),
        ok(says="shortest", holds={"properties.accord_amount": "1000.5"}),
        ok(says="not set up", holds={"properties.accord_amount": None}, untold=True),
        ok(says="not set up", lacks=("properties.accord_amount",), untold=True),
        proves="number_form", writes=True),
    patch("a unique value", "a value of our unique property, where it is set up", f"{V3}/{{other}}",
          {"properties": {"accord_salesforce_id": "{third}"}}, ok(ROW), _NOT_SET_UP,
          keep={"unique": "properties.accord_salesforce_id"}),
    patch("the same unique value", "on another contact", f"{V3}/{{twin}}",
          {"properties": {"accord_salesforce_id": "{unique}"}},
          Outcome((400,), ERROR, "400"), Outcome((409,), ERROR, "409"), proves="unique_clash"),
    post("upsert by address", "one bad row in an upsert by e-mail, with trace ids", f"{V3}/batch/upsert",
         {"inputs": [
             {"id": "{third}", "idProperty": "email", "objectWriteTraceId": "a", "properties": {"city": "Lyon"}},
             {"id": "accord", "idProperty": "email", "objectWriteTraceId": "b", "properties": {"city": "Lyon"}},
         ]},
         Outcome((207,), says="true"), Outcome((400,), says="false"), proves="email_upsert_partial", writes=True),
    post("privacy", "a privacy deletion of an id that is not there", f"{V3}/gdpr-delete", {"objectId": ABSENT},
         Outcome((404,), says="404"), Outcome((204,), says="204"), proves="gdpr_unknown", writes=True),
    post("merge", "one contact is merged into another", f"{V3}/merge",
         {"primaryObjectId": "{other}", "objectIdToMerge": "{twin}"},
         ok(ROW, says="true", unlike={"id": "{other}"}), ok(ROW, says="false", holds={"id": "{other}"}),
         keep={"merged": "id"}, proves="merge_new_id", writes=True),
    get("merged ids", "is it found by the id of either", f"{V3}/{{twin}}", ok(ROW, holds={"id": "{merged}"}),
        writes=True),
    Probe("archive merged", "archiving what became of them", "DELETE", f"{V3}/{{merged}}", (Outcome((204,)),),
          writes=True),
)  # fmt: skip
