"""Who sees which field: profiles and permission sets, and the schema as one user sees it.

A standard field is open to every profile unless an admin closed it. A field that a deployment brought is closed to
all, administrators too, until a permission set or profile opens it. The widest of what profile and permission sets
give is what counts; a field that every record needs cannot be closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.tables import Table

Level = Literal["hidden", "read", "edit"]
_RANK: dict[str, int] = {"hidden": 0, "read": 1, "edit": 2}
ALL = "*"
# Rows whose change may change what somebody sees.
WATCHED = frozenset(
    {"User", "PermissionSetAssignment", "FieldPermissions", "ObjectPermissions", "PermissionSet"}
)


class Access:
    """The permissions of one org: `objects` and `tables` are its own.

    `given`: (profile id, user id or "*", object, field or "*") -> level. `sealed`: record id -> "hidden" or "read" for
    all users of the API, as sharing rules would have it.
    """

    def __init__(self, objects: dict[str, SObject], tables: Mapping[str, Table]) -> None:
        self.objects, self.tables = objects, tables
        self.given: dict[tuple[str, str, str], Level] = {}
        self.permissions: dict[str, set[str]] = {}
        self.sealed: dict[str, Level] = {}
        self._views: dict[str, dict[str, SObject]] = {}

    def let(self, who: str, object_name: str, name: str, level: Level) -> None:
        """Sets a level for a profile, a user, or everybody ("*"). `name` "*" is the object itself."""
        if level not in _RANK:
            raise ValueError('a level is one of "hidden", "read", "edit"')
        self.given[(who, object_name, name)] = level
        self.dirty()

    def forget(self, object_name: str, name: str) -> None:
        """A field is gone, and all that was said of it."""
        for key in [key for key in self.given if key[1:] == (object_name, name)]:
            del self.given[key]
        self.dirty()

    def dirty(self) -> None:
        """What users see may have changed."""
        self._views.clear()

    def shapes(self, user_id: str | None) -> dict[str, SObject]:
        """All objects as this user sees them; None sees everything."""
        if user_id is None or not (self.given or self.tables["FieldPermissions"].rows):
            return self.objects
        if user_id not in self._views:
            self._views[user_id] = self._view(user_id)
        return self._views[user_id]

    def level(self, user_id: str, object_name: str, name: str) -> Level:
        """What this user may do with a field, or with the object itself ("*")."""
        own = self.given.get((user_id, object_name, name))
        if own is not None:
            return own
        user = self.tables["User"].rows.get(user_id, {})
        profile = self.given.get((str(user.get("ProfileId")), object_name, name))
        base = profile or self.given.get((ALL, object_name, name), "edit")
        return max([base, *self._from_sets(user_id, object_name, name)], key=_RANK.__getitem__)

    def holds(self, user_id: str) -> frozenset[str]:
        """The custom permissions of a user, by name."""
        return frozenset(name for each in self._sets(user_id) for name in self.permissions.get(each, ()))

    def _sets(self, user_id: str) -> list[str]:
        return [
            row["PermissionSetId"]
            for row in self.tables["PermissionSetAssignment"].find("AssigneeId", user_id)
        ]

    def _from_sets(self, user_id: str, object_name: str, name: str) -> Iterable[Level]:
        if name == ALL:
            return
        for set_id in self._sets(user_id):
            for row in self.tables["FieldPermissions"].find("ParentId", set_id):
                if row["Field"] == f"{object_name}.{name}":
                    yield "edit" if row["PermissionsEdit"] else "read" if row["PermissionsRead"] else "hidden"

    def _view(self, user_id: str) -> dict[str, SObject]:
        limited: dict[str, set[str]] = {}
        for _, object_name, name in self.given:
            limited.setdefault(object_name, set()).add(name)
        view = dict(self.objects)
        for object_name, names in limited.items():
            shape = self.objects.get(object_name)
            if shape is None:
                continue
            seen = self._seen(shape, names, user_id)
            if seen is None:
                del view[object_name]
            else:
                view[object_name] = seen
        return view

    def _seen(self, shape: SObject, names: set[str], user_id: str) -> SObject | None:
        whole = self.level(user_id, shape.name, ALL) if ALL in names else "edit"
        if whole == "hidden":
            return None
        fields: dict[str, Field] = {}
        for name, item in shape.fields.items():
            # Parts of an address have one permission, the address's.
            key = name if name in names else str(item.compound)
            level = self.level(user_id, shape.name, key) if key in names and _closable(item) else "edit"
            if level == "hidden":
                continue
            fields[name] = replace(item, createable=False, updateable=False) if level == "read" else item
        return replace(shape, fields=fields, writable=shape.writable and whole == "edit")


def _closable(item: Field) -> bool:
    return item.type != "id" and not item.required and item.name not in ("SystemModstamp", "IsDeleted")
