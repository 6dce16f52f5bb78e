"""LeadConvertSettings: what of a Lead's custom fields goes where on conversion, and the options of its window.

Shape: Salesforce's Metadata API guide. What a deployment does to what it leaves out is written nowhere (a setting).
"""

from typing import Any
from xml.etree.ElementTree import Element

from connector.practice.salesforce.metadata.custom_fields import field_of
from connector.practice.salesforce.metadata.package import Component, Problem, text_at
from connector.practice.salesforce.settings import CONVERSION_OPTIONS
from connector.practice.salesforce.state import Org

_TARGETS = ("Account", "Contact", "Opportunity")


def deploy_conversion(org: Org, each: Component) -> bool:
    """For each target object named, the whole of its mapping of custom fields. Raises Problem."""
    found: dict[str, dict[str, str]] = {}
    for mapping in each.all("objectMapping"):
        target = text_at(mapping, "outputObject") or ""
        if text_at(mapping, "inputObject") != "Lead" or target not in _TARGETS:
            raise Problem(f"Lead fields can't be mapped to {target}")
        found[target] = _pairs(org, mapping, target)
    settings = org.settings
    whole = settings.conversion_deploy == "whole"
    kept = {} if whole else settings.other_maps
    settings.other_maps = kept | {name: pairs for name, pairs in found.items() if name != "Contact"}
    if whole or "Contact" in found:
        settings.custom_map = found.get("Contact", {})
    options = dict(CONVERSION_OPTIONS) if whole else settings.conversion_options
    told = {name: text for name in CONVERSION_OPTIONS if (text := each.text(name)) is not None}
    settings.conversion_options = options | told
    return False


def _pairs(org: Org, mapping: Element, target: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in mapping.findall("{*}mappingFields"):
        source, goal = text_at(pair, "inputField") or "", text_at(pair, "outputField") or ""
        field_of(org, "Lead", source)
        field_of(org, target, goal)
        if org.objects["Lead"].fields[source].type != org.objects[target].fields[goal].type:
            raise Problem(f"Lead.{source} and {target}.{goal} are not of the same type")
        pairs[source] = goal
    return pairs


def shown_conversion(org: Org, name: str) -> dict[str, Any]:
    """As readMetadata tells it."""
    maps = {**org.settings.other_maps, "Contact": org.settings.custom_map}
    shown = [(target, _rows(org, target, maps[target])) for target in _TARGETS if target in maps]
    options = org.settings.conversion_options
    return {
        "_type": "LeadConvertSettings",
        "fullName": name,
        "allowOwnerChange": options["allowOwnerChange"] == "true",
        "objectMapping": [
            {"inputObject": "Lead", "mappingFields": rows, "outputObject": target}
            for target, rows in shown
            if rows
        ],
        "opportunityCreationOptions": options["opportunityCreationOptions"],
    }


def _rows(org: Org, target: str, pairs: dict[str, str]) -> list[dict[str, str]]:
    """Of fields that are still there."""
    lead, goal = org.objects.get("Lead"), org.objects.get(target)
    if lead is None or goal is None:
        return []
    return [
        {"inputField": source, "outputField": name}
        for source, name in pairs.items()
        if source in lead.fields and name in goal.fields
    ]
