"""A crossing between us and the database that can be closed: then whoever is on it falls off, and nobody gets on."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

BYTES = 1 << 16
SOCKET = ".s.PGSQL.5432"


class Crossing:
    """``url``: the database of ``there`` by way of the crossing. ``crossed``: how often anybody sent something over it;
    ``met``: how many connections were made."""

    def __init__(self, there: str) -> None:
        known = conninfo_to_dict(there)
        self._there = str(Path(str(known["host"])) / SOCKET)
        self._folder = Path(tempfile.mkdtemp(prefix="accord-crossing-"))
        self.url = make_conninfo(there, host=str(self._folder))
        self.crossed = self.met = 0
        self._falls: tuple[int, int] | None = None
        self._to_refuse = 0
        self._lock = threading.RLock()
        self._open: set[socket.socket] = set()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self._folder / SOCKET))
        self._door.listen(64)
        self._thread = threading.Thread(target=self._let_in, daemon=True)
        self._thread.start()

    def fall(self, connection: int, message: int, refused: int) -> None:
        """All fall off when that connection (1: the next one made; 0: any that there is) sends its n-th message; then
        so many attempts are refused before it opens again."""
        with self._lock:
            self._falls = (self.met + connection if connection else 0, message)
            self._to_refuse, self.crossed = refused, 0

    def hold(self) -> None:
        """What was to fall does not."""
        with self._lock:
            self._falls, self._to_refuse = None, 0

    @property
    def fallen(self) -> bool:
        """Did it happen, and is it open again?"""
        return self._falls is None and not self._to_refuse

    def end(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()
        self._drop(*self._open)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _let_in(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                if self._falls is None and self._to_refuse:
                    self._to_refuse -= 1
                    here.close()
                    continue
                self.met += 1
                number = self.met
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._there)
                self._open |= {here, there}
            for source, target, told_by in ((here, there, number), (there, here, None)):
                threading.Thread(target=self._carry, args=(source, target, told_by), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, told_by: int | None) -> None:
        messages = 0
        with suppress(OSError):
            while told := source.recv(BYTES):
                messages += 1
                if told_by is not None and self._crosses(told_by, messages):
                    return
                target.sendall(told)
        with self._lock:
            self._drop(source, target)

    def _crosses(self, number: int, message: int) -> bool:
        """Whether all fell off just now."""
        with self._lock:
            self.crossed += 1
            falls = self._falls
            if falls is None or falls not in ((number, message), (0, self.crossed)):
                return False
            self._falls = None
            self._drop(*self._open)
            return True

    def _drop(self, *sockets: socket.socket) -> None:
        for each in sockets:
            self._open.discard(each)
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
