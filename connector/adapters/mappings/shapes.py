"""The shapes of the four files, level by level. What they mean is compiled beside; what a lens takes is in
lens_shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.adapters.mappings.problems import Spot, did_you_mean, listed

Word = Annotated[str, Field(min_length=1)]
SideName = Literal["hubspot", "salesforce"]
ObjectName = Literal["Lead", "Contact"]


class Shape(BaseModel):
    """Strict: a text is no number, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


S = TypeVar("S", bound=Shape)


class Person(Shape):
    version: Annotated[int, Field(ge=1)]
    salesforce_objects: Annotated[list[ObjectName], Field(min_length=1)]
    create: ObjectName
    link_fields: dict[str, Any]
    run_marks: dict[str, Any] | None = None
    selection: dict[str, Any] | None = None
    also_read: dict[str, Any] | None = None
    fields: Annotated[dict[str, Any], Field(min_length=1)]


class LinkFields(Shape):
    hubspot: Word
    salesforce: Word


class RunMarks(Shape):
    hubspot: Word | None = None
    salesforce: Word | None = None


class Selection(Shape):
    hubspot: Any = None
    salesforce: Any = None


class AlsoRead(Shape):
    hubspot: list[Word] = []
    Lead: list[Word] = []
    Contact: list[Word] = []


class FieldShape(Shape):
    hubspot: Word
    salesforce: Word | dict[str, Word]
    lens: Any
    direction: Literal["both", "to_salesforce", "to_hubspot"] = "both"
    wins: Literal["hubspot", "salesforce", "newest", "hold"] | None = None
    tie: SideName | None = None
    blank: Literal["copy", "keep"] | None = None
    first_link: SideName | None = None
    order: list[Word] = []
    fallback: str | int | float | bool | None = None
    needs: Word | None = None


class Vocabulary(Shape):
    version: Annotated[int, Field(ge=1)]
    statuses: Annotated[dict[str, Any], Field(min_length=1)]
    reject_reasons: Annotated[dict[str, Any], Field(min_length=1)]
    stages: dict[str, Any] = {}


class WordShape(Shape):
    meaning: Word
    owner: Literal["marketing", "sales"]
    hubspot: Word | dict[str, Any] | None = None
    salesforce: Word | dict[str, Any] | None = None


class SpellingShape(Shape):
    write: Word | None = None
    read: list[Word] = []


class Qualification(Shape):
    version: Annotated[int, Field(ge=1)]
    traits: Annotated[dict[str, Any], Field(min_length=1)]
    tiers: dict[str, Any]


class TraitShape(Shape):
    label: Word
    met_when: Any


class Tiers(Shape):
    hot: list[int]
    warm: list[int]
    nurture: list[int]


class Handoff(Shape):
    version: Annotated[int, Field(ge=1)]
    hand_over: Annotated[list[Literal["hot", "warm", "nurture"]], Field(min_length=1)]
    accept_within: dict[str, Any]
    cool_off_days: Annotated[int, Field(ge=0, le=3650)]
    owners: Annotated[list[Any], Field(min_length=1)]
    fallback_owner: Word
    status_on_offer: Word | None
    if_missing: dict[str, Any]
    lifecycle: dict[str, Any]
    nurture_list: Word
    reject_reasons: Annotated[list[Word], Field(min_length=1)]
    status_answers: dict[str, Literal["accepted", "working", "rejected", "nurture"]] | None = None
    lead_status: dict[str, Word] = Field(default={})
    answers: dict[str, Any] | None = None


class AcceptWithin(Shape):
    hours: Annotated[float, Field(gt=0, le=24 * 90, strict=False)]
    working_hours: dict[str, Any] | None = None


class WorkingHours(Shape):
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1)]
    start: Word
    end: Word
    zone: Word


class OwnerRule(Shape):
    when: Any = None
    round_robin: Annotated[list[Word], Field(min_length=1)]


class IfMissing(Shape):
    last_name: Literal["hold"] | dict[str, Any]
    company: Literal["hold"] | dict[str, Any]


class Fallback(Shape):
    write: Word


class Lifecycle(Shape):
    order: Annotated[list[Word], Field(min_length=1)]
    stages: dict[str, Word]


class Answers(Shape):
    hubspot: dict[str, str] = {}
    salesforce: dict[str, Any] = {}


def read(shape: type[S], spot: Spot) -> S | None:
    """What is written at ``spot`` as that shape; None with every problem noted where it does not fit."""
    raw = spot.raw
    if not isinstance(raw, dict):
        spot.problem("Keys are expected here.", f"Give {listed(shape.model_fields)}.")
        return None
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        told: set[tuple[str | int, ...]] = set()
        for each in error.errors(include_url=False, include_input=False):
            _tell(shape, spot, each, told)
        return None


def _tell(shape: type[Shape], spot: Spot, error: Any, told: set[tuple[str | int, ...]]) -> None:
    """One problem for one place: a union of shapes would complain once for each."""
    steps = _steps(spot, error["loc"])
    name, kind = error["loc"][0], error["type"]
    place = (name, *steps[1:])
    if place in told:
        return
    told.add(place)
    if kind == "missing":
        spot.problem(f"“{name}” is missing.", f"Add `{name}:`.")
    elif kind == "extra_forbidden":
        known = f"Known here: {listed(shape.model_fields)}."
        (spot / name).problem(
            f"The key “{name}” is not known.", did_you_mean(name, shape.model_fields, known)
        )
    else:
        _misfit(spot.deeper(steps or (name,)), str(name), error)


_PLAIN = {
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "text",
    "a valid dictionary": "keys with values",
    "a valid list": "a list",
    "a valid boolean": "true or false",
}


def _steps(spot: Spot, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The location without the names that pydantic gives to the members of a union."""
    steps: tuple[str | int, ...] = ()
    for step in location:
        if (*spot.path, *steps, step) in spot.source.lines:
            steps = (*steps, step)
    return steps


def _misfit(spot: Spot, name: str, error: Any) -> None:
    raw = spot.raw
    if error["type"] == "literal_error":
        expected = error["ctx"]["expected"].replace("'", "")
        fix = did_you_mean(raw, expected.replace(" or ", ", ").split(", "), "")
        spot.problem(f"“{name}” can't be “{raw}”: it is {expected}.", fix)
        return
    said = error["msg"].replace("Input should", "it should")
    for technical, plain in _PLAIN.items():
        said = said.replace(technical, plain)
    spot.problem(f"“{name}” does not fit: {said[:1].lower()}{said[1:]}.", "Compare it with the shipped file.")
