"""What all histories of a session came to, for the summary at its end."""

from __future__ import annotations

from collections import Counter

TALLY: Counter[str] = Counter()


def lines() -> list[str]:
    """As sentences: how many histories, how much happened in them, and what fell into the gap that the README states."""
    if not TALLY:
        return []
    width = max(map(len, TALLY))
    return [f"{name:<{width}}  {TALLY[name]:>7,}" for name in sorted(TALLY)]
