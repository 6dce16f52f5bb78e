"""Every path served, in its v3 (associations: v4) form: function, what it needs, which bucket it draws on.

`{type}` and `{to}` stand for kinds of object, by any of their names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from connector.practice.http import Response
from connector.practice.hubspot import (
    app,
    batches,
    flows,
    groups,
    linking,
    linking_batches,
    lists,
    merging,
    oauth,
    objects,
    owners,
    piping,
    preferences,
    properties,
    schemas,
    search,
)
from connector.practice.hubspot.limits import Lane
from connector.practice.hubspot.scopes import Need

Answer = Callable[..., Response]

NOTHING: Need = ("", "")


class Line(NamedTuple):
    """One path. `who`: "token" (any app's), "nobody" (no token asked for) or "app" (the app's developer)."""

    method: str
    path: str
    answer: Answer
    need: Need = NOTHING
    lane: Lane = "normal"
    who: str = "token"


def _lines(root: str, what: str, *rows: tuple[str, str, Answer, str], lane: Lane = "normal") -> list[Line]:
    """Rows of (method, rest of the path, function, "read" or "write") under one root."""
    return [Line(method, root + rest, answer, (what, do), lane) for method, rest, answer, do in rows]


_OBJECTS = [
    *_lines(
        "/crm/v3/objects/{type}",
        "objects",
        ("GET", "", objects.read_page, "read"),
        ("POST", "", objects.create, "write"),
        ("POST", "/batch/read", batches.read, "read"),
        ("POST", "/batch/create", batches.create, "write"),
        ("POST", "/batch/update", batches.update, "write"),
        ("POST", "/batch/upsert", batches.upsert, "write"),
        ("POST", "/batch/archive", batches.archive, "write"),
        ("POST", "/merge", merging.merge, "write"),
        ("POST", "/gdpr-delete", merging.gdpr_delete, "write"),
        ("GET", "/{id}", objects.read_one, "read"),
        ("PATCH", "/{id}", objects.update, "write"),
        ("DELETE", "/{id}", objects.archive, "write"),
    ),
    Line("POST", "/crm/v3/objects/{type}/search", search.search, ("objects", "read"), "search"),
]
_ASSOCIATIONS = [
    *_lines(
        "/crm/v4/objects/{type}/{id}/associations",
        "associations",
        ("GET", "/{to}", linking.read_page, "read"),
        ("PUT", "/default/{to}/{toId}", linking.put_default, "write"),
        ("PUT", "/{to}/{toId}", linking.put, "write"),
        ("DELETE", "/{to}/{toId}", linking.delete, "write"),
        lane="associations",
    ),
    *_lines(
        "/crm/v4/associations/{type}/{to}",
        "associations",
        ("POST", "/batch/create", linking_batches.create, "write"),
        ("POST", "/batch/associate/default", linking_batches.associate_default, "write"),
        ("POST", "/batch/read", linking_batches.read, "read"),
        ("POST", "/batch/archive", linking_batches.archive, "write"),
        ("POST", "/batch/labels/archive", linking_batches.archive_labels, "write"),
        ("GET", "/labels", linking_batches.labels, "read"),
        ("POST", "/labels", linking_batches.add_label, "write"),
        ("PUT", "/labels", linking_batches.change_label, "write"),
        ("DELETE", "/labels/{typeId}", linking_batches.drop_label, "write"),
        lane="associations",
    ),
]
_DEFINITIONS = [
    *_lines(
        "/crm/v3/properties/{type}",
        "properties",
        ("GET", "", properties.list_all, "read"),
        ("POST", "", properties.create, "write"),
        ("POST", "/batch/read", properties.batch_read, "read"),
        ("POST", "/batch/create", properties.batch_create, "write"),
        ("POST", "/batch/archive", properties.batch_archive, "write"),
        ("GET", "/groups", groups.list_all, "read"),
        ("POST", "/groups", groups.create, "write"),
        ("GET", "/groups/{name}", groups.get, "read"),
        ("PATCH", "/groups/{name}", groups.update, "write"),
        ("DELETE", "/groups/{name}", groups.archive, "write"),
        ("GET", "/{name}", properties.get, "read"),
        ("PATCH", "/{name}", properties.update, "write"),
        ("DELETE", "/{name}", properties.archive, "write"),
    ),
    *_lines(
        "/crm/v3/pipelines/{type}",
        "pipelines",
        ("GET", "", piping.list_all, "read"),
        ("POST", "", piping.create, "write"),
        ("GET", "/{id}", piping.get, "read"),
        ("PUT", "/{id}", piping.replace, "write"),
        ("PATCH", "/{id}", piping.update, "write"),
        ("DELETE", "/{id}", piping.delete, "write"),
        ("GET", "/{id}/stages", piping.list_stages, "read"),
        ("POST", "/{id}/stages", piping.create_stage, "write"),
        ("GET", "/{id}/stages/{stageId}", piping.get_stage, "read"),
        ("PUT", "/{id}/stages/{stageId}", piping.update_stage, "write"),
        ("PATCH", "/{id}/stages/{stageId}", piping.update_stage, "write"),
        ("DELETE", "/{id}/stages/{stageId}", piping.delete_stage, "write"),
    ),
    *_lines(
        "/crm/v3/schemas",
        "schemas",
        ("GET", "", schemas.list_all, "read"),
        ("POST", "", schemas.create, "write"),
        ("GET", "/{name}", schemas.get, "read"),
        ("DELETE", "/{name}", schemas.delete, "write"),
    ),
]
_LISTS = _lines(
    "/crm/v3/lists",
    "lists",
    ("POST", "", lists.create, "write"),
    ("GET", "", lists.get_several, "read"),
    ("POST", "/search", lists.search, "read"),
    ("GET", "/{id}", lists.get, "read"),
    ("DELETE", "/{id}", lists.archive, "write"),
    ("PUT", "/{id}/restore", lists.restore, "write"),
    ("PUT", "/{id}/update-list-name", lists.rename, "write"),
    ("GET", "/{id}/memberships", lists.members, "read"),
    ("DELETE", "/{id}/memberships", lists.remove_all, "write"),
    ("GET", "/{id}/memberships/join-order", lists.members, "read"),
    ("PUT", "/{id}/memberships/add", lists.add, "write"),
    ("PUT", "/{id}/memberships/remove", lists.remove, "write"),
    ("PUT", "/{id}/memberships/add-and-remove", lists.add_and_remove, "write"),
    ("PUT", "/{id}/memberships/add-from/{sourceId}", lists.add_from, "write"),
    ("GET", "/object-type-id/{objectTypeId}/name/{name}", lists.get_by_name, "read"),
    ("GET", "/records/{objectTypeId}/{id}/memberships", lists.lists_of, "read"),
)
_ACCOUNT = [
    *_lines(
        "/crm/v3/owners",
        "owners",
        ("GET", "", owners.read_page, "read"),
        ("GET", "/{id}", owners.read_one, "read"),
    ),
    Line("GET", "/automation/v4/flows", flows.read_page, ("automation", "read")),
    Line("POST", "/automation/v4/flows/batch/read", flows.batch_read, ("automation", "read")),
    Line("GET", "/account-info/v3/details", owners.account_details),
    Line("GET", "/account-info/v3/api-usage/daily/private-apps", owners.daily_usage),
    *(
        Line(method, path, answer, ("preferences", "read" if method == "GET" else "write"))
        for method, path, answer in preferences.ROUTES
    ),
]
_TOKENS = [
    Line(method, path, answer, who="nobody")
    for method, path, answer in (
        ("GET", "/oauth/authorize", oauth.consent),
        ("POST", "/oauth/v1/token", oauth.issue),
        ("POST", "/oauth/v1/token/introspect", oauth.introspect),
        ("POST", "/oauth/v1/token/revoke", oauth.revoke),
        ("GET", "/oauth/v1/access-tokens/{token}", oauth.describe),
        ("GET", "/oauth/v1/refresh-tokens/{token}", oauth.describe_refresh),
        ("DELETE", "/oauth/v1/refresh-tokens/{token}", oauth.drop_refresh),
        ("POST", "/oauth/v2/private-apps/get/access-token-info", oauth.describe_private),
    )
]
_APP = [
    Line(method, f"/webhooks/v3/{{appId}}{rest}", answer, who="app")
    for method, rest, answer in (
        ("GET", "/settings", app.get_settings),
        ("PUT", "/settings", app.put_settings),
        ("DELETE", "/settings", app.drop_settings),
        ("GET", "/subscriptions", app.list_subscriptions),
        ("POST", "/subscriptions", app.subscribe),
        ("POST", "/subscriptions/batch/update", app.change_several),
        ("GET", "/subscriptions/{id}", app.get_subscription),
        ("PATCH", "/subscriptions/{id}", app.change_subscription),
        ("DELETE", "/subscriptions/{id}", app.drop_subscription),
    )
]
LINES: tuple[Line, ...] = (*_OBJECTS, *_ASSOCIATIONS, *_DEFINITIONS, *_LISTS, *_ACCOUNT, *_TOKENS, *_APP)
