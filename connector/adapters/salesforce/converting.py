"""What an org has set for the conversion of Leads.

By readMetadata of the SOAP Metadata API: whether a deployment leaves alone what it does not name is documented nowhere,
so ours has to hold all that is there.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.metadata.conversion import NAME, OPTIONS, Conversion, Pairs
from connector.adapters.salesforce.soap import SPACE as _SPACE
from connector.adapters.salesforce.soap import ask
from connector.errors import CallFailed


def conversion(api: SalesforceApi) -> Conversion | None:
    """The org's present settings; None where they can't be read."""
    try:
        return _read(ask(api, "readMetadata", f"<type>{NAME}</type><fullNames>{NAME}</fullNames>"))
    except (CallFailed, ValueError, SyntaxError):
        return None


def _read(root: Element) -> Conversion:
    result = root.find(f".//{_SPACE}result/{_SPACE}records")
    if result is None or not len(result):  # nothing told is not the same as nothing mapped
        raise ValueError("no settings")
    maps: dict[str, Pairs] = {}
    for mapping in result.iter(f"{_SPACE}objectMapping"):
        maps[mapping.findtext(f"{_SPACE}outputObject") or ""] = [
            (row.findtext(f"{_SPACE}inputField") or "", row.findtext(f"{_SPACE}outputField") or "")
            for row in mapping.iter(f"{_SPACE}mappingFields")
        ]
    options = {name: text for name in OPTIONS if (text := result.findtext(f".//{_SPACE}{name}"))}
    return Conversion(maps, options)
