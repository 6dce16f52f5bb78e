"""Salesforce record ids: 15 case-sensitive characters, and 18 with a checksum over the case of each.

The last three characters index five bits each (which of five characters are upper-case letters) into A-Z0-5.
"""

from functools import lru_cache

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ORG_MARK = "5g000000"
"""Characters 4 to 11 of every id of this practice org: so that an id of another org is recognisable."""


def checksum(short: str) -> str:
    """The three characters that follow a 15-character id."""
    marks = []
    for start in (0, 5, 10):
        bits = sum(1 << place for place in range(5) if "A" <= short[start + place] <= "Z")
        marks.append(_ALPHABET[bits])
    return "".join(marks)


@lru_cache(maxsize=65536)
def to18(text: str) -> str | None:
    """The 18-character form of a well-formed id of either length; None when it is no id."""
    if not text.isalnum() or not text.isascii():
        return None
    if len(text) == 15:
        return text + checksum(text)
    if len(text) == 18:
        return _of_18(text)
    return None


def _of_18(text: str) -> str | None:
    # The checksum alone tells the case of the first 15: a caller that lost the case is still understood.
    suffix = text[15:].upper()
    if any(letter not in _ALPHABET for letter in suffix):
        return None
    letters = list(text[:15])
    for place, letter in enumerate(letters):
        upper = _ALPHABET.index(suffix[place // 5]) >> (place % 5) & 1
        letters[place] = letter.upper() if upper else letter.lower()
    short = "".join(letters)
    return short + suffix if checksum(short) == suffix else None


class IdSource:
    """Gives new ids per key prefix, in order, the same ones after each reset."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        """The next 18-character id with this three-character key prefix."""
        number = self._last.get(prefix, 0) + 1
        self._last[prefix] = number
        short = prefix + _ORG_MARK + _base62(number)
        return short + checksum(short)


def _base62(number: int) -> str:
    digits = []
    for _ in range(4):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
