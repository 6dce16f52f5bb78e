"""An admin's work on people: users, queues, what they may see and do."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.practice.salesforce.access import ALL, Level
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.founding import add_row, add_user


class PeopleWork:
    """The part of Admin about users and permissions."""

    core: Acts

    def add_user(
        self,
        email: str,
        first: str,
        last: str,
        profile: str = "Standard User",
        active: bool = True,
        role: str | None = None,
    ) -> str:
        """A User; `org.people` learns the e-mail and the role."""
        org = self.core.org
        made = add_user(org, first, last, email, active, profile)
        org.people[email] = made
        if role:
            org.people[role] = made
        return made

    def set_user(self, who: str, **values: Any) -> None:
        """Changes a User row, its stamps too: IsActive, Email, ProfileId …"""
        org = self.core.org
        table = org.tables["User"]
        row = table.rows[org.people.get(who, who)]
        at = org.stamp()
        org.store(table, {**row, **values, "LastModifiedDate": at, "SystemModstamp": at})

    def add_queue(
        self,
        name: str,
        developer_name: str | None = None,
        objects: Iterable[str] = ("Lead",),
        members: Iterable[str] = (),
        email: str | None = None,
    ) -> str:
        """A queue that may own records of `objects`; `org.people` learns its name."""
        org = self.core.org
        api_name = developer_name or name.replace(" ", "_")
        made = add_row(org, "Group", Name=name, DeveloperName=api_name, Type="Queue", Email=email)
        org.people[name] = made
        for each in objects:
            add_row(org, "QueueSobject", QueueId=made, SobjectType=each)
        for each in members:
            add_row(org, "GroupMember", GroupId=made, UserOrGroupId=org.people.get(each, each))
        return made

    # permissions --------------------------------------------------------------------------------
    def hide_field(self, object: str, name: str, who: str = ALL) -> None:
        self._let(object, name, who, "hidden")

    def read_only_field(self, object: str, name: str, who: str = ALL) -> None:
        self._let(object, name, who, "read")

    def show_field(self, object: str, name: str, who: str = ALL) -> None:
        self._let(object, name, who, "edit")

    def hide_object(self, object: str, who: str = ALL) -> None:
        self._let(object, ALL, who, "hidden")

    def read_only_object(self, object: str, who: str = ALL) -> None:
        self._let(object, ALL, who, "read")

    def show_object(self, object: str, who: str = ALL) -> None:
        self._let(object, ALL, who, "edit")

    def _let(self, object: str, name: str, who: str, level: Level) -> None:
        org = self.core.org
        shape = org.objects[object]
        if name != ALL and name not in shape.fields:
            raise ValueError(f"no such field: {object}.{name}")
        org.access.let(self._who(who), object, name, level)
        org.schema_changed = org.clock.now()

    def _who(self, who: str) -> str:
        """The id of a user or profile, or "*"."""
        org = self.core.org
        if who == ALL or who in org.people:
            return org.people.get(who, ALL)
        named = [row["Id"] for row in org.tables["Profile"].rows.values() if who in (row["Name"], row["Id"])]
        if not named and who not in org.tables["User"].rows:
            raise ValueError(f"no such user or profile: {who}")
        return str(named[0]) if named else who

    def seal_record(self, record_id: str, level: Level = "hidden") -> None:
        """Sharing: no user of the API sees the record ("hidden") or may write it ("read"); "edit" opens it again."""
        if level == "edit":
            self.core.org.access.sealed.pop(record_id, None)
        else:
            self.core.org.access.sealed[record_id] = level

    def add_permission_set(
        self, name: str, fields: Mapping[str, Level] | None = None, label: str | None = None
    ) -> str:
        """A permission set that gives `fields` ("Lead.X__c" -> "read" or "edit"); gives its id. One of the same name
        takes the new fields on."""
        org = self.core.org
        rows = org.tables["PermissionSet"].rows.values()
        made = next((row["Id"] for row in rows if row["Name"] == name), None)
        if made is None:
            made = add_row(org, "PermissionSet", Name=name, Label=label or name)
        for field, level in (fields or {}).items():
            self._grant(made, field, level)
        org.access.dirty()
        return str(made)

    def _grant(self, set_id: str, field: str, level: Level) -> None:
        org = self.core.org
        table = org.tables["FieldPermissions"]
        for row in table.find("ParentId", set_id):
            if row["Field"] == field:
                table.drop(row["Id"])
        object_name = field.split(".")[0]
        add_row(
            org, "FieldPermissions", ParentId=set_id, SobjectType=object_name, Field=field,
            PermissionsRead=level != "hidden", PermissionsEdit=level == "edit",
        )  # fmt: skip

    def assign(self, permission_set: str, who: str) -> str:
        """Gives a permission set (id or name) to a user; the assignment's id."""
        org = self.core.org
        rows = org.tables["PermissionSet"].rows
        set_id = next(key for key, row in rows.items() if permission_set in (key, row["Name"]))
        user_id = org.people.get(who, who)
        return add_row(org, "PermissionSetAssignment", PermissionSetId=set_id, AssigneeId=user_id)

    def unassign(self, permission_set: str, who: str) -> None:
        org = self.core.org
        table = org.tables["PermissionSetAssignment"]
        for row in table.find("AssigneeId", org.people.get(who, who)):
            held = org.row(row["PermissionSetId"]) or {}
            if permission_set in (row["PermissionSetId"], held.get("Name")):
                table.drop(row["Id"])
        org.access.dirty()

    def loop_guard(self, on: bool = True) -> None:
        """Takes "Send Outbound Messages" from the integration user, or gives it back."""
        self.core.outbound.skip_integration_user = on
