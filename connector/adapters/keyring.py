"""Secrets at rest: one JSON document, sealed with a key that only the environment holds.

``ACCORD_SECRET_KEY`` may hold several keys, newest first: the first seals, each opens. So a key is changed without an
hour of outage: put the new one in front, run `accord connect --reseal`, take the old one away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from connector.errors import FixConfiguration

VARIABLE = "ACCORD_SECRET_KEY"
LOST = (
    f"What is stored of the connection can't be opened: {VARIABLE} does not hold the key it was sealed with. Set the "
    "key of then (several may stand in it, separated by commas, newest first), or connect anew: "
    "`accord connect hubspot`, `accord connect salesforce`."
)


def new_key() -> str:
    """A fresh key, as text for the environment."""
    return Fernet.generate_key().decode()


def split_keys(text: str) -> list[str]:
    """The keys of ACCORD_SECRET_KEY, newest first."""
    return [key for key in re.split(r"[\s,]+", text) if key]


class Keyring:
    """Seals and opens small documents of text values. Nothing of it ends up in a repr."""

    def __init__(self, text: str) -> None:
        """Raises FixConfiguration where ``text`` holds no key, or one that is none."""
        keys = split_keys(text)
        if not keys:
            raise FixConfiguration(
                f"{VARIABLE} is not set: stored credentials are sealed with it. This one was made for you just now:\n"
                f"  {VARIABLE}={new_key()}\n"
                "Put it into the environment of every process (or the file .env here), keep a copy where you keep "
                "passwords, and run the command again."
            )
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise FixConfiguration(
                f"{VARIABLE} must be 32 random bytes in URL-safe base64 (44 characters), or several of them separated "
                "by commas. `accord connect` makes one when none is set."
            ) from None

    def seal(self, secrets: Mapping[str, str]) -> bytes:
        return self._keys.encrypt(orjson.dumps(dict(secrets)))

    def open(self, sealed: bytes) -> dict[str, str]:
        """Raises FixConfiguration where no key fits."""
        try:
            found: dict[str, str] = orjson.loads(self._keys.decrypt(bytes(sealed)))
        except InvalidToken:
            raise FixConfiguration(LOST) from None
        return found
