"""Which call is answered by which function. Every form of a path is brought to its v3 form (associations: v4) first."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from connector.practice.http import Request, Response
from connector.practice.hubspot import app, oauth, scopes
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.kinds import STANDARD
from connector.practice.hubspot.limits import Lane
from connector.practice.hubspot.scopes import Need
from connector.practice.hubspot.table import LINES, NOTHING, Answer, Line

DATES = ("2025-09", "2026-03", "2026-09")
"""The dated versions that are served beside v3 and v4."""


class Route(NamedTuple):
    """`name` is what calls are counted under; `args` are the path's variable parts, `kinds` those that name a kind of
    object. `version`: v3, v4, or a date."""

    name: str
    answer: Answer
    args: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    need: Need = NOTHING
    lane: Lane = "normal"
    who: str = "token"
    version: str = "v3"

    @property
    def is_token(self) -> bool:
        """A call about tokens: it is counted apart."""
        return self.who == "nobody"


_DATE = "(" + "|".join(DATES) + ")"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (rf"^/crm/objects/{_DATE}(?=/[^/]+/[^/]+/associations/)", "/crm/v4/objects"),
        (rf"^/crm/associations/{_DATE}(?=/)", "/crm/v4/associations"),
        (rf"^/crm/(?P<what>objects|properties|owners|lists|pipelines)/{_DATE}(?=/|$)", r"/crm/v3/\g<what>"),
        (rf"^/crm-object-schemas/{_DATE}/schemas(?=/|$)", "/crm/v3/schemas"),
        (rf"^/oauth/{_DATE}(?=/)", "/oauth/v1"),
        (rf"^/account-info/{_DATE}(?=/)", "/account-info/v3"),
        (rf"^/(?:app-)?webhooks/{_DATE}(?=/)", "/webhooks/v3"),
        (r"^/crm/associations/v4(?=/)", "/crm/v4/associations"),
        (r"^/crm-object-schemas/v3/schemas(?=/|$)", "/crm/v3/schemas"),
        (r"^/oauth/v3(?=/)", "/oauth/v1"),
    )
)
_DATED = re.compile(rf"/{_DATE}(?=/|$)")
_PLURALS = {name: kind.plural for kind in STANDARD for name in kind.names()}
_MERGED = frozenset({"contacts", "companies", "deals", "tickets"})


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "$")


def _rank(line: Line) -> tuple[int, int]:
    """Fixed words before variable ones: /groups is no property's name, /batch no record's id."""
    parts = line.path.split("/")
    return len(parts), sum(part.startswith("{") for part in parts)


_TABLE: dict[tuple[str, int], list[tuple[re.Pattern[str], Line]]] = {}
for _line in sorted(LINES, key=_rank):
    _TABLE.setdefault((_line.method, _line.path.count("/")), []).append((_pattern(_line.path), _line))


def canonical(path: str) -> tuple[str, str]:
    """The v3 (or v4) form, without a trailing slash, and the version that was asked for."""
    path = path.rstrip("/") or "/"
    dated = _DATED.search(path) if "/20" in path else None
    if dated or "/v4/" in path or "/v3/" in path:
        for pattern, form in _FORMS:
            path, changed = pattern.subn(form, path)
            if changed:
                break
    version = dated[1] if dated else "v4" if "/v4/" in path else "v3"
    return path, version


@lru_cache(maxsize=8192)
def find(method: str, path: str) -> Route:
    """The route of a call; an unknown one is answered 404."""
    plain, version = canonical(path)
    for pattern, line in _TABLE.get((method, plain.count("/")), ()):
        if (found := pattern.match(plain)) and _served(line, found.groupdict(), version):
            return _route(line, found, version)
    return Route(f"{method} (unknown)", _unknown, version=version)


def _route(line: Line, found: re.Match[str], version: str) -> Route:
    parts = found.groupdict()
    name = line.path
    for key in ("type", "to"):
        if key in parts:
            name = name.replace(f"{{{key}}}", _PLURALS.get(parts[key], parts[key]))
    kinds = tuple(parts[key] for key in ("type", "to") if key in parts)
    return Route(
        f"{line.method} {name}",
        line.answer,
        found.groups(),
        kinds,
        line.need,
        line.lane,
        line.who,
        version,
    )


def _served(line: Line, parts: dict[str, str], version: str) -> bool:
    """What a version or a kind lacks: 2026-09 has no list of one record's associations; not all kinds merge."""
    if line.path.endswith("/associations/{to}"):
        return version < "2026-09" or version.startswith("v")
    if line.path.endswith("{type}/merge"):
        return _PLURALS.get(parts["type"]) in _MERGED
    if line.path.endswith("{type}/gdpr-delete"):
        return _PLURALS.get(parts["type"]) == "contacts"
    return True


def let_in(core: Doing, route: Route, request: Request) -> oauth.Caller | None:
    """Who calls; None where no app does. Raises 401, 403, 414, and the 400 of an unknown kind of object."""
    if route.who == "nobody":
        return None
    if route.who == "app":
        app.let_in(core, request)
        return None
    caller = oauth.authenticate(core, request)
    if request.query and _length(request) > core.settings.uri_limit:
        raise Refused(414, "Request-URI Too Long")
    kinds = [core.portal.store(name).kind for name in route.kinds]
    if caller.scopes != scopes.SCOPES:
        scopes.check(route.need, kinds, caller.scopes)
    return caller


def _length(request: Request) -> int:
    return sum(len(key) + len(value) + 2 for key, held in request.query.items() for value in held)


def _unknown(core: Doing, request: Request) -> Response:
    raise Refused(404, "resource not found")
