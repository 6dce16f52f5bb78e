"""Records put into the recycle bin, a hundred a call (API-FACTS 1: 204 without a body; ids that are gone are fine)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from connector.adapters.calling import chunks
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.failures import Rejection
from connector.core.records import Ref
from connector.errors import OutcomeUnknown
from connector.ports import Guard, Written


def archive(api: HubSpotApi, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
    """A verdict for each: done, refused (the whole call's rows), unknown."""
    by_object: dict[str, list[Ref]] = defaultdict(list)
    for ref in refs:
        by_object[ref.object].append(ref)
    found: dict[Ref, Written] = {}
    for object_, some in by_object.items():
        for part in chunks(some, api.options.batch):
            verdict, said = _sent(api, object_, part, guard)
            found |= {ref: Written(ref, verdict, message=said) for ref in part}
    return found


def _sent(api: HubSpotApi, object_: str, refs: Sequence[Ref], guard: Guard) -> tuple[str, str]:
    body = {"inputs": [{"id": ref.id} for ref in refs]}
    try:
        api.write("POST", api.paths.objects(object_, "batch/archive"), body, guard)
    except OutcomeUnknown as lost:
        return "unknown", str(lost)
    except Rejection as refused:
        return "refused", str(refused)
    return "done", ""
