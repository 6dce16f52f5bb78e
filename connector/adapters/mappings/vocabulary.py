"""vocabulary.yaml -> Vocabulary."""

from __future__ import annotations

import re
from typing import Any

from connector.adapters.mappings import shapes
from connector.adapters.mappings.problems import Spot
from connector.core.records import Side
from connector.core.vocabulary import Spelling, Team, Vocabulary, Word, WordList

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_vocabulary(spot: Spot) -> Vocabulary | None:
    """The vocabulary, or None with problems noted. Words that fit are kept even where others do not."""
    shape = shapes.read(shapes.Vocabulary, spot)
    statuses, reasons, stages = (
        WordList(name, _words(spot / name), spot.source.file)
        for name in ("statuses", "reject_reasons", "stages")
    )
    return None if shape is None else Vocabulary(shape.version, statuses, reasons, stages)


def _words(spot: Spot) -> tuple[Word, ...]:
    words = [word for name in spot.names if (word := _word(spot / name, name)) is not None]
    taken: dict[tuple[Side, str], str] = {}
    for word in words:
        for side in Side:
            for value in word.on(side).read:
                first = taken.setdefault((side, value), word.name)
                if first != word.name:
                    (spot / word.name / str(side)).problem(
                        f"“{value}” stands for “{first}” and for “{word.name}”.",
                        f"A {side} value has one meaning: take it from one of the two words.",
                    )
    return tuple(words)


def _word(spot: Spot, name: str) -> Word | None:
    if not _NAME.fullmatch(name):
        spot.problem(f"“{name}” is no good name for a word.", "Use small letters, digits and underscores.")
        return None
    shape = shapes.read(shapes.WordShape, spot)
    if shape is None:
        return None
    hubspot, salesforce = (_spelling(spot / str(side), getattr(shape, side)) for side in Side)
    if hubspot is None or salesforce is None:
        return None
    if not hubspot.read and not salesforce.read:
        spot.problem(f"“{name}” has no value on either side.", "Give it `hubspot:` or `salesforce:`.")
    return Word(name, shape.meaning, Team(shape.owner), hubspot, salesforce)


def _spelling(spot: Spot, raw: Any) -> Spelling | None:
    if raw is None:
        return Spelling()
    if isinstance(raw, str):
        return Spelling(raw, (raw,))
    shape = shapes.read(shapes.SpellingShape, spot)
    if shape is None:
        return None
    written = () if shape.write is None else (shape.write,)
    return Spelling(shape.write, tuple(dict.fromkeys((*written, *shape.read))))
