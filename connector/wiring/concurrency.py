"""How many web processes one machine runs: asked by gunicorn and by the connection budget before all else is loaded."""

from __future__ import annotations

import os

MOST_BY_ITSELF = 8


def web_processes() -> int:
    """WEB_CONCURRENCY, else one a core, up to eight."""
    told = os.environ.get("WEB_CONCURRENCY", "").strip()
    return max(1, int(told)) if told.isdigit() else min(os.cpu_count() or 1, MOST_BY_ITSELF)
