"""Which path is answered by which function. Every form of a path is brought to its v3 form first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from connector.practice.http import Request, Response
from connector.practice.hubspot import batches, contacts, lists, oauth, owners, properties, search
from connector.practice.hubspot.errors import Refused

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

Answer = Callable[..., Response]


class Route(NamedTuple):
    """`name` is what calls are counted under; `args` are the path's variable parts."""

    name: str
    answer: Answer
    args: tuple[str, ...] = ()
    is_search: bool = False
    is_token: bool = False


_DATED = re.compile(r"^/crm/(objects|properties|owners|lists)/(?:2026-03|2026-09)(?=/|$)")
_DATED_OTHER = re.compile(r"^/(oauth|account-info)/(?:2026-03|2026-09|v3)(?=/|$)")
_TYPE = re.compile(r"^/crm/v3/(objects|properties)/(0-1|contact|CONTACT|CONTACTS)(?=/|$)")
_OBJECT = re.compile(r"^/crm/v3/(objects|properties)/([^/]+)")

_OBJECTS = "/crm/v3/objects/contacts"
_PROPERTIES = "/crm/v3/properties/contacts"

_STATIC: dict[tuple[str, str], Answer] = {
    ("GET", _OBJECTS): contacts.read_page,
    ("POST", _OBJECTS): contacts.create,
    ("POST", f"{_OBJECTS}/batch/read"): batches.read,
    ("POST", f"{_OBJECTS}/batch/create"): batches.create,
    ("POST", f"{_OBJECTS}/batch/update"): batches.update,
    ("POST", f"{_OBJECTS}/batch/upsert"): batches.upsert,
    ("POST", f"{_OBJECTS}/batch/archive"): batches.archive,
    ("POST", f"{_OBJECTS}/search"): search.search,
    ("GET", _PROPERTIES): properties.list_all,
    ("POST", _PROPERTIES): properties.create,
    ("GET", "/crm/v3/owners"): owners.read_page,
    ("POST", "/crm/v3/lists"): lists.create,
    ("GET", "/crm/v3/lists"): lists.get_several,
    ("POST", "/crm/v3/lists/search"): lists.search,
    ("GET", "/account-info/v3/details"): owners.account_details,
    ("GET", "/account-info/v3/api-usage/daily/private-apps"): owners.daily_usage,
    ("POST", "/oauth/v1/token"): oauth.issue,
    ("POST", "/oauth/v2/private-apps/get/access-token-info"): oauth.describe_private,
}

_VARIABLE: tuple[tuple[str, str, Answer], ...] = (
    ("GET", f"{_OBJECTS}/{{id}}", contacts.read_one),
    ("PATCH", f"{_OBJECTS}/{{id}}", contacts.update),
    ("DELETE", f"{_OBJECTS}/{{id}}", contacts.archive),
    ("GET", f"{_PROPERTIES}/{{name}}", properties.get),
    ("PATCH", f"{_PROPERTIES}/{{name}}", properties.update),
    ("DELETE", f"{_PROPERTIES}/{{name}}", properties.archive),
    ("GET", "/crm/v3/owners/{id}", owners.read_one),
    ("GET", "/crm/v3/lists/{id}", lists.get),
    ("DELETE", "/crm/v3/lists/{id}", lists.archive),
    ("GET", "/crm/v3/lists/{id}/memberships", lists.members),
    ("PUT", "/crm/v3/lists/{id}/memberships/add", lists.add),
    ("PUT", "/crm/v3/lists/{id}/memberships/remove", lists.remove),
    ("PUT", "/crm/v3/lists/{id}/memberships/add-and-remove", lists.add_and_remove),
    ("GET", "/crm/v3/lists/object-type-id/{type}/name/{name}", lists.get_by_name),
    ("GET", "/crm/v3/lists/records/{type}/{id}/memberships", lists.lists_of),
    ("GET", "/oauth/v1/access-tokens/{token}", oauth.describe),
)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("^" + re.sub(r"\{\w+\}", "([^/]+)", template) + "$")


_COMPILED = [
    (method, _pattern(template), Route(f"{method} {template}", answer, is_token="/oauth/" in template))
    for method, template, answer in _VARIABLE
]
_ROUTES = {
    key: Route(f"{key[0]} {key[1]}", answer, (), key[1].endswith("contacts/search"), "/oauth/" in key[1])
    for key, answer in _STATIC.items()
}


def canonical(path: str) -> str:
    """The v3 form, without a trailing slash, of a v3, dated, or type-id path."""
    path = path.rstrip("/") or "/"
    if "/2026-" in path or "/v3" in path:
        path = _DATED.sub(r"/crm/v3/\1", path)
        path = _DATED_OTHER.sub(lambda found: f"/{found[1]}/{'v1' if found[1] == 'oauth' else 'v3'}", path)
    return _TYPE.sub(r"/crm/v3/\1/contacts", path)


def find(method: str, path: str) -> Route:
    """The route of a call; an unknown one is answered 404, a wrong object type 400."""
    path = canonical(path)
    static = _ROUTES.get((method, path))
    if static is not None:
        return static
    for wanted, pattern, route in _COMPILED:
        if wanted == method and (found := pattern.match(path)):
            return route._replace(args=found.groups())
    return Route(f"{method} (unknown)", _unknown)


def _unknown(core: HubSpotCore, request: Request) -> Response:
    kind = _OBJECT.match(canonical(request.path))
    if kind and kind[2] != "contacts":
        raise Refused(400, f"Unable to infer object type from: {kind[2]}")
    raise Refused(404, "resource not found")
