"""Both adapters against the practice servers over real HTTP: sockets, keep-alive, plain http, many threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.adapters.hubspot import HubSpot, HubSpotOptions
from connector.adapters.salesforce import Salesforce, SalesforceOptions
from connector.core.records import Ref, Side
from connector.errors import TryAgain
from connector.ports import Write
from connector.practice.http import serve
from connector.practice.hubspot import HubSpotCore
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, hubspot_connection, salesforce_connection

Served = tuple[HubSpotCore, HubSpot]
ServedOrg = tuple[SalesforceCore, Salesforce]


@pytest.fixture
def portal() -> Iterator[Served]:
    core = HubSpotCore(40, 3)
    with serve(core) as server:
        adapter = HubSpot(
            hubspot_connection(core, server.base_url, oauth=True), None, HubSpotOptions(batch=8)
        )
        yield core, adapter
        adapter.close()


@pytest.fixture
def org() -> Iterator[ServedOrg]:
    core = SalesforceCore(people=40, seed=3)
    with serve(core) as server:
        core.base_url = server.base_url
        adapter = Salesforce(salesforce_connection(core, server.base_url), None, SalesforceOptions())
        yield core, adapter
        adapter.close()


def test_hubspot_reads_and_writes_over_http(portal: Served) -> None:
    core, adapter = portal
    refs = [Ref(Side.HUBSPOT, "contact", str(row["id"])) for row in core.snapshot()["contacts"]]
    assert set(adapter.read(refs, {"contact": ["email"]}, free)) == set(refs)
    done = adapter.write([Write(ref, {"jobtitle": "Buyer"}) for ref in refs], {"contact": ["jobtitle"]}, free)
    assert {one.verdict for one in done} == {"done"}
    core.faults.update({"next": [{"match": "batch/update", "kind": "lost_reply"}]})
    (lost,) = adapter.write([Write(refs[0], {"jobtitle": "Lost"})], {"contact": ["jobtitle"]}, free)
    assert (lost.verdict, lost.record is not None and lost.record.values["jobtitle"]) == ("unknown", "Lost")


def test_salesforce_reads_and_writes_over_plain_http(org: ServedOrg) -> None:
    core, adapter = org
    refs = [Ref(Side.SALESFORCE, "Lead", str(row["Id"])) for row in core.snapshot()["Lead"]]
    assert set(adapter.read(refs, {"Lead": ["Email"]}, free)) == set(refs)
    done = adapter.write([Write(ref, {"City": "Ulm"}) for ref in refs], {"Lead": ["City"]}, free)
    assert all(one.verdict == "done" and one.record for one in done)
    core.faults.update({"next": [{"match": "composite", "kind": "lost_reply"}]})
    (lost,) = adapter.write([Write(refs[0], {"City": "Bonn"})], {"Lead": ["City"]}, free)
    assert (lost.verdict, lost.record is not None and lost.record.values["City"]) == ("unknown", "Bonn")


def test_sessions_that_end_under_many_threads_are_renewed_once(portal: Served, org: ServedOrg) -> None:
    for core, adapter, rows, object_, key in (
        (portal[0], portal[1], portal[0].snapshot()["contacts"], "contact", "id"),
        (org[0], org[1], org[0].snapshot()["Lead"], "Lead", "Id"),
    ):
        ref = Ref(adapter.side, object_, str(rows[0][key]))
        adapter.read([ref], {}, free)
        core.faults.update({"expire_tokens": True})
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _, a=adapter, r=ref: a.read([r], {}, free), range(24)))
        assert all(ref in page for page in found)
        assert core.calls.tokens == 2


def test_nobody_listens_is_try_again(portal: Served, org: ServedOrg) -> None:
    for core, adapter in (portal, org):
        assert core
        adapter.people()
    for nobody in (
        HubSpot(hubspot_connection(portal[0], "http://127.0.0.1:9"), sleep=free),
        Salesforce(salesforce_connection(org[0], "http://127.0.0.1:9"), sleep=free),
    ):
        with pytest.raises(TryAgain):
            nobody.people()
