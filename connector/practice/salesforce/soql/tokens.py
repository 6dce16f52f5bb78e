"""SOQL text as tokens, and the shape of its error messages."""

import re
from dataclasses import dataclass

from connector.practice.salesforce.errors import Refusal

_TOKEN = re.compile(
    r"""\s+
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))
    |(?P<date>\d{4}-\d{2}-\d{2}(?![\dT]))
    |(?P<number>[+-]?\d+(?:\.\d+)?(?![\w]))
    |(?P<name>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign>!=|<>|<=|>=|[=<>(),])
    """,
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "B": "\b", "f": "\f"}
_WINDOW = 32


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: string, datetime, date, number, name, sign, or end."""

    kind: str
    text: str
    at: int

    def word(self) -> str:
        return self.text.upper() if self.kind == "name" else ""


def refuse(code: str, query: str, at: int, message: str) -> Refusal:
    """An error as the query parser words it: a window of the text, a caret, row and column, the message."""
    start = max(0, at - _WINDOW)
    window = query[start : at + _WINDOW].replace("\n", " ")
    row = query.count("\n", 0, at) + 1
    column = at - (query.rfind("\n", 0, at) + 1) + 1
    return Refusal(code, f"\n{window}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{column}\n{message}")


def unexpected(query: str, token: Token) -> Refusal:
    shown = token.text if token.kind != "end" else "<EOF>"
    return refuse("MALFORMED_QUERY", query, token.at, f"unexpected token: '{shown}'")


def tokens(query: str) -> list[Token]:
    """All tokens and an end mark; raises MALFORMED_QUERY at the first thing that is none."""
    found: list[Token] = []
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise _strange(query, at)
        if match.lastgroup is not None:
            found.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    found.append(Token("end", "", len(query)))
    return found


def _strange(query: str, at: int) -> Refusal:
    if query[at] == "'":
        text = f"line 1:{len(query)} mismatched character '<EOF>' expecting '''"
        return Refusal("MALFORMED_QUERY", text)
    return refuse("MALFORMED_QUERY", query, at, f"unexpected token: '{query[at]}'")


def unescape(query: str, token: Token) -> str:
    """The string a quoted literal stands for. `\\_` and `\\%` keep their backslash: LIKE reads them."""

    def one(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter in "\\'\"":
            return letter
        if letter in "%_":
            return match.group()
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        raise refuse("MALFORMED_QUERY", query, token.at, f"invalid string escape: '\\{letter}'")

    return re.sub(r"\\(.)", one, token.text[1:-1], flags=re.DOTALL)
