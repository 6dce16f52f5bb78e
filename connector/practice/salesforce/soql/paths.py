"""Field paths held against the schema: `Account.Owner.Email` as a function from row to value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.reading import value_of
from connector.practice.salesforce.soql.nodes import Path, Select
from connector.practice.salesforce.soql.tokens import refuse
from connector.practice.salesforce.state import Org
from connector.practice.salesforce.tables import Row

Getter = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A resolved path: the field at its end, how to read it, and the relationships passed on the way."""

    field: Field
    get: Getter
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query's names are resolved in."""

    org: Org
    shape: SObject
    select: Select

    def resolve(self, path: Path) -> Found:
        """Raises INVALID_FIELD at the path's place for an unknown field or relationship."""
        parts = path.name.split(".")
        own = {self.shape.name.lower(), (self.select.alias or "").lower()}
        if len(parts) > 1 and parts[0].lower() in own:
            parts = parts[1:]
        return self._follow([self.shape], parts, path)

    def usable(self, path: Path, said: str) -> Found:
        """As `resolve`, for a field that is to be sorted, grouped or aggregated: compound and long ones can't be."""
        found = self.resolve(path)
        if not found.field.filterable:
            text = f"field '{found.field.name}' can not be {said} in a query call"
            raise refuse("INVALID_FIELD", self.select.text, path.at, text)
        return found

    def _follow(self, shapes: list[SObject], parts: list[str], path: Path) -> Found:
        if len(parts) == 1:
            item = self._field(shapes, parts[0], path)
            return Found(item, _reader(item), ())
        link = self._relationship(shapes, parts[0], path)
        seen = self.org.seen()
        beyond = [seen[name] for name in link.reference_to if name in seen]
        if not beyond:
            raise self._no_relationship(parts[0], path)
        if len(link.reference_to) > 1 and [part.lower() for part in parts[1:]] == ["type"]:
            return self._kind_of(link, parts[0])
        rest = self._follow(beyond, parts[1:], path)
        org, get = self.org, rest.get

        def through(row: Row) -> Any:
            parent = org.row(row.get(link.name))
            return None if parent is None else get(parent)

        return Found(rest.field, through, (link.relationship or parts[0], *rest.parents))

    def _kind_of(self, link: Field, said: str) -> Found:
        """`Owner.Type`, `Who.Type`: what a polymorphic look-up names; a queue is a "Queue"."""

        def kind(row: Row) -> str | None:
            parent = self.org.row(row.get(link.name))
            if parent is None:
                return None
            name = self.org.by_prefix[parent["Id"][:3]].name
            return str(parent["Type"]) if name == "Group" else name

        item = Field("Type", "string", "Type", 40, createable=False, updateable=False)
        return Found(item, kind, (link.relationship or said,))

    def _field(self, shapes: list[SObject], name: str, path: Path) -> Field:
        # A polymorphic parent (Owner is a User or a queue) has the fields of either.
        for shape in shapes:
            item = shape.find(name)
            if item is not None:
                return item
        text = (
            f"No such column '{name}' on entity '{shapes[0].name}'. If you are attempting to use a custom field, be "
            "sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call "
            "for the appropriate names."
        )
        raise refuse("INVALID_FIELD", self.select.text, path.at, text)

    def _relationship(self, shapes: list[SObject], name: str, path: Path) -> Field:
        for shape in shapes:
            for item in shape.fields.values():
                if item.relationship and item.relationship.lower() == name.lower():
                    return item
        raise self._no_relationship(name, path)

    def _no_relationship(self, name: str, path: Path) -> Refusal:
        text = (
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
            "relationship, be sure to append the '__r' after the custom relationship name. Please reference your "
            "WSDL or the describe call for the appropriate names."
        )
        return refuse("INVALID_FIELD", self.select.text, path.at, text)


def _reader(item: Field) -> Getter:
    if item.type == "address":
        return lambda row: value_of(row, item)
    name = item.name
    return lambda row: row.get(name)


def source_shape(org: Org, select: Select) -> SObject:
    """The object a query is FROM; raises INVALID_TYPE."""
    shape = org.shape(select.source.name)
    if shape is None:
        text = (
            f"sObject type '{select.source.name}' is not supported. If you are attempting to use a custom object, be "
            "sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
            "appropriate names."
        )
        raise refuse("INVALID_TYPE", select.text, select.source.at, text)
    return shape
