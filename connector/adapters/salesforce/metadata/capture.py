"""Which objects Change Data Capture tells of: members of the standard channel, as files of a package.

A package apart from the other one, for an org has few such places (five, where none were bought) and may refuse more:
that must keep no field from being made. Format and folder: Salesforce's Metadata API guide, PlatformEventChannelMember.
A member may bear any name (its DeveloperName may be supplied); ours tells later on that we made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connector.adapters.salesforce.metadata.xml import document, manifest

CHANNEL, KIND, OURS = "ChangeEvents", "PlatformEventChannelMember", "Accord_"
_EVENT = "ChangeEvent"


def event_of(object_: str) -> str:
    """Lead -> LeadChangeEvent; X__c -> X__ChangeEvent."""
    return (object_[:-1] if object_.endswith("__c") else object_) + _EVENT


def object_of(event: str) -> str:
    """The inverse."""
    stem = event.removesuffix(_EVENT)
    return f"{stem}c" if stem.endswith("__") else stem


def own_name(object_: str) -> str:
    """Two underscores in a row would be read as a namespace."""
    return f"{OURS}{event_of(object_)}".replace("__", "_")


def plain_name(object_: str) -> str:
    """As Salesforce names a member by itself."""
    return f"{CHANNEL}_{event_of(object_)}".replace("__", "_")


def selection(
    objects: Iterable[str], version: str, named: Callable[[str], str] = own_name
) -> dict[str, bytes]:
    """Path -> content: a package that selects these objects."""
    chosen = {named(object_): event_of(object_) for object_ in objects}
    files = {
        f"platformEventChannelMembers/{name}.platformEventChannelMember": document(
            KIND, [("eventChannel", CHANNEL), ("selectedEntity", event)]
        )
        for name, event in chosen.items()
    }
    return files | {"package.xml": manifest({KIND: chosen}, version)}


def deselection(names: Iterable[str], version: str) -> dict[str, bytes]:
    """A package that takes these members away: only so can they be."""
    return {
        "package.xml": manifest({}, version),
        "destructiveChanges.xml": manifest({KIND: list(names)}, version),
    }
