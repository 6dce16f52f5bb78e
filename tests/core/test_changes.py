"""What change events tell, and which may be echoes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.core.changes import Change, told_by
from connector.core.records import Notice, Ref, Side

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEAD, US, BOB = "00Q000000000001AAA", "005000000000001AAA", "005000000000002AAA"
FIELDS = {"Lead": ("Phone", "Title"), "Opportunity": ("StageName",)}
REF = Ref(Side.SALESFORCE, "Lead", LEAD)


def told(**facts: Any) -> Any:
    given: dict[str, Any] = {
        "object": "Lead",
        "ids": (LEAD,),
        "kind": "changed",
        "gap": False,
        "at": AT,
        "user": BOB,
    }
    return told_by([Change(**(given | facts))], FIELDS, US, "accord")


def test_a_change_speaks_for_its_fields_alone() -> None:
    found = told(values={"Phone": "1", "Title": None, "Rating": "Hot", "LastModifiedDate": "…"})
    assert found.notices == [Notice(REF, {"Phone": "1", "Title": None}, AT, partial=True)]
    assert not found.by_us and not found.unsure


def test_fields_and_objects_that_nobody_reads_tell_nothing() -> None:
    assert not told(values={"Rating": "Hot"}).notices
    assert not told(object="Case", values={"Phone": "1"}).notices
    assert not told(object="Case", kind="overflow", ids=()).unsure


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"kind": "created"}, "created"),
        ({"kind": "created", "gap": True}, "created"),
        ({"kind": "gone"}, "gone"),
        ({"kind": "gone", "gap": True}, "gone"),
        ({"kind": "restored"}, "changed"),
        ({"gap": True}, "changed"),
        ({"values": {"Title": "CEO", "IsConverted": True}}, "changed"),
        ({"values": {"Title": "CEO"}, "untold": frozenset({"Phone"})}, "changed"),
    ],
)
def test_what_has_to_be_read_is_told_without_values(facts: dict[str, Any], kind: str) -> None:
    assert told(**facts).notices == [Notice(REF, {}, AT, kind)]


def test_a_merged_event_is_about_each_of_its_records() -> None:
    other = LEAD.replace("1", "2")
    found = told(ids=(LEAD, other), values={"Title": "CEO"})
    assert [notice.ref.id for notice in found.notices] == [LEAD, other]


@pytest.mark.parametrize(
    "facts", [{"kind": "overflow", "ids": ()}, {"ids": ("00Q*",), "gap": True}, {"ids": ()}]
)
def test_what_names_no_record_is_polled(facts: dict[str, Any]) -> None:
    found = told(**facts)
    assert found.unsure == {"Lead"} and not found.notices


@pytest.mark.parametrize(
    ("facts", "ours"),
    [
        ({"user": US, "client": "accord"}, True),
        ({"user": US, "client": ""}, True),
        ({"user": US, "client": "dataloader"}, False),
        ({"user": US, "client": "", "by_api": False}, False),
        ({"user": BOB, "client": "accord"}, False),
    ],
)
def test_ours_is_known_by_user_and_client(facts: dict[str, Any], ours: bool) -> None:
    found = told(values={"Title": "CEO"}, **facts)
    assert found.by_us == ([0] if ours else []) and len(found.notices) == 1


def test_our_own_create_is_left_to_the_door() -> None:
    found = told(kind="created", values={"Title": "CEO", "Rating": "Hot"}, user=US, client="accord")
    assert found.notices == [Notice(REF, {"Title": "CEO"}, AT, partial=True)] and not found.by_us


def test_what_has_to_be_read_is_no_echo() -> None:
    assert told(kind="created", user=US, client="accord").by_us == []
