"""Merging records of one object: the winner keeps its id, the losers go to the bin with MasterRecordId."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.practice.salesforce import errors, saving
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.state import Actor, Org, Written
from connector.practice.salesforce.tables import Row

_MERGEABLE = ("Account", "Contact", "Lead")
_MOST = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """Ids of the winner, of the losers, and of what hung on them and now hangs on the winner."""

    winner: str
    losers: list[str]
    related: list[str]


def merge(
    org: Org,
    shape: SObject,
    winner_id: str,
    loser_ids: Sequence[str],
    values: Mapping[str, Any],
    actor: Actor,
) -> Merged:
    """Raises Refusal and changes nothing. `values` are set on the winner, as the person at the screen chose them."""
    if shape.name not in _MERGEABLE:
        raise errors.Refusal("INVALID_TYPE", f"merge is not supported for {shape.name}")
    if not 1 <= len(loser_ids) <= _MOST:
        raise errors.Refusal(
            "INVALID_NUMBER_OF_RECORDS", f"a merge takes one to {_MOST} records besides the master"
        )
    winner = _live(org, shape, winner_id)
    losers = [_live(org, shape, each) for each in loser_ids]
    if winner["Id"] in [row["Id"] for row in losers]:
        raise errors.Refusal("MERGE_FAILED", "a record can't be merged with itself")
    related = [each for loser in losers for each in _rehang(org, shape, loser["Id"], winner["Id"], actor)]
    for loser in losers:
        _bury(org, shape, loser, winner["Id"], actor)
    # After the losers are gone: their unique values are free for the winner.
    saving.update(org, shape, org.tables[shape.name].rows[winner["Id"]], values, actor)
    return Merged(winner["Id"], [row["Id"] for row in losers], related)


def _live(org: Org, shape: SObject, text: str) -> Row:
    full = org.known(text, shape)
    if full is None:
        raise errors.Refusal("MALFORMED_ID", f"malformed id {text}", [])
    row = org.tables[shape.name].rows.get(full)
    if row is None:
        raise errors.deleted() if full in org.tables[shape.name].bin else errors.bad_reference("Id")
    return row


def _rehang(org: Org, shape: SObject, loser_id: str, winner_id: str, actor: Actor) -> list[str]:
    """Every look-up that named the loser names the winner; the stamps of those rows move."""
    moved: list[str] = []
    for other in org.objects.values():
        links = [
            item.name for item in other.fields.values() if shape.name in item.reference_to and item.custom
        ]
        links += [child.field for child in shape.children if child.object == other.name]
        table = org.tables[other.name]
        for link in dict.fromkeys(links):
            for row in table.find(link, loser_id) if table.indexed(link) else ():
                at = org.stamp()
                new = {**row, link: winner_id, "LastModifiedDate": at, "SystemModstamp": at}
                org.store(table, new)
                org.note(Written("updated", other.name, row["Id"], actor.user_id, at, row, new, (link,)))
                moved.append(row["Id"])
    return moved


def _bury(org: Org, shape: SObject, loser: Row, winner_id: str, actor: Actor) -> None:
    at = org.stamp()
    gone = {
        **loser, "IsDeleted": True, "MasterRecordId": winner_id, "LastModifiedDate": at, "SystemModstamp": at,
        "LastModifiedById": actor.user_id,
    }  # fmt: skip
    org.bury(org.tables[shape.name], gone)
    org.note(Written("deleted", shape.name, loser["Id"], actor.user_id, at, loser, gone, ("MasterRecordId",)))
