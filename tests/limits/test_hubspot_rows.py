"""HubSpot refuses a row: which verdict the adapter gives, and what becomes of the record in the whole of Accord."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connector.core.records import Ref, Side
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.adapters.in_process import free, hubspot_on
from tests.limits.standing import Standing
from tests.world import START


def _contact(id_: str) -> Ref:
    return Ref(Side.HUBSPOT, "contact", id_)


@dataclass(frozen=True)
class Row:
    """A write to Ann (or, with ``key``, of somebody new) and the verdict on it. ``settings``: of the portal."""

    values: dict[str, Any]
    verdict: str = "refused"
    code: str = ""
    fields: tuple[str, ...] = ()
    key: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


RULES = {"rules_on": "all", "required": {"contacts": ["firstname"]}, "conditional": {"contacts": [{"when": "country", "then": "state"}]}}
BOB = {"email": "bob@acme.example.com", "accord_salesforce_id": "00Q000000000BOBAAA"}
TABLE = {
    "PROPERTY_DOESNT_EXIST": Row({"shoe_size": "9"}, code="PROPERTY_DOESNT_EXIST", fields=("shoe_size",)),
    "INVALID_EMAIL": Row({"email": "nonsense"}, code="INVALID_EMAIL", fields=("email",)),
    "INVALID_OPTION": Row({"lead_source": "pigeon"}, code="INVALID_OPTION", fields=("lead_source",)),
    "INVALID_DATE": Row({"webinar_date": "soon"}, code="INVALID_DATE", fields=("webinar_date",)),
    "INVALID_DATE not at midnight": Row({"webinar_date": "1700000000001"}, code="INVALID_DATE", fields=("webinar_date",)),
    "INVALID_INTEGER": Row({"budget": "a lot"}, code="INVALID_INTEGER", fields=("budget",)),
    "READ_ONLY_VALUE": Row({"createdate": "2020-01-01"}, code="READ_ONLY_VALUE", fields=("createdate",)),
    "an e-mail that is taken": Row({"email": BOB["email"]}, "duplicate", "CONFLICT"),
    "a unique value that is taken": Row(
        {"accord_salesforce_id": BOB["accord_salesforce_id"]}, "duplicate", "CONFLICTING_UNIQUE_VALUE", ("accord_salesforce_id",)
    ),
    "a unique value that is taken, as 409": Row(
        {"accord_salesforce_id": BOB["accord_salesforce_id"]}, "duplicate", "CONFLICTING_UNIQUE_VALUE", ("accord_salesforce_id",),
        settings={"unique_clash": 409},
    ),
    "MISSING_REQUIRED_PROPERTY": Row(
        {"email": "new@acme.example.com"}, code="MISSING_REQUIRED_PROPERTY", fields=("firstname",), key="accord_salesforce_id", settings=RULES
    ),
    "MISSING_REQUIRED_PROPERTY of a value that is cleared": Row(
        {"firstname": None}, code="MISSING_REQUIRED_PROPERTY", fields=("firstname",), settings=RULES
    ),
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY": Row(
        {"country": "France"}, code="MISSING_CONDITIONAL_REQUIRED_PROPERTY", fields=("state",), settings=RULES
    ),
    "REQUIRED_FIELD": Row({"city": "Ulm"}, code="REQUIRED_FIELD", key="accord_salesforce_id"),
}  # fmt: skip


@pytest.mark.parametrize("traced", [True, False], ids=["alone", "with its batch"])
@pytest.mark.parametrize("situation", TABLE)
def test_a_bad_row_fails_alone_with_its_code_and_property(situation: str, traced: bool) -> None:
    """Also where one bad row makes the whole batch fall."""
    row, core = TABLE[situation], HubSpotCore(clock=ManualClock(START))
    ann, eve = (core.edit({"firstname": n, "email": f"{n}@acme.example.com"}, create=True) for n in ("ann", "eve"))
    core.edit({"firstname": "bob", **BOB}, create=True)
    core.settings.update(row.settings)
    bad = Write(_contact("00Q000000000NEWAAA" if row.key else ann), row.values, key=row.key or None)
    adapter = hubspot_on(core)
    if not traced:
        _without_traces(adapter)
    good = replace(bad, ref=_contact(eve), values={"phone": "1"}, key=None)
    done, refused = adapter.write([good, bad], None, free)
    assert done.verdict == "done"
    assert (refused.verdict, refused.code) == (row.verdict, row.code), refused
    if row.fields and traced:
        assert refused.fields == row.fields
    assert refused.message


def _without_traces(adapter: Any) -> None:
    """As if the portal did not know objectWriteTraceId."""
    sent = adapter._api._transport.request

    def request(method: str, url: str, **more: Any) -> Any:
        body = more.get("body")
        more["body"] = body.replace(b'"objectWriteTraceId"', b'"nothing"') if body else body
        return sent(method, url, **more)

    adapter._api._transport.request = request


# --- in the whole of Accord -----------------------------------------------------------------------------------------


def _option_gone(core: HubSpotCore) -> Callable[[], None]:
    return _changed(core, "lead_source", lambda held: replace(held, options=tuple(o for o in held.options if o[0] != "webinar")))


def _locked_property(core: HubSpotCore) -> Callable[[], None]:
    return _changed(core, "lead_source", lambda held: replace(held, read_only=True))


def _required(core: HubSpotCore) -> Callable[[], None]:
    core.settings.update({"rules_on": "all", "conditional": {"contacts": [{"when": "lead_source", "equals": "webinar", "then": "zip"}]}})
    return lambda: core.settings.update({"rules_on": "never"})


def _changed(core: HubSpotCore, name: str, change: Callable[[Any], Any]) -> Callable[[], None]:
    properties = core.portal.properties
    held = properties[name]

    def put(it: Any) -> None:
        properties[name] = it
        core.portal.lay_rules()

    put(change(held))
    return lambda: put(held)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(_option_gone, "allowed options"), (_locked_property, "read only"), (_required, "conditional property rule")],
    ids=["INVALID_OPTION", "READ_ONLY_VALUE", "MISSING_CONDITIONAL_REQUIRED_PROPERTY"],
)
def test_a_refused_property_waits_with_its_words_and_the_rest_goes_over(town: Standing, spoil: Any, words: str) -> None:
    world, (contact, lead) = town.world, town.pair()
    mend = spoil(world.hubspot)
    world.edit_lead(lead, LeadSource="Webinar", City="Lyon")
    world.settle()
    told = town.issue("refused", "lead_source")
    assert words in told["message"]
    assert world.hs(contact)["city"] == "Lyon"
    world.forget_calls()
    world.settle()
    assert world.writes() == 0, "a refusal is not tried again every round"
    mend()
    world.edit_lead(lead, LeadSource="Other")
    world.settle()
    assert world.hs(contact)["lead_source"] == "other"
    assert town.issues() == []


def test_a_new_contact_that_lacks_what_the_portal_wants_is_shown_and_made_once_it_does_not(town: Standing) -> None:
    world = town.world
    world.hubspot.settings.update({"rules_on": "all", "required": {"contacts": ["zip"]}})
    lead = world.lead(LastName="Kim", Company="Kim AG", Email=f"{town.name()}@kim.example.com")
    world.settle()
    told = town.issue("refused")
    assert (told["subject"], "zip" in told["message"]) == (f"salesforce:Lead:{lead}", True)
    world.forget_calls()
    world.settle()
    assert world.writes() == 0
    world.edit_lead(lead, PostalCode="89073")
    world.settle()
    made = world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"]
    assert world.hs(str(made))["zip"] == "89073"
    assert town.issues() == []
