"""An opt-out of all e-mail goes to HubSpot by another door than every other value.

``hs_email_optout`` is read-only as a property. What sets it is the API of subscription preferences, which speaks of
addresses and can't be undone: so only the value that forbids is ever sent, one address a call (the batch endpoint
belongs to one edition only). Source: HubSpot's OpenAPI description of communication-preferences v4 and 2026-09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import quote

from connector.adapters.calling import NOT_SENT, Interrupted
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.failures import Rejection
from connector.adapters.hubspot.reading import Reader
from connector.adapters.hubspot.writing import Writer
from connector.core.consent import by_preferences
from connector.core.records import Record, Ref, Value
from connector.core.scopes import OPT_OUT, UNSUBSCRIBE
from connector.errors import MendConnection, OutcomeUnknown
from connector.ports import Guard, Write, Written

_FORBIDS = ("true", True)


class ConsentWriter:
    """A Writer that takes opt-outs out of what it is given, and sends them after the rest."""

    def __init__(self, api: HubSpotApi, writer: Writer, reader: Reader) -> None:
        self._api, self._writer, self._reader = api, writer, reader

    def write(
        self,
        writes: Sequence[Write],
        read_back: Mapping[str, Sequence[str]] | None,
        guard: Guard,
        fresh: bool = False,
    ) -> list[Written]:
        """As Writer.write; an opt-out that HubSpot does not take is a refusal that names its property."""
        places = [place for place, write in enumerate(writes) if _opts_out(write)]
        if not places:
            return self._writer.write(writes, read_back, guard, fresh)
        rest = [_without(write) if place in places else write for place, write in enumerate(writes)]
        sent = [place for place, write in enumerate(rest) if write.values or write.key is not None]
        found: list[Written] = [Written(write.ref, "done") for write in rest]
        if sent:
            answers = self._writer.write([rest[place] for place in sent], _unsent(read_back), guard, fresh)
            for place, answer in zip(sent, answers, strict=True):
                found[place] = answer
        self._unsubscribe(
            [place for place in places if found[place].verdict == "done"], found, read_back, guard
        )
        return found

    def _unsubscribe(
        self,
        places: Sequence[int],
        found: list[Written],
        read_back: Mapping[str, Sequence[str]] | None,
        guard: Guard,
    ) -> None:
        fields = {"contact": tuple(dict.fromkeys(["email", *(read_back or {}).get("contact", ())]))}
        records = {place: record for place in places if (record := found[place].record) and record.values.get("email")}
        unknown = [place for place in places if place not in records]  # of the others the write's answer tells
        try:
            read = self._reader.read([found[place].ref for place in unknown], fields, guard) if unknown else {}
        except Interrupted as stop:
            for place in places:
                found[place] = Written(found[place].ref, "locked", NOT_SENT, str(stop))
            return
        for place in places:
            record = records.get(place) or read.get(found[place].ref)
            found[place] = self._one(found[place], record, guard)

    def _one(self, row: Written, record: Record | None, guard: Guard) -> Written:
        email = str(record.values.get("email") or "") if record is not None else ""
        if record is None or not email:
            return _refused(
                row.ref, "NO_ADDRESS", "HubSpot keeps opt-outs by address, and this contact has none"
            )
        path = (
            f"{self._api.paths.preferences()}/statuses/{quote(email, safe='')}/unsubscribe-all?channel=EMAIL"
        )
        try:
            self._api.write("POST", path, None, guard)
        except OutcomeUnknown as lost:
            return Written(row.ref, "unknown", message=str(lost), record=record)
        except MendConnection as lacks:
            return _refused(row.ref, "MISSING_SCOPES", f"{lacks}. An opt-out needs the scope {UNSUBSCRIBE}")
        except Rejection as refused:
            return _refused(row.ref, str(refused.status), str(refused))
        except Interrupted as stop:
            return Written(row.ref, "locked", NOT_SENT, str(stop))
        # the property follows the preference after a while: the answer counts, not a read
        values: Mapping[str, Value] = MappingProxyType({**record.values, OPT_OUT: "true"})
        return replace(row, record=replace(record, values=values))


def _opts_out(write: Write) -> bool:
    return by_preferences(write.ref.object, OPT_OUT) and write.values.get(OPT_OUT) in _FORBIDS


def _without(write: Write) -> Write:
    return replace(write, values={name: value for name, value in write.values.items() if name != OPT_OUT})


def _unsent(read_back: Mapping[str, Sequence[str]] | None) -> Mapping[str, Sequence[str]] | None:
    """The same without the property that no row sends any more: to ask for it would cost a read of all of them."""
    if read_back is None:
        return None
    return {object_: tuple(name for name in names if name != OPT_OUT) for object_, names in read_back.items()}


def _refused(ref: Ref, code: str, message: str) -> Written:
    return Written(ref, "refused", code, message, (OPT_OUT,))
