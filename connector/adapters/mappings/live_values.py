"""Does a field's lens fit what a side's schema says of it: type, length, options?"""

from __future__ import annotations

from collections.abc import Iterator

from connector.adapters.mappings.problems import did_you_mean, listed
from connector.core.lenses import BandLens, MultiSelectLens, PicklistLens, TextLens, VocabularyLens
from connector.core.mapping import Direction, Field
from connector.core.records import Side
from connector.ports import FieldSchema

Complaint = tuple[str, str]

_WORDS = ("string", "textarea", "phone_number", "enumeration")
_HUBSPOT: dict[str, tuple[str, ...]] = {
    "text": _WORDS,
    "email": ("string",),
    "phone": ("string", "phone_number"),
    "url": ("string",),
    "country": ("string", "enumeration"),
    "state": ("string", "enumeration"),
    "number": ("number", "string"),
    "currency": ("number", "string"),
    "band": ("enumeration", "string"),
    "boolean": ("bool", "enumeration"),
    "consent": ("bool", "enumeration"),
    "date": ("date", "string"),
    "datetime": ("datetime",),
    "picklist": ("enumeration", "string"),
    "multi_select": ("enumeration",),
    "vocabulary": ("enumeration", "string"),
    "owner": ("enumeration",),
}
_SALESFORCE: dict[str, tuple[str, ...]] = {
    "text": ("string", "textarea", "picklist", "combobox", "encryptedstring", "phone", "url"),
    "email": ("email", "string"),
    "phone": ("phone", "string"),
    "url": ("url", "string"),
    "country": ("string", "picklist"),
    "state": ("string", "picklist"),
    "number": ("double", "int", "long", "currency", "percent"),
    "currency": ("currency", "double", "int"),
    "band": ("int", "double", "long"),
    "boolean": ("boolean",),
    "consent": ("boolean",),
    "date": ("date",),
    "datetime": ("datetime",),
    "picklist": ("picklist", "combobox", "string"),
    "multi_select": ("multipicklist",),
    "vocabulary": ("picklist", "combobox", "string"),
    "owner": ("reference",),
}


def check_type(field: Field, side: Side, schema: FieldSchema, written: bool) -> Iterator[Complaint]:
    """What the lens can't do with a field of this type and length."""
    fits = (_HUBSPOT if side is Side.HUBSPOT else _SALESFORCE)[field.lens_name]
    if schema.type not in fits:
        yield (
            f"is of type {schema.type}, and the lens `{field.lens_name}` speaks {listed(fits)}.",
            "Choose the lens of that type.",
        )
    limit = getattr(field.lens, "limit", None)
    if side is Side.SALESFORCE and written and schema.length and (isinstance(field.lens, TextLens) or limit):
        if schema.type in ("picklist", "combobox"):
            return
        if limit is None or limit > schema.length:
            said = "no limit" if limit is None else f"a limit of {limit}"
            yield (
                f"takes {schema.length} characters, and the lens has {said}.",
                f"Set `limit: {schema.length}`.",
            )


def check_options(field: Field, side: Side, schema: FieldSchema) -> Iterator[Complaint]:
    """Values the lens writes that the side does not list, and values of the side that the lens does not
    know."""
    lens = field.lens
    if schema.type in ("enumeration", "picklist", "multipicklist") and not schema.options:
        if field.lens_name not in ("owner", "text"):
            yield "has no options.", "Add them there, or use a lens that needs none."
        return
    if not schema.options or schema.type == "boolean":
        return
    written, read, keeps = _values(lens, side)
    if written is None:
        return
    away = Direction.TO_SALESFORCE if side is Side.HUBSPOT else Direction.TO_HUBSPOT
    if field.direction is not away and (schema.restricted or side is Side.HUBSPOT):
        for value in sorted(written - set(schema.options)):
            hint = did_you_mean(value, schema.options, "Add it there, or take it from the mapping.")
            yield f"has no option “{value}”.", hint
    comes = Direction.TO_HUBSPOT if side is Side.HUBSPOT else Direction.TO_SALESFORCE
    if field.direction is not comes and not keeps:
        for value in sorted(set(schema.options) - read):
            yield (
                f"has an option “{value}” that the mapping does not know: such values are held.",
                "Add it to the values.",
            )


def _values(lens: object, side: Side) -> tuple[set[str] | None, set[str], bool]:
    """(values the lens writes on that side or None if free, values it reads there, whether it passes
    others)."""
    if isinstance(lens, MultiSelectLens):
        lens = lens.one
    if isinstance(lens, PicklistLens):
        to_s, to_h = lens.hubspot_to_salesforce, lens.salesforce_to_hubspot
        back, forth = (to_h, to_s) if side is Side.HUBSPOT else (to_s, to_h)
        return set(back.values()), set(forth), lens.keep_unknown
    if isinstance(lens, VocabularyLens):
        spellings = [word.on(side) for word in lens.words.words]
        written = {spelling.written for spelling in spellings if spelling.written is not None}
        return written, {value for spelling in spellings for value in spelling.read}, False
    if isinstance(lens, BandLens) and side is Side.HUBSPOT:
        names = {band.name for band in lens.bands}
        return names, names, False
    return None, set(), True
