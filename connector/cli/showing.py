"""What commands print: tables and lines, for people on a terminal, plain and stable everywhere else; or JSON.

Names and addresses may be shown, the operator asked for them. Control characters never are: a record's text must not
steer a terminal.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from connector.errors import Refused

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Don't ask. Needed where there is no terminal to ask on.")
]
By = Annotated[
    str, typer.Option("--by", help="Who decides this; kept with the decision.", show_default="your login")
]
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST = 80


def me() -> str:
    """The login of whoever runs this."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def text(value: Any, longest: int = LONGEST) -> str:
    """A value as one safe line: blank as –, times in UTC to the second."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    line = _UNSAFE.sub("�", " / ".join(str(value).splitlines()))
    return line if len(line) <= longest else line[: longest - 1] + "…"


def age(seconds: float) -> str:
    """How long that is, roughly."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def line(words: str = "") -> None:
    print(_UNSAFE.sub("�", words))


def warn(words: str) -> None:
    """Beside the answer, which a program may read."""
    print(_UNSAFE.sub("�", words), file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], longest: int = LONGEST) -> None:
    """Nothing for no rows. On a terminal a rich table, else columns of text, two spaces apart."""
    cells = [[text(value, longest) for value in row] for row in rows]
    if not cells:
        return
    if sys.stdout.isatty():
        _rich(title, columns, cells)
        return
    wide = [max(len(row[i]) for row in [list(columns), *cells]) for i in range(len(columns))]
    if title:
        line(title)
    for row in [list(columns), *cells]:
        line("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip())


def _rich(title: str, columns: Sequence[str], cells: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in cells:
        shown.add_row(*(Text(cell) for cell in row))  # as Text: a value's brackets are no markup
    Console().print(shown)


def json(payload: Any) -> None:
    """Dataclasses as objects, times in ISO 8601."""
    import orjson

    def other(value: Any) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        return sorted(value) if isinstance(value, set | frozenset) else str(value)

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
    print(orjson.dumps(payload, other, options).decode())


def agreed(question: str, yes: bool) -> None:
    """Ends the command with 1 where the answer is no. Raises Refused where there is nobody to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nobody can be asked here: say --yes.")
    if not typer.confirm(question):
        raise typer.Exit(1)


def cell(value: Any) -> Any:
    """For a CSV: a text that a spreadsheet would take for a formula is not one."""
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not value[1:2].isdigit()
    return f"'{value}" if risky else value


def can_ask() -> bool:
    """Is somebody there to answer?"""
    return sys.stdin.isatty() and sys.stdout.isatty()
