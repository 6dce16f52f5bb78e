"""Every request has an id: the one that a proxy gave it, or one of ours. All lines logged for it carry it, and the
answer tells it, so that both ends can speak of the same request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connector import logs

HEADER = "X-Request-ID"
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Named:
    """WSGI around the application: nearer to the wire than Flask, so its own error pages are named, too."""

    def __init__(self, inner: Wsgi) -> None:
        self._inner = inner

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with logs.request(environ.get("HTTP_X_REQUEST_ID")) as chosen:

            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                return start_response(status, [*headers, (HEADER, chosen)], *more)

            return self._inner(environ, start)
