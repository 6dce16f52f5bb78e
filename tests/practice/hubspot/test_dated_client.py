"""Another unmodified client, hubspot-sdk, walks the dated paths (2026-03) and checks each answer against its own types.

Not checked against its types (by the client called `lenient`): unset properties, which were recorded as null where they
say text, and ids of associations, which were recorded as numbers. Recordings win over descriptions.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.practice.http import Server
from connector.practice.hubspot import HubSpotCore, connection, serve_hubspot

hubspot_sdk = pytest.importorskip("hubspot_sdk")
pytestmark = pytest.mark.slow  # the client alone takes seconds to load


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve_hubspot(people=30, seed=5, index_lag=0) as running:
        yield running


@pytest.fixture(scope="module")
def given(server: Server) -> dict[str, Any]:
    assert isinstance(server.core, HubSpotCore)
    return connection(server.core, server.base_url)


def _client(given: dict[str, Any], token: str, strict: bool = True) -> Any:
    return hubspot_sdk.HubSpot(
        access_token=token, base_url=given["base_url"], max_retries=0, _strict_response_validation=strict
    )


@pytest.fixture(scope="module")
def client(given: dict[str, Any]) -> Iterator[Any]:
    with _client(given, given["access_token"]) as made:
        yield made


@pytest.fixture(scope="module")
def lenient(given: dict[str, Any]) -> Iterator[Any]:
    with _client(given, given["access_token"], strict=False) as made:
        yield made


@pytest.fixture
def bob(client: Any) -> str:
    return str(client.crm.objects.contacts.create(associations=[], properties={"lastname": "Bell"}).id)


@pytest.fixture
def acme(client: Any) -> str:
    made = client.crm.objects.companies.create(associations=[], properties={"name": "Acme Tools"})
    return str(made.id)


def test_one_contact(client: Any, lenient: Any) -> None:
    api = client.crm.objects.contacts
    sent = {"email": "Ann+tag@firm.example.com", "budget": "12", "firstname": "Ann", "lastname": "Bell"}
    made = api.create(associations=[], properties=sent)
    read = api.get("ann+tag@firm.example.com", id_property="email", properties=["budget"])
    assert (read.id, read.properties["budget"]) == (made.id, "12")
    blank = lenient.crm.objects.contacts.get(made.id, properties=["city"]).properties
    assert blank["city"] is None
    assert api.update(made.id, properties={"city": "Boston"}).properties["city"] == "Boston"
    history = api.get(made.id, properties_with_history=["city"]).properties_with_history["city"]
    assert history[0].source_type == "INTEGRATION"
    api.delete(made.id)
    assert api.get(made.id, archived=True).archived is True
    with pytest.raises(hubspot_sdk.NotFoundError):
        api.get(made.id)


def test_pages(client: Any) -> None:
    first = client.crm.objects.contacts.list(limit=10)
    assert len(first.results) == 10
    assert first.get_next_page().results[0].id != first.results[0].id


def test_search(client: Any) -> None:
    wanted = [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}]
    found = client.crm.objects.contacts.search(
        after="0", filter_groups=wanted, limit=5, properties=["email"], sorts=["createdate"]
    )
    assert len(found.results) == 5


def test_batches(client: Any) -> None:
    api = client.crm.objects.contacts.batch
    emails = [f"b{number}@firm.example.com" for number in range(3)]
    inputs = [{"properties": {"email": email}, "associations": []} for email in emails]
    ids = [one.id for one in api.create(inputs=inputs).results]
    rows = [{"id": key, "properties": {"city": "Austin"}, "objectWriteTraceId": key} for key in [*ids, "77"]]
    changed = api.update(inputs=rows)
    assert (len(changed.results), len(changed.errors)) == (3, 1)
    asked = [{"id": email} for email in emails]
    read = api.get(inputs=asked, id_property="email", properties=["city"], properties_with_history=[])
    assert {one.properties["city"] for one in read.results} == {"Austin"}
    up = [{"id": "00Q1", "idProperty": "accord_salesforce_id", "properties": {"lastname": "Bell"}}]
    assert [api.upsert(inputs=up).results[0].new for _ in range(2)] == [True, False]
    api.delete(inputs=[{"id": key} for key in ids])


def test_merge_and_privacy(client: Any, bob: str) -> None:
    api = client.crm.objects.contacts
    sent = {"email": "eve@firm.example.com", "firstname": "Eve"}
    other = api.create(associations=[], properties=sent).id
    merged = api.merge(object_id_to_merge=other, primary_object_id=bob)
    assert api.get(bob).id == api.get(other).id == merged.id
    api.gdpr_delete(object_id=merged.id)
    with pytest.raises(hubspot_sdk.NotFoundError):
        api.get(merged.id)


def test_a_deal_with_what_it_is_associated_with(client: Any, bob: str, acme: str) -> None:
    tie = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}
    made = client.crm.objects.deals.create(
        associations=[{"to": {"id": bob}, "types": [tie]}],
        properties={"dealname": "Tools", "dealstage": "contractsent", "amount": "100"},
    )
    read = client.crm.objects.deals.get(made.id, associations=["contacts"], properties=["amount"])
    assert read.associations["contacts"].results[0].id == bob


def test_associations_are_served_with_numbers(lenient: Any, bob: str, acme: str) -> None:
    api = lenient.crm.associations
    api.create(acme, from_object_type="contacts", from_object_id=bob, to_object_type="companies")
    primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
    put = api.update_labels(
        acme, object_type="contacts", object_id=bob, to_object_type="companies", body=[primary]
    )
    assert int(put.to_object_id) == int(acme)
    (row,) = api.list("companies", object_type="contacts", object_id=bob).results
    assert {one.type_id for one in row.association_types} == {1, 279}
    pair = {"from": {"id": bob}, "to": {"id": acme}, "types": [{**primary, "associationTypeId": 279}]}
    both = {"from_object_type": "contacts", "to_object_type": "companies"}
    assert len(api.batch.create(**both, inputs=[pair]).results) == 1
    assert (
        len(api.batch.create_default(**both, inputs=[{"from": {"id": bob}, "to": {"id": acme}}]).results) == 2
    )
    read = api.batch.get(**both, inputs=[{"id": bob}, {"id": "9"}])
    assert (len(read.results), len(read.errors)) == (1, 1)
    api.batch.delete_labels(**both, inputs=[pair])
    api.batch.delete(**both, inputs=[{"from": {"id": bob}, "to": [{"id": acme}]}])
    api.delete(acme, object_type="contacts", object_id=bob, to_object_type="companies")


def test_labels(client: Any) -> None:
    api = client.crm.associations_schema.labels
    both = {"from_object_type": "contacts", "to_object_type": "deals"}
    made = api.create_label(**both, label="Buyer", name="buyer").results
    assert "Buyer" in {one.label for one in api.list_labels(**both).results}
    api.delete_label(made[0].type_id, **both)


def test_properties_and_groups(client: Any) -> None:
    api = client.crm.properties
    assert api.groups.create("companies", name="own", label="Own").name == "own"
    wish = {"label": "Size", "type": "string", "fieldType": "text", "groupName": "own"}
    made = api.batch.create("companies", inputs=[{**wish, "name": "size_a"}, {**wish, "name": "name"}])
    assert (made.results[0].name, len(made.errors)) == ("size_a", 1)
    one = api.create(
        "companies", field_type="text", group_name="own", label="B", name="size_b", type="string"
    )
    assert api.get("size_b", object_type="companies").label == one.label
    assert api.update("size_b", object_type="companies", label="C").label == "C"
    asked = api.batch.get(
        "companies", archived=False, data_sensitivity="non_sensitive", inputs=[{"name": "size_a"}]
    )
    assert asked.results[0].name == "size_a"
    assert {"name", "size_a"} <= {item.name for item in api.list("companies").results}
    api.batch.delete("companies", inputs=[{"name": "size_a"}, {"name": "size_b"}])
    assert "own" in {item.name for item in api.groups.list("companies").results}
    api.groups.delete("own", object_type="companies")


def test_pipelines(client: Any) -> None:
    api = client.crm.pipelines
    stage = {"label": "Open", "displayOrder": 0, "metadata": {"probability": "0.5"}}
    made = api.create("deals", display_order=1, label="Renewals", stages=[stage])
    won = api.create_stage(
        made.id, object_type="deals", display_order=1, label="Won", metadata={"probability": "1.0"}
    )
    renamed = api.update_stage(
        won.id, object_type="deals", pipeline_id=made.id, metadata={"probability": "1.0"}, label="Signed"
    )
    assert renamed.label == "Signed"
    assert {one.id for one in api.list("deals").results} == {"default", made.id}
    api.delete(made.id, object_type="deals")


def test_owners_lists_and_the_account(client: Any, bob: str, given: dict[str, Any]) -> None:
    alice = client.crm.owners.list(limit=1).results[0]
    assert client.crm.owners.get(int(alice.id)).email == alice.email
    made = client.crm.lists.create(name="Own", object_type_id="0-1", processing_type="MANUAL").list
    assert client.crm.lists.add_memberships(made.list_id, body=[bob]).records_ids_added == [bob]
    assert client.crm.lists.list_memberships(made.list_id).results[0].record_id == bob
    found = client.crm.lists.list_by_search(list_ids=[], offset=0, processing_types=[])
    assert found.total == 1
    client.crm.lists.delete(made.list_id)
    client.crm.lists.restore(made.list_id)
    assert client.crm.lists.get(made.list_id).list.name == "Own"
    assert client.account.get().portal_id == given["portal_id"]
    assert client.account.get_daily_private_apps_usage().results[0].usage_limit == 625_000


def test_a_kind_of_ones_own(client: Any) -> None:
    made = client.crm.object_schemas.create(
        allows_sensitive_properties=False,
        associated_objects=["CONTACT"],
        labels={"singular": "Machine", "plural": "Machines"},
        name="machine",
        properties=[{"name": "serial", "label": "Serial", "type": "string", "fieldType": "text"}],
        required_properties=["serial"],
        searchable_properties=["serial"],
        secondary_display_properties=[],
        primary_display_property="serial",
    )
    assert client.crm.object_schemas.get(made.object_type_id).name == "machine"
    new = client.crm.objects.generic_objects.create(
        made.object_type_id, associations=[], properties={"serial": "S1"}
    )
    client.crm.objects.generic_objects.delete(new.id, object_type=made.object_type_id)
    client.crm.object_schemas.delete(made.object_type_id)


def test_a_token_is_asked_for_with_a_form(client: Any, given: dict[str, Any]) -> None:
    """This client sends JSON, which the service describes no such thing as; it is refused as a form without a word."""
    app = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
    with pytest.raises(hubspot_sdk.BadRequestError, match="client id"):
        client.auth.oauth.create_token(
            grant_type="refresh_token", refresh_token=given["refresh_token"], **app
        )


def test_the_apps_webhooks(given: dict[str, Any]) -> None:
    with _client(given, given["developer_key"]) as developer:
        api, app_id = developer.webhooks, given["app_id"]
        target = "https://accord.example.com/webhooks"
        api.update_settings(app_id, target_url=target, throttling={"maxConcurrentRequests": 8})
        assert api.get_settings(app_id).target_url == target
        made = api.create_event_subscription(
            app_id,
            active=True,
            event_type="object.propertyChange",
            object_type_id="0-2",
            property_name="name",
        )
        assert made.id in {one.id for one in api.list_event_subscriptions(app_id).results}
        api.delete_settings(app_id)
