"""Where a REST path points."""

import re

_VERSIONED = re.compile(r"/services/data/v(\d+\.\d)(?:/(.*))?")


def split(path: str) -> tuple[str, list[str]] | None:
    """Version and parts of a REST path; None for other paths."""
    match = _VERSIONED.fullmatch(path)
    if match is None:
        return None
    return match.group(1), [part for part in (match.group(2) or "").split("/") if part]
