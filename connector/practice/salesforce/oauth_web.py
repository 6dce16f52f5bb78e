"""OAuth's other endpoints: the consent page (answered at once), revocation, introspection."""

from typing import Any
from urllib.parse import urlencode

from connector.practice.http import Request
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.call import Reply
from connector.practice.salesforce.oauth import CLIENT_ID, CLIENT_SECRET, form_of


def authorize(core: Acts, request: Request) -> Reply:
    """GET /services/oauth2/authorize: 302 back with a code, as if the person had said yes (a setting: no)."""
    form = form_of(request)
    target = form.get("redirect_uri", "")
    known = core.settings.callback_urls
    if form.get("client_id") != CLIENT_ID:
        return _refused("invalid_client_id", "client identifier invalid")
    if not target or (known and target not in known):
        return _refused("redirect_uri_mismatch", "redirect_uri must match configuration")
    if form.get("response_type") != "code":
        return _back(
            target, form, error="unsupported_response_type", error_description="response type not supported"
        )
    if core.settings.authorize_answer != "allow":
        return _back(target, form, error="access_denied", error_description="end-user denied authorization")
    who = core.org.people["integration"]
    return _back(target, form, code=core.tokens.code_for(who, target, form.get("code_challenge", "")))


def _back(target: str, form: dict[str, str], **told: str) -> Reply:
    state = {"state": form["state"]} if "state" in form else {}
    sign = "&" if "?" in target else "?"
    return Reply(302, None, {"Location": f"{target}{sign}{urlencode({**told, **state})}"})


def revoke(core: Acts, request: Request) -> Reply:
    """GET or POST /services/oauth2/revoke: 200 and an empty body."""
    token = form_of(request).get("token", "")
    if core.tokens.revoke(token):
        return Reply(200)
    return _refused("invalid_token", "invalid token: " + ("none" if not token else "unknown"))


def introspect(core: Acts, request: Request) -> Reply:
    """POST /services/oauth2/introspect, by the app itself: `{"active": false}` for a dead token."""
    form = form_of(request)
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return Reply(401, {"error": "invalid_client", "error_description": "invalid client credentials"})
    told = core.tokens.told(form.get("token", ""))
    if told is None:
        return Reply(200, {"active": False})
    user = core.org.tables["User"].rows[told["user_id"]]
    now = int(core.clock.now().timestamp())
    answer: dict[str, Any] = {
        "active": True, "scope": "api", "client_id": CLIENT_ID, "username": user["Username"], "iat": now, "nbf": now,
        "sub": f"https://login.salesforce.com/id/{core.org_id}/{user['Id']}",
        "token_type": "access_token" if told["until"] else "refresh_token",
    }  # fmt: skip
    if told["until"]:
        answer["exp"] = int(told["until"].timestamp())
    return Reply(200, answer)


def _refused(error: str, description: str) -> Reply:
    return Reply(400, {"error": error, "error_description": description})
