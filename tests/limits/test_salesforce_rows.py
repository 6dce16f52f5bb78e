"""Salesforce refuses a row: the field is shown with its words and waits, the rest of the record goes over, and once the
cause is gone a new edit goes over too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector.practice.salesforce.rules import Validation
from tests.limits.standing import Standing

Admin = Any


@dataclass(frozen=True)
class Refusal:
    """``spoil`` and ``mend`` are the org's admin at work (with the Lead's id). ``edit``: of the contact; ``refused``: the
    field that is refused; ``words`` stand in the issue. ``before``: an edit that went over while all was well."""

    spoil: Callable[[Admin, str], object]
    edit: dict[str, str]
    refused: str
    words: str
    mend: Callable[[Admin, str], object] = lambda admin, lead: None
    before: dict[str, str] = field(default_factory=dict)


def _short(name: str, length: int) -> Callable[[Admin, str], object]:
    return lambda admin, lead: admin.change_field("Lead", name, length=length)


def _trigger(admin: Admin, lead: str) -> None:
    admin.add_trigger_fault("Lead", 'City = "Lyon"', "LeadTrigger: execution of BeforeUpdate")


def _rule(admin: Admin, lead: str) -> None:
    admin.add_validation("Lead", 'City = "Lyon"', "We do not sell in Lyon.", "City")


def _top_of_page(admin: Admin, lead: str) -> None:
    admin.core.org.rules.validations.append(Validation("Lead", None, lambda row: row.get("City") == "Lyon", "Not in Lyon."))


_KEPT: list[Any] = []


def _restrict(admin: Admin, lead: str) -> None:
    field = admin.org.objects["Lead"].fields["LeadSource"]
    _KEPT[:] = field.choices
    field.restricted, field.choices = True, [choice for choice in field.choices if choice.value != "Webinar"]


def _unrestrict(admin: Admin, lead: str) -> None:
    field = admin.org.objects["Lead"].fields["LeadSource"]
    field.restricted, field.choices = False, list(_KEPT)


def _taken(admin: Admin, lead: str) -> None:
    admin.change_field("Lead", "Fax", unique=True)
    admin.core.edit("Lead", None, {"LastName": "Ho", "Company": "Ho AG", "Fax": "+1 555 010 7777"})


def _duplicate(admin: Admin, lead: str) -> None:
    admin.core.edit("Lead", None, {"LastName": "Ho", "Company": "Ho AG", "City": "Lyon"})
    admin.add_duplicate_rule("Lead", ["City"], on_update="block")


TABLE = {
    "STRING_TOO_LONG": Refusal(_short("City", 6), {"city": "Washington"}, "city", "data value too large", _short("City", 40)),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Refusal(
        _restrict, {"lead_source": "webinar"}, "lead_source", "bad value for restricted picklist", _unrestrict
    ),
    "INVALID_EMAIL_ADDRESS": Refusal(
        lambda admin, lead: None, {"email": "p\u00e4ul@kim.example.com"}, "email", "invalid email address"
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Refusal(_rule, {"city": "Lyon"}, "city", "We do not sell in Lyon."),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION at the top of the page": Refusal(_top_of_page, {"city": "Lyon"}, "city", "Not in Lyon."),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Refusal(_trigger, {"city": "Lyon"}, "city", "LeadTrigger"),
    "DUPLICATE_VALUE": Refusal(
        _taken, {"fax": "+1 555 010 7777"}, "fax", "duplicate value found", lambda admin, lead: admin.change_field("Lead", "Fax", unique=False)
    ),
    "DUPLICATES_DETECTED": Refusal(_duplicate, {"city": "Lyon"}, "city", "Use one of these records?"),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Refusal(
        lambda admin, lead: admin.read_only_field("Lead", "City"), {"city": "Lyon"}, "city", "Unable to create/update fields",
        lambda admin, lead: admin.show_field("Lead", "City"),
    ),
    "REQUIRED_FIELD_MISSING": Refusal(
        lambda admin, lead: admin.require("Lead", "City"), {"city": ""}, "city", "Required fields are missing",
        lambda admin, lead: admin.require("Lead", "City", False), {"city": "Ulm"},
    ),
    "NUMBER_OUTSIDE_VALID_RANGE": Refusal(
        lambda admin, lead: admin.change_field("Lead", "Budget__c", precision=5), {"budget": "1234567"}, "budget", "outside of valid range",
        lambda admin, lead: admin.change_field("Lead", "Budget__c", precision=18),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", TABLE)
def test_a_refused_field_waits_with_its_words_and_the_rest_goes_over(town: Standing, code: str) -> None:
    refusal, world = TABLE[code], town.world
    contact, lead = town.pair()
    admin = world.salesforce.admin
    if refusal.before:
        world.edit_contact(contact, **refusal.before)
        world.settle()
    refusal.spoil(admin, lead)
    world.edit_contact(contact, **refusal.edit, phone="+1 555 010 0001")
    world.settle()
    told = town.issue("refused", refusal.refused)
    assert told["message"].startswith("salesforce refused ")
    assert refusal.words in told["message"]
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
    world.forget_calls()
    world.settle()
    assert world.writes() == 0, "a refusal is not tried again every round"
    refusal.mend(admin, lead)
    world.salesforce.org.rules.clear()
    world.edit_contact(contact, mobilephone="+1 555 010 0002", **town.other(refusal.edit))
    world.settle()
    assert world.sf(lead)["MobilePhone"] == "+1 555 010 0002"
    assert town.issues() == []


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("alone", [True, False])
def test_a_record_that_may_not_be_edited_stops_no_other(town: Standing, status: int, alone: bool) -> None:
    """INSUFFICIENT_ACCESS_OR_READONLY: an approval process has it, or it belongs to somebody else. A 403 of one record is
    no lack of rights as a whole."""
    world = town.world
    world.salesforce.settings.insufficient_access_status = status
    (contact, lead), others = town.pair(), [town.pair() for _ in range(1 if alone else 30)]
    world.salesforce.admin.seal_record(lead, "read")
    for one, _ in [(contact, lead), *others]:
        world.edit_contact(one, city="Lyon")
    world.settle()
    told = town.issue("refused", "city")
    assert "insufficient access rights" in told["message"]
    assert {world.sf(other)["City"] for _, other in others} == {"Lyon"}
    assert len(town.issues()) == 1
