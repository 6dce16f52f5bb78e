"""How a record looks in an answer. Sources: API-FACTS 1.1, 1.3."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.store import Record, Store, Written
from connector.practice.hubspot.writing import Planned

_AFTER_WRITE = (
    "createdate",
    "hs_all_contact_vids",
    "hs_createdate",
    "hs_email_domain",
    "hs_full_name_or_email",
    "hs_is_closed",
    "hs_is_unworked",
    "hs_lastmodifieddate",
    "hs_object_id",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_pipeline",
    "lastmodifieddate",
    "lifecyclestage",
    "pipeline",
)


def names_to_show(store: Store, asked: Any) -> tuple[str, ...]:
    """Known ones of the properties asked for (comma-separated ones too), in order, none twice."""
    wanted = [name for part in texts(asked) for name in part.split(",") if name]
    kind = store.kind
    if not wanted:
        return kind.default_shown
    return tuple(dict.fromkeys(name for name in (*wanted, *kind.always_shown) if name in store.properties))


def texts(asked: Any) -> Iterable[str]:
    """A list of texts out of a body; raises the 400 when it is something else."""
    if asked is None:
        return ()
    if not isinstance(asked, (list, tuple)) or not all(isinstance(item, str) for item in asked):
        raise Refused(400, "Invalid input JSON on line 1, column 1: a list of texts was expected")
    return asked


def shown(
    portal: Portal, store: Store, record: Record, names: Sequence[str], with_history: Sequence[str] = ()
) -> dict[str, Any]:
    """One record: asked but unset properties are null."""
    get = record.values.get
    result = _frame(portal, store, record, {name: get(name) for name in names})
    if with_history:
        result["propertiesWithHistory"] = {
            name: _versions(record.history, name, portal.settings.history_kept) for name in with_history
        }
    return result


def _frame(portal: Portal, store: Store, record: Record, properties: dict[str, Any]) -> dict[str, Any]:
    held, kind = record.values, store.kind
    result: dict[str, Any] = {
        "id": record.id,
        "properties": properties,
        "createdAt": held[kind.created],
        "updatedAt": held[kind.modified],
        "archived": record.archived_ms is not None,
        "url": url(portal, store, record.id),
    }
    if record.archived_ms is not None:
        result["archivedAt"] = values.iso(record.archived_ms)
    return result


def url(portal: Portal, store: Store, key: str) -> str:
    """Where a person sees the record."""
    return f"https://app.hubspot.com/contacts/{portal.account.portal_id}/record/{store.kind.type_id}/{key}"


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


def with_associations(portal: Portal, store: Store, record: Record, asked: Iterable[str]) -> dict[str, Any]:
    """`associations` of a single read or a list: plural name -> results with the type in words."""
    shown_by_type: dict[str, Any] = {}
    for name in (part for item in asked for part in item.split(",") if part):
        other = portal.store(name)
        known = portal.associations.between(
            store.kind.type_id, other.kind.type_id, (store.kind.caps, other.kind.caps)
        )
        held = portal.associations.of((store.kind.type_id, record.id), other.kind.type_id)
        rows = [
            {"id": key, "type": known[type_id].name.lower()}
            for key, type_ids in held.items()
            if key in other.live
            for type_id in sorted(type_ids)
        ]
        if rows:
            shown_by_type[other.kind.plural] = {"results": rows}
    return shown_by_type


def written(portal: Portal, record: Record, planned: Planned, warned: bool = False) -> dict[str, Any]:
    """The answer to a write: what was sent, as stored (a setting), and some computed properties.

    `warned`: values that were normalised are told in `warnings`.
    """
    held = record.values
    properties: dict[str, Any] = {name: held[name] for name in _AFTER_WRITE if name in held}
    properties.update(zip(planned.sent, map(held.get, planned.sent), strict=True))
    if portal.settings.write_answer == "sent":
        properties.update({name: values.as_text(raw) for name, raw in planned.sent.items()})
    if planned.record is None:
        properties.update(_stage_dates(held))
    result = _frame(portal, planned.store, record, properties)
    if planned.trace is not None:
        result["objectWriteTraceId"] = planned.trace
    if warned and (warnings := list(_warnings(held, planned.sent))):
        result["warnings"] = warnings
    return result


def _warnings(held: Mapping[str, str], sent: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for name, raw in sent.items():
        text, stored = values.as_text(raw), held.get(name, "")
        if text != stored and not text.startswith(";"):
            context = {"propertyName": [name], "rawValue": [text], "normalizedValue": [stored]}
            message = f"The value of {name} was normalized before it was stored."
            yield {"category": "PROPERTY_VALUE_NORMALIZED", "message": message, "context": context}


def _stage_dates(held: dict[str, str]) -> dict[str, str]:
    """In the answer to a create these come as milliseconds, everywhere else as ISO 8601."""
    dates = {name: held[name] for name in held if name.startswith("hs_lifecyclestage_")}
    return {name: str(values.ms_of(value)) for name, value in dates.items()}
