"""One call to Salesforce: simple-salesforce with our login, gate, time-outs and translation of errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as SimpleSalesforce

from connector.adapters.calling import Gate, Hook, Meter, line_of, no_guard, patience
from connector.adapters.salesforce.connection import SIDE, SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.escaping import QUESTION, Escaping
from connector.adapters.salesforce.failures import Rejection, failure_of, first_error, lost, parsed
from connector.adapters.salesforce.ids import id18
from connector.adapters.salesforce.session import Bearer, session_for
from connector.adapters.salesforce.tokens import Login, Logins, login_of, token_form
from connector.errors import CallFailed, MendConnection, OutcomeUnknown
from connector.ports import Budget, Clock, Guard

UNAUTHORISED = 401
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A parsed answer below 300 (None for an empty one). ``asked_at``: our clock just before it was sent."""

    status: int
    body: Any
    asked_at: datetime


class SalesforceApi(SimpleSalesforce):
    """Every call of the library, ours included, goes through ``_call_salesforce``.

    Reads are repeated with patience, writes never are.
    """

    def __init__(
        self,
        connection: SalesforceConnection,
        options: SalesforceOptions,
        budget: Budget,
        clock: Clock,
        transport: HTTPAdapter | None = None,
        hook: Hook | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection, self.options, self.clock = connection, options, clock
        self._gate, self._meter = Gate(budget, options.timeouts, hook, SIDE), Meter(budget)
        self._patience = patience(sleep)
        instance = connection.instance_url or connection.base_url
        given = None if connection.renews else Login(connection.access_token, instance)
        self._logins = Logins(given, self._fetch_login if connection.renews else None)
        self._escaping = Escaping()
        self._settling, self._settled, self._us = threading.Lock(), False, ""
        session = session_for(connection, options, transport)
        super().__init__(
            session_id="",
            instance_url=instance,
            session=session,
            version=options.version,
            object_pairs_hook=None,
        )
        session.auth = Bearer(lambda: self._logins.token)
        self.headers = dict(JSON)

    # --- calls -----------------------------------------------------------------------------------------------------
    def read(self, method: str, path: str, payload: Any, guard: Guard) -> Reply:
        """A call that changes nothing; ``path`` is below the version, or absolute with a leading slash."""
        return self._patience.copy()(self._once, method, path, payload, guard, False, None)

    def write(
        self, method: str, path: str, payload: Any, guard: Guard, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A call that writes. Raises OutcomeUnknown where it may have arrived."""
        return self._once(method, path, payload, guard, True, headers)

    def composite(self, payload: Any, guard: Guard, *, writing: bool) -> Reply:
        """``POST composite``, its answer's strings as the records hold them (see escaping.py). Raises as read and write
        do."""
        reply = (self.write if writing else self.read)("POST", "composite", payload, guard)
        try:
            return replace(reply, body=self._escaping.plain(reply.body, lambda: self._asked(guard)))
        except CallFailed as failed:
            if writing:
                raise OutcomeUnknown(SIDE, f"written, but the answer can't be read: {failed}") from failed
            raise

    def _asked(self, guard: Guard) -> Any:
        url = self.prefix(guard) + "query?q=" + quote(QUESTION, safe="")
        asked = {"method": "GET", "url": url, "referenceId": "asked"}
        return self.read("POST", "composite", {"compositeRequest": [asked]}, guard).body

    def us(self, guard: Guard) -> str:
        """The id of the user we write as."""
        self._ready(guard)
        return self._us

    def login(self, guard: Guard, refused: Login | None = None) -> Login:
        """The present session, or another one than that which was ``refused``, where it can be renewed."""
        login = self._ready(guard)
        if refused is not None and self._logins.renewable:
            return self._logins.renewed(refused, guard)
        return login

    @property
    def token(self) -> str:
        """The session in use, '' before the first call. For nothing but ending it."""
        return self._logins.token

    def prefix(self, guard: Guard) -> str:
        """``/services/data/v66.0/``, as parts of a composite need it."""
        self._ready(guard)
        return urlsplit(self.base_url).path

    def close(self) -> None:
        self.session.close()

    def _once(
        self,
        method: str,
        path: str,
        payload: Any,
        guard: Guard,
        writing: bool,
        headers: Mapping[str, str] | None,
    ) -> Reply:
        self._ready(guard)
        url = f"https://{self.sf_instance}{path}" if path.startswith("/") else self.base_url + path
        body = None if payload is None else orjson.dumps(payload)
        asked_at = self.clock()
        answer = self._call_salesforce(
            method, url, guard=guard, writing=writing, data=body, headers=dict(headers or {})
        )
        return Reply(answer.status_code, self._content(answer, writing), asked_at)

    def _call_salesforce(
        self, method: str, url: str, name: str = "", retries: int = 0, max_retries: int = 3, **kwargs: Any
    ) -> requests.Response:
        """One HTTP call, sent a second time with a new session if the old one is refused."""
        guard: Guard = kwargs.pop("guard", no_guard)
        writing: bool = kwargs.pop("writing", method.upper() not in ("GET", "HEAD"))
        login = self._ready(guard)
        kwargs["headers"] = {**JSON, **(kwargs.get("headers") or {})}
        answer = self._exchange(method, url, guard, writing, **kwargs)
        if answer.status_code == UNAUTHORISED and self._logins.renewable:
            self._logins.renewed(login, guard)
            answer = self._exchange(method, url, guard, writing, **kwargs)
        self._note_limits(answer)
        if answer.status_code >= 300:
            raise failure_of(
                answer.status_code,
                parsed(answer.content),
                self.clock(),
                writing,
                answer.headers.get("Retry-After"),
                line_of(method, urlsplit(url).path),
            )
        return answer

    def _exchange(
        self, method: str, url: str, guard: Guard, writing: bool, count: bool = True, **kwargs: Any
    ) -> requests.Response:
        line = f"{method} {urlsplit(url).path}"
        self._gate.enter(guard, line, count=count)
        try:
            answer = self.session.request(method, url, allow_redirects=False, **kwargs)
        except requests.RequestException as error:
            raise lost(error, writing) from None
        self._gate.leave(line)
        return answer

    def parse_result_to_json(self, result: requests.Response) -> Any:
        """The library's own calls parse with orjson too."""
        return orjson.loads(result.content)

    def _content(self, answer: requests.Response, writing: bool) -> Any:
        if not answer.content:
            return None
        try:
            return orjson.loads(answer.content)
        except ValueError:
            raise lost(requests.RequestException("not JSON"), writing) from None

    def _note_limits(self, answer: requests.Response) -> None:
        told = answer.headers.get("Sforce-Limit-Info", "")
        used, _, limit = told.partition(";")[0].partition("api-usage=")[2].strip().partition("/")
        if used.isdigit() and limit.isdigit():
            self._meter.report(int(used), int(limit))

    # --- login -----------------------------------------------------------------------------------------------------
    def _ready(self, guard: Guard) -> Login:
        """The present session; at first also the API version to use and who we are."""
        login = self._logins.current(guard)
        if not self._settled:
            with self._settling:
                if not self._settled:
                    self._settle(login, guard)
        return login

    def _settle(self, login: Login, guard: Guard) -> None:
        parts = urlsplit(login.instance_url)
        self.sf_instance = parts.netloc
        offered = self._patience.copy()(self._get, f"https://{self.sf_instance}/services/data", guard)
        self.sf_version = version_to_use(self.options.version, [str(row["version"]) for row in offered])
        self.base_url = f"https://{self.sf_instance}/services/data/v{self.sf_version}/"
        self._us = login.user_id or self._who(guard)
        self._settled = True

    def _who(self, guard: Guard) -> str:
        told = self._patience.copy()(self._get, f"https://{self.sf_instance}/services/oauth2/userinfo", guard)
        return id18(str(told.get("user_id") or ""))

    def _get(self, url: str, guard: Guard) -> Any:
        answer = self._exchange("GET", url, guard, writing=False)
        if answer.status_code >= 300:
            raise failure_of(answer.status_code, parsed(answer.content), self.clock(), False)
        return self._content(answer, writing=False)

    def _fetch_login(self, guard: Guard) -> Login:
        return self._patience.copy()(self._fetch_login_once, guard)

    def _fetch_login_once(self, guard: Guard) -> Login:
        base = urlsplit(self.connection.base_url)
        url = f"https://{base.netloc}/services/oauth2/token"
        answer = self._exchange(
            "POST", url, guard, writing=False, count=False, data=token_form(self.connection), auth=_no_auth
        )
        body = parsed(answer.content)
        if answer.status_code == 200 and isinstance(body, dict):
            return login_of(body, self.connection)
        failure = failure_of(answer.status_code, body, self.clock(), False)
        if isinstance(failure, Rejection):
            code, words = first_error(body)
            raise MendConnection(
                SIDE, f"no session: {code} {words}. Check the app, its user and its policies"
            )
        raise failure


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The token call carries no token."""
    return request


def version_to_use(wanted: str, offered: list[str]) -> str:
    """The highest version on offer that is not above ``wanted``."""
    fitting = [version for version in offered if float(version) <= float(wanted)]
    if not fitting:
        lowest = min(offered, key=float, default="none")
        raise MendConnection(SIDE, f"API version {wanted} is not offered; the org's lowest is {lowest}")
    return max(fitting, key=float)
