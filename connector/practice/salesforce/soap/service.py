"""POST /services/Soap/u/{version}: which call it is, who makes it, and the answer or the fault."""

import re
from collections.abc import Callable
from typing import Any

from connector.practice.http import Request
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.call import Reply
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.soap import calls, metadata_calls
from connector.practice.salesforce.soap.envelope import SoapFault, answered, faulted, opened, plain

_PATH = re.compile(r"/services/Soap/([ucm])/(\d+(?:\.\d)?)(?:/\w*)?")
_NEWEST_LOGIN, _OLDEST = 64.0, 31.0
_XML = {"Content-Type": "text/xml; charset=utf-8"}
Step = Callable[[Acts, dict[str, Any], str], Any]
_STEPS: dict[str, Step] = {
    "convertLead": calls.convert_lead,
    "merge": calls.merge,
    "undelete": calls.undelete,
    "getUserInfo": calls.user_info,
    "getServerTimestamp": calls.server_timestamp,
    "logout": calls.logout,
}


def answer(core: Acts, request: Request) -> Reply | None:
    """None: not a path of ours."""
    match = _PATH.fullmatch(request.path)
    if match is None or request.method != "POST":
        return None
    try:
        name, results = _performed(core, request, match[1], float(match[2]))
    except SoapFault as fault:
        core.org.undo_to((0, 0))
        return Reply(500, faulted(fault), _XML)
    except Refusal as refusal:
        core.org.undo_to((0, 0))
        return Reply(500, faulted(SoapFault(refusal.code, refusal.message)), _XML)
    return Reply(200, answered(match[1], name, results), _XML)


def _performed(core: Acts, request: Request, flavour: str, version: float) -> tuple[str, Any]:
    element, headers = opened(request.body)
    name = element.tag.rpartition("}")[2]
    asked = plain(element)
    body: dict[str, Any] = asked if isinstance(asked, dict) else {}
    if version < _OLDEST:
        raise SoapFault(
            "UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL", "UnexpectedErrorFault"
        )
    if name == "login":
        if version > _NEWEST_LOGIN or not core.settings.soap_login:
            raise SoapFault(
                "UNSUPPORTED_API_VERSION", "SOAP API login() is not available in this version or org"
            )
        return name, calls.login(core, body, version, f"http://{request.headers.get('host', '')}")
    if flavour != "m" and name not in _STEPS:
        raise SoapFault("UNKNOWN_EXCEPTION", f"No operation available for request {name}")
    session = headers.get("SessionHeader") or {}
    try:
        user_id = core.tokens.user_of_token(
            str(session.get("sessionId") if isinstance(session, dict) else "")
        )
    except Refusal:
        message = "Invalid Session ID found in SessionHeader: Illegal Session"
        raise SoapFault("INVALID_SESSION_ID", message) from None
    if not core.settings.api_enabled:
        raise SoapFault("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
    core.limits.count()
    options = headers.get("CallOptions") or {}
    client = options.get("client") if isinstance(options, dict) else None
    core.org.origin = f"com/salesforce/api/soap/{version};client={client or ''}"
    core.org.viewer = user_id
    if flavour == "m":
        return name, metadata_calls.perform(core, name, element)
    return name, _STEPS[name](core, {**body, "_session": session.get("sessionId")}, user_id)
