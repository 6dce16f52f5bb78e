"""The words a schema is written in: Field and SObject, with short constructors per type."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

FieldType = Literal[
    "id", "string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "boolean", "int", "double",
    "currency", "percent", "date", "datetime", "reference", "address",
]  # fmt: skip
TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "multipicklist"})
NUMBERS = frozenset({"int", "double", "currency", "percent"})


@dataclass(slots=True)
class Choice:
    """One picklist value: what the API stores, what people see."""

    value: str
    label: str
    active: bool = True
    default: bool = False


@dataclass(slots=True)
class Field:
    """One field of an object; the flags mean what describe says of them. `length` in characters."""

    name: str
    type: FieldType
    label: str
    length: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    restricted: bool = False
    id_lookup: bool = False
    indexed: bool = False
    precision: int = 0
    scale: int = 0
    choices: list[Choice] = field(default_factory=list)
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    default: Any = None
    compound: str | None = None
    plain: int = 0
    help: str | None = None

    def settle(self) -> None:
        """Works out `plain`: the length up to which text needs no look beyond its ends; 0 for other types."""
        simple = self.type in ("string", "textarea", "phone", "url") and not self.choices
        self.plain = self.length if simple else 0

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def required(self) -> bool:
        """Must be given on create, and may never be blanked."""
        return self.createable and not self.nillable and not self.defaulted

    @property
    def filterable(self) -> bool:
        return not (self.type == "address" or (self.type == "textarea" and self.length > 255))

    def accepts(self, value: str) -> bool:
        return any(choice.value == value and choice.active for choice in self.choices)

    def add_choice(self, value: str, label: str | None = None) -> None:
        """Adds a picklist value, as an admin would; a known one stays as it is."""
        if not any(choice.value == value for choice in self.choices):
            self.choices.append(Choice(value, label or value))


@dataclass(slots=True)
class Child:
    """A child relationship: the objects whose `field` points here, under the name a subquery uses."""

    name: str
    object: str
    field: str


@dataclass(slots=True)
class SObject:
    """One object type. `lowered` finds a field whatever its case, as the API does; `blank` is a new row;
    `guarded` names the fields whose values are held against other rows."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field]
    children: tuple[Child, ...] = ()
    writable: bool = True
    lowered: dict[str, Field] = field(default_factory=dict)
    blank: dict[str, Any] = field(default_factory=dict)
    guarded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """To be called after fields were added or taken away."""
        self.lowered = {name.lower(): item for name, item in self.fields.items()}
        for item in self.fields.values():
            item.settle()
        self.guarded = tuple(
            name for name, item in self.fields.items() if item.unique or item.type == "reference"
        )
        self.blank = {name: _blank(item) for name, item in self.fields.items()}

    def find(self, name: str) -> Field | None:
        return self.fields.get(name) or self.lowered.get(name.lower())


def _blank(item: Field) -> Any:
    if item.type == "boolean":
        return bool(item.default)
    if item.default is not None:
        return item.default
    return next((choice.value for choice in item.choices if choice.default), None)


def text(name: str, label: str, length: int, **flags: Any) -> Field:
    return Field(name, "string", label, length, **flags)


def typed(kind: FieldType, name: str, label: str, length: int = 0, **flags: Any) -> Field:
    return Field(name, kind, label, length, **flags)


def number(
    kind: FieldType, name: str, label: str, precision: int = 18, scale: int = 0, **flags: Any
) -> Field:
    digits = (0, 0) if kind == "int" else (precision, scale)
    return Field(name, kind, label, precision=digits[0], scale=digits[1], **flags)


def flag(name: str, label: str, **flags: Any) -> Field:
    return Field(name, "boolean", label, nillable=False, defaulted=True, **flags)


def picklist(name: str, label: str, values: Iterable[str], length: int = 40, **flags: Any) -> Field:
    """`default=` names the value that a new record gets."""
    default = flags.pop("default", None)
    choices = [Choice(value, value, default=value == default) for value in values]
    return Field(name, flags.pop("kind", "picklist"), label, length, choices=choices, **flags)


def address_free(prefix: str, label: str) -> list[Field]:
    """The text parts of an address without a compound."""
    parts = (("Street", 255), ("City", 40), ("State", 80), ("PostalCode", 20), ("Country", 80))
    return [text(f"{prefix}{part}", f"{label} {part}", length) for part, length in parts]


def lookup(name: str, label: str, targets: tuple[str, ...], **flags: Any) -> Field:
    relationship = flags.pop("relationship", None) or (name[:-2] if name.endswith("Id") else None)
    return Field(
        name, "reference", label, 18, reference_to=targets, relationship=relationship, indexed=True, **flags
    )


def read_only(item: Field) -> Field:
    item.createable = item.updateable = False
    return item
