"""Fixtures of the first connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.first_connection import Accounts, accounts, environment


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Iterator[Accounts]:
    with accounts() as given:
        for name, value in environment(given, database_url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield given


@pytest.fixture
def browser(new: Accounts) -> Iterator[Any]:
    """What HubSpot sends back to us goes to the real web application."""
    from connector.settings import load
    from connector.web import create_app
    from connector.wiring.edge import open_edge

    with open_edge(load()) as edge:
        yield create_app(edge).test_client()


@pytest.fixture
def peopled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Iterator[Accounts]:
    with accounts(people=40, fields=True) as given:
        for name, value in environment(given, database_url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        given.connect_hubspot()
        given.connect_salesforce()
        yield given
