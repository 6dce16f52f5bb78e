"""Every endpoint, walked by the unmodified hubspot-api-client over HTTP.

The client is the judge: it returns None for a success code it does not expect, so each answer is looked at.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm import contacts, lists, properties
from hubspot.crm.contacts.exceptions import ApiException

from connector.practice.http import Server
from connector.practice.hubspot import HubSpotCore, connection, serve_hubspot
from connector.practice.people import REPS


@pytest.fixture
def server() -> Iterator[Server]:
    with serve_hubspot(people=30, seed=5, index_lag=0) as running:
        yield running


@pytest.fixture
def client(server: Server) -> HubSpot:
    assert isinstance(server.core, HubSpotCore)
    given = connection(server.core, server.base_url)
    return HubSpot(access_token=given["access_token"], host=given["base_url"])


def _new(email: str, **more: Any) -> Any:
    return contacts.SimplePublicObjectInputForCreate(properties={"email": email, **more})


def _traced(trace: str, **more: Any) -> Any:
    return contacts.SimplePublicObjectBatchInput(object_write_trace_id=trace, **more)


def test_single_contacts(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(_new("Ann+tag@firm.example.com", budget=12))
    assert made.properties["email"] == "ann+tag@firm.example.com"
    read = api.get_by_id("ann+tag@firm.example.com", id_property="email", properties=["budget", "city"])
    assert (read.id, read.properties["budget"], read.properties["city"]) == (made.id, "12", None)
    change = contacts.SimplePublicObjectInput(properties={"city": "Boston"})
    assert api.update(made.id, change).properties["city"] == "Boston"
    history = api.get_by_id(made.id, properties_with_history=["city"]).properties_with_history["city"]
    assert (history[0].value, history[0].source_type) == ("Boston", "INTEGRATION")
    assert api.archive(made.id) is None
    assert api.get_by_id(made.id, archived=True).archived is True
    with pytest.raises(ApiException) as gone:
        api.get_by_id(made.id)
    assert gone.value.status == 404


def test_all_contacts_page_by_page(client: HubSpot) -> None:
    assert len(client.crm.contacts.get_all()) == 30
    page = client.crm.contacts.basic_api.get_page(limit=10, archived=False)
    assert len(page.results) == 10
    assert page.paging.next.after == page.results[-1].id


def test_a_conflict_is_told_with_the_id(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(_new("ann@firm.example.com"))
    with pytest.raises(ApiException) as conflict:
        api.create(_new("ann@firm.example.com"))
    assert conflict.value.status == 409
    assert f"Existing ID: {made.id}" in conflict.value.body


def test_batches(client: HubSpot) -> None:
    api = client.crm.contacts.batch_api
    inputs = [_new(f"b{number}@firm.example.com") for number in range(3)]
    made = api.create(contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    ids = [one.id for one in made.results]
    assert (made.status, len(ids)) == ("COMPLETE", 3)

    rows = [_traced(str(n), id=key, properties={"city": "Austin"}) for n, key in enumerate([*ids, "77"])]
    mixed = api.update(contacts.BatchInputSimplePublicObjectBatchInput(inputs=rows))
    assert type(mixed).__name__ == "BatchResponseSimplePublicObjectWithErrors"
    assert mixed.errors[0].context["ids"] == ["77"]
    assert {one.object_write_trace_id for one in mixed.results} == {"0", "1", "2"}

    asked = contacts.BatchReadInputSimplePublicObjectId(
        id_property="email",
        inputs=[contacts.SimplePublicObjectId(id=f"b{number}@firm.example.com") for number in range(3)],
        properties=["city"],
        properties_with_history=["city"],
    )
    read = api.read(asked)
    assert {one.properties["city"] for one in read.results} == {"Austin"}
    assert read.results[0].properties_with_history["city"][0].value == "Austin"

    upserts = [
        contacts.SimplePublicObjectBatchInputUpsert(
            id="00Q1",
            id_property="accord_salesforce_id",
            object_write_trace_id="u",
            properties={"lastname": "Bell"},
        )
    ]
    body = contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts)
    assert [api.upsert(body).results[0].new for _ in range(2)] == [True, False]

    gone = contacts.BatchInputSimplePublicObjectId(
        inputs=[contacts.SimplePublicObjectId(id=key) for key in ids]
    )
    assert api.archive(gone) is None


def test_search(client: HubSpot) -> None:
    request = contacts.PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}],
        sorts=["lastmodifieddate"],
        properties=["email"],
        limit=20,
    )
    found = client.crm.contacts.search_api.do_search(request)
    assert (found.total, len(found.results), found.paging.next.after) == (30, 20, "20")


def test_properties(client: HubSpot) -> None:
    api = client.crm.properties.core_api
    names = {one.name for one in api.get_all("contacts").results}
    assert {"email", "accord_tier", "lead_source"} <= names
    tier = api.get_by_name("contacts", "accord_tier")
    assert [option.value for option in tier.options] == ["hot", "warm", "nurture"]
    assert tier.modification_metadata.read_only_value is False
    fresh = properties.PropertyCreate(
        name="shoe", label="Shoe", type="string", field_type="text", group_name="contactinformation"
    )
    assert api.create("contacts", fresh).name == "shoe"
    assert api.update("contacts", "shoe", properties.PropertyUpdate(label="Boot")).label == "Boot"
    assert api.archive("contacts", "shoe") is None


def test_owners(client: HubSpot) -> None:
    assert {one.email for one in client.crm.owners.get_all()} == {rep.email for rep in REPS}
    (alice,) = client.crm.owners.owners_api.get_page(email=REPS[0].email).results
    assert client.crm.owners.owners_api.get_by_id(int(alice.id)).email == REPS[0].email


def test_lists(client: HubSpot) -> None:
    wanted = lists.ListCreateRequest(name="Nurture", object_type_id="0-1", processing_type="MANUAL")
    made = client.crm.lists.lists_api.create(wanted).list
    person = client.crm.contacts.basic_api.get_page(limit=1).results[0].id
    members = client.crm.lists.memberships_api
    assert members.add(made.list_id, [person, "9"]).record_ids_missing == ["9"]
    assert members.get_page(made.list_id).results[0].record_id == person
    change = lists.MembershipChangeRequest(record_ids_to_add=[], record_ids_to_remove=[person])
    assert members.add_and_remove(made.list_id, change).record_ids_removed == [person]
    assert members.remove(made.list_id, [person]).record_ids_removed == []
    api = client.crm.lists.lists_api
    assert api.get_by_id(made.list_id).list.name == "Nurture"
    assert api.get_by_name("Nurture", "0-1").list.list_id == made.list_id
    assert api.do_search(lists.ListSearchRequest(query="nur", offset=0, count=5)).total == 1
    assert api.remove(made.list_id) is None


def test_tokens(server: Server) -> None:
    assert isinstance(server.core, HubSpotCore)
    given = connection(server.core, server.base_url)
    token = HubSpot(host=given["base_url"]).oauth.tokens_api.create(
        grant_type="refresh_token",
        client_id=given["client_id"],
        client_secret=given["client_secret"],
        refresh_token=given["refresh_token"],
    )
    assert token.expires_in == 1800
    client = HubSpot(access_token=token.access_token, host=given["base_url"])
    assert len(client.crm.contacts.get_all()) == 30
    shown = client.oauth.access_tokens_api.get(token.access_token)
    assert (shown.hub_id, shown.app_id) == (given["portal_id"], given["app_id"])


def test_an_untyped_request_reaches_the_account(server: Server, client: HubSpot) -> None:
    assert isinstance(server.core, HubSpotCore)
    given = connection(server.core, server.base_url)
    client = HubSpot(access_token=given["access_token"], host=server.base_url, base_url=server.base_url)
    answer = client.api_request({"path": "/account-info/v3/details"})
    assert answer.json()["portalId"] == given["portal_id"]


def test_the_command_prints_one_line_when_it_is_ready() -> None:
    command = [
        sys.executable,
        "-m",
        "connector.practice.hubspot",
        "--people",
        "3",
        "--faults",
        '{"latency_ms": 1}',
        "--scopes",
        "oauth,crm.objects.contacts.read",
        "--tier",
        "free",
        "--settings",
        '{"trim_text": true}',
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            given = json.loads(process.stdout.readline())
            client = HubSpot(access_token=given["access_token"], host=given["base_url"])
            assert len(client.crm.contacts.get_all()) == 3
            with pytest.raises(ApiException) as refused:
                client.crm.contacts.basic_api.create(_new("ann@firm.example.com"))
            assert "crm.objects.contacts.write" in refused.value.body
        finally:
            process.terminate()
