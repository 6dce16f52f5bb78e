"""Who has Accord's permission sets."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from connector.adapters.calling import chunks, no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.failures import Rejection, first_error

AT_ONCE = 200
PRESENT = "DUPLICATE_VALUE"


def assign(api: SalesforceApi, name: str, user_id: str) -> bool:
    """Gives a user a permission set of ours; True also where he has it. False where we may not give it."""
    found = _ids(api, f"SELECT Id FROM PermissionSet WHERE Name = '{name}'")  # noqa: S608 a name of ours
    if not found:
        return False
    row = {"AssigneeId": user_id, "PermissionSetId": found[0]}
    try:
        api.write("POST", "sobjects/PermissionSetAssignment", row, no_guard)
    except Rejection as refused:
        return first_error(refused.body)[0] == PRESENT
    return True


def unassign(api: SalesforceApi, names: Sequence[str]) -> int:
    """Takes our permission sets from everybody: one that is assigned can't be deleted. How many there were."""
    listed = ", ".join(f"'{name}'" for name in names)
    soql = f"SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name IN ({listed})"  # noqa: S608
    found = _ids(api, soql)
    for some in chunks(found, AT_ONCE):
        api.write("DELETE", f"composite/sobjects?ids={','.join(some)}&allOrNone=false", None, no_guard)
    return len(found)


def _ids(api: SalesforceApi, soql: str) -> list[str]:
    body = api.read("GET", f"query?q={quote(soql, safe='')}", None, no_guard).body
    return [str(row["Id"]) for row in body["records"]]
