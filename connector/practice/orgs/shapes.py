"""The shapes of an org's file: what may be written where. Unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.practice.orgs.lines import Sheet, Step, meant

Word = Annotated[str, Field(min_length=1)]
Scalar = str | int | float | bool
Kind = Literal[
    "string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "boolean", "int", "double",
    "currency", "percent", "date", "datetime",
]  # fmt: skip


class Shape(BaseModel):
    """Strict: a text is no number, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FieldShape(Shape):
    """A field that the org has besides the usual ones, or one of them made otherwise.

    `fill`: what the records that are there already hold; without it they hold nothing.
    """

    type: Kind | None = None
    label: Word | None = None
    length: Annotated[int, Field(ge=1, le=131_072)] | None = None
    values: list[Word] | None = None
    required: bool | None = None
    unique: bool | None = None
    external_id: bool | None = None
    restricted: bool | None = None
    fill: Scalar | None = None


class RuleShape(Shape):
    """A validation rule, in one of two ways. `formula`: Salesforce's own language; a save is refused where it is true.
    Or: where `when` holds (field: value, all of them; empty: always), `field` must be filled, or match `pattern` as a
    whole where it is filled. `field` is also where the message stands."""

    object: Word
    message: Word
    field: Word | None = None
    formula: Word | None = None
    when: dict[str, Scalar] = {}
    pattern: Word | None = None


class DuplicateShape(Shape):
    """A duplicate rule: records whose `fields` are all alike. `alert` refuses a save that does not ask to be let."""

    object: Word
    fields: Annotated[list[Word], Field(min_length=1)]
    action: Literal["alert", "block"] = "alert"


class SalesforceShape(Shape):
    edition: Literal["Professional", "Enterprise", "Unlimited", "Developer"] = "Enterprise"
    leads: bool = True
    outbound_messages: bool = True
    pub_sub: bool = True
    multi_currency: bool = True
    person_accounts: bool = False
    daily_api_calls: Annotated[int, Field(ge=1)] | None = None
    slow_triggers: dict[str, Annotated[int, Field(ge=0, le=10_000)]] = {}
    fields: dict[str, dict[str, FieldShape]] = {}
    rename: dict[str, dict[str, Word]] = {}
    hidden: dict[str, list[Word]] = {}
    rules: list[RuleShape] = []
    duplicate_rules: list[DuplicateShape] = []
    settings: dict[str, Any] = {}


class PropertyShape(Shape):
    """A contact property. `options`: value -> label, of an enumeration."""

    type: Literal["string", "enumeration", "bool", "number", "date", "datetime"] = "string"
    label: Word | None = None
    options: dict[str, Word] = {}
    several: bool = False
    unique: bool = False


class HubSpotShape(Shape):
    tier: Literal["starter", "professional", "enterprise"] = "enterprise"
    properties: dict[str, PropertyShape] = {}
    settings: dict[str, Any] = {}


class OrgShape(Shape):
    """`mappings`: a folder, seen from the file, whose files stand in place of the shipped agreement's."""

    version: Annotated[int, Field(ge=1, le=1)]
    about: Word
    mappings: Word | None = None
    salesforce: SalesforceShape = SalesforceShape()
    hubspot: HubSpotShape = HubSpotShape()


S = TypeVar("S", bound=Shape)


def fit(shape: type[S], sheet: Sheet) -> S | None:
    """The sheet's value in this shape; None with every misfit noted."""
    if sheet.value is None:
        return None
    try:
        return shape.model_validate(sheet.value)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            _tell(shape, sheet, each)
        return None


def _tell(shape: type[Shape], sheet: Sheet, error: Any) -> None:
    path = _written(sheet, error["loc"])
    name = str(error["loc"][-1])
    if error["type"] == "missing":
        sheet.problem(path, f"“{name}” is missing.")
    elif error["type"] == "extra_forbidden":
        known = _keys_at(shape, error["loc"][:-1])
        sheet.problem(path, f"The key “{name}” is not known." + (meant(name, known) or _known(known)))
    else:
        said = error["msg"].replace("Input should be", "it should be").rstrip(".")
        sheet.problem(path, f"“{path[-1] if path else name}” does not fit: {said[:1].lower()}{said[1:]}.")


def _known(names: list[str]) -> str:
    return f" Known here: {', '.join(names)}." if names else ""


def _written(sheet: Sheet, location: tuple[Step, ...]) -> tuple[Step, ...]:
    """The location without the names that pydantic gives to the members of a union."""
    path: tuple[Step, ...] = ()
    for step in location:
        if (*path, step) in sheet.lines:
            path = (*path, step)
    return path


_AT: dict[tuple[str, ...], type[Shape]] = {
    ("salesforce",): SalesforceShape,
    ("hubspot",): HubSpotShape,
    ("salesforce", "fields", "*", "*"): FieldShape,
    ("salesforce", "rules", "*"): RuleShape,
    ("salesforce", "duplicate_rules", "*"): DuplicateShape,
    ("hubspot", "properties", "*"): PropertyShape,
}


def _keys_at(shape: type[Shape], path: tuple[Step, ...]) -> list[str]:
    for pattern, inner in _AT.items():
        if len(pattern) == len(path) and all(p in ("*", step) for p, step in zip(pattern, path, strict=True)):
            return list(inner.model_fields)
    return list(shape.model_fields) if not path else []
