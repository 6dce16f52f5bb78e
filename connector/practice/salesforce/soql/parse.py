"""SOQL text to tree, by recursive descent. Knows words and order, nothing of the schema."""

from datetime import UTC, datetime
from functools import lru_cache

from connector.practice.salesforce.soql.nodes import (
    Aggregate,
    Among,
    Both,
    Compare,
    Condition,
    Holds,
    Macro,
    Not,
    Order,
    Path,
    Select,
    Value,
)
from connector.practice.salesforce.soql.ranges import is_range
from connector.practice.salesforce.soql.tokens import Token, refuse, tokens, unescape, unexpected
from connector.practice.salesforce.state import stamp_of

_FUNCTIONS = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
_CLAUSES = frozenset({"WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "HAVING", "WITH"})
_SIGNS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@lru_cache(maxsize=512)
def parse(query: str) -> Select:
    """The tree of a whole query; raises Refusal MALFORMED_QUERY."""
    reader = _Reader(query)
    tree = reader.select()
    if reader.now.kind != "end":
        raise unexpected(query, reader.now)
    return tree


class _Reader:
    def __init__(self, query: str) -> None:
        self.query = query
        self._tokens = tokens(query)
        self._place = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._place]

    def take(self) -> Token:
        token = self.now
        self._place += 1
        return token

    def took(self, word: str) -> bool:
        """Moves on if the present token is this word or sign."""
        if self.now.word() == word or (self.now.kind == "sign" and self.now.text == word):
            self._place += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.took(word):
            raise unexpected(self.query, self.now)

    def path(self) -> Path:
        token = self.take()
        if token.kind != "name":
            raise unexpected(self.query, token)
        return Path(token.text, token.at)

    # clauses --------------------------------------------------------------------------------------
    def select(self) -> Select:
        self.need("SELECT")
        items = [self._item()]
        while self.took(","):
            items.append(self._item())
        self.need("FROM")
        source = self.path()
        alias = self._alias()
        where = self._either() if self.took("WHERE") else None
        group = self._group()
        order = self._order()
        limit = self._whole() if self.took("LIMIT") else None
        offset = self._whole() if self.took("OFFSET") else 0
        return Select(self.query, tuple(items), source, alias, where, group, order, limit, offset or 0)

    def _alias(self) -> str | None:
        if self.now.kind == "name" and self.now.word() not in _CLAUSES:
            return self.take().text
        return None

    def _item(self) -> Path | Aggregate | Macro | Select:
        if self.took("("):
            inner = self.select()
            self.need(")")
            return inner
        path = self.path()
        if not self.took("("):
            return path
        word = path.name.upper()
        if word == "FIELDS":
            macro = Macro(self.path().name.upper(), path.at)
            self.need(")")
            return macro
        if word not in _FUNCTIONS:
            raise refuse("MALFORMED_QUERY", self.query, path.at, f"unexpected token: '{path.name}'")
        inside = None if self.now.text == ")" and word == "COUNT" else self.path()
        self.need(")")
        named = self.now.kind == "name" and self.now.word() != "FROM"
        return Aggregate(word, inside, self.take().text if named else None)

    def _group(self) -> tuple[Path, ...]:
        if not self.took("GROUP"):
            return ()
        self.need("BY")
        paths = [self.path()]
        while self.took(","):
            paths.append(self.path())
        return tuple(paths)

    def _order(self) -> tuple[Order, ...]:
        if not self.took("ORDER"):
            return ()
        self.need("BY")
        orders = [self._ordered()]
        while self.took(","):
            orders.append(self._ordered())
        return tuple(orders)

    def _ordered(self) -> Order:
        path = self.path()
        descending = self.took("DESC")
        if not descending:
            self.took("ASC")
        last = False
        if self.took("NULLS"):
            last = self.took("LAST")
            if not last:
                self.need("FIRST")
        return Order(path, descending, last)

    def _whole(self) -> int:
        token = self.take()
        if token.kind != "number" or not token.text.isdigit():
            raise unexpected(self.query, token)
        return int(token.text)

    # conditions -----------------------------------------------------------------------------------
    def _either(self) -> Condition:
        """AND or OR, never both without brackets: Salesforce refuses the mixture too."""
        first = self._one()
        word = self.now.word()
        if word not in ("AND", "OR"):
            return first
        parts = [first]
        while self.took(word):
            parts.append(self._one())
        if self.now.word() in ("AND", "OR"):
            raise unexpected(self.query, self.now)
        return Both(word == "AND", tuple(parts))

    def _one(self) -> Condition:
        if self.took("NOT"):
            return Not(self._one())
        if self.took("("):
            inner = self._either()
            self.need(")")
            return inner
        return self._comparison(self.path())

    def _comparison(self, path: Path) -> Condition:
        token = self.take()
        word = token.word()
        if token.kind == "sign" and token.text in _SIGNS:
            return Compare(path, _SIGNS[token.text], self.value())
        if word == "LIKE":
            return Compare(path, "like", self.value())
        if word in ("INCLUDES", "EXCLUDES"):
            return Holds(path, word == "EXCLUDES", self._values())
        negated = word == "NOT"
        if not (word == "IN" or (negated and self.took("IN"))):
            raise unexpected(self.query, token)
        if self.now.text == "(" and self._tokens[self._place + 1].word() == "SELECT":
            self.need("(")
            inner = self.select()
            self.need(")")
            return Among(path, negated, inner)
        return Among(path, negated, self._values())

    def _values(self) -> tuple[Value, ...]:
        self.need("(")
        values = [self.value()]
        while self.took(","):
            values.append(self.value())
        self.need(")")
        return tuple(values)

    def value(self) -> Value:
        token = self.take()
        if token.kind == "string":
            return self._string(token)
        if token.kind == "number":
            return Value("number", float(token.text), token.at)
        if token.kind in ("date", "datetime"):
            return self._moment(token)
        word = token.word()
        if word in ("TRUE", "FALSE"):
            return Value("boolean", word == "TRUE", token.at)
        if word == "NULL":
            return Value("null", None, token.at)
        if is_range(word):
            return Value("range", word, token.at)
        raise unexpected(self.query, token)

    def _string(self, token: Token) -> Value:
        text = unescape(self.query, token)
        if len(text) > 4000:
            raise refuse(
                "MALFORMED_QUERY", self.query, token.at, "string literal longer than 4000 characters"
            )
        return Value("string", text, token.at)

    def _moment(self, token: Token) -> Value:
        try:
            if token.kind == "date":
                return Value("date", datetime.fromisoformat(token.text).date().isoformat(), token.at)
            moment = datetime.fromisoformat(token.text).astimezone(UTC)
            # Stored stamps are whole seconds, but the fraction of a literal still decides >= and <.
            stamp = f"{stamp_of(moment)[:20]}{moment.microsecond // 1000:03d}+0000"
            return Value("datetime", stamp, token.at)
        except ValueError:
            raise refuse(
                "MALFORMED_QUERY", self.query, token.at, f"invalid date or time: {token.text}"
            ) from None
