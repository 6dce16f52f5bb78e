"""The unmodified hubspot-api-client walks everything beyond contacts: objects, associations, definitions, the app."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm import (
    companies,
    contacts,
    deals,
    lists,
    objects,
    pipelines,
    properties,
    schemas,
)
from hubspot.crm.associations import v4
from hubspot.crm.associations.v4 import schema as labels
from hubspot.webhooks import (
    BatchInputSubscriptionBatchUpdateRequest,
    SettingsChangeRequest,
    SubscriptionBatchUpdateRequest,
    SubscriptionCreateRequest,
    SubscriptionPatchRequest,
    ThrottlingSettings,
)

from connector.practice.http import Server
from connector.practice.hubspot import HubSpotCore, connection, serve_hubspot
from connector.practice.hubspot.table import LINES


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve_hubspot(people=8, seed=5, index_lag=0) as running:
        yield running


@pytest.fixture(scope="module")
def given(server: Server) -> dict[str, Any]:
    assert isinstance(server.core, HubSpotCore)
    return connection(server.core, server.base_url)


@pytest.fixture(scope="module")
def client(given: dict[str, Any]) -> HubSpot:
    return HubSpot(access_token=given["access_token"], host=given["base_url"])


@pytest.fixture
def company(client: HubSpot) -> str:
    new = companies.SimplePublicObjectInputForCreate(
        properties={"name": "Acme Tools", "domain": "acme.example.com"}
    )
    return str(client.crm.companies.basic_api.create(new).id)


@pytest.fixture
def person(client: HubSpot) -> str:
    new = contacts.SimplePublicObjectInputForCreate(properties={"lastname": "Bell"})
    return str(client.crm.contacts.basic_api.create(new).id)


def test_companies_one_by_one_and_in_batches(client: HubSpot, company: str) -> None:
    api = client.crm.companies
    assert api.basic_api.get_by_id(company).properties["domain"] == "acme.example.com"
    change = companies.SimplePublicObjectInput(properties={"city": "Boston"})
    assert api.basic_api.update(company, change).properties["city"] == "Boston"
    inputs = [
        companies.SimplePublicObjectBatchInputForCreate(properties={"name": f"Firm {n}"}) for n in range(2)
    ]
    made = api.batch_api.create(companies.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    ids = [one.id for one in made.results]
    read = api.batch_api.read(
        companies.BatchReadInputSimplePublicObjectId(
            inputs=[companies.SimplePublicObjectId(id=key) for key in [*ids, "9"]],
            properties=["name"],
            properties_with_history=[],
        )
    )
    assert (len(read.results), read.num_errors) == (2, 1)
    found = api.search_api.do_search(companies.PublicObjectSearchRequest(query="firm", limit=5, after="0"))
    assert found.total == 2
    merged = api.basic_api.merge(
        companies.PublicMergeInput(primary_object_id=ids[0], object_id_to_merge=ids[1])
    )
    assert api.basic_api.get_by_id(ids[1]).id == merged.id
    gone = companies.BatchInputSimplePublicObjectId(inputs=[companies.SimplePublicObjectId(id=merged.id)])
    assert api.batch_api.archive(gone) is None
    assert api.basic_api.get_page(archived=True).results[0].id == merged.id


def test_deals_with_the_associations_they_are_made_with(client: HubSpot, company: str, person: str) -> None:
    def tie(key: str, type_id: int) -> Any:
        spec = deals.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)
        return deals.PublicAssociationsForObject(to=deals.PublicObjectId(id=key), types=[spec])

    new = deals.SimplePublicObjectInputForCreate(
        properties={"dealname": "Tools", "dealstage": "closedwon", "amount": "100"},
        associations=[tie(person, 3), tie(company, 341)],
    )
    made = client.crm.deals.basic_api.create(new)
    read = client.crm.deals.basic_api.get_by_id(
        made.id, associations=["contacts", "companies"], properties=["hs_is_closed_won", "pipeline"]
    )
    assert (read.properties["hs_is_closed_won"], read.properties["pipeline"]) == ("true", "default")
    assert read.associations["contacts"].results[0].id == person
    assert read.associations["companies"].results[0].type == "deal_to_company_unlabeled"


def test_a_merge_and_a_privacy_deletion_of_contacts(client: HubSpot, person: str) -> None:
    api = client.crm.contacts.basic_api
    other = api.create(
        contacts.SimplePublicObjectInputForCreate(properties={"email": "eve@firm.example.com"})
    )
    merged = api.merge(contacts.PublicMergeInput(primary_object_id=person, object_id_to_merge=other.id))
    assert api.get_by_id(person).id == api.get_by_id(other.id).id == merged.id
    wanted = contacts.PublicGdprDeleteInput(object_id="eve@firm.example.com", id_property="email")
    assert api.purge(wanted) is None
    with pytest.raises(contacts.exceptions.ApiException):
        api.get_by_id(merged.id)


def test_objects_of_any_kind_and_of_ones_own(client: HubSpot) -> None:
    new = objects.SimplePublicObjectInputForCreate(properties={"hs_note_body": "called"})
    assert client.crm.objects.basic_api.create("notes", new).properties["hs_note_body"] == "called"
    wish = schemas.ObjectSchemaEgg(
        name="machine",
        labels=schemas.ObjectTypeDefinitionLabels(singular="Machine", plural="Machines"),
        primary_display_property="serial",
        required_properties=["serial"],
        properties=[
            schemas.ObjectTypePropertyCreate(
                name="serial", label="Serial", type="string", field_type="text", has_unique_value=True
            )
        ],
        associated_objects=["CONTACT"],
    )
    made = client.crm.schemas.core_api.create(wish)
    assert client.crm.schemas.core_api.get_by_id(made.object_type_id).name == "machine"
    assert len(client.crm.schemas.core_api.get_all().results) == 1
    rows = [
        objects.SimplePublicObjectBatchInputUpsert(id="S1", id_property="serial", properties={"serial": "S1"})
    ]
    body = objects.BatchInputSimplePublicObjectBatchInputUpsert(inputs=rows)
    api = client.crm.objects.batch_api
    assert [api.upsert(made.object_type_id, body).results[0].new for _ in range(2)] == [True, False]
    key = api.upsert(made.fully_qualified_name, body).results[0].id
    client.crm.objects.basic_api.archive("machine", key)
    assert client.crm.schemas.core_api.archive(made.object_type_id) is None


def test_associations_one_by_one(client: HubSpot, company: str, person: str) -> None:
    api = client.crm.associations.v4.basic_api
    assert len(api.create_default("contacts", person, "companies", company).results) == 2
    primary = v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    assert api.create("contacts", person, "companies", company, [primary]).to_object_id == company
    (row,) = api.get_page("contacts", person, "companies").results
    assert {one.type_id for one in row.association_types} == {1, 279}
    assert api.archive("contacts", person, "companies", company) is None
    assert api.get_page("contacts", person, "companies").results == []


def test_associations_in_batches(client: HubSpot, company: str, person: str) -> None:
    api = client.crm.associations.v4.batch_api
    spec = v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=279)
    pair = v4.PublicAssociationMultiPost(
        _from=v4.PublicObjectId(id=person), to=v4.PublicObjectId(id=company), types=[spec]
    )
    body = v4.BatchInputPublicAssociationMultiPost(inputs=[pair])
    assert api.create("contacts", "companies", body).results[0].to_object_id == company
    default = v4.PublicDefaultAssociationMultiPost(
        _from=v4.PublicObjectId(id=person), to=v4.PublicObjectId(id=company)
    )
    default_body = v4.BatchInputPublicDefaultAssociationMultiPost(inputs=[default])
    assert api.create_default("contacts", "companies", default_body).status == "COMPLETE"
    asked = [v4.PublicFetchAssociationsBatchRequest(id=key) for key in (person, "77")]
    read = api.get_page(
        "contacts", "companies", v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=asked)
    )
    assert (read.results[0].to[0].to_object_id, read.num_errors) == (company, 1)
    assert api.archive_labels("contacts", "companies", body) is None
    gone = v4.PublicAssociationMultiArchive(
        _from=v4.PublicObjectId(id=person), to=[v4.PublicObjectId(id=company)]
    )
    assert (
        api.archive("contacts", "companies", v4.BatchInputPublicAssociationMultiArchive(inputs=[gone]))
        is None
    )


def test_association_labels(client: HubSpot) -> None:
    api = client.crm.associations.v4.schema.definitions_api
    wish = labels.PublicAssociationDefinitionCreateRequest(
        label="Buyer", name="buyer", inverse_label="Buys for"
    )
    made = api.create("contacts", "companies", wish).results
    assert [one.label for one in made] == ["Buyer", "Buys for"]
    change = labels.PublicAssociationDefinitionUpdateRequest(
        association_type_id=made[0].type_id, label="Decider"
    )
    assert api.update("contacts", "companies", change) is None
    assert "Decider" in {one.label for one in api.get_all("contacts", "companies").results}
    assert api.remove("contacts", "companies", made[0].type_id) is None


def test_properties_in_batches_and_groups(client: HubSpot) -> None:
    api = client.crm.properties
    assert (
        api.groups_api.create("deals", properties.PropertyGroupCreate(name="own", label="Own")).name == "own"
    )
    wishes = [
        properties.PropertyCreate(name=name, label=name, type="string", field_type="text", group_name="own")
        for name in ("one", "two", "dealname")
    ]
    made = api.batch_api.create("deals", properties.BatchInputPropertyCreate(inputs=wishes))
    assert ({one.name for one in made.results}, made.num_errors) == ({"one", "two"}, 1)
    names = [properties.PropertyName(name=name) for name in ("one", "two")]
    asked = properties.BatchReadInputPropertyName(inputs=names, archived=False)
    assert len(api.batch_api.read("deals", asked).results) == 2
    assert api.groups_api.get_by_name("deals", "own").label == "Own"
    assert "own" in {one.name for one in api.groups_api.get_all("deals").results}
    change = properties.PropertyGroupUpdate(label="Ours")
    assert api.groups_api.update("deals", "own", change).label == "Ours"
    assert api.batch_api.archive("deals", properties.BatchInputPropertyName(inputs=names)) is None
    assert api.groups_api.archive("deals", "own") is None
    assert {one.name for one in api.core_api.get_all("deals", archived=True).results} == {"one", "two"}


def test_pipelines_and_stages(client: HubSpot) -> None:
    api = client.crm.pipelines
    (default,) = api.pipelines_api.get_all("deals").results
    assert (default.id, len(default.stages)) == ("default", 7)
    stage = pipelines.PipelineStageInput(label="Open", display_order=0, metadata={"probability": "0.5"})
    wish = pipelines.PipelineInput(label="Renewals", display_order=1, stages=[stage])
    made = api.pipelines_api.create("deals", wish)
    change = pipelines.PipelinePatchInput(label="Renewal")
    assert api.pipelines_api.update("deals", made.id, change).label == "Renewal"
    assert api.pipelines_api.get_by_id("deals", made.id).stages[0].metadata["isClosed"] == "false"
    more = pipelines.PipelineStageInput(label="Won", display_order=1, metadata={"probability": "1.0"})
    won = api.pipeline_stages_api.create("deals", made.id, more)
    assert len(api.pipeline_stages_api.get_all("deals", made.id).results) == 2
    assert api.pipeline_stages_api.get_by_id("deals", made.id, won.id).label == "Won"
    patch = pipelines.PipelineStagePatchInput(label="Signed", metadata={"probability": "1.0"})
    assert api.pipeline_stages_api.update("deals", made.id, won.id, patch).label == "Signed"
    assert api.pipeline_stages_api.replace("deals", made.id, won.id, more).label == "Won"
    assert api.pipeline_stages_api.archive("deals", made.id, won.id) is None
    assert api.pipelines_api.replace("deals", made.id, wish).label == "Renewals"
    assert api.pipelines_api.archive("deals", made.id) is None


def test_companies_changed_in_a_batch(client: HubSpot, company: str) -> None:
    rows = [companies.SimplePublicObjectBatchInput(id=company, properties={"city": "Austin"})]
    body = companies.BatchInputSimplePublicObjectBatchInput(inputs=rows)
    assert client.crm.companies.batch_api.update(body).results[0].properties["city"] == "Austin"


def test_one_property_of_companies(client: HubSpot) -> None:
    api = client.crm.properties.core_api
    wish = properties.PropertyCreate(
        name="size", label="Size", type="string", field_type="text", group_name="companyinformation"
    )
    assert api.create("companies", wish).name == "size"
    assert api.get_by_name("companies", "size").label == "Size"
    assert api.update("companies", "size", properties.PropertyUpdate(label="Big")).label == "Big"
    assert api.archive("companies", "size") is None


def test_members_of_a_list_one_by_one(client: HubSpot, person: str) -> None:
    wish = lists.ListCreateRequest(name="People", object_type_id="0-1", processing_type="MANUAL")
    made = client.crm.lists.lists_api.create(wish).list
    members = client.crm.lists.memberships_api
    both = lists.MembershipChangeRequest(record_ids_to_add=[person], record_ids_to_remove=[])
    assert members.add_and_remove(made.list_id, both).records_ids_added == [person]
    assert members.get_page(made.list_id).results[0].record_id == person
    assert members.remove(made.list_id, [person]).record_ids_removed == [person]
    api = client.crm.lists.lists_api
    assert api.get_by_name("People", "0-1").list.list_id == made.list_id
    assert api.do_search(lists.ListSearchRequest(query="people", offset=0, count=5)).total == 1


def test_lists_and_their_members(client: HubSpot, company: str) -> None:
    wish = lists.ListCreateRequest(name="Firms", object_type_id="0-2", processing_type="SNAPSHOT")
    made = client.crm.lists.lists_api.create(wish).list
    again = lists.ListCreateRequest(name="More firms", object_type_id="0-2", processing_type="MANUAL")
    other = client.crm.lists.lists_api.create(again).list
    members = client.crm.lists.memberships_api
    assert members.add(made.list_id, [company]).records_ids_added == [company]
    assert members.add_all_from_list(other.list_id, made.list_id) is None
    assert members.get_lists("0-2", company).results[0].list_id == made.list_id
    assert members.get_page_ordered_by_added_to_list_date(other.list_id).results[0].record_id == company
    assert members.remove_all(other.list_id) is None
    api = client.crm.lists.lists_api
    assert api.update_name(made.list_id, list_name="Partners").updated_list.name == "Partners"
    assert len(api.get_all(list_ids=[made.list_id, other.list_id]).lists) == 2
    assert api.remove(made.list_id) is None
    assert api.restore(made.list_id) is None
    assert api.get_by_id(made.list_id).list.name == "Partners"


def test_the_apps_own_settings_and_subscriptions(given: dict[str, Any]) -> None:
    developer = HubSpot(api_key=given["developer_key"], host=given["base_url"])
    app_id = given["app_id"]
    throttling = ThrottlingSettings(max_concurrent_requests=10)
    wish = SettingsChangeRequest(target_url="https://accord.example.com/webhooks", throttling=throttling)
    assert developer.webhooks.settings_api.configure(app_id, wish).throttling.max_concurrent_requests == 10
    assert developer.webhooks.settings_api.get_all(app_id).target_url == wish.target_url
    api = developer.webhooks.subscriptions_api
    before = len(api.get_all(app_id).results)
    event = SubscriptionCreateRequest(event_type="deal.propertyChange", property_name="amount", active=False)
    made = api.create(app_id, event)
    assert api.get_by_id(int(made.id), app_id).active is False
    assert api.update(int(made.id), app_id, SubscriptionPatchRequest(active=True)).active is True
    rows = [SubscriptionBatchUpdateRequest(id=int(made.id), active=False)]
    several = api.update_batch(app_id, BatchInputSubscriptionBatchUpdateRequest(inputs=rows))
    assert several.results[0].active is False
    assert len(api.get_all(app_id).results) == before + 1
    assert api.archive(int(made.id), app_id) is None
    assert developer.webhooks.settings_api.clear(app_id) is None


def test_the_tokens_of_an_app(given: dict[str, Any], client: HubSpot) -> None:
    tokens = HubSpot(host=given["base_url"]).oauth
    shown = tokens.refresh_tokens_api.get(given["refresh_token"])
    assert (shown.hub_id, shown.client_id) == (given["portal_id"], given["client_id"])


_NOT_OF_THIS_CLIENT = {
    "GET /oauth/authorize": "a browser's",
    "POST /oauth/v1/token/introspect": "dated clients'",
    "POST /oauth/v1/token/revoke": "dated clients'",
    "POST /oauth/v2/private-apps/get/access-token-info": "no client has it",
    "GET /account-info/v3/api-usage/daily/private-apps": "no client has it",
    "GET /automation/v4/flows": "no client has it",
    "POST /automation/v4/flows/batch/read": "no client has it",
}


def test_zz_this_client_has_walked_every_path(server: Server, client: HubSpot, given: dict[str, Any]) -> None:
    """The walks of this module, and the few calls that test_real_client.py makes on contacts, owners and tokens."""
    core = server.core
    assert isinstance(core, HubSpotCore)
    tokens = HubSpot(host=given["base_url"]).oauth
    form = {key: given[key] for key in ("client_id", "client_secret", "refresh_token")}
    token = tokens.tokens_api.create(grant_type="refresh_token", **form)
    tokens.access_tokens_api.get(token.access_token)
    tokens.refresh_tokens_api.archive(given["refresh_token"])
    (alice,) = client.crm.owners.owners_api.get_page(limit=1).results
    client.crm.owners.owners_api.get_by_id(int(alice.id))
    raw = HubSpot(access_token=given["access_token"], host=given["base_url"], base_url=given["base_url"])
    raw.api_request({"path": "/account-info/v3/details"})
    walked = set(core.calls.by_endpoint)
    missed = []
    for line in LINES:
        name = f"{line.method} {line.path}"
        pattern = re.escape(name).replace(r"\{type\}", "[^/]+").replace(r"\{to\}", "[^/]+")
        if line.who == "nobody" or name in _NOT_OF_THIS_CLIENT or "/communication-" in name:
            continue
        if not any(re.fullmatch(pattern, one) for one in walked):
            missed.append(name)
    assert not missed, "\n".join(missed)
