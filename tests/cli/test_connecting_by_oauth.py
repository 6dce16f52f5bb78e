"""`accord connect hubspot --oauth`: an address for the browser, and what comes back from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.first_connection import (
    PUBLIC,
    Accounts,
    agreed,
    begun,
    stored,
)


def test_an_authorisation_connects_and_its_state_is_good_for_once(
    new: Accounts, browser: Any, database_url: str
) -> None:
    asked = begun(new)
    assert (
        asked["redirect_uri"] == f"{PUBLIC}/oauth/callback" and "crm.objects.contacts.write" in asked["scope"]
    )
    code = agreed(new, asked)
    answer = browser.get("/oauth/callback", query_string={"state": asked["state"], "code": code})
    assert answer.status_code == 200 and str(new.h["portal_id"]) in answer.text
    assert code not in answer.text
    assert (
        browser.get("/oauth/callback", query_string={"state": asked["state"], "code": code}).status_code
        == 400
    )
    row = next(r for r in json.loads(new.accord("connect", "status", "--json")) if r["side"] == "hubspot")
    assert (row["kind"], row["source"]) == ("oauth", "connection")
    assert not [s for s in (new.h["client_secret"], asked["state"]) if s.encode() in stored(database_url)]
    assert "create" in new.accord("setup", "--plan", "--side", "hubspot")  # the tokens work


@pytest.mark.parametrize(
    "query", [{"state": "guessed", "code": "x"}, {"code": "x"}, {"error": "access_denied"}, {}]
)
def test_a_callback_that_nobody_began_stores_nothing(
    new: Accounts, browser: Any, database_url: str, query: dict[str, str]
) -> None:
    begun(new)
    before = stored(database_url)
    answer = browser.get("/oauth/callback", query_string=query)
    assert answer.status_code == 400 and "guessed" not in answer.text
    assert stored(database_url) == before


@pytest.mark.slow
def test_a_token_that_has_ended_is_renewed_once_for_all_processes(
    new: Accounts, browser: Any, database_url: str
) -> None:
    from contextlib import closing

    from connector.adapters.postgres.database import open_pool
    from connector.settings import load
    from connector.wiring.connected import connected
    from connector.wiring.sides import make_hubspot

    asked = begun(new)
    browser.get("/oauth/callback", query_string={"state": asked["state"], "code": agreed(new, asked)})
    new.hubspot.faults.token_epoch += 1  # as if half an hour had gone by
    new.hubspot.calls.reset()
    with open_pool(database_url, max_size=4) as pool:
        for _ in range(3):  # three processes, one after the other
            with closing(make_hubspot(connected(load(), pool))) as hubspot:
                assert hubspot.people()
    assert new.hubspot.calls.tokens == 1
