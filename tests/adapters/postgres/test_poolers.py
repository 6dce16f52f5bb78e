"""A pooler between us and the database: one that pools sessions will do, one that pools transactions is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from psycopg.conninfo import conninfo_to_dict

from connector.adapters.postgres.database import check
from connector.errors import FixConfiguration


def _answer(server: socket.socket) -> bytes:
    """What the server says until it is ready for the next query."""
    told = b""
    while not told.endswith((b"Z\x00\x00\x00\x05I", b"Z\x00\x00\x00\x05T", b"Z\x00\x00\x00\x05E")):
        more = server.recv(65536)
        if not more:
            return told
        told += more
    return told


class Pooler:
    """Gives all clients one session of the database, in turns, as a pooler of transactions with a single server would.
    It speaks just enough for the check."""

    def __init__(self, url: str) -> None:
        parts = conninfo_to_dict(url)
        host, port = str(parts["host"]), int(str(parts.get("port") or 5432))
        if host.startswith("/"):
            self.server = socket.socket(socket.AF_UNIX)
            self.server.connect(f"{host}/.s.PGSQL.{port}")
        else:
            self.server = socket.create_connection((host, port))
        self.door = socket.create_server(("127.0.0.1", 0))
        self.welcome = b""
        self.turn = threading.Lock()
        user, name = parts["user"], parts["dbname"]
        self.url = f"postgresql://{user}@127.0.0.1:{self.door.getsockname()[1]}/{name}?sslmode=disable&gssencmode=disable"
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client):
            hello = client.recv(65536)
            with self.turn:
                if not self.welcome:
                    self.server.sendall(hello)
                    self.welcome = _answer(self.server)
            client.sendall(self.welcome)
            while (asked := client.recv(65536)) and not asked.startswith(b"X"):
                with self.turn:
                    self.server.sendall(asked)
                    client.sendall(_answer(self.server))


@contextmanager
def pooled(url: str) -> Iterator[str]:
    pooler = Pooler(url)
    try:
        yield pooler.url
    finally:
        pooler.door.close()
        pooler.server.close()


def test_a_pooler_of_transactions_is_refused_with_the_way_out(database_url: str) -> None:
    with pooled(database_url) as url, pytest.raises(FixConfiguration, match="pool_mode = session"):
        check(url)


def test_the_database_itself_is_welcome(database_url: str) -> None:
    check(database_url)
