"""Does this org write the strings of a composite's answer as if they were HTML (``A&amp;B``)?

Nothing official says so, a client's source does. Read wrongly either way, every ampersand and apostrophe would look
like an edit. So what an answer shows decides: a bare sign that HTML would escape means no. Where an answer shows only
entities, which somebody may really have typed, the org is asked once, by a query whose error message quotes a name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
_SIGN = re.compile(r"[&<>\"']")
QUESTION = "SELECT Id FROM Accord_asks__x"
"""There is no such object; the answer says so with its name in quotes."""


class Escaping:
    """What is known of one org; one instance a connection."""

    def __init__(self) -> None:
        self._escaped: bool | None = None

    def plain(self, body: Any, ask: Callable[[], Any]) -> Any:
        """The body of a composite's answer with strings as the records hold them. ``ask`` puts QUESTION into a
        composite and gives its answer's body; what it raises is raised."""
        if self._escaped is None:
            told = evidence(body)
            self._escaped = told and evidence(ask()) is True
        return unescaped(body) if self._escaped else body


def evidence(body: Any) -> bool | None:
    """False: a bare sign, so nothing is escaped. True: entities only, so it may be. None: neither."""
    found = None
    for text in _strings(body):
        if _SIGN.search(text):
            if _SIGN.search(_ENTITY.sub("", text)):
                return False
            found = True
    return found


def unescaped(body: Any) -> Any:
    if isinstance(body, str):
        return html.unescape(body)
    if isinstance(body, dict):
        return {name: unescaped(value) for name, value in body.items()}
    return [unescaped(value) for value in body] if isinstance(body, list) else body


def _strings(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict):
        for value in body.values():
            yield from _strings(value)
    elif isinstance(body, list):
        for value in body:
            yield from _strings(value)
