"""An admin's work on the schema: fields, picklist values, labels, record types, whole objects."""

from typing import Any

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.field_changes import Values, apply_wish, change_field, choices, refreshed
from connector.practice.salesforce.fields import lookup
from connector.practice.salesforce.founding import add_row
from connector.practice.salesforce.state import Org


class FieldWork:
    """The part of Admin about schema."""

    core: Acts

    @property
    def org(self) -> Org:
        return self.core.org

    def add_field(self, object: str, name: str, type: str = "string", **wish: Any) -> None:
        """ValueError when the field is there already."""
        if name in self.org.objects[object].fields:
            raise ValueError(f"{object}.{name} exists")
        change_field(self.org, object, name, {"type": type, **wish})

    def change_field(self, object: str, name: str, **wish: Any) -> None:
        change_field(self.org, object, name, wish)

    def remove_field(self, object: str, name: str) -> None:
        change_field(self.org, object, name, {"remove": True})

    def require(self, object: str, name: str, required: bool = True) -> None:
        change_field(self.org, object, name, {"required": required})

    def set_picklist(
        self,
        object: str,
        name: str,
        values: Values,
        restricted: bool | None = None,
        default: str | None = None,
    ) -> None:
        """The whole list of values; records that hold another keep it, as inactive values do."""
        item = self.org.objects[object].fields[name]
        item.choices = choices(values, default)
        item.restricted = item.restricted if restricted is None else restricted
        refreshed(self.org, self.org.objects[object])

    def rename_value(
        self, object: str, name: str, old: str, value: str | None = None, label: str | None = None
    ) -> None:
        """A new API value, label, or both. Records follow; of their stamps only SystemModstamp moves."""
        shape = self.org.objects[object]
        for choice in shape.fields[name].choices:
            if choice.value == old:
                choice.value, choice.label = value or old, label or value or choice.label
        table = self.org.tables[object]
        for row in [row for row in table.rows.values() if value and row.get(name) == old]:
            self.org.store(table, {**row, name: value, "SystemModstamp": self.org.stamp()})
        kind = {("Lead", "Status"): "LeadStatus", ("Opportunity", "StageName"): "OpportunityStage"}.get(
            (object, name)
        )
        for row in list(self.org.tables[kind].rows.values()) if kind else []:
            if row["ApiName"] == old:
                words = {"ApiName": value or old, "MasterLabel": label or value or row["MasterLabel"]}
                self.org.store(self.org.tables[str(kind)], {**row, **words})
        if kind == "OpportunityStage":
            self.org.stages = {row["ApiName"]: row for row in self.org.tables[kind].rows.values()}
        refreshed(self.org, shape)

    def rename_object(self, object: str, label: str, plural: str | None = None) -> None:
        shape = self.org.objects[object]
        shape.label, shape.plural = label, plural or label + "s"
        refreshed(self.org, shape)

    def remove_object(self, object: str) -> None:
        """As if the org had never had it; look-ups to it go with it."""
        self.org.uninstall(object)
        for shape in self.org.objects.values():
            for item in [item for item in shape.fields.values() if item.reference_to == (object,)]:
                if object != "Profile":
                    del shape.fields[item.name]
            refreshed(self.org, shape)

    def add_record_type(
        self, object: str, developer_name: str, label: str | None = None, default: bool = False
    ) -> str:
        """A record type, and the object's RecordTypeId with its first one; gives its id."""
        shape = self.org.objects[object]
        made = add_row(
            self.org, "RecordType", Name=label or developer_name, DeveloperName=developer_name, SobjectType=object,
            IsActive=True,
        )  # fmt: skip
        item = shape.fields.get("RecordTypeId")
        if item is None:
            item = lookup("RecordTypeId", "Record Type ID", ("RecordType",))
            apply_wish(self.org, shape, item, {})
        if default:
            item.default = made
        refreshed(self.org, shape)
        return made
