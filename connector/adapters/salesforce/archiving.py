"""Records put into the recycle bin, two hundred a call, each with its own verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.adapters.calling import chunks
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.failures import Rejection
from connector.core.records import Ref
from connector.errors import OutcomeUnknown
from connector.ports import Guard, Written

ROWS = 200
GONE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND")


def archive(api: SalesforceApi, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
    """A verdict for each: done (also where it was gone already), refused, unknown."""
    found: dict[Ref, Written] = {}
    for part in chunks(list(refs), ROWS):
        path = f"composite/sobjects?ids={','.join(ref.id for ref in part)}&allOrNone=false"
        try:
            rows = api.write("DELETE", path, None, guard).body
        except OutcomeUnknown as lost:
            found |= {ref: Written(ref, "unknown", message=str(lost)) for ref in part}
        except Rejection as refused:
            found |= {ref: Written(ref, "refused", message=str(refused)) for ref in part}
        else:
            found |= {ref: _verdict(ref, row) for ref, row in zip(part, rows, strict=True)}
    return found


def _verdict(ref: Ref, row: Mapping[str, Any]) -> Written:
    errors = row.get("errors") or [{}]
    code = str(errors[0].get("statusCode", ""))
    if row.get("success") or code in GONE:
        return Written(ref, "done")
    return Written(ref, "refused", code, str(errors[0].get("message", "")))
