"""A look at a service from outside: does it answer, what time is it there, what does it offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

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
