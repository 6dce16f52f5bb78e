"""Every refusal of a row that Salesforce knows: the adapter's verdict, code and field, and its neighbour in the batch done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connector.adapters.salesforce import SalesforceOptions
from connector.core.records import Ref
from connector.ports import Write
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import KEY, contact, lead, new_lead, org

Spoil = Callable[[SalesforceCore, str], object]


def _nothing(core: SalesforceCore, id_: str) -> None:
    """The values themselves are the fault."""


@dataclass(frozen=True)
class Row:
    """``values`` for a Lead that ``spoil`` (its id is given) makes difficult; with ``new`` for one to be made by key."""

    values: dict[str, Any]
    verdict: str = "refused"
    fields: tuple[str, ...] = ()
    spoil: Spoil = _nothing
    new: bool = False


def _taken(core: SalesforceCore, id_: str) -> None:
    core.edit("Lead", None, {"LastName": "Ho", "Company": "Ho AG", KEY: "77"})


def _duplicates(core: SalesforceCore, id_: str) -> None:
    core.edit("Lead", None, {"LastName": "Ho", "Company": "Ho AG", "Email": "ho@ho.example.com"})
    core.admin.add_duplicate_rule("Lead", ["Email"], on_update="block")


TABLE = {
    "REQUIRED_FIELD_MISSING": Row({"LastName": None}, fields=("LastName", "Name")),
    "REQUIRED_FIELD_MISSING of a new one": Row({"LastName": "Ho"}, fields=("Company",), new=True),
    "INVALID_FIELD": Row({"Nope__c": "x"}),
    "INVALID_FIELD of one that is hidden": Row({"City": "Ulm"}, spoil=lambda core, id_: core.admin.hide_field("Lead", "City")),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Row(
        {"City": "Ulm"}, fields=("City",), spoil=lambda core, id_: core.admin.read_only_field("Lead", "City")
    ),
    "INVALID_EMAIL_ADDRESS": Row({"Email": "badone"}, fields=("Email",)),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Row({"Accord_Tier__c": "X"}, fields=("Accord_Tier__c",)),
    "STRING_TOO_LONG": Row({"Title": "x" * 129}, fields=("Title",)),
    "NUMBER_OUTSIDE_VALID_RANGE": Row({"NumberOfEmployees": 10**11}, fields=("NumberOfEmployees",)),
    "JSON_PARSER_ERROR": Row({"Webinar_Date__c": "soon"}),
    "DUPLICATE_VALUE": Row({KEY: "77"}, "duplicate", spoil=_taken),
    "DUPLICATES_DETECTED": Row({"Email": "ho@ho.example.com"}, "duplicate", spoil=_duplicates),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Row(
        {"City": "Ulm"}, fields=("City",), spoil=lambda core, id_: core.admin.add_validation("Lead", 'City = "Ulm"', "No.", "City")
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Row(
        {"City": "Ulm"}, spoil=lambda core, id_: core.admin.add_trigger_fault("Lead", 'City = "Ulm"', "LeadTrigger: fails")
    ),
    "FIELD_INTEGRITY_EXCEPTION": Row(
        {"Country": "Narnia"}, fields=("Country",), spoil=lambda core, id_: core.admin.state_country_picklists({"US": ("USA", {})})
    ),
    "CANNOT_UPDATE_CONVERTED_LEAD": Row({"City": "Ulm"}, "moved", spoil=lambda core, id_: core.convert(id_)),
    "MALFORMED_ID": Row({"OwnerId": "0015g0000000001AAA"}, fields=("OwnerId",)),
    "INVALID_CROSS_REFERENCE_KEY": Row({"OwnerId": "0055g000000zzzzAAA"}, fields=("OwnerId",)),
    "INSUFFICIENT_ACCESS_OR_READONLY": Row({"City": "Ulm"}, spoil=lambda core, id_: core.admin.seal_record(id_, "read")),
    "ENTITY_IS_DELETED": Row({"City": "Ulm"}, "gone", spoil=lambda core, id_: core.edit("Lead", id_, delete=True)),
    "INACTIVE_OWNER_OR_USER": Row({"OwnerId": "BOB"}),
}  # fmt: skip
CODE = {name: name.split(" ")[0] for name in TABLE}


@pytest.mark.parametrize("composite", [True, False], ids=["composite", "singly"])
@pytest.mark.parametrize("situation", TABLE)
def test_a_bad_row_fails_alone_with_its_code(situation: str, composite: bool) -> None:
    row, core = TABLE[situation], org()
    good, bad = new_lead(core, City="Bonn"), new_lead(core, City="Bonn")
    row.spoil(core, bad.id)
    values = {name: _user_who_left(core) if value == "BOB" else value for name, value in row.values.items()}
    ref: Ref = lead("512") if row.new else bad
    writes = [Write(good, {"Phone": "1"}), Write(ref, values, key=KEY if row.new else None)]
    adapter = salesforce_on(core, options=SalesforceOptions(parallel=1, composite=composite))
    done, refused = adapter.write(writes, None, free)
    assert done.verdict == "done", done
    assert (refused.verdict, refused.code) == (row.verdict, CODE[situation]), refused
    assert refused.fields == row.fields
    assert refused.message
    if CODE[situation] == "DUPLICATE_VALUE":  # a duplicate rule names nobody in a collection's answer
        assert refused.existing is not None


def _user_who_left(core: SalesforceCore) -> str:
    return str(core.admin.add_user("gone@accord.example.com", "Gus", "Gone", active=False))


def test_a_record_that_points_to_what_may_not_be_seen_fails_alone() -> None:
    """INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY."""
    core = org()
    secret, known = (core.edit("Account", None, {"Name": name}) for name in ("Secret", "Acme"))
    refs = [contact(core.edit("Contact", None, {"LastName": "Kim", "AccountId": known})) for _ in range(2)]
    core.admin.seal_record(secret)
    writes = [Write(refs[0], {"Phone": "1"}), Write(refs[1], {"AccountId": secret})]
    done, refused = salesforce_on(core).write(writes, None, free)
    assert done.verdict == "done"
    assert (refused.verdict, refused.code) == ("refused", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")
