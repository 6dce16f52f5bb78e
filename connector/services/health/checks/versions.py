"""API versions: what is set, what is offered, and how long it will be (T87)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from connector.core.records import Side
from connector.services.health.findings import FAIL, OK, WARN, Finding, Seen

SOON = timedelta(days=120)
V3_ENDS = date(2027, 9, 30)
MONTHS = 18
"""A dated version of HubSpot is served this long. (Third parties' notes; see API-FACTS 1.1.)"""
OLD = 41.0
"""Salesforce retires 31 to 40 in Summer '28."""
_DATED_FIX = (
    "Set ACCORD_HUBSPOT_PATH_VERSION to a newer one, on the practice servers first: `accord practice`."
)


def version(side: Side, wanted: str, seen: Seen, today: date) -> Iterator[Finding]:
    if side is Side.HUBSPOT:
        yield _hubspot(wanted, today)
        return
    if not isinstance(seen.body, list):
        yield Finding(side, OK, f"API version {wanted}, as set" if wanted else "API version as set")
        return
    offered = sorted((str(row.get("version")) for row in seen.body), key=float)
    fitting = [version for version in offered if float(version) <= float(wanted)]
    if not fitting:
        fix = f"Set ACCORD_SALESFORCE_API_VERSION to one of {offered[0]} to {offered[-1]}."
        yield Finding(side, FAIL, f"API version {wanted} is not offered: it was retired, or never was", fix)
    elif float(fitting[-1]) < OLD:
        fix = f"Set ACCORD_SALESFORCE_API_VERSION to one of {OLD:.1f} to {offered[-1]}."
        yield Finding(side, WARN, f"API version {fitting[-1]} will be retired", fix)
    else:
        note = "" if fitting[-1] == wanted else f" ({wanted} is set, and not offered yet)"
        yield Finding(side, OK, f"API version {fitting[-1]}{note}")


def _hubspot(wanted: str, today: date) -> Finding:
    ends = served_until(wanted)
    if ends is None:
        return Finding(Side.HUBSPOT, OK, f"API version {wanted}, as set" if wanted else "API version as set")
    if ends < today:
        told = f"API version {wanted} was served until {ends:%B %Y} only"
        return Finding(Side.HUBSPOT, WARN, told, _DATED_FIX)
    if ends - today < SOON:
        return Finding(Side.HUBSPOT, WARN, f"API version {wanted} ends in {ends:%B %Y}", _DATED_FIX)
    return Finding(Side.HUBSPOT, OK, f"API version {wanted}, served until {ends:%B %Y} at least")


def served_until(version: str) -> date | None:
    """The last month of a version of HubSpot's API; None for a word that is none."""
    if version == "v3":
        return V3_ENDS
    year, _, month = version.partition("-")
    if not (year.isdigit() and month.isdigit()):
        return None
    months = int(year) * 12 + int(month) - 1 + MONTHS
    return date(months // 12, months % 12 + 1, 28)
