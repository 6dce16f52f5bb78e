"""Salesforce ids: 15 characters with case, or 18 with a checksum that survives lost case."""

from __future__ import annotations

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

PREFIXES = {
    "00Q": "Lead",
    "003": "Contact",
    "001": "Account",
    "006": "Opportunity",
    "005": "User",
    "701": "Campaign",
}


def id18(text: str) -> str:
    """The 18-character form of a 15-character id; anything else as it is."""
    if len(text) != 15:
        return text
    suffix = ""
    for at in (0, 5, 10):
        bits = sum(1 << k for k, char in enumerate(text[at : at + 5]) if "A" <= char <= "Z")
        suffix += _CHECK[bits]
    return text + suffix


def looks_like_id(text: str) -> bool:
    """Could this be an id at all? One that could not would sink its whole call."""
    return len(text) in (15, 18) and text.isascii() and text.isalnum()


def object_of(id_: str, otherwise: str) -> str:
    """The object an id belongs to, by its prefix."""
    return PREFIXES.get(id_[:3], otherwise)
