"""The shipped agreement: it loads, says nothing wrong, fits both practice schemas, and can be laid out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.adapters.mappings import check, check_live, check_owners, lay_out, load, read_folder
from connector.adapters.mappings.files import shipped
from connector.core.agreement import Agreement
from connector.core.lenses import Directory, OwnerLens
from connector.core.rules import Tier
from connector.errors import FixConfiguration, Refused
from connector.ports import FieldSchema
from connector.practice.hubspot import schema as practice_hubspot
from connector.practice.people import REPS
from connector.practice.salesforce import schema_business as practice_business
from connector.practice.salesforce import schema_people as practice_people

SHIPPED = Path(str(shipped()))


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load(SHIPPED)


def hubspot_schema() -> dict[str, FieldSchema]:
    return {
        name: FieldSchema(
            name,
            item.label,
            item.type,
            writable=not (item.read_only or item.calculated),
            unique=item.unique or name == "email",
            restricted=bool(item.options),
            options=tuple(value for value, _ in item.options),
        )
        for name, item in practice_hubspot.schema().items()
    }


def salesforce_schemas() -> dict[str, dict[str, FieldSchema]]:
    return {
        made.name: {
            name: FieldSchema(
                name,
                item.label,
                item.type,
                item.length,
                item.createable or item.updateable,
                item.required,
                item.unique,
                item.restricted,
                tuple(choice.value for choice in item.choices),
            )
            for name, item in made.fields.items()
        }
        for made in (practice_people.lead(), practice_people.contact(), practice_business.opportunity())
    }


def changed(schema: Mapping[str, FieldSchema], **by_name: FieldSchema | None) -> dict[str, FieldSchema]:
    merged = {**schema, **by_name}
    return {name: item for name, item in merged.items() if item is not None}


def test_the_shipped_files_have_no_problem() -> None:
    assert check(SHIPPED) == []


def test_the_only_advice_is_about_the_one_clock_of_salesforce() -> None:
    advice = read_folder(SHIPPED).advice
    assert len(advice) == 1
    assert "one clock per record" in advice[0].message


def test_the_shipped_mapping_has_the_fields_a_marketing_team_syncs(agreement: Agreement) -> None:
    person = agreement.person
    assert 25 <= len(person.fields) <= 30
    assert "lifecyclestage" not in {field.hubspot for field in person.fields}
    assert "accord_tier" in person.hubspot_fields()
    assert {"Status", "Accord_Answer__c", "OwnerId"} <= set(person.salesforce_fields("Lead"))
    assert "Status" not in person.salesforce_fields("Contact")
    assert person.salesforce_fields("Contact").count("OwnerId") == 1


def test_the_shipped_rules_say_four_of_five_is_hot(agreement: Agreement) -> None:
    assert len(agreement.qualification.traits) == 5
    assert agreement.qualification.tiers == {
        5: "hot",
        4: "hot",
        3: "warm",
        2: "nurture",
        1: "nurture",
        0: "nurture",
    }
    assert agreement.handoff.hand_over == (Tier.HOT,)
    assert agreement.handoff.lifecycle["rejected"] == "lead"
    assert agreement.version == (1, 1, 1, 1)


def test_the_fallback_of_the_handoff_reaches_the_field_it_is_for(agreement: Agreement) -> None:
    by_name = {field.name: field for field in agreement.person.fields}
    assert by_name["company"].fallback == "[not provided]"
    assert by_name["last_name"].fallback is None


def test_the_shipped_agreement_fits_the_practice_accounts(agreement: Agreement) -> None:
    assert check_live(agreement, hubspot_schema(), salesforce_schemas(), SHIPPED) == []


def test_the_fingerprint_ignores_comments_and_sees_meaning(agreement: Agreement, tmp_path: Path) -> None:
    lay_out(tmp_path / "copy")
    file = tmp_path / "copy" / "qualification.yaml"
    text = file.read_text()
    file.write_text("# another comment\n" + text)
    assert load(tmp_path / "copy").fingerprint == agreement.fingerprint
    file.write_text(text.replace("at_least: 10000", "at_least: 10001"))
    assert load(tmp_path / "copy").fingerprint != agreement.fingerprint


def test_laying_out_never_overwrites(tmp_path: Path) -> None:
    paths = lay_out(tmp_path / "mine")
    assert sorted(path.name for path in paths) == [
        "handoff.yaml",
        "person.yaml",
        "qualification.yaml",
        "vocabulary.yaml",
    ]
    assert check(tmp_path / "mine") == []
    with pytest.raises(Refused, match="holds person.yaml"):
        lay_out(tmp_path / "mine")


def test_binding_gives_the_owner_lens_its_people(agreement: Agreement) -> None:
    people = Directory({"7": "Bob@accord.example.com"}, {"005B": "bob@accord.example.com"})
    bound = agreement.bind(people)
    lens = next(field.lens for field in bound.person.fields if isinstance(field.lens, OwnerLens))
    assert lens.to_salesforce("7") == "005B"
    assert bound.fingerprint == agreement.fingerprint


def test_the_owners_named_are_people_of_the_practice_accounts(agreement: Agreement) -> None:
    people = {str(number): rep.email for number, rep in enumerate(REPS)}
    assert check_owners(agreement, Directory(people, people), SHIPPED) == []


def test_an_owner_who_left_is_named(agreement: Agreement) -> None:
    people = {rep.first_name: rep.email for rep in REPS}
    found = check_owners(agreement, Directory(people, people, frozenset({"Bob"})), SHIPPED)
    assert [problem.message[:51] for problem in found] == [
        "bob@accord.example.com is no active user of HubSpot",
        "bob@accord.example.com is no active user of Salesfo",
    ]


def test_a_folder_that_is_not_there_is_one_clear_problem(tmp_path: Path) -> None:
    with pytest.raises(FixConfiguration, match="There is no such folder"):
        load(tmp_path / "nowhere")


class TestLive:
    """What only the two accounts can tell."""

    def problems(self, agreement: Agreement, *, hubspot: Mapping[str, FieldSchema | None] | None = None,
                 lead: Mapping[str, FieldSchema | None] | None = None) -> list[str]:  # fmt: skip
        salesforce = salesforce_schemas()
        salesforce["Lead"] = changed(salesforce["Lead"], **(lead or {}))
        found = check_live(agreement, changed(hubspot_schema(), **(hubspot or {})), salesforce, SHIPPED)
        assert all(problem.line > 1 for problem in found)
        return [str(problem) for problem in found]

    def test_a_missing_field_is_named(self, agreement: Agreement) -> None:
        found = self.problems(agreement, hubspot={"jobtitle": None})
        assert any("HubSpot has no field “jobtitle”" in said and "person.yaml" in said for said in found)
        assert any("qualification.yaml" in said and "jobtitle" in said for said in found)

    def test_a_read_only_target_is_named(self, agreement: Agreement) -> None:
        found = self.problems(
            agreement, lead={"Title": FieldSchema("Title", "Title", "string", 128, writable=False)}
        )
        assert found == [found[0]]
        assert "Salesforce's Lead “Title” is read-only" in found[0]

    def test_a_shorter_field_is_named(self, agreement: Agreement) -> None:
        (found,) = self.problems(agreement, lead={"City": FieldSchema("City", "City", "string", 30)})
        assert "takes 30 characters, and the lens has a limit of 40" in found
        assert "`limit: 30`" in found

    def test_another_type_is_named(self, agreement: Agreement) -> None:
        (found,) = self.problems(
            agreement, hubspot={"webinar_date": FieldSchema("webinar_date", "", "datetime")}
        )
        assert "is of type datetime, and the lens `date` speaks date" in found

    def test_an_unknown_status_of_the_org_is_named_before_anybody_uses_it(self, agreement: Agreement) -> None:
        options = (*salesforce_schemas()["Lead"]["Status"].options, "Parked")
        status = FieldSchema("Status", "Status", "picklist", 255, restricted=True, options=options)
        (found,) = self.problems(agreement, lead={"Status": status})
        assert "an option “Parked” that the mapping does not know" in found

    def test_an_option_that_is_gone_is_named(self, agreement: Agreement) -> None:
        options = (
            "Web",
            "Phone Inquiry",
            "Partner Referral",
            "Purchased List",
            "Webinar",
            "Trade show",
            "Other",
        )
        source = FieldSchema("LeadSource", "", "picklist", 255, restricted=True, options=options)
        found = self.problems(agreement, lead={"LeadSource": source})
        assert any("has no option “Trade Show”. Did you mean “Trade show”?" in said for said in found)

    def test_a_link_field_that_is_not_unique_is_named(self, agreement: Agreement) -> None:
        key = FieldSchema("Accord_HubSpot_Id__c", "", "string", 40)
        (found,) = self.problems(agreement, lead={"Accord_HubSpot_Id__c": key})
        assert "has to be a unique external id" in found

    def test_a_list_without_options_is_named(self, agreement: Agreement) -> None:
        empty = FieldSchema("Purchase_Timeframe__c", "", "picklist", 255, restricted=True)
        (found,) = self.problems(agreement, lead={"Purchase_Timeframe__c": empty})
        assert "has no options" in found

    def test_another_required_field_of_the_org_is_named(self, agreement: Agreement) -> None:
        region = FieldSchema("Region__c", "Region", "picklist", 40, required=True, options=("North",))
        (found,) = self.problems(agreement, lead={"Region__c": region})
        assert "can't be created without “Region__c”" in found

    def test_a_stage_that_is_no_word_is_named(self, agreement: Agreement) -> None:
        salesforce = salesforce_schemas()
        stages = (*salesforce["Opportunity"]["StageName"].options, "Legal")
        stage = FieldSchema("StageName", "", "picklist", 255, options=stages)
        salesforce["Opportunity"] = changed(salesforce["Opportunity"], StageName=stage)
        (found,) = check_live(agreement, hubspot_schema(), salesforce, SHIPPED)
        assert "an option “Legal” that is no agreed word" in found.message
        assert found.file == "mappings/vocabulary.yaml"

    def test_a_missing_answer_field_is_named_at_the_handoff(self, agreement: Agreement) -> None:
        found = self.problems(agreement, lead={"Accord_Answer__c": None})
        assert any("handoff.yaml" in said and "no field “Accord_Answer__c”" in said for said in found)

    def test_a_trait_that_asks_for_no_option_is_named(self, agreement: Agreement) -> None:
        frame = FieldSchema("purchase_timeframe", "", "enumeration", restricted=True, options=("now", "this_quarter",
                            "this_year", "later"))  # fmt: skip
        found = self.problems(agreement, hubspot={"purchase_timeframe": frame})
        assert any("asks for “this_month”" in said for said in found)
