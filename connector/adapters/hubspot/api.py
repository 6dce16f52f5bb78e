"""One call to HubSpot: token, gate, bytes, and the translation of what went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from connector.adapters.calling import Gate, Hook, Meter, line_of, patience
from connector.adapters.hubspot.connection import SIDE, HubSpotConnection, HubSpotOptions, Paths
from connector.adapters.hubspot.failures import Circumstances, Rejection, failure_of, lost
from connector.adapters.hubspot.tokens import Token, Tokens
from connector.adapters.hubspot.transport import Answer, Transport, rest_transport
from connector.errors import MendConnection
from connector.ports import Budget, Clock, Guard
from connector.ports.accounts import Grant

UNAUTHORISED = 401
AGENT = "accord-connector"


@dataclass(frozen=True, slots=True)
class Reply:
    """A parsed answer below 300. ``asked_at``: our clock just before the request was sent."""

    status: int
    body: Any
    asked_at: datetime


class HubSpotApi:
    """Calls by path. Reads are repeated with patience, writes never are."""

    def __init__(
        self,
        connection: HubSpotConnection,
        options: HubSpotOptions,
        budget: Budget,
        clock: Clock,
        transport: Transport | None = None,
        hook: Hook | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection, self.options, self.clock, self.sleep = connection, options, clock, sleep
        self.paths = Paths(options.version)
        self._transport = transport or rest_transport(connection, options)
        self._gate = Gate(budget, options.timeouts, hook, SIDE)
        self._meter = Meter(budget)
        self._patience = patience(sleep)
        lasting = None if connection.refreshes else Token(connection.access_token)
        self._tokens = Tokens(lasting, self._fetch_token if connection.refreshes else None, clock)

    # --- calls -----------------------------------------------------------------------------------------------------
    def read(self, method: str, path: str, payload: Any, guard: Guard) -> Reply:
        """A call that changes nothing: repeated after a failure for two seconds at most."""
        return self._patience.copy()(self._once, method, path, payload, guard, False)

    def write(self, method: str, path: str, payload: Any, guard: Guard) -> Reply:
        """A call that writes. Raises OutcomeUnknown where it may have arrived."""
        return self._once(method, path, payload, guard, True)

    def token(self, guard: Guard) -> str:
        """The access token in use, for the calls that ask what it may do. Never shown."""
        return self._tokens.current(guard).text

    def close(self) -> None:
        closing = getattr(self._transport, "close", None)
        if closing is not None:
            closing()

    def _once(self, method: str, path: str, payload: Any, guard: Guard, writing: bool) -> Reply:
        body = None if payload is None else orjson.dumps(payload)
        token = self._tokens.current(guard)
        asked_at = self.clock()
        answer = self._send(method, path, body, token, guard, writing)
        if answer.status == UNAUTHORISED and self._tokens.renewable:
            token = self._tokens.renewed(token, guard)
            asked_at = self.clock()
            answer = self._send(method, path, body, token, guard, writing)
        self._note_limits(answer.headers)
        if not 200 <= answer.status < 300:
            case = self._circumstances(writing, line_of(method, path))
            raise failure_of(answer.status, answer.data, answer.headers, case)
        return Reply(answer.status, self._parsed(answer.data, writing), asked_at)

    def _send(
        self, method: str, path: str, body: bytes | None, token: Token, guard: Guard, writing: bool
    ) -> Answer:
        headers = {
            "Authorization": f"Bearer {token.text}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": AGENT,
        }
        return self._exchange(method, path, body, headers, guard, writing)

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        guard: Guard,
        writing: bool,
        count: bool = True,
    ) -> Answer:
        line = f"{method} {path.partition('?')[0]}"
        self._gate.enter(guard, line, count=count)
        limits = self.options.timeouts
        try:
            answer = self._transport.request(
                method,
                self.connection.base_url.rstrip("/") + path,
                headers=headers,
                body=body,
                _request_timeout=(limits.connect, limits.read),
            )
        except HTTPError as error:
            raise lost(error, not _never_left(error), writing) from None
        self._gate.leave(line)
        return answer

    def _circumstances(self, writing: bool, line: str = "") -> Circumstances:
        return Circumstances(writing, self.clock(), self.options.time_zone, line)

    def _parsed(self, data: bytes, writing: bool) -> Any:
        if not data:
            return {}
        try:
            return orjson.loads(data)
        except ValueError as error:
            raise lost(error, True, writing) from None

    def _note_limits(self, headers: Mapping[str, str]) -> None:
        limit, rest = (
            headers.get("X-HubSpot-RateLimit-Daily"),
            headers.get("X-HubSpot-RateLimit-Daily-Remaining"),
        )
        if limit and rest and limit.isdigit() and rest.isdigit():
            self._meter.report(int(limit) - int(rest), int(limit))

    # --- tokens ----------------------------------------------------------------------------------------------------
    def _fetch_token(self, guard: Guard) -> Token:
        shelf = self.connection.shelf
        if shelf is None:
            grant = self._granted(self.connection.refresh_token, guard)
        else:
            grant = shelf.renewed(self._tokens.text, lambda refresh: self._granted(refresh, guard))
        return Token(grant.access_token, grant.ends)

    def _granted(self, refresh_token: str, guard: Guard) -> Grant:
        """Tokens for a refresh token. Asked again where no answer came: the refresh token may have rotated by then, but
        it would be lost without that, too."""
        return self._patience.copy()(self._granted_once, refresh_token, guard)

    def _granted_once(self, refresh_token: str, guard: Guard) -> Grant:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.connection.client_id,
            "client_secret": self.connection.client_secret,
            "refresh_token": refresh_token,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": AGENT}
        asked_at = self.clock()
        answer = self._exchange(
            "POST", self.paths.token(), urlencode(form).encode(), headers, guard, writing=False, count=False
        )
        if answer.status != 200:
            raise self._no_token(answer)
        body = self._parsed(answer.data, writing=False)
        ends = asked_at + timedelta(seconds=float(body.get("expires_in", 1800)))
        return Grant(str(body["access_token"]), str(body.get("refresh_token") or refresh_token), ends)

    def _no_token(self, answer: Answer) -> Exception:
        failure = failure_of(answer.status, answer.data, answer.headers, self._circumstances(False))
        if not isinstance(failure, Rejection):
            return failure
        said = failure.body.get("status") or failure.body.get("error") or answer.status
        return MendConnection(SIDE, f"no access token: {said}. Connect the HubSpot app again")


def _never_left(error: HTTPError) -> bool:
    """Did the request fail before a byte of it was sent?"""
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason is not None else error
    return isinstance(cause, (ConnectTimeoutError, NewConnectionError))
