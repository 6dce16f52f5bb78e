"""One comparison of an agreement with both schemas: what is looked up, and the problems found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.adapters.mappings.problems import Path, Problem, Source, did_you_mean
from connector.core.agreement import Agreement
from connector.ports import FieldSchema

Schema = Mapping[str, FieldSchema]


@dataclass(frozen=True, slots=True)
class Comparison:
    agreement: Agreement
    hubspot: Schema
    salesforce: Mapping[str, Schema]
    sources: Mapping[str, Source]
    found: list[Problem]

    def problem(self, file: str, path: Path, message: str, fix: str) -> None:
        source = self.sources.get(file)
        shown, line = (source.file, source.line(path)) if source else (f"mappings/{file}", 1)
        self.found.append(Problem(shown, line, message, fix))

    def schema(self, object_: str) -> Schema:
        return self.hubspot if object_ == "contact" else self.salesforce.get(object_, {})

    def find(self, object_: str, name: str, file: str, path: Path) -> FieldSchema | None:
        """The field's schema, or None with a problem noted."""
        schema = self.schema(object_)
        found = schema.get(name)
        if found is None:
            place = "HubSpot" if object_ == "contact" else f"Salesforce's {object_}"
            hint = did_you_mean(name, schema, "Create it, or let the connected user see it.")
            self.problem(file, path, f"{place} has no field “{name}”.", hint)
        return found
