"""The summary of a session that played histories."""

from __future__ import annotations

from typing import Any

from tests.property import tally


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if found := tally.lines():
        terminalreporter.section("generated histories")
        for line in found:
            terminalreporter.write_line(line)
