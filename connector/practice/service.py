"""What both practice services share: counting calls, faults, and everything under `/_practice/`.

Nothing of ours lies under a path of the real service; nothing under `/_practice/` counts as an API call.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from connector.practice.clock import Clock, ManualClock, SystemClock
from connector.practice.faults import Faults, OneShot
from connector.practice.http import ConnectionLost, Request, Response, json_response


class Calls:
    """API calls by endpoint; token calls apart."""

    def __init__(self) -> None:
        self.by_endpoint: Counter[str] = Counter()
        self.tokens = 0

    @property
    def total(self) -> int:
        return sum(self.by_endpoint.values())

    def reset(self) -> None:
        self.by_endpoint.clear()
        self.tokens = 0

    def shown(self) -> dict[str, Any]:
        """`{"total", "by_endpoint", "tokens"}`; `total` leaves token calls out."""
        ordered = dict(sorted(self.by_endpoint.items()))
        return {"total": self.total, "by_endpoint": ordered, "tokens": self.tokens}


class Service:
    """A practice core without its service: subclasses give `answer`, `refusal`, `endpoint`, `snapshot`, `reset`.

    All state lies under `self.lock`; `answer` runs with it held, latency and lost replies outside it.
    `named`: the errors that a fault may name.
    """

    named: Collection[str] = ()

    def __init__(self, clock: Clock | None = None, faults: Faults | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.faults = faults or Faults()
        self.calls = Calls()
        self.lock = threading.RLock()

    # what a subclass says -------------------------------------------------------------------------
    def answer(self, request: Request) -> Response:
        """Processes one real call, the lock held."""
        raise NotImplementedError

    def refusal(self, shot: OneShot, request: Request) -> Response:
        """The service's own answer for an injected status or a named error."""
        raise NotImplementedError

    def endpoint(self, request: Request) -> str | None:
        """The name under which a call counts ("GET /x/{id}"); None for a token call."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """All live records as JSON, in a stable order."""
        raise NotImplementedError

    def reset(self) -> None:
        """Back to the state at the start."""
        raise NotImplementedError

    def practice(self, request: Request) -> Response | None:
        """The service's own `/_practice/` paths; None when there is no such path."""
        return None

    # what all share -------------------------------------------------------------------------------
    def respond(self, request: Request) -> Response:
        """The whole service: raises ConnectionLost where over HTTP the socket would close."""
        if request.path.startswith("/_practice"):
            return self._own(request)
        shot = self.faults.strike(request.method, request.path)
        if shot is not None and shot.kind == "drop":
            raise ConnectionLost(f"{request.method} {request.path}")
        with self.lock:
            self._count(request)
            if shot is not None and shot.kind in ("status", "error"):
                return self._refused(shot, request)
            response = self.answer(request)
        if shot is not None and shot.kind == "lost_reply":
            raise ConnectionLost(f"{request.method} {request.path}")
        return response

    def _count(self, request: Request) -> None:
        name = self.endpoint(request)
        if name is None:
            self.calls.tokens += 1
        else:
            self.calls.by_endpoint[name] += 1

    def _refused(self, shot: OneShot, request: Request) -> Response:
        response = self.refusal(shot, request)
        if shot.body is not None:
            response = _with_body(response, shot.body)
        if shot.retry_after is not None:
            response.headers["Retry-After"] = f"{shot.retry_after:g}"
        return response

    def _own(self, request: Request) -> Response:
        try:
            shared = self._shared_paths().get((request.method, request.path.rstrip("/")))
            response = shared(request) if shared else self.practice(request)
        except (ValueError, TypeError, KeyError) as wrong:
            return json_response(400, {"error": f"{type(wrong).__name__}: {wrong}"})
        return response or json_response(404, {"error": "no such practice path"})

    def _shared_paths(self) -> dict[tuple[str, str], Callable[[Request], Response]]:
        return {
            ("GET", "/_practice/faults"): lambda _: json_response(200, self.faults.shown()),
            ("POST", "/_practice/faults"): self._set_faults,
            ("DELETE", "/_practice/faults"): self._clear_faults,
            ("GET", "/_practice/calls"): lambda _: json_response(200, self.calls.shown()),
            ("POST", "/_practice/calls/reset"): self._reset_calls,
            ("GET", "/_practice/snapshot"): lambda _: json_response(200, self.snapshot()),
            ("POST", "/_practice/reset"): self._reset,
            ("POST", "/_practice/clock"): self._advance,
        }

    def _set_faults(self, request: Request) -> Response:
        wish = request.json() or {}
        strange = {str(shot["error"]) for shot in wish.get("next", ()) if shot.get("error")} - set(self.named)
        if strange:
            known = ", ".join(sorted(self.named))
            raise ValueError(f"no error is named {', '.join(sorted(strange))}; there are {known}")
        self.faults.update(wish)
        return json_response(200, self.faults.shown())

    def _clear_faults(self, request: Request) -> Response:
        self.faults.clear()
        return json_response(200, self.faults.shown())

    def _reset_calls(self, request: Request) -> Response:
        with self.lock:
            self.calls.reset()
        return json_response(200, self.calls.shown())

    def _reset(self, request: Request) -> Response:
        self.reset()
        return json_response(200, {"reset": True})

    def _advance(self, request: Request) -> Response:
        if not isinstance(self.clock, ManualClock):
            raise ValueError("this server runs on the machine's clock")
        now = self.clock.advance(float((request.json() or {})["advance"]))
        return json_response(200, {"now": now.isoformat()})


def _with_body(response: Response, body: Any) -> Response:
    if isinstance(body, str):
        return Response(response.status, body.encode(), {**response.headers, "Content-Type": "text/html"})
    return json_response(response.status, body, response.headers)
