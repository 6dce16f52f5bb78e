"""PlatformEventChannelMember: what is selected for Change Data Capture. Only the standard channel is here.

Shape, folder, and that deleteMetadata does not take it: Salesforce's Metadata API guide. Words of refusals: reports of
people who deploy it.
"""

import re

from connector.practice.salesforce.metadata.package import Component, Problem
from connector.practice.salesforce.state import Org

CHANNEL, KIND = "ChangeEvents", "PlatformEventChannelMember"
_EVENT = "ChangeEvent"
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def captured(org: Org) -> list[str]:
    """Objects that the standard channel tells of."""
    return sorted(object_of(event) for event in org.channel_members.values())


def object_of(event: str) -> str:
    stem = event.removesuffix(_EVENT)
    return f"{stem}c" if stem.endswith("__") else stem


def deploy_member(org: Org, each: Component) -> bool:
    """True: it is new. Raises Problem."""
    event = each.text("selectedEntity") or ""
    _check(org, each, event)
    there = org.channel_members.get(each.name)
    if event in org.channel_members.values():
        if org.settings.channel_member_again == "refused" or there != event:
            raise Problem(
                "duplicate value found: SelectedEntity duplicates value on record with EventChannel"
            )
        return False
    if there is not None:
        raise Problem("The EventChannel and SelectedEntity fields can't be updated")
    if len(org.channel_members) >= org.settings.most_captured:
        raise Problem(
            f"You can select up to {org.settings.most_captured} entities for Change Data Capture notifications"
        )
    org.channel_members[each.name] = event
    return True


def _check(org: Org, each: Component, event: str) -> None:
    if not org.settings.pub_sub:
        raise Problem("Not available for deploy for this organization")
    if each.text("eventChannel") != CHANNEL:
        raise Problem("Unable to find the specified channel")
    if not event.endswith(_EVENT) or object_of(event) not in org.objects:
        raise Problem(
            "The PlatformEventChannelMember can't be created because it references an invalid event in the "
            '"selectedEntity" field'
        )
    if "__" in each.name:
        raise Problem(
            f"Cannot create a new component with the namespace: {each.name.partition('__')[0]}. Only components in "
            "the same namespace as the organization can be created through the API"
        )
    plain = f"{CHANNEL}_{event}".replace("__", "_")
    if not _NAME.fullmatch(each.name) or (each.name != plain and not org.settings.channel_member_names):
        raise Problem("Invalid fullName: it must be in the format ChannelName_EventName")


def drop_member(org: Org, name: str) -> None:
    if name not in org.channel_members:
        raise Problem(f"No {KIND} named: {name} found")
    del org.channel_members[name]


def shown(org: Org) -> list[dict[str, str]]:
    """As the Tooling API tells them."""
    channel = CHANNEL if org.settings.channel_told == "name" else "0YLxx0000004C92GAE"
    return [
        {
            "Id": f"0v8xx000000{n:04d}AAA", "DeveloperName": name, "MasterLabel": name, "EventChannel": channel,
            "SelectedEntity": event,
        }
        for n, (name, event) in enumerate(org.channel_members.items(), 1)
    ]  # fmt: skip
