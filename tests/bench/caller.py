"""Calls as HubSpot makes them, as fast as they are answered: bytes prepared beforehand, connections kept open."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import orjson

from connector.practice.hubspot import signing
from tests.web.edge import PUBLIC, SECRET, changed

_numbers = count(1)


def prepared(values: Iterable[tuple[int, str, str]]) -> bytes:
    """One signed request of property changes (contact, property, value); no two are the same."""
    now = int(time.time() * 1000)
    events = [
        changed(contact, name, value, occurredAt=now, eventId=next(_numbers))
        for contact, name, value in values
    ]
    body = orjson.dumps(events)
    headers = signing.headers(SECRET, PUBLIC + "/webhooks/hubspot", body, now)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = f"POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    return start.encode() + body


@dataclass
class Calls:
    """``milliseconds`` of each call, in no order; ``seconds``: how long all took together."""

    milliseconds: list[float]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def call(port: int, requests: Sequence[bytes], connections: int) -> Calls:
    """Sends all requests over so many connections, each one after the other. Raises unless all are answered 200."""
    shares = [requests[at::connections] for at in range(connections)]
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        times = [took for share in pool.map(lambda part: _converse(port, part), shares) for took in share]
    return Calls(times, time.perf_counter() - began)


def _converse(port: int, requests: Sequence[bytes]) -> list[float]:
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            began = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(4096)
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(4096)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.startswith(b"HTTP/1.1 200"), answer[:80]
    return times
