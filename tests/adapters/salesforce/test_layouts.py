"""A section of ours on a page layout: all else of it stays, to the last element."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from connector.adapters.salesforce.metadata.layouts import layout_package, with_section, without_section
from connector.adapters.salesforce.metadata.xml import NAMESPACE

FIELDS = (("Accord_Handoff__c", False), ("Accord_Answer__c", True))
SECTION = (
    "<layoutSections><customLabel>false</customLabel><label>{label}</label><layoutColumns>{items}</layoutColumns>"
    "<style>{style}</style></layoutSections>"
)
ITEM = "<layoutItems><behavior>Required</behavior><field>{}</field></layoutItems>"
TOLD = (
    f'<records xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Layout">'
    "<fullName>Lead-Lead Layout</fullName><excludeButtons>Submit</excludeButtons>"
    + SECTION.format(label="Information", items=ITEM.format("Name"), style="TwoColumnsTopToBottom")
    + SECTION.format(label="Links", items="<layoutItems><customLink>A&amp;B</customLink></layoutItems>", style="CustomLinks")
    + '<relatedLists><fields>TASK.SUBJECT</fields><fields>TASK.WHO_NAME</fields><relatedList>Tasks</relatedList>'
    '</relatedLists><showEmailCheckbox xsi:nil="true"/></records>'
)  # fmt: skip


def layout(text: str = TOLD) -> Element:
    found: Element = fromstring(text)
    return found


def deployed(drawn: Element | None) -> str:
    assert drawn is not None
    files = layout_package({"Lead-Lead Layout": drawn}, "66.0")
    assert b"<members>Lead-Lead Layout</members>" in files["package.xml"]
    return "".join(line.strip() for line in files["layouts/Lead-Lead Layout.layout"].decode().splitlines()[1:])


def test_what_is_deployed_unchanged_is_what_was_told() -> None:
    told = TOLD.replace("<fullName>Lead-Lead Layout</fullName>", "").replace('<showEmailCheckbox xsi:nil="true"/>', "")
    inside = told.partition(">")[2].removesuffix("</records>")
    assert deployed(layout()) == f'<Layout xmlns="{NAMESPACE}">{inside}</Layout>'


def test_a_section_comes_after_the_others_and_before_the_links() -> None:
    made = deployed(with_section(layout(), FIELDS))
    places = [made.index(f"<label>{label}</label>") for label in ("Information", "Accord", "Links")]
    assert places == sorted(places)
    assert "<behavior>Readonly</behavior><field>Accord_Handoff__c</field>" in made
    assert "<behavior>Edit</behavior><field>Accord_Answer__c</field>" in made
    assert deployed(layout()) == deployed(without_section(layout(made), [name for name, _ in FIELDS]))


def test_what_stands_there_already_is_not_added_again() -> None:
    whole = with_section(layout(), FIELDS)
    assert whole is not None and with_section(whole, FIELDS) is None
    more = with_section(whole, (*FIELDS, ("Accord_Tier__c", False)))
    assert deployed(more).count("<label>Accord</label>") == 1 and "Accord_Tier__c" in deployed(more)


def test_a_field_that_an_admin_put_elsewhere_stays_there_and_is_enough() -> None:
    elsewhere = layout(TOLD.replace("<field>Name</field>", "<field>Accord_Answer__c</field>"))
    made = deployed(with_section(elsewhere, FIELDS))
    assert made.count("Accord_Answer__c") == 1 and made.count("Accord_Handoff__c") == 1


def test_a_layout_without_anything_of_ours_is_left_alone() -> None:
    assert without_section(layout(), ["Accord_Answer__c"]) is None


def test_our_section_stays_where_an_admin_put_another_field_into_it() -> None:
    whole = with_section(layout(), (*FIELDS, ("Rating", True)))
    assert whole is not None
    made = deployed(without_section(whole, [name for name, _ in FIELDS]))
    assert "<label>Accord</label>" in made and "<field>Rating</field>" in made and "Accord_" not in made
