"""person.yaml -> KindMapping. What other files decide (fallbacks, fields they read) is put in by
`compile`."""

from __future__ import annotations

from collections.abc import Mapping

from connector.adapters.mappings import shapes
from connector.adapters.mappings.condition_shapes import Known, read_condition
from connector.adapters.mappings.lens_shapes import Around, read_lens
from connector.adapters.mappings.problems import Spot, did_you_mean, listed
from connector.core.conditions import Condition
from connector.core.mapping import Blank, Direction, Field, KindMapping, Selection, Wins
from connector.core.records import Side
from connector.core.vocabulary import Vocabulary

ALWAYS_KNOWN = ("CreatedDate", "LastModifiedDate", "IsConverted")


def read_person(spot: Spot, vocabulary: Vocabulary | None) -> KindMapping | None:
    """The mapping of persons; None where its outer shape does not fit. Fields that do not fit are left out,
    so that the rest can be checked too."""
    shape = shapes.read(shapes.Person, spot)
    objects = _objects(spot, shape)
    fields = tuple(
        field
        for name in (spot / "fields").names
        if (field := _field(spot / "fields" / name, name, objects, vocabulary))
    )
    link = shapes.read(shapes.LinkFields, spot / "link_fields") if (spot / "link_fields").raw else None
    also = shapes.AlsoRead()
    if (spot / "also_read").raw is not None:
        also = shapes.read(shapes.AlsoRead, spot / "also_read") or also
    extra: dict[str, tuple[str, ...]] = {"Lead": tuple(also.Lead), "Contact": tuple(also.Contact)}
    kept = {object_: names for object_, names in extra.items() if object_ in objects}
    selection = _selection(spot, tuple(also.hubspot), kept)
    if shape is None or link is None:
        return None
    return KindMapping(
        "person", shape.version, fields, objects, shape.create, link.hubspot, link.salesforce, selection,
        tuple(also.hubspot), kept, _run_marks(spot),
    )  # fmt: skip


def _run_marks(spot: Spot) -> Mapping[Side, str]:
    told = None if (spot / "run_marks").raw is None else shapes.read(shapes.RunMarks, spot / "run_marks")
    given = {Side.HUBSPOT: told.hubspot, Side.SALESFORCE: told.salesforce} if told is not None else {}
    return {side: name for side, name in given.items() if name}


def _objects(spot: Spot, shape: shapes.Person | None) -> tuple[str, ...]:
    if shape is None:
        return ("Lead", "Contact")
    if shape.create not in shape.salesforce_objects:
        (spot / "create").problem(
            f"Accord can't create a {shape.create}, which is not synced.", "Add it to `salesforce_objects`."
        )
    return tuple(dict.fromkeys(shape.salesforce_objects))


def _field(spot: Spot, name: str, objects: tuple[str, ...], vocabulary: Vocabulary | None) -> Field | None:
    shape = shapes.read(shapes.FieldShape, spot)
    if shape is None:
        return None
    direction = Direction(shape.direction)
    found = read_lens(spot / "lens", Around(name, direction, vocabulary, None))
    native = _natives(spot / "salesforce", shape.salesforce, objects)
    _check_rules(spot, shape, direction)
    if found is None or not native:
        return None
    lens_name, lens = found
    source = {Direction.TO_SALESFORCE: "hubspot", Direction.TO_HUBSPOT: "salesforce"}.get(direction)
    checkbox = lens_name in ("boolean", "consent")
    return Field(
        name=name,
        hubspot=shape.hubspot,
        salesforce=native,
        lens=lens,
        lens_name=lens_name,
        direction=direction,
        wins=Wins(shape.wins or source or "newest"),
        tie=Side(shape.tie or source or "hubspot"),
        blank=Blank(shape.blank or ("keep" if checkbox else "copy")),
        first_link=Side(shape.first_link or source or _firm(shape.wins) or "hubspot"),
        order=tuple(shape.order),
        fallback=shape.fallback,
        consent=lens_name == "consent",
        needs=shape.needs or "",
    )


def _firm(wins: str | None) -> str | None:
    """Without a rule of its own, the first link follows the side that wins later too."""
    return wins if wins in ("hubspot", "salesforce") else None


def _natives(spot: Spot, raw: str | dict[str, str], objects: tuple[str, ...]) -> Mapping[str, str]:
    """Salesforce field by object. One name alone stands for every object."""
    if isinstance(raw, str):
        return dict.fromkeys(objects, raw)
    for object_ in raw:
        if object_ not in ("Lead", "Contact"):
            fix = did_you_mean(object_, ("Lead", "Contact"), "Write Lead or Contact.")
            (spot / object_).problem(f"A person is no “{object_}” in Salesforce.", fix)
    native = {object_: name for object_, name in raw.items() if object_ in objects}
    if not native:
        spot.problem(
            f"The field is on none of the synced objects ({listed(objects)}).",
            "Name one of them, or take the field out.",
        )
    return native


def _check_rules(spot: Spot, shape: shapes.FieldShape, direction: Direction) -> None:
    """Rules that contradict each other within one field."""
    target = {Direction.TO_SALESFORCE: "salesforce", Direction.TO_HUBSPOT: "hubspot"}.get(direction)
    if target and shape.wins in (target, "newest", "hold"):
        only = "Salesforce" if target == "salesforce" else "HubSpot"
        (spot / "wins").problem(
            f"`wins: {shape.wins}` has no meaning where values only go to {only}.",
            "Leave it out, or set `direction: both`.",
        )
    if shape.tie and shape.wins not in (None, "newest"):
        (spot / "tie").problem("`tie` decides only where `wins: newest` can't tell.", "Leave it out.")
    lens = next(iter(shape.lens), None) if isinstance(shape.lens, dict) else shape.lens
    if lens in ("boolean", "consent") and shape.blank == "copy" and target != "hubspot":
        (spot / "blank").problem("A Salesforce checkbox can't be blank.", "Set `blank: keep`.")
    if lens == "consent" and (shape.wins or shape.tie or shape.first_link):
        key = "wins" if shape.wins else "tie" if shape.tie else "first_link"
        (spot / key).problem("Of a consent the stricter side always wins.", f"Leave `{key}` out.")
    if shape.order and target == "salesforce":
        (spot / "order").problem(
            "`order` is about writing HubSpot, which this field never does.", "Leave it out."
        )


def native_names(spot: Spot) -> tuple[list[str], list[str]]:
    """HubSpot and Salesforce names of all fields as written, of those that have a problem too."""
    written = [each for name in spot.names if isinstance(each := (spot / name).raw, dict)]
    hubspot = [str(each.get("hubspot")) for each in written]
    salesforce = [each.get("salesforce") for each in written]
    names = [list(each.values()) if isinstance(each, dict) else [each] for each in salesforce]
    return hubspot, [str(name) for some in names for name in some]


def _selection(root: Spot, also_hubspot: tuple[str, ...], also: Mapping[str, tuple[str, ...]]) -> Selection:
    spot = root / "selection"
    if spot.raw is None or shapes.read(shapes.Selection, spot) is None:
        return Selection()
    hubspot, salesforce = native_names(root / "fields")
    extra = [name for names in also.values() for name in names]
    how = "Map it, or list it under `also_read`."
    return Selection(
        _condition(spot / "hubspot", Known([*hubspot, *also_hubspot], how)),
        _condition(spot / "salesforce", Known([*salesforce, *extra, *ALWAYS_KNOWN], how)),
    )


def _condition(spot: Spot, known: Known) -> Condition | None:
    return None if spot.raw is None else read_condition(spot, known)
