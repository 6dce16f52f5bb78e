"""Paths outside the versioned REST API, and names of endpoints for counting."""


from connector.practice.http import Request
from connector.practice.salesforce import oauth_web
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.addresses import split
from connector.practice.salesforce.call import Reply
from connector.practice.salesforce.errors import Refusal, not_found
from connector.practice.salesforce.soap import service as soap

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 a path
_OPEN = {
    ("GET", "/services/oauth2/authorize"): oauth_web.authorize,
    ("POST", "/services/oauth2/authorize"): oauth_web.authorize,
    ("GET", "/services/oauth2/revoke"): oauth_web.revoke,
    ("POST", "/services/oauth2/revoke"): oauth_web.revoke,
    ("POST", "/services/oauth2/introspect"): oauth_web.introspect,
}
_SOAP_KINDS = (("enterprise", "c"), ("metadata", "m"), ("partner", "u"))
_SEASONS = ("Spring", "Summer", "Winter")
_NEWEST, _OLDEST = 68, 31


def versions() -> list[dict[str, str]]:
    """The body of GET /services/data, oldest first."""
    return [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(_OLDEST, _NEWEST + 1)
    ]


def _label(number: int) -> str:
    # v66 is Spring '26, v67 Summer '26, v68 Winter '27.
    season = _SEASONS[number % 3]
    year = 26 + (number - 66) // 3 + (season == "Winter")
    return f"{season} '{year}"


def unauthenticated(core: Acts, request: Request) -> Reply | None:
    """Answers that need no session: the version list and tokens; None for all else."""
    path = request.path.rstrip("/")
    if path == TOKEN_PATH and request.method == "POST":
        return core.tokens.grant(request, _own_url(core, request))
    step = _OPEN.get((request.method, path))
    if step is not None:
        return step(core, request)
    if path.startswith("/services/Soap/"):
        return soap.answer(core, request)
    if path == "/services/data":
        return Reply(200, versions())
    place = split(request.path)
    if place is not None and float(place[0]) < _OLDEST:
        text = f"API version v{place[0]} has been retired."
        return Reply(410, [{"message": text, "errorCode": "UNSUPPORTED_API_VERSION"}])
    if place is not None and float(place[0]) > _NEWEST:
        raise not_found()
    return None


def check_uri(request: Request, most: int) -> None:
    """A GET whose line is too long never reaches the org (414); the parts of a composite have no such line."""
    if request.line > most:
        raise Refusal("URI_TOO_LONG", "URI Too Long")


def _own_url(core: Acts, request: Request) -> str:
    host = request.headers.get("host")
    return f"http://{host}" if host and core.base_url.startswith("http://") else core.base_url


def identity(core: Acts, request: Request, user_id: str) -> Reply:
    """userinfo and the identity URL; 404 for all other paths."""
    path = request.path.rstrip("/")
    if path != "/services/oauth2/userinfo" and not path.startswith(f"/id/{core.org_id}"):
        raise not_found()
    user = core.org.tables["User"].rows[user_id]
    host = "https://test.salesforce.com" if core.settings.sandbox else "https://login.salesforce.com"
    return Reply(
        200,
        {
            "sub": f"{host}/id/{core.org_id}/{user_id}",
            "id": f"{host}/id/{core.org_id}/{user_id}",
            "asserted_user": True,
            "user_id": user_id,
            "organization_id": core.org_id,
            "preferred_username": user["Username"],
            "name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "zoneinfo": user["TimeZoneSidKey"],
            "active": user["IsActive"],
            "user_type": user["UserType"].upper(),
            "username": user["Username"],
            "nick_name": user["Alias"],
            "display_name": user["Name"],
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "language": "en_US",
            "locale": "en_US",
            "utcOffset": -18000000,
            "updated_at": user["LastModifiedDate"].replace(".000+0000", "Z"),
            "is_salesforce_integration_user": user_id == core.org.people["integration"],
            "urls": _urls(core, _own_url(core, request), user_id),
        },
    )


def _urls(core: Acts, base: str, user_id: str) -> dict[str, str]:
    """Where this org's APIs are; `{version}` is for the client to fill in."""
    soap_urls = {name: f"{base}/services/Soap/{kind}/{{version}}/{core.org_id}" for name, kind in _SOAP_KINDS}
    rest = f"{base}/services/data/v{{version}}/"
    return {
        **soap_urls, "rest": rest, "sobjects": f"{rest}sobjects/", "search": f"{rest}search/", "query": f"{rest}query/",
        "recent": f"{rest}recent/", "profile": f"{base}/{user_id}", "custom_domain": base,
    }  # fmt: skip


def name_of(request: Request) -> str | None:
    """The name a call counts under: ids and values as placeholders; None for token calls. A composite that only reads
    counts apart from one that writes."""
    if request.path.startswith("/services/oauth2/") and not request.path.startswith(
        "/services/oauth2/userinfo"
    ):
        return None
    place = split(request.path)
    if place is None:
        return f"{request.method} {request.path}"
    version, parts = place
    shown = list(parts)
    if list(parts) == ["composite"] and _only_reads(request):
        shown = ["composite (reads)"]
    if len(parts) > 1 and parts[0] in ("query", "queryAll"):
        shown = [parts[0], "{locator}"]
    if len(parts) > 2 and parts[0] == "jobs":
        shown = [*parts[:2], "{id}", *parts[3:]]
    if len(parts) > 2 and parts[0] == "metadata":
        shown = [*parts[:2], "{id}"]
    if len(parts) > 2 and parts[0] == "sobjects" and parts[2] not in ("describe", "updated", "deleted"):
        shown = [*parts[:2], "{id}"] if len(parts) == 3 else [*parts[:3], "{value}"]
    return "/".join([f"{request.method} /services/data/v{version}", *shown])


def _only_reads(request: Request) -> bool:
    try:
        parts = request.json()["compositeRequest"]
        return all(part["method"] == "GET" for part in parts)
    except (ValueError, KeyError, TypeError):
        return False
