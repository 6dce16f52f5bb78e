"""The agreed words: one meaning and one owner each, and how each side writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from connector.core.records import Side
from connector.errors import Untranslatable


class Team(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word on one side: ``written`` is what Accord writes (None: never written there), ``read`` all it is
    read from."""

    written: str | None = None
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """``owner``: the team that decides when the word holds."""

    name: str
    meaning: str
    owner: Team
    hubspot: Spelling
    salesforce: Spelling

    def on(self, side: Side) -> Spelling:
        return self.hubspot if side is Side.HUBSPOT else self.salesforce


@dataclass(frozen=True, slots=True)
class WordList:
    """One list of words: ``statuses``, ``reject_reasons`` or ``stages``. ``file`` is named in every fix."""

    name: str
    words: tuple[Word, ...]
    file: str = "vocabulary.yaml"
    _by_name: dict[str, Word] = field(init=False, repr=False, compare=False)
    _on_hubspot: dict[str, str] = field(init=False, repr=False, compare=False)
    _on_salesforce: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {word.name: word for word in self.words})
        for side in Side:
            readable = {value: word.name for word in self.words for value in word.on(side).read}
            object.__setattr__(self, f"_on_{side}", readable)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def get(self, name: str) -> Word:
        """Raises KeyError for a word that is not on the list."""
        return self._by_name[name]

    def find(self, side: Side, value: str) -> str | None:
        """The word this side's value stands for, or None."""
        return (self._on_hubspot if side is Side.HUBSPOT else self._on_salesforce).get(value)

    def word(self, side: Side, value: str) -> str:
        """The word this side's value stands for. Raises Untranslatable('unknown_word')."""
        found = self.find(side, value)
        if found is None:
            raise Untranslatable(
                "unknown_word",
                f"{_called(side)} says “{value}”, which is none of the agreed {self._spoken}.",
                f"Add “{value}” to the {side} values of a word under `{self.name}` in {self.file}, "
                "or change the record.",
            )
        return found

    def written(self, side: Side, name: str) -> str:
        """What Accord writes on this side for a word. Raises Untranslatable('unknown_word' or
        'never_written')."""
        word = self._by_name.get(name)
        if word is None:
            raise Untranslatable(
                "unknown_word", f"“{name}” is none of the agreed {self._spoken}.", f"Add it to {self.file}."
            )
        value = word.on(side).written
        if value is None:
            raise Untranslatable(
                "never_written",
                f"The word “{name}” is never written to {_called(side)}.",
                f"If it should be, give `{name}` a {side} value under `{self.name}` in {self.file}.",
            )
        return value

    @property
    def _spoken(self) -> str:
        return self.name.replace("_", " ")


def _called(side: Side) -> str:
    return "HubSpot" if side is Side.HUBSPOT else "Salesforce"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``statuses``: HubSpot's lead status and Salesforce's Lead Status. ``reject_reasons``: why sales said
    no. ``stages``: Salesforce's opportunity stages (their HubSpot value is the word that marketing reads)."""

    version: int
    statuses: WordList
    reject_reasons: WordList
    stages: WordList

    def lists(self) -> tuple[WordList, ...]:
        return (self.statuses, self.reject_reasons, self.stages)
