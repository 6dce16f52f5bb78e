"""Serving a practice core over plain HTTP/1.1 with keep-alive.

One write per answer: headers and body in two writes cost 40-100 ms a call (Nagle and the delayed
acknowledgement), and every timing taken on such a server is wrong.
"""

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from connector.practice.faults import Faults


class ConnectionLost(Exception):
    """The connection broke before an answer came; over HTTP the socket is closed instead."""


@dataclass
class Request:
    """One call. `path` is decoded and without query; header keys are lower-case."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    line: int = 0
    """Characters of path and query, as they came."""

    @cached_property
    def _parsed(self) -> Any:
        return orjson.loads(self.body) if self.body else None

    def json(self) -> Any:
        """The body parsed once; None for an empty one; ValueError (orjson) when it is not JSON."""
        return self._parsed

    def first(self, name: str, default: str | None = None) -> str | None:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default


@dataclass(slots=True)
class Response:
    """One answer. `headers` need no Content-Length: the server adds it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body parsed; None for an empty one."""
        return orjson.loads(self.body) if self.body else None


def json_response(status: int, payload: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body; `headers` may override the content type."""
    return Response(
        status, orjson.dumps(payload), {"Content-Type": "application/json;charset=utf-8", **(headers or {})}
    )


class PracticeCore(Protocol):
    """A whole service in process: no socket, no thread, deterministic with a manual clock."""

    faults: Faults

    def respond(self, request: Request) -> Response: ...


def request_of(
    method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Request:
    """Builds a Request from a raw target (`/path?query`, still percent-encoded)."""
    parts = urlsplit(target if target.startswith("/") else "/" + target)
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    query = parse_qs(parts.query, keep_blank_values=True) if parts.query else {}
    return Request(method.upper(), unquote(parts.path), query, lowered, body, len(target))


class Server:
    """A running practice server. `port` is the one bound; `close()` ends it and its connections."""

    def __init__(self, core: PracticeCore, host: str, port: int, threads: int) -> None:
        self.core = core
        self._http = _Listener((host, port), core, threading.BoundedSemaphore(threads))
        self.host = host
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def close(self) -> None:
        """Stops listening and cuts every open connection; a core with `close()` is closed too."""
        self._http.shutdown()
        self._http.server_close()
        self._http.cut_all()
        self._thread.join(5)
        closing = getattr(self.core, "close", None)
        if closing is not None:
            closing()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def serve(core: PracticeCore, host: str = "127.0.0.1", port: int = 0, threads: int = 64) -> Server:
    """Serves `core` until `close()`. `threads` bounds the calls at work at once, not the connections."""
    return Server(core, host, port, threads)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def __init__(
        self, address: tuple[str, int], core: PracticeCore, slots: threading.BoundedSemaphore
    ) -> None:
        self.core = core
        self.slots = slots
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Conversation)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in mid-call is everyday business, not a stack trace."""

    def cut_all(self) -> None:
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Conversation(BaseHTTPRequestHandler):
    """One connection: reads calls, lets the core answer, writes each answer at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Listener

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: a call's path may hold a person's e-mail."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        request = request_of(self.command, self.path, dict(self.headers.items()), body)
        core = self.server.core
        delay = core.faults.latency_seconds(request.method, request.path)
        if delay:
            time.sleep(delay)
        try:
            with self.server.slots:
                response = core.respond(request)
        except ConnectionLost:
            self._hang_up()
            return
        self._write(response)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if response.status != 204 and self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _answer
