"""The HTTP layer: keep-alive without stalls, one write per answer, faults on the wire."""

import http.client
import threading
import time
from collections.abc import Iterator

import pytest

from connector.practice.faults import Faults
from connector.practice.http import (
    ConnectionLost,
    Request,
    Response,
    Server,
    json_response,
    request_of,
    serve,
)


class _Echo:
    """A core that tells what it was asked."""

    def __init__(self) -> None:
        self.faults = Faults()

    def respond(self, request: Request) -> Response:
        if request.path == "/lost":
            raise ConnectionLost(request.path)
        if request.path == "/empty":
            return Response(204)
        shown = {"path": request.path, "query": request.query, "kind": request.headers.get("x-kind")}
        return json_response(200, {**shown, "body": request.json()})


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(_Echo()) as running:
        yield running


def _connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)


def test_a_request_is_decoded(server: Server) -> None:
    connection = _connect(server)
    connection.request("POST", "/a%2Bb%40c?x=1&x=%2B&y=", b'{"n":1}', {"X-Kind": "k"})
    answer = connection.getresponse()
    expected = b'{"path":"/a+b@c","query":{"x":["1","+"],"y":[""]},"kind":"k","body":{"n":1}}'
    assert (answer.status, answer.read()) == (200, expected)
    connection.close()


def test_keep_alive_calls_do_not_stall(server: Server) -> None:
    connection = _connect(server)
    # a call that stalls waits for an acknowledgement of 40 ms: hardly any of forty may
    times = []
    for _ in range(40):
        start = time.perf_counter()
        connection.request("POST", "/x", b'{"a": "' + b"x" * 3000 + b'"}')
        connection.getresponse().read()
        times.append(time.perf_counter() - start)
    connection.close()
    assert min(times) < 0.035


def test_an_empty_answer_keeps_the_connection(server: Server) -> None:
    connection = _connect(server)
    for _ in range(3):
        connection.request("DELETE", "/empty")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (204, b"")
    connection.close()


def test_a_lost_reply_closes_the_socket_without_an_answer(server: Server) -> None:
    connection = _connect(server)
    connection.request("GET", "/lost")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()


def test_latency_lets_calls_run_side_by_side(server: Server) -> None:
    server.core.faults.update({"latency": {"GET /slow": 500}})
    start = time.perf_counter()

    def ask() -> None:
        connection = _connect(server)
        connection.request("GET", "/slow")
        connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.5 <= time.perf_counter() - start < 8 * 0.5


def test_close_cuts_open_connections() -> None:
    running = serve(_Echo())
    connection = _connect(running)
    connection.request("GET", "/x")
    connection.getresponse().read()
    running.close()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        connection.request("GET", "/x")
        connection.getresponse()
    connection.close()


def test_a_target_is_split_into_path_and_query() -> None:
    request = request_of("get", "/a/b?c=d,e", {"Content-Type": "x"})
    assert (request.method, request.path, request.first("c"), request.headers) == (
        "GET",
        "/a/b",
        "d,e",
        {"content-type": "x"},
    )
