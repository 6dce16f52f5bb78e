"""The agreed words, and what is told about a word nobody agreed on."""

from __future__ import annotations

import pytest

from connector.core.records import Side
from connector.core.vocabulary import Spelling, Team, Word, WordList
from connector.errors import Untranslatable

WORKING = Word(
    "working",
    "Sales is talking with them.",
    Team.SALES,
    Spelling("IN_PROGRESS", ("IN_PROGRESS", "CONNECTED")),
    Spelling("Working", ("Working",)),
)
CONVERTED = Word(
    "converted", "A contact now.", Team.SALES, Spelling(None, ()), Spelling(None, ("Closed - Converted",))
)
STATUSES = WordList("statuses", (WORKING, CONVERTED), "mappings/vocabulary.yaml")


def test_several_values_are_read_as_one_word_and_one_is_written() -> None:
    assert STATUSES.word(Side.HUBSPOT, "CONNECTED") == "working"
    assert STATUSES.written(Side.HUBSPOT, "working") == "IN_PROGRESS"
    assert STATUSES.written(Side.SALESFORCE, "working") == "Working"
    assert "working" in STATUSES
    assert STATUSES.names() == ("working", "converted")


def test_an_unknown_value_names_the_file_to_edit() -> None:
    assert STATUSES.find(Side.SALESFORCE, "Parked") is None
    with pytest.raises(Untranslatable) as refused:
        STATUSES.word(Side.SALESFORCE, "Parked")
    assert refused.value.code == "unknown_word"
    assert str(refused.value) == "Salesforce says “Parked”, which is none of the agreed statuses."
    assert "`statuses` in mappings/vocabulary.yaml" in refused.value.fix


def test_a_word_that_is_only_read_is_never_written() -> None:
    with pytest.raises(Untranslatable) as refused:
        STATUSES.written(Side.SALESFORCE, "converted")
    assert refused.value.code == "never_written"


def test_a_word_that_is_none() -> None:
    with pytest.raises(Untranslatable) as refused:
        STATUSES.written(Side.HUBSPOT, "qualified")
    assert refused.value.code == "unknown_word"
