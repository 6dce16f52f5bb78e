"""Who else had a hand in a contact that we made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.adapters.hubspot import HubSpot
from connector.core.records import Ref, Side
from connector.ports import Write
from connector.practice.hubspot import HubSpotCore
from tests.adapters.in_process import HubSpotInProcess, free, hubspot_connection, hubspot_on


def made(core: HubSpotCore) -> str:
    ref = Ref(Side.HUBSPOT, "contact", "00Q1")
    values = {"email": "ann@acme.example.com", "city": "Oslo"}
    (written,) = hubspot_on(core).write([Write(ref, values, key="accord_salesforce_id")], None, free)
    return written.ref.id


@pytest.mark.parametrize("app_id", [None, ""])
def test_only_ours_until_somebody_writes_whatever_it_is(app_id: str | None) -> None:
    """An account that never told its app's id is known by the record's own maker."""
    core = HubSpotCore()
    id_ = made(core)
    hubspot = hubspot_on(core)
    if app_id is not None:
        connection = replace(hubspot_connection(core), app_id=app_id)
        hubspot = HubSpot(connection, clock=core.clock.now, transport=HubSpotInProcess(core))
    assert hubspot.touched([id_], free) == {id_: ""}
    core.edit({"message": "hi", "jobtitle": "CMO", "fax": "1", "zip": "0150"}, id=id_, by="user")
    assert hubspot.touched([id_], free) == {id_: "a person (fax, jobtitle, message, …)"}


def test_a_value_that_was_put_back_still_tells_of_the_hand() -> None:
    core = HubSpotCore()
    id_ = made(core)
    core.edit({"city": "Lyon"}, id=id_, by="import")
    core.edit({"city": "Oslo"}, id=id_, by="automation")
    assert hubspot_on(core).touched([id_], free) == {id_: "a workflow (city); an import (city)"}


def test_one_that_is_gone_is_left_out() -> None:
    core = HubSpotCore()
    id_ = made(core)
    core.edit({}, id=id_, delete=True)
    assert hubspot_on(core).touched([id_], free) == {}
