"""Which changes HubSpot would not tell us of: it has no subscription to all properties, each needs one by name."""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.desk import Desk, natives
from connector.core.plan import Trouble
from connector.core.records import Side

CHANGE = "propertyChange"
LIFE = ("creation", "deletion", "merge", "restore")


def unheard(desk: Desk, subscribed: Iterable[tuple[str, str]]) -> list[Trouble]:
    """For the check at the start: what matters to the agreement and would only be found by a poll.

    ``subscribed``: type and property ('' where it has none) of every active subscription of the app, such as
    ``("contact.propertyChange", "city")``; ``object.`` in place of ``contact.`` is as good.
    """
    told = {(kind.partition(".")[2], name) for kind, name in subscribed}
    matters = natives(desk)[Side.HUBSPOT, "contact"]
    missing = [(CHANGE, name) for name in matters if (CHANGE, name) not in told]
    missing += [(kind, "") for kind in LIFE if (kind, "") not in told]
    return [_trouble(kind, name) for kind, name in missing]


def subscriptions(desk: Desk) -> list[dict[str, str]]:
    """The subscriptions that HubSpot's app needs: {"type", "property"?}."""
    matters = natives(desk)[Side.HUBSPOT, "contact"]
    found = [{"type": f"contact.{kind}"} for kind in LIFE]
    return found + [{"type": f"contact.{CHANGE}", "property": name} for name in matters]


def outbound_fields(desk: Desk) -> dict[str, list[str]]:
    """Per Salesforce object, the fields its outbound message carries."""
    found = {
        object_: ["Id", *names, "SystemModstamp"]
        for (side, object_), names in natives(desk).items()
        if side is Side.SALESFORCE
    }
    return found | {"Opportunity": ["Id", "SystemModstamp"]}


def _trouble(kind: str, name: str) -> Trouble:
    what = f"changes of the property {name}" if name else f"the {kind} of a contact"
    return Trouble(
        "not_subscribed",
        name or kind,
        f"HubSpot does not tell of {what}: only a poll would find them.",
        f"Add the subscription contact.{kind}{f' of {name}' if name else ''} to the webhooks of your HubSpot app.",
    )
