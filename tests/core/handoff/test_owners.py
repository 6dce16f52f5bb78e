"""Whose turn it is, and who steps in for a rep who left."""

from __future__ import annotations

from dataclasses import replace

from connector.core.conditions import Test
from connector.core.handoff import choose_owner
from connector.core.rules import OwnerRule
from tests.core.handoff.cast import ALICE, BOB, CAROL, RULES

DAVE = "dave@accord.example.com"
EVERYBODY = frozenset({ALICE, BOB, CAROL, DAVE})
BY_COUNTRY = replace(RULES, owners=(OwnerRule(Test("country", "equals", "Germany"), (DAVE,)), *RULES.owners))


def nothing(_: str) -> None:
    return None


def test_owners_take_turns() -> None:
    assert [choose_owner(RULES, nothing, turn, EVERYBODY).email for turn in range(4)] == [
        BOB,
        CAROL,
        BOB,
        CAROL,
    ]


def test_the_first_rule_that_is_met_decides_and_unknown_is_not_met() -> None:
    german = {"country": "Germany"}
    assert choose_owner(BY_COUNTRY, german.get, 5, EVERYBODY).email == DAVE
    assert choose_owner(BY_COUNTRY, nothing, 5, EVERYBODY).email == CAROL


def test_T54_inactive_owner_passes_the_turn_on_and_is_reported() -> None:
    choice = choose_owner(RULES, nothing, 0, EVERYBODY - {BOB})
    assert choice.email == CAROL
    assert choice.issue is not None
    assert choice.issue.code == "owner_inactive"
    assert BOB in choice.issue.message


def test_T54_nobody_of_the_rule_is_active_then_the_fallback_takes_the_person() -> None:
    choice = choose_owner(RULES, nothing, 1, frozenset({ALICE}))
    assert choice.email == ALICE
    assert "fallback" in choice.reason
    assert choice.issue is not None
    assert "handoff.yaml" in choice.issue.fix


def test_T54_without_any_active_user_nobody_is_chosen_and_it_is_said() -> None:
    choice = choose_owner(RULES, nothing, 0, frozenset())
    assert choice.email is None
    assert choice.issue is not None
    assert choice.issue.code == "no_owner"


def test_no_rule_met_is_the_fallbacks_and_no_fault() -> None:
    choice = choose_owner(replace(BY_COUNTRY, owners=BY_COUNTRY.owners[:1]), nothing, 0, EVERYBODY)
    assert (choice.email, choice.issue) == (ALICE, None)
