"""How a contact looks in an answer. Sources: API-FACTS 1.3."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.schema import ALWAYS_SHOWN, DEFAULT_SHOWN
from connector.practice.hubspot.state import Contact, Portal, Written
from connector.practice.hubspot.writing import Planned

_AFTER_WRITE = (
    "createdate",
    "hs_all_contact_vids",
    "hs_email_domain",
    "hs_full_name_or_email",
    "hs_is_unworked",
    "hs_object_id",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_pipeline",
    "lastmodifieddate",
    "lifecyclestage",
)


def names_to_show(portal: Portal, asked: Iterable[str] | None) -> tuple[str, ...]:
    """Known ones of the properties asked for (comma-separated ones too), in order, none twice."""
    wanted = [name for part in asked or () for name in part.split(",") if name]
    if not wanted:
        return DEFAULT_SHOWN
    return tuple(dict.fromkeys(name for name in (*wanted, *ALWAYS_SHOWN) if name in portal.properties))


def shown(
    portal: Portal, contact: Contact, names: Sequence[str], with_history: Sequence[str] = ()
) -> dict[str, Any]:
    """One record: asked but unset properties are null."""
    get = contact.values.get
    result = _frame(portal, contact, {name: get(name) for name in names})
    if with_history:
        result["propertiesWithHistory"] = {
            name: _versions(contact.history, name, portal.settings.history_kept) for name in with_history
        }
    return result


def _frame(portal: Portal, contact: Contact, properties: dict[str, Any]) -> dict[str, Any]:
    held = contact.values
    result: dict[str, Any] = {
        "id": contact.id,
        "properties": properties,
        "createdAt": held["createdate"],
        "updatedAt": held["lastmodifieddate"],
        "archived": contact.archived_ms is not None,
        "url": f"https://app.hubspot.com/contacts/{portal.account.portal_id}/record/0-1/{contact.id}",
    }
    if contact.archived_ms is not None:
        result["archivedAt"] = values.iso(contact.archived_ms)
    return result


def _versions(history: Sequence[Written], name: str, most: int) -> list[dict[str, Any]]:
    """Newest first."""
    found = (_version(item, item.values[name]) for item in reversed(history) if name in item.values)
    return list(islice(found, most))


def _version(item: Written, value: str) -> dict[str, Any]:
    source = item.source
    result: dict[str, Any] = {
        "value": value,
        "timestamp": values.iso(item.at_ms),
        "sourceType": source.type,
        "sourceId": source.id,
    }
    if source.label:
        result["sourceLabel"] = source.label
    if source.user_id is not None:
        result["updatedByUserId"] = source.user_id
    return result


def written(portal: Portal, contact: Contact, planned: Planned) -> dict[str, Any]:
    """The answer to a write: what was sent, as stored (a setting), and some computed properties."""
    held = contact.values
    properties: dict[str, Any] = {name: held[name] for name in _AFTER_WRITE if name in held}
    properties.update(zip(planned.sent, map(held.get, planned.sent), strict=True))
    if portal.settings.write_answer == "sent":
        properties.update({name: values.as_text(raw) for name, raw in planned.sent.items()})
    if planned.contact is None:
        properties.update(_stage_dates(held))
    result = _frame(portal, contact, properties)
    if planned.trace is not None:
        result["objectWriteTraceId"] = planned.trace
    return result


def _stage_dates(held: dict[str, str]) -> dict[str, str]:
    """In the answer to a create these come as milliseconds, everywhere else as ISO 8601."""
    dates = {name: held[name] for name in held if name.startswith("hs_lifecyclestage_")}
    return {name: str(values.ms_of(value)) for name, value in dates.items()}
