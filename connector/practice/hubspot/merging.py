"""Merging two records, and forgetting one for good. Sources: API-FACTS 1.3, 2.1.

Old ids go on leading to the merged record. Whether that has an id of its own is a setting: since the "updated
merge functionality" the real one may.
"""

from __future__ import annotations

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.bodies import json_object, text_at
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, not_found, required_fields
from connector.practice.hubspot.objects import id_property
from connector.practice.hubspot.reading import names_to_show, shown
from connector.practice.hubspot.store import Record, Source, Store, Written, emails_of
from connector.practice.hubspot.writing import Change, touch

_MOST_MERGED = 250
_NOT_MOVED = frozenset(
    {"hs_object_id", "hs_all_contact_vids", "hs_additional_emails", "hs_merged_object_ids"}
)


def merge(core: Doing, request: Request, name: str) -> Response:
    store, body = core.portal.store(name), json_object(request)
    keys = [text_at(body, key) for key in ("primaryObjectId", "objectIdToMerge")]
    if not all(keys):
        raise required_fields(["primaryObjectId", "objectIdToMerge"])
    primary, loser = (_record(store, key) for key in keys)
    merged = merge_records(core, store, primary, loser, core.api_source)
    return json_response(200, shown(core.portal, store, merged, names_to_show(store, None)))


def _record(store: Store, key: str) -> Record:
    record = store.find(key, None)
    if record is None:
        raise not_found(key)
    return record


def merge_records(core: Doing, store: Store, primary: Record, loser: Record, source: Source) -> Record:
    """The primary one's values win, the other's fill its blanks; e-mails, links and list places are kept."""
    if primary is loser:
        raise invalid(f"Can't merge {store.kind.singular} {primary.id} with itself")
    gone = [*_merged_ids(primary), *_merged_ids(loser), primary.id, loser.id]
    if len(gone) > _MOST_MERGED:
        raise Refused(414, "Too many merged records: a record can hold at most 250 identities")
    now = core.now_ms()
    moved = _filled(store, primary, loser)
    survivor = _survivor(core, store, primary, loser, now)
    old = core.writer.put(store, survivor, moved, now)
    survivor.history = sorted([*loser.history, *primary.history, Written(now, source, moved)], key=_when)
    ids = [key for key in dict.fromkeys(gone) if key != survivor.id]
    survivor.values["hs_merged_object_ids"] = ";".join(ids)
    if store.has_emails:
        _vids(survivor, ids, now)
    for key in ids:
        store.merged[key] = survivor.id
    _move_ties(core, store, (primary, loser), survivor)
    touch(store, survivor, now)
    more = {
        "primaryObjectId": int(primary.id),
        "mergedObjectIds": [int(loser.id)],
        "newObjectId": int(survivor.id),
        "numberOfPropertiesMoved": len(moved),
    }
    change = Change(survivor.id, source, False, now, moved, old, kind=store.kind, what="merge", more=more)
    core.merged(store, survivor, (primary.id, loser.id), change)
    return survivor


def _when(item: Written) -> int:
    return item.at_ms


def _filled(store: Store, primary: Record, loser: Record) -> dict[str, str]:
    """What the merged record takes over from the loser."""
    held = primary.values
    moved = {
        name: value
        for name, value in loser.values.items()
        if name not in held and name not in _NOT_MOVED and not store.properties[name].calculated
    }
    for name in store.by_unique:
        if name in held:
            moved.pop(name, None)
    stages = store.stages
    stage = loser.values.get("lifecyclestage", "")
    if stage in stages and stages.index(stage) > _place(stages, held.get("lifecyclestage", "")):
        moved["lifecyclestage"] = stage
    if store.has_emails:
        emails = list(dict.fromkeys([*emails_of(held), *emails_of(loser.values)]))
        first = held.get("email") or moved.get("email", "")
        others = ";".join(one for one in emails if one != first)
        if others != held.get("hs_additional_emails", ""):
            moved["hs_additional_emails"] = others
    return moved


def _place(stages: list[str], stage: str) -> int:
    return stages.index(stage) if stage in stages else -1


def _survivor(core: Doing, store: Store, primary: Record, loser: Record, now: int) -> Record:
    """The primary record, or a new one that takes its place; both old ones are gone from the store."""
    store.unlink(loser)
    if not core.settings.merge_new_id:
        return primary
    store.unlink(primary)
    made = store.add(now)
    made.created_ms = min(primary.created_ms, loser.created_ms)
    kept = {**primary.values, "hs_object_id": made.id}
    kept[store.kind.created] = min(primary.values[store.kind.created], loser.values[store.kind.created])
    core.writer.put(store, made, kept, now)
    return made


def _merged_ids(record: Record) -> list[str]:
    return [key for key in record.values.get("hs_merged_object_ids", "").split(";") if key]


def _vids(survivor: Record, ids: list[str], now: int) -> None:
    survivor.values["hs_all_contact_vids"] = ";".join([survivor.id, *ids])
    held = survivor.values.get("hs_calculated_merged_vids", "")
    known = {item.partition(":")[0]: item for item in held.split(";") if item}
    survivor.values["hs_calculated_merged_vids"] = ";".join(known.get(key, f"{key}:{now}") for key in ids)


def _move_ties(core: Doing, store: Store, gone: tuple[Record, Record], survivor: Record) -> None:
    end = (store.kind.type_id, survivor.id)
    for record in gone:
        if record is not survivor:
            core.portal.associations.move((store.kind.type_id, record.id), end)
    for held in core.portal.lists.values():
        joined = [held.members.pop(record.id, None) for record in gone]
        times = [time for time in joined if time is not None]
        if held.type_id == store.kind.type_id and times:
            held.members[survivor.id] = min(times)


def gdpr_delete(core: Doing, request: Request, name: str) -> Response:
    """Gone for good, live or archived; the e-mail of nobody is remembered, so no form makes it again."""
    store, body = core.portal.store(name), json_object(request)
    key = text_at(body, "objectId")
    if not key:
        raise required_fields(["objectId"])
    keyed_by = id_property(store, body.get("idProperty"))
    record = store.find(key, keyed_by)
    if record is None and keyed_by is None:
        record = store.archived.get(key)
    if record is not None:
        forget(core, store, record, core.api_source)
    elif keyed_by == "email":
        store.forgotten_emails.add(key.strip().lower())
    elif core.settings.gdpr_unknown != 204:
        raise not_found(key)
    return Response(204)


def forget(core: Doing, store: Store, record: Record, source: Source) -> None:
    """Takes every trace of a record away, and tells about it."""
    was_live = record.archived_ms is None
    if was_live:
        store.unlink(record)
    else:
        del store.archived[record.id]
    if store.has_emails:
        store.forgotten_emails.update(emails_of(record.values))
    core.portal.associations.forget((store.kind.type_id, record.id))
    core.portal.leave_lists(store.kind, record.id)
    for old in [key for key in store.merged if store.survivor(key) == record.id]:
        del store.merged[old]
    kind, now = store.kind, core.now_ms()
    core.told(store, record, Change(record.id, source, False, now, kind=kind, what="privacyDeletion"))
    if was_live and core.settings.privacy_also_deletes:
        core.told(store, record, Change(record.id, source, False, now, archived=True, kind=kind))
