"""The verdict on one person: hot, warm or nurture, with every trait's truth and the evidence for it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from connector.core.conditions import Truth, evaluate
from connector.core.records import Value
from connector.core.rules import Qualification, Tier

_WORDS = {Truth.MET: "met", Truth.NOT_MET: "not met", Truth.UNKNOWN: "unknown"}


class TraitResult(NamedTuple):
    """One trait as judged. ``evidence``: the values that decided it, in words."""

    name: str
    label: str
    truth: Truth
    evidence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``met``: how many traits are met. ``version``: of the qualification that judged."""

    tier: Tier
    met: int
    traits: tuple[TraitResult, ...]
    version: int

    def words(self) -> str:
        """The reasons, one short line per trait, for the fields that people read."""
        return "\n".join(f"{t.label}: {_WORDS[t.truth]} ({t.evidence})" for t in self.traits)

    def summary(self) -> str:
        return f"{self.tier}: {self.met} of {len(self.traits)} traits met"

    def document(self) -> dict[str, Any]:
        """What is stored with a decision: its inputs and its version. JSON scalars, lists and objects only."""
        traits = [
            {"name": t.name, "label": t.label, "truth": str(t.truth), "evidence": t.evidence}
            for t in self.traits
        ]
        return {"tier": str(self.tier), "met": self.met, "version": self.version, "traits": traits}

    def fingerprint(self) -> str:
        """Equal for equal trait results, whatever the values behind them: what "new evidence" is measured by."""
        text = "\n".join(sorted(f"{t.name}={t.truth}" for t in self.traits))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def judge(qualification: Qualification, lookup: Callable[[str], Value], now: datetime) -> Verdict:
    """Judge one person. ``lookup``: HubSpot property -> raw value; ``now``: aware UTC, for the traits about time.

    Unknown counts as not met for the tier, but is shown as unknown: it tells marketing what to ask.
    """
    traits = []
    for trait in qualification.traits:
        truth, evidence = evaluate(trait.condition, lookup, now)
        traits.append(TraitResult(trait.name, trait.label, truth, evidence))
    met = sum(t.truth is Truth.MET for t in traits)
    return Verdict(qualification.tiers[met], met, tuple(traits), qualification.version)


def fallen(decided: Mapping[str, Any], verdict: Verdict) -> tuple[str, ...]:
    """Labels of the traits that were met when it was decided (a ``document``) and are not met any more."""
    still = {t.name for t in verdict.traits if t.truth is Truth.MET}
    rows = decided.get("traits", ())
    return tuple(row["label"] for row in rows if row["truth"] == Truth.MET and row["name"] not in still)
