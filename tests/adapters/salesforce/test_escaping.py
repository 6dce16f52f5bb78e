"""Composite answers that come HTML-escaped, or do not: no value may look edited for that."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.salesforce.escaping import Escaping, evidence, unescaped
from connector.core.records import Side
from connector.errors import TryAgain
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import KEY, new_lead, org, update

FIELDS = {"Lead": ["City", "Company", "Description"], "Contact": ["MailingCity"]}


def warm(core: SalesforceCore, ref: Any) -> Any:
    adapter = salesforce_on(core)
    adapter.read([ref], FIELDS, free)
    core.calls.reset()
    return adapter


@pytest.mark.parametrize("escapes", [True, False])
@pytest.mark.parametrize(
    ("company", "calls"),
    [
        pytest.param("Ames Ltd", 1, id="nothing that tells"),
        pytest.param("Ames & Sons", 1, id="a bare sign, or its entity"),
        pytest.param('<b>"O\'Hara"</b>', 1, id="every sign"),
        pytest.param("Ames &amp; Sons", 1, id="an entity that somebody typed"),
    ],
)
def test_a_read_back_holds_what_stands_there(escapes: bool, company: str, calls: int) -> None:
    core = org()
    core.settings.composite_escapes_html = escapes
    ref = new_lead(core, Company=company)
    adapter = warm(core, ref)
    told = "&" in company or "'" in company
    for city, extra in (("Ulm", told and (escapes or "&amp;" in company)), ("Bonn", False)):
        core.calls.reset()
        (done,) = adapter.write([update(ref, City=city)], FIELDS, free)
        assert done.record.values["Company"] == company
        assert core.calls.total == calls + bool(extra)


def test_a_search_finds_what_stands_there() -> None:
    core = org()
    core.settings.composite_escapes_html = True
    new_lead(core, Company="Ames & Sons", Email="ann@ames.example.com")
    wanted = {"Lead": {"Email": ["ann@ames.example.com"]}, "Contact": {KEY: ["1"]}}
    (found,) = salesforce_on(core).find_any(wanted, FIELDS, free)
    assert found.values["Company"] == "Ames & Sons"


def test_an_org_that_could_not_be_asked_is_asked_again() -> None:
    def away() -> Any:
        raise TryAgain(Side.SALESFORCE, "503")

    body, escaping = {"Company": "A &amp; B"}, Escaping()
    with pytest.raises(TryAgain):
        escaping.plain(body, away)
    assert escaping.plain(body, lambda: {"message": "sObject type &#39;X&#39;"}) == {"Company": "A & B"}
    assert escaping.plain(body, away) == {"Company": "A & B"}


def test_evidence() -> None:
    assert evidence({"Company": "Ames", "Id": 7, "Tags": [None, True]}) is None
    assert evidence([{"Company": "A &amp; B"}]) is True
    assert evidence([{"Company": "A &amp; B"}, {"Company": "A & B"}]) is False
    assert unescaped({"a": ["A &amp; B&#39;s", None, 3]}) == {"a": ["A & B's", None, 3]}
