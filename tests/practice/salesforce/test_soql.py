"""Queries: what they find, in which order, and how they are refused."""

from urllib.parse import quote

import pytest

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


@pytest.fixture
def cast(call: Caller, clock: ManualClock) -> dict[str, str]:
    """Three Leads, a minute apart: Ann with all, Bob with little, Cid with an odd name."""
    ann = call.lead(FirstName="Ann", LastName="Alder", Email="Ann@Example.com", City="Boston", NumberOfEmployees=5,
                    Product_Interest__c="Reporting;Support", HasOptedOutOfEmail=True, Webinar_Date__c="2026-02-03")  # fmt: skip
    clock.advance(60)
    bob = call.lead(LastName="Birch", City="austin", NumberOfEmployees=50)
    clock.advance(60)
    cid = call.lead(LastName="O'Cedar 100%", Email="cid@example.com")
    return {"ann": ann, "bob": bob, "cid": cid}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Email = 'ANN@example.COM'", "ann"),
        ("Email IN ('ann@example.com', 'CID@example.com')", "ann cid"),
        ("Email NOT IN ('ann@example.com')", "bob cid"),
        ("Email = null", "bob"),
        ("Email != null", "ann cid"),
        ("Email != 'ann@example.com'", "bob cid"),
        ("Email = ''", "bob"),
        ("LastName LIKE 'b%'", "bob"),
        ("LastName LIKE '_lder'", "ann"),
        (r"LastName LIKE '%100\%'", "cid"),
        (r"LastName = 'O\'Cedar 100%'", "cid"),
        ("NumberOfEmployees > 5", "bob"),
        ("NumberOfEmployees >= 5 AND NumberOfEmployees < 51", "ann bob"),
        ("NumberOfEmployees < 1000", "ann bob"),
        ("NOT City = 'Boston'", "bob cid"),
        ("HasOptedOutOfEmail = TRUE", "ann"),
        ("HasOptedOutOfEmail = false AND (City = 'AUSTIN' OR Email LIKE 'cid%')", "bob cid"),
        ("Product_Interest__c INCLUDES ('Support')", "ann"),
        ("Product_Interest__c INCLUDES ('Support;Training', 'Reporting;Support')", "ann"),
        ("Product_Interest__c EXCLUDES ('Support')", "bob cid"),
        ("Webinar_Date__c = 2026-02-03", "ann"),
        ("SystemModstamp >= 2026-10-01T09:31:15Z", "bob cid"),
        ("SystemModstamp > 2026-10-01T11:31:15+02:00", "cid"),
        ("SystemModstamp <= 2026-10-01T09:31:15.500Z", "ann bob"),
        ("LastModifiedDate > 2026-10-01T09:30:15Z AND Email != null", "cid"),
        ("Owner.Email = 'accord.integration@practice.example.com'", "ann bob cid"),
        ("IsConverted = false AND Id != null", "ann bob cid"),
        ("Status = 'open - not contacted'", "ann bob cid"),
    ],
)
def test_a_condition_finds_just_those_it_holds_for(
    call: Caller, cast: dict[str, str], where: str, found: str
) -> None:
    names = {record_id: name for name, record_id in cast.items()}
    assert " ".join(sorted(names[each] for each in call.ids(f"SELECT Id FROM Lead WHERE {where}"))) == found


def test_ids_of_either_length_are_understood(call: Caller, cast: dict[str, str]) -> None:
    assert call.ids(f"select id from lead where ID in ('{cast['ann'][:15]}', '{cast['bob']}')") == [
        cast["ann"],
        cast["bob"],
    ]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("ORDER BY NumberOfEmployees", "cid ann bob"),
        ("ORDER BY NumberOfEmployees DESC NULLS LAST", "bob ann cid"),
        ("ORDER BY City ASC NULLS LAST, Id DESC", "bob ann cid"),
        ("ORDER BY SystemModstamp DESC, Id LIMIT 2", "cid bob"),
        ("ORDER BY SystemModstamp LIMIT 1 OFFSET 1", "bob"),
    ],
)
def test_the_order_limit_and_offset_are_kept(
    call: Caller, cast: dict[str, str], order: str, names: str
) -> None:
    assert call.ids(f"SELECT Id FROM Lead {order}") == [cast[name] for name in names.split()]


def test_parents_are_nested_and_null_when_missing(call: Caller, core: SalesforceCore) -> None:
    account = call("POST", "sobjects/Account", {"Name": "Acme"}).json()["id"]
    call(
        "POST",
        "sobjects/Contact",
        {"LastName": "A", "AccountId": account, "OwnerId": core.org.people["admin"]},
    )
    call("POST", "sobjects/Contact", {"LastName": "B"})
    first, second = call.query(
        "SELECT LastName, Account.Name, Account.Owner.Email, Owner.Email FROM Contact c ORDER BY c.LastName"
    )["records"]
    assert first["Account"]["attributes"] == {
        "type": "Account",
        "url": f"/services/data/v66.0/sobjects/Account/{account}",
    }
    assert first["Account"]["Name"] == "Acme"
    assert first["Account"]["Owner"]["Email"] == "accord.integration@practice.example.com"
    assert first["Owner"]["Email"] == "admin@accord.example.com"
    assert second["Account"] is None


def test_a_child_list_comes_inside_its_parent(call: Caller) -> None:
    contact = call("POST", "sobjects/Contact", {"LastName": "A"}).json()["id"]
    deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    call("POST", "sobjects/Opportunity", {**deal, "ContactId": contact})
    call("POST", "sobjects/Opportunity", deal)
    soql = "SELECT Id, (SELECT ContactId, IsPrimary, Contact.LastName FROM OpportunityContactRoles WHERE IsPrimary = true) FROM Opportunity"
    first, second = call.query(soql)["records"]
    roles = first["OpportunityContactRoles"]
    assert (roles["totalSize"], roles["done"]) == (1, True)
    assert roles["records"][0]["ContactId"] == contact
    assert roles["records"][0]["Contact"]["LastName"] == "A"
    assert second["OpportunityContactRoles"] is None


def test_an_inner_select_gives_the_ids_of_an_in(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead()
    made = core.convert(lead)
    soql = "SELECT Id FROM Contact WHERE Id IN (SELECT ConvertedContactId FROM Lead WHERE IsConverted = true)"
    assert call.ids(soql) == [made["contact_id"]]
    assert call.ids(f"SELECT Id FROM Lead WHERE ConvertedContactId IN ('{made['contact_id']}')") == [lead]


def test_counting_and_grouping(call: Caller, cast: dict[str, str]) -> None:
    assert call.query("SELECT COUNT() FROM Lead WHERE Email != null") == {
        "totalSize": 2,
        "done": True,
        "records": [],
    }
    counted = call.query("SELECT COUNT(Id), MAX(NumberOfEmployees) most FROM Lead")["records"][0]
    assert (counted["expr0"], counted["most"]) == (3, 50)
    groups = call.query("SELECT HasOptedOutOfEmail, COUNT(Id) n FROM Lead GROUP BY HasOptedOutOfEmail")[
        "records"
    ]
    assert [(each["HasOptedOutOfEmail"], each["n"]) for each in groups] == [(True, 1), (False, 2)]


def test_all_fields_need_a_limit(call: Caller, cast: dict[str, str]) -> None:
    record = call.query("SELECT FIELDS(ALL) FROM Lead LIMIT 1")["records"][0]
    assert record["LastName"] == "Alder"
    assert call.query("SELECT FIELDS(ALL) FROM Lead")[0]["errorCode"] == "MALFORMED_QUERY"


def test_deleted_rows_are_seen_by_query_all_only(call: Caller, cast: dict[str, str]) -> None:
    call("DELETE", f"sobjects/Lead/{cast['bob']}")
    assert cast["bob"] not in call.ids("SELECT Id FROM Lead")
    soql = quote("SELECT Id FROM Lead WHERE IsDeleted = true")
    assert call("GET", f"queryAll?q={soql}").json()["records"][0]["Id"] == cast["bob"]


def test_long_answers_come_in_pages(call: Caller, core: SalesforceCore, clock: ManualClock) -> None:
    for _ in range(3):
        rows = [{"attributes": {"type": "Lead"}, "LastName": "A", "Company": "A"}] * 200
        call("POST", "composite/sobjects", {"records": rows})
    core.settings.page_size = 250
    page = call.query("SELECT Id FROM Lead")
    seen = [record["Id"] for record in page["records"]]
    assert (page["totalSize"], page["done"]) == (600, False)
    assert page["nextRecordsUrl"].endswith("-250")
    while not page["done"]:
        following = page["nextRecordsUrl"]
        page = call("GET", following).json()
        seen += [record["Id"] for record in page["records"]]
    assert len(set(seen)) == 600
    assert "nextRecordsUrl" not in page
    core.settings.page_size = 2000
    assert len(call.query("SELECT Id FROM Lead", Sforce_Query_Options="batchSize=200")["records"]) == 200
    core.access_token = core.tokens.issue(core.org.people["integration"])
    clock.advance(3 * 24 * 3600)
    core.access_token = core.tokens.issue(core.org.people["integration"])
    assert call("GET", following).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


@pytest.mark.parametrize(
    ("soql", "code", "said"),
    [
        ("SELECT Id,Name,BillingCity,IsDeleted FROM Accout", "INVALID_TYPE", "Name,BillingCity,IsDeleted FROM Accout\n"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'."),
        ("SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead WHERE City = Boston", "MALFORMED_QUERY", "unexpected token: 'Boston'"),
        ("SELECT Id FROM Lead WHERE City = 'x' AND City = 'y' OR City = 'z'", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Lead WHERE City = 'x", "MALFORMED_QUERY", "mismatched character"),
        ("SELECT Id, FROM Lead", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE City = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-01'", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nonsense"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "maximum SOQL offset"),
        (f"SELECT Id FROM Lead WHERE City = '{'x' * 4001}'", "MALFORMED_QUERY", "4000"),
    ],
)  # fmt: skip
def test_a_bad_query_is_refused_with_code_and_place(call: Caller, soql: str, code: str, said: str) -> None:
    answer = call("GET", f"query?q={quote(soql)}")
    assert answer.status == 400
    assert answer.json()[0]["errorCode"] == code
    assert said in answer.json()[0]["message"]


def test_the_error_points_at_its_place_as_the_service_does(call: Caller) -> None:
    message = call.query("SELECT Id,Name,BillingCity,IsDeleted FROM Accout")[0]["message"]
    assert message.startswith(
        f"\nName,BillingCity,IsDeleted FROM Accout\n{' ' * 32}^\nERROR at Row:1:Column:43\n"
    )


def test_a_query_too_long_for_a_url_never_arrives_but_a_composite_takes_it(call: Caller) -> None:
    soql = quote(
        "SELECT Id FROM Lead WHERE Email IN (" + ",".join(f"'p{n}@example.com'" for n in range(900)) + ")"
    )
    assert call("GET", f"query?q={soql}").status == 414
    part = {"referenceId": "a", "method": "GET", "url": call.url(f"query?q={soql}")}
    answer = call("POST", "composite", {"compositeRequest": [part]}).json()
    assert answer["compositeResponse"][0]["httpStatusCode"] == 200


def test_a_row_that_appears_late_carries_its_earlier_stamp(call: Caller, core: SalesforceCore) -> None:
    late = core.edit("Lead", None, {"LastName": "Late", "Company": "L"}, late_by=30)
    assert call.row("Lead", late)["SystemModstamp"] == "2026-10-01T09:29:45.000+0000"
    assert call.ids("SELECT Id FROM Lead WHERE SystemModstamp >= 2026-10-01T09:29:45Z") == [late]
    assert call.ids("SELECT Id FROM Lead WHERE SystemModstamp > 2026-10-01T09:29:45Z") == []


def test_date_literals_stand_for_all_their_days(call: Caller, clock: ManualClock) -> None:
    old = call.lead(Webinar_Date__c="2026-09-30")
    clock.advance(24 * 3600)
    call.core.access_token = call.core.tokens.issue(call.core.org.people["integration"])
    new = call.lead(Webinar_Date__c="2026-10-05")
    where = "SELECT Id FROM Lead WHERE {}"
    assert call.ids(where.format("CreatedDate = TODAY")) == [new]
    assert call.ids(where.format("CreatedDate < TODAY")) == [old]
    assert call.ids(where.format("SystemModstamp >= YESTERDAY")) == [old, new]
    assert call.ids(where.format("CreatedDate = LAST_N_DAYS:1")) == [old, new]
    assert call.ids(where.format("Webinar_Date__c = LAST_MONTH")) == [old]
    assert call.ids(where.format("Webinar_Date__c > THIS_WEEK")) == [new]
    assert call.ids(where.format("CreatedDate = N_DAYS_AGO:1")) == [old]
    assert call.ids(where.format("CreatedDate != THIS_YEAR")) == []
    assert call.query(where.format("City = TODAY"))[0]["errorCode"] == "INVALID_FIELD"
    assert call.query(where.format("CreatedDate = SOMEDAY"))[0]["errorCode"] == "MALFORMED_QUERY"


def test_a_polymorphic_look_up_tells_its_kind(call: Caller) -> None:
    queued = call.lead(OwnerId=call.core.org.people["queue"])
    call.lead()
    assert call.ids("SELECT Id FROM Lead WHERE Owner.Type = 'Queue'") == [queued]
    call("POST", "sobjects/Task", {"WhoId": queued, "Subject": "Call"})
    (row,) = call.query("SELECT Who.Type FROM Task")["records"]
    assert row["Who"]["Type"] == "Lead"
