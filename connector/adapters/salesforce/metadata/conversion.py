"""LeadConvertSettings: the whole of what an org has set for the conversion of Leads, as a file of a package.

Format: Salesforce's Metadata API guide, LeadConvertSettings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.adapters.salesforce.metadata.xml import Parts, document, manifest

NAME = "LeadConvertSettings"
OPTIONS = ("allowOwnerChange", "opportunityCreationOptions")
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Conversion:
    """``maps``: Account, Contact or Opportunity -> (Lead field, its field), custom ones only: the standard ones are
    Salesforce's own. ``options``: as text, of OPTIONS."""

    maps: Mapping[str, Pairs] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def contact(self) -> Pairs:
        return self.maps.get("Contact", ())

    def with_contact(self, pairs: Pairs) -> Conversion:
        return Conversion({**self.maps, "Contact": pairs}, self.options)


def conversion_package(found: Conversion, version: str) -> dict[str, bytes]:
    """Path -> content."""
    return {
        f"{NAME}/{NAME}.LeadConvertSetting": document(NAME, _parts(found)),
        "package.xml": manifest({NAME: [NAME]}, version),
    }


def _parts(found: Conversion) -> Parts:
    owner, opportunity = (found.options.get(name) for name in OPTIONS)
    mappings = [("objectMapping", _mapping(target, pairs)) for target, pairs in sorted(found.maps.items())]
    return [(OPTIONS[0], owner), *mappings, (OPTIONS[1], opportunity)]


def _mapping(target: str, pairs: Pairs) -> Parts:
    rows = [("mappingFields", [("inputField", lead), ("outputField", goal)]) for lead, goal in pairs]
    return [("inputObject", "Lead"), *rows, ("outputObject", target)]
