"""A look at a service from outside: does it answer, what time is it there, what does it offer. And single calls,
whatever their answer, for the probes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from connector.adapters.calling import is_loopback
from connector.errors import TryAgain

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Probe:
    """``error``: it did not answer, and why. ``ahead``: how far its clock is ahead of ours (None: it does not tell).
    ``body``: the answer's JSON, if it is any."""

    status: int = 0
    error: str = ""
    ahead: timedelta | None = None
    body: Any = None


def probe(url: str, clock: Callable[[], datetime]) -> Probe:
    """One GET without credentials. Never raises for what the service does."""
    sent = clock()
    try:
        answer = requests.get(url, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return Probe(error=type(error).__name__)
    middle = sent + (clock() - sent) / 2
    return Probe(answer.status_code, "", _ahead(answer.headers.get("Date"), middle), _json(answer))


def _ahead(date: str | None, middle: datetime) -> timedelta | None:
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    # the header has whole seconds: on average half of one has passed
    return told.astimezone(UTC) + timedelta(seconds=0.5) - middle


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Answered:
    """Any answer, errors too. ``body``: its JSON, None where it is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


def caller(side: str, base_url: str, token: str) -> Callable[..., Answered]:
    """``call(method, path, body, headers, token)`` below ``base_url``; ``token`` True: ours, False: none, or another.

    Nothing is repeated or followed. Raises TryAgain where no answer came."""
    session = requests.Session()
    session.trust_env = not is_loopback(base_url)
    session.auth = _as_it_stands

    def call(method: str, path: str, body: Any, headers: Mapping[str, str], use: bool | str) -> Answered:
        shown = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        if use:
            shown["Authorization"] = f"Bearer {token if use is True else use}"
        sent = None if body is None else orjson.dumps(body)
        try:
            answer = session.request(
                method, base_url + path, data=sent, headers=shown, timeout=SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise TryAgain(side, f"no answer: {type(error).__name__}") from None
        return Answered(answer.status_code, dict(answer.headers), _json(answer))

    return call


def _as_it_stands(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a .netrc from adding credentials of its own."""
    return request
