"""YAML with the line of everything, and a list of what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

Step = str | int


@dataclass
class Sheet:
    """One file: its plain value, the line of every key and list item, and the problems found in it."""

    file: str
    value: Any = None
    lines: dict[tuple[Step, ...], int] = field(default_factory=dict)
    found: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, path: Iterable[Step], message: str) -> None:
        """Noted at this place, or at the nearest one around it that is written."""
        place = tuple(path)
        while place and place not in self.lines:
            place = place[:-1]
        self.found.append((self.lines.get(place, 1), message))

    def problems(self) -> list[str]:
        """`file:line: message`, by line."""
        return [f"{self.file}:{line}: {message}" for line, message in sorted(set(self.found))]


def read(text: str, shown: str) -> Sheet:
    """The text as a Sheet; `value` is None when it is no YAML with keys (and a problem says so)."""
    sheet = Sheet(shown)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it can't be read").strip()
        sheet.found.append(((mark.line if mark else 0) + 1, f"This is not YAML: {said}."))
        return sheet
    except YAMLError as error:
        sheet.found.append((1, f"This is not YAML: {error}."))
        return sheet
    if isinstance(node, MappingNode):
        sheet.value = _plain(node, (), sheet)
    else:
        sheet.found.append((1, "The file has no keys."))
    return sheet


def _plain(node: Any, path: tuple[Step, ...], sheet: Sheet) -> Any:
    sheet.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _keys(node, path, sheet)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, number), sheet) for number, item in enumerate(node.value)]
    return _scalar(node)


def _keys(node: MappingNode, path: tuple[Step, ...], sheet: Sheet) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if key is None or key == "<<":
            sheet.found.append((line, "A key has to be one word here."))
        elif key in values:
            first = sheet.lines[(*path, key)]
            sheet.found.append((line, f"The key “{key}” stands here twice (first on line {first})."))
        else:
            sheet.lines[(*path, key)] = line
            values[key] = _plain(value_node, (*path, key), sheet)
    return values


def _scalar(node: ScalarNode) -> Any:
    """Only `true`, `false`, plain numbers and nothing are more than text: NO stays Norway, 007 stays 007."""
    kind, text = str(node.tag).rpartition(":")[2], str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    digits = text.lstrip("+-")
    if kind == "int" and digits.isdigit() and (digits == "0" or digits[0] != "0"):
        return int(text)
    return float(text) if kind == "float" else text


def meant(word: object, known: Iterable[str]) -> str:
    """` Did you mean “…”?`, or nothing."""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean “{folded[close[0]]}”?" if close else ""
