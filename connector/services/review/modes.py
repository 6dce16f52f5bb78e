"""Modes: a side is observed, written for some persons only, or live. Nothing is written unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Side
from connector.errors import Refused
from connector.services.health.dangers import dangers
from connector.services.workbench import Workbench

MODES = ("observe", "limited", "live")
Row = dict[str, Any]


class ModeStore(Protocol):
    def modes(self) -> list[Row]: ...
    def approved_report(self) -> Row | None: ...
    def latest_preview(self) -> Row | None: ...
    def set_mode(self, sides: Sequence[str], mode: str, limits: Row, by: str, now: datetime) -> int:
        """Set it. Where sides may be written then, what was observed and matched goes round: how many."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The persons who may be written in mode limited: by address, or by the domain of their address.
    ``creates``: records that may be made in all; ``per_hour``: records that may be written within an hour."""

    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    creates: int | None = None
    per_hour: int | None = None

    def document(self) -> Row:
        emails = sorted({e.strip().casefold() for e in self.emails})
        domains = sorted({d.strip().casefold().removeprefix("@") for d in self.domains})
        people: Row = {name: found for name, found in (("emails", emails), ("domains", domains)) if found}
        caps = {"creates": self.creates, "per_hour": self.per_hour}
        return people | {name: cap for name, cap in caps.items() if cap is not None}


def set_mode(
    bench: Workbench,
    store: ModeStore,
    mode: str,
    by: str,
    sides: Sequence[Side] = tuple(Side),
    limited: Limited = Limited(),
    although: str = "",
) -> int:
    """How many persons go round because of it. Raises Refused, telling what to do first.

    ``although``: the reason to write in spite of a danger (services/health/dangers.py), kept with the decision."""
    if mode not in MODES:
        raise Refused(f"There is no mode {mode!r}. Modes: {', '.join(MODES)}.")
    limits = limited.document()
    if mode == "limited" and not (limited.emails or limited.domains):
        raise Refused("Say for whom: --email ADDRESS or --domain example.com, each as often as needed.")
    if mode != "limited" and limits:
        raise Refused("--email, --domain and the caps go with `accord mode limited`.")
    if mode != "observe":
        _seen(bench, store)
        by = _although(dangers(bench, mode), by, although)
    return store.set_mode(list(sides), mode, limits, by, bench.clock())


def _although(found: list[str], by: str, reason: str) -> str:
    """Who decides it; with the reason where there is a danger. Raises Refused where there is none."""
    if not found:
        return by
    if len(reason.split()) < 2:
        raise Refused(f"{'. '.join(found)}. If it has to be, say why: --although REASON.")
    return f"{by}, although: {reason}"


def _seen(bench: Workbench, store: ModeStore) -> None:
    """Before anything is written: an approved match report and a preview, both under the present agreement."""
    report, fingerprint = store.approved_report(), bench.agreement.fingerprint
    if report is None:
        raise Refused(
            "No match report was approved yet: `accord match report`, read it, then `accord match approve`."
        )
    if report["agreement"] != fingerprint:
        raise Refused(
            "The approved match report was made under another agreement. Make and approve a new one: "
            "`accord match report`, `accord match approve`."
        )
    preview = store.latest_preview()
    if preview is None or preview["seen_at"] < report["approved_at"]:
        raise Refused(
            "Nobody has approved what would be written since the match report was approved: `accord preview`."
        )
    if preview["agreement"] != fingerprint:
        raise Refused("The preview was made under another agreement. Look again: `accord preview`.")
