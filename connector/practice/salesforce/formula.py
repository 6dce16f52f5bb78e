"""The formula language of validation rules, as far as a sync meets it: text to a function from situation to value.

Blank counts as "" for text and 0 for numbers in comparisons, as the service's own blank handling does. Only the
functions below are known; any other name is refused with the service's words, as a deployment would be.
"""

import re
from typing import Any

from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.formula_words import FUNCTIONS, LAZY, number_of, text_of
from connector.practice.salesforce.situation import Situation, Worth

_TOKEN = re.compile(
    r"""\s+|/\*.*?\*/
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>\$?[A-Za-z_][\w.$]*)
    |(?P<sign><>|!=|==|<=|>=|&&|\|\||[=<>()+\-*/&,!^])
    """,
    re.VERBOSE | re.DOTALL,
)
_FIELD_FUNCTIONS = frozenset(
    {"ISPICKVAL", "TEXT", "ISCHANGED", "PRIORVALUE", "ISBLANK", "ISNULL", "INCLUDES", "CASE"}
)
_COMPARISONS = {"=", "==", "<>", "!=", "<", ">", "<=", ">="}


class FormulaError(ValueError):
    """A formula that the org would not save; the message is the service's."""


def compiled(text: str, shape: SObject) -> Worth:
    """The formula as a function; raises FormulaError."""
    reader = _Reader(text, shape)
    worth = reader.either()
    if reader.now[0] != "end":
        raise FormulaError(f"Syntax error. Extra {reader.now[1]}")
    return worth


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"Syntax error. Found '{text[at]}'")
        if match.lastgroup:
            found.append((match.lastgroup, match.group()))
        at = match.end()
    return [*found, ("end", "")]


class _Reader:
    def __init__(self, text: str, shape: SObject) -> None:
        self._tokens = _tokens(text)
        self._place = 0
        self._shape = shape
        # Picklists may only stand inside certain functions: how deep we are in one of those.
        self._picklists_allowed = 0

    @property
    def now(self) -> tuple[str, str]:
        return self._tokens[self._place]

    def _take(self) -> tuple[str, str]:
        token = self.now
        self._place += 1
        return token

    def _took(self, *signs: str) -> str | None:
        kind, text = self.now
        if kind == "sign" and text in signs:
            self._place += 1
            return text
        return None

    def _need(self, sign: str) -> None:
        if not self._took(sign):
            raise FormulaError(f"Syntax error. Missing '{sign}'")

    # operators, weakest first -------------------------------------------------------------------
    def either(self) -> Worth:
        left = self._all()
        while self._took("||"):
            left = _or(left, self._all())
        return left

    def _all(self) -> Worth:
        left = self._compared()
        while self._took("&&"):
            left = _and(left, self._compared())
        return left

    def _compared(self) -> Worth:
        left = self._sum()
        sign = self._took(*_COMPARISONS)
        return _comparison(sign, left, self._sum()) if sign else left

    def _sum(self) -> Worth:
        left = self._product()
        while sign := self._took("+", "-", "&"):
            left = _arithmetic(sign, left, self._product())
        return left

    def _product(self) -> Worth:
        left = self._signed()
        while sign := self._took("*", "/"):
            left = _arithmetic(sign, left, self._signed())
        return left

    def _signed(self) -> Worth:
        if self._took("!"):
            inner = self._signed()
            return lambda at: not inner(at)
        if self._took("-"):
            inner = self._signed()
            return lambda at: -number_of(inner(at))
        return self._one()

    def _one(self) -> Worth:
        if self._took("("):
            inner = self.either()
            self._need(")")
            return inner
        kind, text = self._take()
        if kind == "number":
            number = float(text)
            return lambda at: number
        if kind == "text":
            said = re.sub(r"\\(.)", r"\1", text[1:-1])
            return lambda at: said
        if kind != "name":
            raise FormulaError(f"Syntax error. Found '{text or 'end of formula'}'")
        return self._call(text.upper()) if self._took("(") else self._named(text)

    # names --------------------------------------------------------------------------------------
    def _call(self, name: str) -> Worth:
        if name not in FUNCTIONS and name not in LAZY:
            raise FormulaError(f"Unknown function {name}. Check spelling.")
        self._picklists_allowed += name in _FIELD_FUNCTIONS
        arguments: list[Worth] = []
        names: list[str] = []
        while not self._took(")"):
            names.append(self.now[1])
            arguments.append(self.either())
            if not self._took(",") and self.now[1] != ")":
                raise FormulaError("Syntax error. Missing ')'")
        self._picklists_allowed -= name in _FIELD_FUNCTIONS
        if name in LAZY:
            return LAZY[name](arguments, names)
        work = FUNCTIONS[name]
        return lambda at: work(at, *[argument(at) for argument in arguments])

    def _named(self, name: str) -> Worth:
        lowered = name.lower()
        if lowered in ("true", "false", "null"):
            value = {"true": True, "false": False, "null": None}[lowered]
            return lambda at: value
        if lowered.startswith("$user."):
            part = name.split(".", 1)[1]
            return lambda at: at.user.get(part)
        if lowered.startswith("$permission."):
            wanted = name.split(".", 1)[1]
            return lambda at: wanted in at.permissions
        if lowered.startswith("$profile."):
            return lambda at: at.user.get("_profile")
        item = self._shape.find(name)
        if item is None:
            raise FormulaError(f"Field {name} does not exist. Check spelling.")
        if item.type in ("picklist", "multipicklist") and not self._picklists_allowed:
            text = (
                f"Field {name} is a picklist field. Picklist fields are only supported in certain functions."
            )
            raise FormulaError(text)
        key = item.name
        return lambda at: at.new.get(key)


def _or(left: Worth, right: Worth) -> Worth:
    return lambda at: bool(left(at)) or bool(right(at))


def _and(left: Worth, right: Worth) -> Worth:
    return lambda at: bool(left(at)) and bool(right(at))


def _arithmetic(sign: str, left: Worth, right: Worth) -> Worth:
    if sign == "&":
        return lambda at: text_of(left(at)) + text_of(right(at))

    def work(at: Situation) -> Any:
        one, other = left(at), right(at)
        if sign == "+":
            texts = isinstance(one, str) or isinstance(other, str)
            return text_of(one) + text_of(other) if texts else number_of(one) + number_of(other)
        if sign == "-":
            return number_of(one) - number_of(other)
        if sign == "*":
            return number_of(one) * number_of(other)
        return number_of(one) / number_of(other) if number_of(other) else None

    return work


def _comparison(sign: str, left: Worth, right: Worth) -> Worth:
    def work(at: Situation) -> bool:
        one, other = left(at), right(at)
        if isinstance(one, str) or isinstance(other, str):
            one, other = text_of(one), text_of(other)
        elif not (isinstance(one, bool) or isinstance(other, bool)):
            one, other = number_of(one), number_of(other)
        if sign in ("=", "=="):
            return bool(one == other)
        if sign in ("<>", "!="):
            return bool(one != other)
        return bool(
            one < other
            if sign == "<"
            else one > other
            if sign == ">"
            else one <= other
            if sign == "<="
            else one >= other
        )

    return work
