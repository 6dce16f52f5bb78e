"""Issues: what a person must decide or mend, and trying again once they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from connector.errors import Refused

Row = dict[str, Any]


class IssueStore(Protocol):
    def issues(self, code: str | None, closed: bool, limit: int) -> list[Row]: ...
    def issue(self, id_: int) -> Row | None: ...
    def retry(self, ids: Sequence[int], code: str | None, everything: bool, now: datetime) -> list[Row]:
        """In one transaction: close the open issues meant, lift their blocks, let their persons go round."""


def listed(store: IssueStore, code: str | None = None, closed: bool = False, limit: int = 100) -> list[Row]:
    """Open ones first, latest first."""
    return store.issues(code, closed, limit)


def shown(store: IssueStore, id_: int) -> Row:
    """One issue with its Link's Refs and the refusals that hold there. Raises Refused where there is none."""
    row = store.issue(id_)
    if row is None:
        raise Refused(f"There is no issue {id_}. `accord issues list` shows the open ones.")
    return row


def retry(
    store: IssueStore, ids: Sequence[int], code: str | None, everything: bool, now: datetime
) -> list[Row]:
    """Close them and try again; what is still wrong comes back as an issue. Raises Refused where nothing is meant."""
    if not ids and code is None and not everything:
        raise Refused("Say which: issue numbers, --code CODE, or --all.")
    found = store.retry(ids, code, everything, now)
    missing = sorted(set(ids) - {row["id"] for row in found})
    if missing:
        numbers = ", ".join(str(number) for number in missing)
        raise Refused(f"No open issue has the number {numbers}." + (" The others go round." if found else ""))
    return found
