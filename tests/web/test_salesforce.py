"""Salesforce's outbound messages: the secret path, the organisation, the Ack, and what is refused."""

from __future__ import annotations

import re

import pytest

from connector.adapters.postgres.database import Pool
from tests.web.edge import ORG, Edge, lead, message

ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + message(lead())
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'


def test_a_message_is_taken_and_acknowledged(edge: Edge) -> None:
    answer = edge.salesforce(message(lead(Title="CEO", Email="ann@acme.example.com")))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert re.search(rb"<Ack>true</Ack>", answer.data)
    (row,) = edge.pending()
    assert (row["side"], row["object"], row["ref_id"]) == ("salesforce", "Lead", "00Q8b000001ABCDEA4")
    assert {note["f"]: note["v"] for note in row["notes"]} == {
        "Title": "CEO",
        "Email": "ann@acme.example.com",
    }


def test_ids_of_15_characters_are_known_by_18(edge: Edge) -> None:
    edge.salesforce(message(lead("00Q8b000001ABCD", Title="CEO"), org=ORG[:15]))
    assert edge.pending()[0]["ref_id"] == "00Q8b000001ABCDEA4"


def test_the_configured_organisation_may_have_15_characters_too(database: Pool) -> None:
    edge = Edge(database, salesforce_org_id=ORG[:15])
    assert edge.salesforce(message(lead(Title="CEO"))).status_code == 200


def test_a_hundred_notifications_and_more(edge: Edge) -> None:
    ids = [f"00Q8b0000{n:06d}" for n in range(120)]
    assert edge.salesforce(message(*(lead(id_, Title="CEO") for id_ in ids))).status_code == 200
    assert len(edge.pending()) == 120


def test_values_come_in_the_form_in_which_the_api_gives_them(edge: Edge) -> None:
    told = lead(
        Title="R&amp;D &lt;Head&gt;", Demo__c="true", Budget__c="12.0", Answer__c="", Day__c="2026-10-05",
        At__c="2026-10-05T11:59:58.000Z", LastModifiedDate="2026-10-05T11:59:59.000Z", SystemModstamp="2026-10-05T12:00:00Z",
    )  # fmt: skip
    edge.salesforce(message(told))
    (row,) = edge.pending()
    assert {note["f"]: note["v"] for note in row["notes"]} == {
        "Title": "R&D <Head>", "Demo__c": "true", "Budget__c": "12.0", "Answer__c": None, "Day__c": "2026-10-05",
        "At__c": "2026-10-05T11:59:58.000+0000",
    }  # fmt: skip
    assert {note["t"] for note in row["notes"]} == {1_791_201_599_000}


def test_a_record_deleted_before_the_message_was_sent(edge: Edge) -> None:
    assert edge.salesforce(message(lead())).status_code == 200
    (row,) = edge.pending()
    assert [note["k"] for note in row["notes"]] == ["changed"]
    empty = '<sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"/>'
    assert edge.salesforce(message(empty)).status_code == 200


def test_T6_a_repeated_message_has_no_effect(edge: Edge) -> None:
    edge.salesforce(message(lead(Title="CEO")))
    before = edge.pending()
    assert edge.salesforce(message(lead(Title="CEO"))).status_code == 200
    assert edge.pending() == before


def test_the_echo_of_our_own_write_is_dropped(edge: Edge) -> None:
    edge.run(
        "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_salesforce) VALUES ('1', 'Lead', %s, %s)",
        "00Q8b000001ABCDEA4", '{"title": "CEO", "email": "ann@acme.example.com", "employees": 50}',
    )  # fmt: skip
    edge.salesforce(message(lead(Title="CEO", Email="ann@acme.example.com", NumberOfEmployees="50")))
    assert edge.pending() == []


def test_objects_that_accord_does_not_keep_are_acknowledged(edge: Edge) -> None:
    assert (
        edge.salesforce(message(lead("0068b000001ABCDEA2").replace("sf:Lead", "sf:Case"))).status_code == 200
    )
    assert edge.untouched()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"{}", 400, id="no XML"),
        pytest.param(message(lead())[:-20], 400, id="cut off"),
        pytest.param(ENTITY_BOMB, 400, id="an entity bomb"),
        pytest.param(OUTSIDE, 400, id="an outside entity"),
        pytest.param(b"<a/>", 400, id="no envelope"),
        pytest.param(b'<?xml version="1.0" encoding="no-such"?><a/>', 400, id="an unknown encoding"),
        pytest.param(message(), 400, id="no notifications"),
        pytest.param(message(lead("x")), 400, id="no id"),
        pytest.param(message(lead("00Q8b000001ABC-")), 400, id="an id that is none"),
        pytest.param(
            message(lead(), lead().replace(' xsi:type="sf:Lead"', "")), 400, id="one without its type"
        ),
        pytest.param(message(lead(), org="00D000000000001EAA"), 403, id="another organisation"),
        pytest.param(message(lead(), org=""), 403, id="no organisation"),
        pytest.param(message(lead(), org=ORG.lower()), 403, id="an organisation in lower case"),
    ],
)
def test_what_can_not_be_right_is_refused_and_changes_nothing(edge: Edge, body: bytes, status: int) -> None:
    assert edge.salesforce(body).status_code == status
    assert edge.untouched()


@pytest.mark.parametrize("secret", ["guess", "a-long-secret-that-nobody-guesse", "é", "%00"])
def test_without_the_secret_there_is_nothing_here(edge: Edge, secret: str) -> None:
    assert edge.salesforce(message(lead(Title="CEO")), secret).status_code == 404
    assert edge.untouched()


def test_where_none_is_configured_there_is_nothing_here_either(database: Pool) -> None:
    edge = Edge(database, salesforce_path_secret="")
    assert edge.salesforce(message(lead(Title="CEO"))).status_code == 404
    assert edge.salesforce(message(lead(Title="CEO")), "").status_code == 404


def test_without_a_configured_organisation_nothing_is_taken(database: Pool) -> None:
    edge = Edge(database, salesforce_org_id="")
    assert edge.salesforce(message(lead(Title="CEO"), org="")).status_code == 403


def test_another_kind_or_too_much_of_it_is_refused(edge: Edge) -> None:
    assert edge.salesforce(message(lead()), kind="application/json").status_code == 415
    assert edge.salesforce(message(lead(Title="x" * 2_000_001))).status_code == 413
    assert edge.untouched()
