"""An admin's work on the schema: fields, picklist values, labels, record types, whole objects."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from connector.practice.salesforce.fields import Choice, Field, SObject, lookup
from connector.practice.salesforce.founding import add_row, add_status
from connector.practice.salesforce.state import Org

if TYPE_CHECKING:
    from connector.practice.salesforce.core import SalesforceCore

Values = Iterable[str] | Mapping[str, str]
_LENGTHS = {
    "string": 255, "email": 80, "phone": 40, "url": 255, "textarea": 255, "picklist": 255, "multipicklist": 4099,
}  # fmt: skip
_KEYS = frozenset({
    "type", "label", "length", "values", "required", "unique", "external_id", "restricted", "updateable", "remove",
    "default", "precision", "scale", "case_sensitive", "references", "help",
})  # fmt: skip
_PLAIN = ("label", "length", "restricted", "updateable", "unique", "external_id", "default", "precision", "scale",
          "case_sensitive", "help")  # fmt: skip


def change_field(org: Org, object_name: str, name: str, wish: Mapping[str, Any]) -> None:
    """Adds, changes or (`remove`) takes away a field. KeyError for an unknown object, ValueError for an unknown key."""
    if set(wish) - _KEYS:
        raise ValueError(f"unknown keys: {', '.join(sorted(set(wish) - _KEYS))}")
    shape = org.objects[object_name]
    if wish.get("remove"):
        del shape.fields[name]
        org.access.forget(object_name, name)
    else:
        _apply(org, shape, shape.fields.get(name) or _new(name, wish), wish)
    refreshed(org, shape)


def refreshed(org: Org, shape: SObject) -> None:
    """The schema moved: look-ups and what users see are made anew."""
    shape.refresh()
    org.access.dirty()
    org.schema_changed = org.clock.now()


def _new(name: str, wish: Mapping[str, Any]) -> Field:
    kind = wish.get("type", "string")
    label = wish.get("label") or name.removesuffix("__c").replace("_", " ")
    if kind == "reference":
        return lookup(name, label, tuple(wish["references"].split(",")), relationship=_relationship(name))
    item = Field(name, kind, label, _LENGTHS.get(kind, 0))
    if kind == "boolean":
        item.nillable, item.defaulted = False, True
    if kind in ("int", "double", "currency", "percent"):
        item.precision, item.scale = (0, 0) if kind == "int" else (18, 2)
    return item


def _relationship(name: str) -> str:
    return name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")


def _apply(org: Org, shape: SObject, item: Field, wish: Mapping[str, Any]) -> None:
    table = org.tables[shape.name]
    shape.fields[item.name] = item
    for key in _PLAIN:
        if wish.get(key) is not None:
            setattr(item, key, wish[key])
    if "required" in wish and item.type != "boolean":
        item.nillable = not wish["required"]
    item.indexed = item.indexed or item.unique or item.external_id
    item.id_lookup = item.id_lookup or item.external_id
    if "values" in wish:
        item.choices = choices(wish["values"], wish.get("default"))
    table.watch(item)
    for row_id, row in list(table.rows.items()):
        # Rows made before the field was there hold its blank.
        if item.name not in row:
            table.rows[row_id] = {**row, item.name: False if item.type == "boolean" else None}


def choices(values: Values, default: str | None = None) -> list[Choice]:
    """Picklist values from a list, or from value -> label."""
    pairs = values.items() if isinstance(values, Mapping) else ((value, value) for value in values)
    return [Choice(value, label, default=value == default) for value, label in pairs]


def allow_values(org: Org, object_name: str, values: Mapping[str, Any]) -> None:
    """Adds picklist values that a person's edit brings: an admin had put them there before."""
    for name, value in values.items():
        item = org.objects[object_name].fields.get(name)
        if item is None or not item.choices or not isinstance(value, str):
            continue
        for part in value.split(";") if item.type == "multipicklist" else [value]:
            if part.strip() and not item.accepts(part.strip()):
                item.add_choice(part.strip())
                org.schema_changed = org.clock.now()
        if object_name == "Lead" and name == "Status":
            add_status(org, value)


class FieldWork:
    """The part of Admin about schema."""

    core: "SalesforceCore"

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
            _apply(self.org, shape, item, {})
        if default:
            item.default = made
        refreshed(self.org, shape)
        return made
