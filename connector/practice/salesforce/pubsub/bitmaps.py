"""Which fields of a change event are meant: bits over the schema's fields, as hexadecimal text.

Bit n, counted from the right, is the n-th field of the schema, the header being number 0. The parts of a compound
field have an element of their own, led by the compound's number: `["0x650004E0", "4-0x10"]`.
"""

from collections.abc import Iterable


def bitmap(numbers: Iterable[int]) -> str:
    """`0x` and whole bytes, upper case."""
    bits = sum(1 << number for number in set(numbers))
    digits = f"{bits:X}"
    return "0x" + digits.zfill(len(digits) + len(digits) % 2)


def bitmaps(places: Iterable[tuple[int, int | None]], parents: bool = False) -> list[str]:
    """All elements for fields given as (number, number of the part or None).

    `parents`: the compounds' own bits are set too. No field gives an empty list.
    """
    plain: list[int] = []
    nested: dict[int, list[int]] = {}
    for number, part in places:
        if part is None:
            plain.append(number)
        else:
            nested.setdefault(number, []).append(part)
    first = plain + (list(nested) if parents else [])
    elements = [bitmap(first)] if first else []
    return elements + [f"{number}-{bitmap(parts)}" for number, parts in sorted(nested.items())]
