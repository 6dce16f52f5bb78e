"""Records out of the recycle bin, by the SOAP API: each with its own verdict."""

from __future__ import annotations

from connector.core.records import Ref, Side
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, salesforce_on


def test_what_is_in_the_bin_comes_back_and_what_is_not_is_refused_with_the_reason() -> None:
    core = SalesforceCore()
    ids = [core.edit("Lead", values={"LastName": f"Ito{n}", "Company": "Acme"}, create=True) for n in range(201)]
    refs = [Ref(Side.SALESFORCE, "Lead", id_) for id_ in ids]
    salesforce = salesforce_on(core)
    salesforce.archive(refs[:200], free)
    core.calls.reset()
    told = salesforce.fetch(refs, free)
    assert [told[ref].verdict for ref in refs] == ["done"] * 200 + ["refused"]
    assert "recycle bin was emptied" in told[refs[200]].message
    assert sorted(core.org.tables["Lead"].rows) == sorted(ids)
    assert [n for line, n in core.calls.shown()["by_endpoint"].items() if "Soap" in line] == [2]  # 200 a call


def test_a_call_that_fails_may_have_happened() -> None:
    core = SalesforceCore()
    lead = core.edit("Lead", values={"LastName": "Ito", "Company": "Acme"}, create=True)
    ref = Ref(Side.SALESFORCE, "Lead", lead)
    salesforce = salesforce_on(core)
    salesforce.archive([ref], free)
    core.faults.error_rate = {503: 1.0}
    assert salesforce.fetch([ref], free)[ref].verdict == "unknown"  # a read tells
    core.faults.error_rate = {}
    assert salesforce.fetch([ref], free)[ref].verdict == "done"
