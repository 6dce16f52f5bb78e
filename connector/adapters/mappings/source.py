"""Reads YAML with the line of everything, and refuses what YAML would swallow: keys written twice, odd
keys."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from connector.adapters.mappings.problems import Path, Problem, Source

_MOST_BYTES = 1_000_000


def read_source(file: FilePath, shown: str, found: list[Problem]) -> Source | None:
    """The file as a Source, or None with a problem noted. ``shown``: its name in messages."""
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        found.append(Problem(shown, 1, "The file is missing.", "Lay out a fresh copy with `accord init`."))
        return None
    except UnicodeDecodeError:
        found.append(Problem(shown, 1, "The file is not UTF-8 text.", "Save it as UTF-8."))
        return None
    if len(raw) > _MOST_BYTES:
        found.append(Problem(shown, 1, "The file is larger than a megabyte.", "Is it the right file?"))
        return None
    return parse_source(text, shown, found)


def parse_source(text: str, shown: str, found: list[Problem]) -> Source | None:
    """The same from text."""
    try:
        node = _compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it can't be read").strip()
        found.append(
            Problem(shown, (mark.line if mark else 0) + 1, f"This is not YAML: {said}.", _hint(said))
        )
        return None
    except YAMLError as error:
        found.append(Problem(shown, 1, f"This is not YAML: {error}.", ""))
        return None
    if not isinstance(node, MappingNode):
        found.append(Problem(shown, 1, "The file has no keys.", "Compare it with the copy of `accord init`."))
        return None
    builder = _Builder(shown, found)
    return Source(shown, builder.build(node, ()), builder.lines)


@lru_cache(maxsize=8)
def _compose(text: str) -> Any:
    """The document's nodes, which nobody changes. Files are read again and again, and seldom differ."""
    return YAML(typ="safe", pure=True).compose(text)


def _hint(said: str) -> str:
    if "\\t" in said or "tab" in said:
        return "Indent with spaces, never with tabs."
    return "Check the indentation, and put text with “: ”, “#” or a leading “@” in quotes."


class _Builder:
    """Plain values from YAML nodes, keeping the line of every key and item."""

    def __init__(self, shown: str, found: list[Problem]) -> None:
        self.shown, self.found = shown, found
        self.lines: dict[Path, int] = {}

    def build(self, node: Any, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, number)) for number, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: MappingNode, path: Path) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or key == "<<":
                self.found.append(
                    Problem(self.shown, line, "A key has to be one word here.", "Write it out.")
                )
            elif key in values:
                first = self.lines[(*path, key)]
                message = f"The key “{key}” stands here twice (first on line {first})."
                self.found.append(Problem(self.shown, line, message, "Delete one of them."))
            else:
                self.lines[(*path, key)] = line
                values[key] = self.build(value_node, (*path, key))
        return values


def _scalar(node: ScalarNode) -> Any:
    """YAML 1.2: only true and false are booleans, so NO stays Norway; times and numbers like 007 stay
    text."""
    tag, text = str(node.tag).rpartition(":")[2], node.value
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if tag == "int" and (text.lstrip("+-") == "0" or not text.lstrip("+-").startswith("0")):
            return int(text.replace("_", ""))
        return float(text) if tag == "float" else text
    except ValueError:
        return text
