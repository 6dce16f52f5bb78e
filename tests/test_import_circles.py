"""No module of Accord imports one that imports it, by whatever way round, for types alone neither."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


def _modules() -> dict[str, Path]:
    found = {}
    for path in (ROOT / "connector").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _named(module: str, path: Path) -> Iterator[tuple[str, str]]:
    """(module or package, name) of everything that is imported, anywhere in the file."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from ((base, alias.name) for alias in node.names)


@functools.cache
def graph() -> dict[str, set[str]]:
    """Module -> the modules of Accord that it imports. ``from package import module`` means the module."""
    modules = _modules()
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        told = (f"{base}.{name}" if f"{base}.{name}" in modules else base for base, name in _named(module, path))
        found[module] = {each for each in told if each in modules} - {module}
    return found


def test_imports_form_no_circle() -> None:
    imports = graph()
    assert len(imports) > 300
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None


def test_a_circle_would_be_found() -> None:
    imports = graph() | {"connector.errors": {"connector.core.records"}, "connector.core.records": {"connector.errors"}}
    with pytest.raises(CycleError, match=r"connector\.errors"):
        TopologicalSorter(imports).prepare()
