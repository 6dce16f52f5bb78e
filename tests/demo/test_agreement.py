"""Parts of an agreement laid over the shipped one, and what the demo reads from whatever comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.adapters.mappings import check_live, load
from connector.core.agreement import Agreement
from connector.core.conditions import All, Any_, Not, Test
from connector.core.rules import Tier
from connector.demo.agreement import lay_out_for
from connector.demo.words import Words, meeting
from connector.practice.hubspot import HubSpotCore
from connector.practice.orgs import NAMES
from connector.practice.orgs import load as org_of
from connector.practice.orgs.hubspot import properties_of, settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import hubspot_on, salesforce_on
from tests.world import MAPPINGS

pytestmark = pytest.mark.slow

FOREIGN = Path(__file__).parent / "foreign"


def agreed(parts: Path | None, folder: Path) -> Agreement:
    return load(lay_out_for(parts, folder / "mappings"))


def part(folder: Path, name: str, text: str) -> Path:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / name).write_text(text)
    return folder / "parts"


def test_without_parts_it_is_the_shipped_agreement(tmp_path: Path) -> None:
    assert agreed(None, tmp_path).fingerprint == load(MAPPINGS).fingerprint


def test_a_key_stands_in_place_of_the_shipped_one_and_comments_stay(tmp_path: Path) -> None:
    folder = lay_out_for(part(tmp_path, "handoff.yaml", "cool_off_days: 7\n"), tmp_path / "mappings")
    assert load(folder).handoff.cool_off_days == 7
    assert load(folder).handoff.fallback_owner == load(MAPPINGS).handoff.fallback_owner
    assert "# The tiers that are handed over." in (folder / "handoff.yaml").read_text()


def test_a_field_is_taken_over_taken_out_or_added_by_itself(tmp_path: Path) -> None:
    text = "fields:\n  fax:\n  city: {hubspot: city, salesforce: City, lens: text}\n"
    text += "  extra: {hubspot: address_two, salesforce: Two__c, lens: text}\n"
    fields = {f.name: f for f in agreed(part(tmp_path, "person.yaml", text), tmp_path).person.fields}
    shipped = {f.name: f for f in load(MAPPINGS).person.fields}
    assert set(fields) == set(shipped) - {"fax"} | {"extra"}
    assert fields["city"].salesforce == {"Lead": "City", "Contact": "City"}
    assert fields["state"] == shipped["state"]


@pytest.mark.parametrize("name", NAMES)
def test_with_every_org_the_day_can_be_played(name: str, tmp_path: Path) -> None:
    words = Words(agreed(org_of(name).mappings, tmp_path))
    assert words.hot() and words.form(Tier.WARM) and words.reject_reason()
    for field in (words.contested(words.object), words.plain(words.object), words.status(words.object)):
        assert field is not None


def test_a_foreign_agreement_fits_its_org_and_the_day_speaks_its_words(tmp_path: Path) -> None:
    org = org_of(str(FOREIGN / "org.yaml"))
    folder = lay_out_for(org.mappings, tmp_path / "mappings")
    words = Words(load(folder))
    hubspot = hubspot_on(HubSpotCore(0, 1, settings=settings_of(org), properties=properties_of(org)))
    salesforce = salesforce_on(furnish(SalesforceCore(), org))
    schemas = {o: salesforce.schema(o) for o in ("Lead", "Contact", "Opportunity")}
    assert check_live(words.agreement, hubspot.schema("contact"), schemas, folder) == []
    assert words.link == ("sales_id", "Marketing_Id__c")
    hot = words.hot()
    assert hot and set(hot) == {"wallet", "wants_a_call", "email", "jobtitle"}
    assert words.reject_reason() == "Wrong person"


def test_values_that_meet_a_condition() -> None:
    far, near = Test("size", "at_least", 50), Test("size", "less_than", 3)
    assert meeting(far) == {"size": "50"}
    assert meeting(Any_((Not(far), near))) == {"size": "2"}
    assert meeting(All((far, Test("call", "is_true")))) == {"size": "50", "call": "true"}
    assert meeting(All((far, Not(near)))) is None
    assert meeting(Test("seen", "within_days", 3)) is not None
