"""Where HubSpot sends an admin's browser back to: the second half of `accord connect hubspot --oauth`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, Response, request

from connector import logs
from connector.errors import AccordError, TryAgain
from connector.web.wired import Wired

LONGEST = 2000
_log = logs.get(__name__)


class Authorised(Protocol):
    def finish_oauth(self, state: str, code: str) -> str:
        """Exchanges the code, proves the tokens, stores them; words about the account. Raises AccordError."""


def blueprint(wired: Wired) -> Blueprint:
    """``GET /oauth/callback?state&code``. Without a wiring that can finish it there is nothing here."""
    routes = Blueprint("oauth", __name__)
    finish: Callable[[str, str], str] | None = getattr(wired, "finish_oauth", None)

    @routes.get("/oauth/callback")
    def callback() -> Response:
        if finish is None:
            return _page(404, "There is nothing here.")
        if request.args.get("error"):
            return _page(400, "HubSpot was not given leave. Nothing was stored.")
        state, code = request.args.get("state", ""), request.args.get("code", "")
        if not state or not code or len(state) + len(code) > LONGEST:
            return _page(400, "This address is for HubSpot to send you to: accord connect hubspot --oauth")
        try:
            return _page(200, f"{finish(state, code)} You can close this window.")
        except TryAgain as error:
            _log.warning("an authorisation is not finished", reason=str(error))
            return _page(503, f"Not connected: {error}. Begin anew: accord connect hubspot --oauth")
        except AccordError as error:
            _log.warning("an authorisation was refused", reason=str(error))
            return _page(400, f"Not connected: {error}")

    return routes


def _page(status: int, words: str) -> Response:
    """Plain text: nothing of a query is ever shown as HTML; and the code in the address goes nowhere from here."""
    headers = {
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(f"{words}\n", status, headers, mimetype="text/plain")
