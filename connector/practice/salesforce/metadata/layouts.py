"""Page layouts: what stands on which, and that a deployed one takes the place of the whole that was there."""

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from connector.practice.salesforce.metadata.custom_fields import field_of
from connector.practice.salesforce.metadata.package import Component, Problem, text_at

if TYPE_CHECKING:
    from connector.practice.salesforce.state import Org

_ITEMS = "{*}layoutSections/{*}layoutColumns/{*}layoutItems"
_USUAL = {
    "Lead-Lead Layout": ("LastName", "Company", "Status", "Email", "Phone", "City"),
    "Contact-Contact Layout": ("LastName", "AccountId", "Email", "Phone", "MailingCity"),
}
_SECTION = (
    "<layoutSections><customLabel>false</customLabel><detailHeading>true</detailHeading>"
    "<editHeading>true</editHeading><label>{label}</label><layoutColumns>{items}</layoutColumns><layoutColumns/>"
    "<style>{style}</style></layoutSections>"
)
_ITEM = "<layoutItems><behavior>Edit</behavior><field>{name}</field></layoutItems>"


def usual() -> dict[str, Element]:
    """The layouts of a new org, by full name."""
    return {name: _drawn(fields) for name, fields in _USUAL.items()}


def _drawn(fields: tuple[str, ...]) -> Element:
    items = "".join(_ITEM.format(name=name) for name in fields)
    own = _SECTION.format(label="Information", items=items, style="TwoColumnsTopToBottom")
    links = _SECTION.format(label="Custom Links", items="", style="CustomLinks")
    rest = "<relatedLists><fields>TASK.SUBJECT</fields><relatedList>RelatedActivityList</relatedList></relatedLists>"
    made: Element = fromstring(
        f'<Layout xmlns="http://soap.sforce.com/2006/04/metadata">{own}{links}{rest}'
        "<showEmailCheckbox>false</showEmailCheckbox></Layout>"
    )
    return made


def deploy_layout(org: "Org", each: Component) -> bool:
    """The whole layout as it is given; its fields must be there. True: it is new."""
    object_name = each.name.split("-")[0]
    if object_name not in org.objects:
        raise Problem(f"Parent entity failed to deploy: {object_name}")
    if each.element is None:
        raise Problem(f"this practice org can't delete Layout {each.name}")
    for item in each.element.findall(_ITEMS):
        if name := text_at(item, "field"):
            field_of(org, object_name, name)
    fresh = each.name not in org.layouts
    org.layouts[each.name] = each.element
    return fresh


def fields_on(org: "Org", full_name: str) -> list[str]:
    """The fields that a layout shows, top to bottom."""
    return [str(text_at(item, "field")) for item in org.layouts[full_name].findall(_ITEMS)]


def listed(org: "Org") -> list[dict[str, Any]]:
    """As listMetadata tells them."""
    return [
        {"fileName": f"layouts/{name}.layout", "fullName": name, "manageableState": "unmanaged", "type": "Layout"}
        for name in sorted(org.layouts)
    ]
