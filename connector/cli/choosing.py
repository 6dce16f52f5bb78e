"""Whom a run is about, as the command line says it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.core.records import Side
from connector.errors import Refused


def utc(moment: datetime | None) -> str:
    return moment.replace(tzinfo=moment.tzinfo or UTC).isoformat() if moment is not None else ""


def filter_of(text: str, side: Side | None) -> dict[str, str] | None:
    if text and side is None:
        raise Refused("Say whose fields the filter reads: --from hubspot or --from salesforce.")
    return {"text": text, "side": str(side)} if text else None


def one_choice(scope: dict[str, Any], refs: bool) -> None:
    """Ways to choose persons that don't go together are refused rather than half obeyed."""
    ways: list[str] = [name for name in ("list", "soql", "linked", "never_synced") if name in scope]
    ways += ["since/until/filter"] if scope.keys() & {"since", "until", "filter"} else []
    ways += ["ref/ids"] if refs else []
    if len(ways) > 1:
        raise Refused(f"Choose persons in one way: {' or '.join(ways)}.")


def refs_of(refs: list[str], ids: Path | None) -> list[str]:
    lines = ids.read_text(encoding="utf-8-sig").splitlines() if ids is not None else []
    told = [line.split(",")[0].strip().strip('"') for line in lines]
    if told and told[0].casefold() in ("id", "ref", "record id", "contact id"):
        told = told[1:]
    return [_ref(text) for text in [*refs, *told] if text]


def _ref(text: str) -> str:
    """An id by itself says where it is from: HubSpot's are numbers, Salesforce's begin with the object."""
    from connector.adapters.salesforce.ids import id18

    if text.isdigit():
        return f"hubspot:contact:{text}"
    objects = {"00Q": "Lead", "003": "Contact"}
    if ":" not in text and text[:3] in objects:
        return f"salesforce:{objects[text[:3]]}:{id18(text)}"
    return text
