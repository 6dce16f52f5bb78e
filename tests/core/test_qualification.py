"""Verdicts: the tier, the reasons in words, the document that is stored with a decision."""

from __future__ import annotations

import json

import pytest

from connector.core.conditions import Truth
from connector.core.qualification import fallen, judge
from connector.core.rules import Tier
from tests.core.handoff.cast import COLD, HOT, HOTTER, MONDAY, QUALIFICATION, TRAITS, WARM, verdict


@pytest.mark.parametrize(
    ("met", "tier"), [(5, "hot"), (4, "hot"), (3, "warm"), (2, "nurture"), (0, "nurture")]
)
def test_four_of_five_traits_are_hot_three_are_warm(met: int, tier: str) -> None:
    judged = verdict(*TRAITS[:met])
    assert (judged.tier, judged.met, judged.version) == (Tier(tier), met, 3)


def test_unknown_counts_as_not_met_but_is_shown_as_unknown() -> None:
    judged = verdict("budget", "authority", "need", unknown=("timing",))
    assert judged.tier is Tier.WARM
    assert [t.truth for t in judged.traits][3] is Truth.UNKNOWN
    assert "Timing: unknown" in judged.words()
    assert "Fit: not met" in judged.words()


def test_the_reasons_are_one_short_line_per_trait_with_evidence() -> None:
    lines = HOT.words().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Budget: met (budget is")


def test_T73_the_document_holds_inputs_and_version_and_survives_json() -> None:
    document = json.loads(json.dumps(HOT.document()))
    assert document == HOT.document()
    assert (document["tier"], document["met"], document["version"]) == ("hot", 4, 3)
    assert document["traits"][0]["evidence"].startswith("budget is")


def test_other_values_behind_equal_trait_results_are_no_new_evidence() -> None:
    answers = dict.fromkeys(TRAITS, "yes") | {"fit": "no"}
    other = judge(QUALIFICATION, (answers | {"fit": "never"}).get, MONDAY)
    assert other.fingerprint() == HOT.fingerprint()
    assert HOTTER.fingerprint() != HOT.fingerprint()


def test_the_traits_that_fell_are_named_by_their_labels() -> None:
    assert fallen(HOT.document(), WARM) == ("Timing",)
    assert fallen(HOT.document(), COLD) == ("Authority", "Need", "Timing")
    assert fallen(WARM.document(), HOT) == ()
