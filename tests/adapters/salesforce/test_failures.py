"""Salesforce's refusals, read as the words of ports.Written."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.salesforce.failures import row_verdict
from connector.adapters.salesforce.ids import id18
from connector.ports import Write
from tests.adapters.salesforce.cast import contact, lead

ID15 = "0018M000003uKqq"


def verdict(code: str, message: str = "", values: dict[str, Any] | None = None, **more: Any) -> Any:
    write = Write(lead("00Q000000000000EAA"), values or {"City": "Ulm"})
    return row_verdict(write, [{"statusCode": code, "message": message, "fields": [], **more}])


@pytest.mark.parametrize(
    ("code", "message", "word"),
    [
        ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "moved"),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Flow: cannot reference converted lead", "moved"),
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", "locked"),
        ("ENTITY_IS_DELETED", "entity is deleted", "gone"),
        ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "gone"),
        ("DUPLICATE_VALUE", "duplicate value found", "duplicate"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Our rule", "refused"),
        ("STRING_TOO_LONG", "City: data value too large", "refused"),
    ],
)
def test_codes_become_verdicts(code: str, message: str, word: str) -> None:
    told = verdict(code, message)
    assert (told.verdict, told.code, told.message) == (word, code, message)


def test_T54_bad_owner_is_a_refusal_not_a_missing_record() -> None:
    assert (
        verdict("INVALID_CROSS_REFERENCE_KEY", "invalid", {"OwnerId": "005000000000001AAA"}).verdict
        == "refused"
    )


def test_T44_15_character_id_of_the_existing_record_becomes_18() -> None:
    told = verdict(
        "DUPLICATE_VALUE", f"duplicate value found: Ext__c duplicates value on record with id: {ID15}"
    )
    assert told.existing.id == id18(ID15)
    assert told.existing.object == "Account", "its prefix says so"


def test_T50_duplicate_rule_names_the_record_that_matched() -> None:
    found = {"record": {"attributes": {"type": "Contact"}, "Id": "0033g00000000zzAAA"}}
    result = {"matchResults": [{"entityType": "Contact", "matchRecords": [found]}]}
    told = verdict("DUPLICATES_DETECTED", "Use one of these records?", duplicateResult=result)
    assert (told.verdict, told.existing) == ("duplicate", contact("0033g00000000zzAAA"))


def test_of_several_errors_the_telling_one_counts() -> None:
    write = Write(lead("00Q000000000000EAA"), {"City": "Ulm"})
    errors = [
        {"statusCode": "INVALID_FIELD", "message": "x"},
        {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "y"},
    ]
    assert row_verdict(write, errors).verdict == "locked"


def test_checksum_of_ids() -> None:
    assert id18("0018M000003uKqq") == "0018M000003uKqqQAE"
    assert id18("00Q5g0000000001") == "00Q5g0000000001EAA"
