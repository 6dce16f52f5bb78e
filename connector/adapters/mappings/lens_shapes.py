"""What each lens takes in YAML: ``lens: email`` or ``lens: {text: {limit: 40, too_long: truncate}}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import phonenumbers
import pycountry
from pydantic import Field

from connector.adapters.mappings.choice_shapes import Choices, read_choices
from connector.adapters.mappings.problems import Source, Spot, did_you_mean, listed
from connector.adapters.mappings.shapes import S, Shape, Word, read
from connector.core import lenses
from connector.core.lenses.choices import Band
from connector.core.mapping import Direction, Lens
from connector.core.vocabulary import Vocabulary, WordList


@dataclass(frozen=True, slots=True)
class Around:
    """What a lens's builder may look at besides its own options."""

    field: str
    direction: Direction
    vocabulary: Vocabulary | None
    vocabulary_source: Source | None


class Nothing(Shape):
    pass


class Text(Shape):
    limit: Annotated[int, Field(ge=2)] | None = None
    too_long: Literal["hold", "truncate"] = "hold"
    mark: Word = "…"


class Limited(Shape):
    limit: Annotated[int, Field(ge=2)] = 255


class Phone(Shape):
    region: Word = "US"


class Country(Shape):
    hubspot: Literal["text", "name", "code", "code3"] = "name"
    salesforce: Literal["text", "name", "code", "code3"] = "name"
    names: dict[str, Word] = Field(default={})
    unknown: Literal["keep", "hold"] = "keep"


class State(Shape):
    countries: Annotated[list[Word], Field(min_length=1)]
    hubspot: Literal["text", "name", "code"] = "name"
    salesforce: Literal["text", "name", "code"] = "name"
    unknown: Literal["keep", "hold"] = "keep"


class Number(Shape):
    decimals: Annotated[int, Field(ge=0, le=15)] | None = None
    digits: Annotated[int, Field(ge=1, le=18)] = 18


class Currency(Shape):
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    digits: Annotated[int, Field(ge=1, le=18)] = 18


class Bands(Shape):
    bands: Annotated[dict[str, list[int | float]], Field(min_length=1)]


class Boolean(Shape):
    inverted: bool = False


class Owner(Shape):
    fallback: Word | None = None


class Through(Shape):
    list: Literal["statuses", "reject_reasons", "stages"] = "statuses"


class Consent(Shape):
    hubspot: Literal["opted_out", "opted_in"] = "opted_out"
    salesforce: Literal["opted_out", "opted_in"] = "opted_out"


Build = Callable[[Any, Spot, Around], Lens | None]


def _text(o: Text, spot: Spot, around: Around) -> Lens | None:
    if o.too_long == "truncate" and o.limit is None:
        (spot / "too_long").problem("“truncate” needs a limit.", "Add `limit:` with Salesforce's length.")
        return None
    if o.limit is not None and len(o.mark) >= o.limit:
        (spot / "mark").problem("The mark is longer than the text may be.", "Choose a shorter mark.")
        return None
    return lenses.TextLens(o.limit, o.too_long == "truncate", o.mark)


def _phone(o: Phone, spot: Spot, around: Around) -> Lens | None:
    if o.region not in phonenumbers.SUPPORTED_REGIONS:
        (spot / "region").problem(f"“{o.region}” is no region.", "Write a two-letter country code: US, DE, …")
        return None
    return lenses.PhoneLens(o.region)


def _is_country(code: str, spot: Spot) -> bool:
    if len(code) == 2 and pycountry.countries.get(alpha_2=code):
        return True
    spot.problem(f"“{code}” is no country code.", "Write a two-letter code in capitals: US, DE, …")
    return False


def _country(o: Country, spot: Spot, around: Around) -> Lens | None:
    fine = [_is_country(code, spot / "names" / code) for code in o.names]
    hubspot, salesforce = lenses.Form(o.hubspot), lenses.Form(o.salesforce)
    return lenses.CountryLens(hubspot, salesforce, o.names, o.unknown == "keep") if all(fine) else None


def _state(o: State, spot: Spot, around: Around) -> Lens | None:
    fine = [_is_country(code, spot / "countries" / n) for n, code in enumerate(o.countries)]
    hubspot, salesforce = lenses.Form(o.hubspot), lenses.Form(o.salesforce)
    countries = tuple(o.countries)
    return lenses.StateLens(countries, hubspot, salesforce, o.unknown == "keep") if all(fine) else None


def _bands(o: Bands, spot: Spot, around: Around) -> Lens | None:
    bands: list[Band] = []
    for name, ends in o.bands.items():
        at = spot / "bands" / name
        if len(ends) not in (1, 2) or ends[-1] < ends[0]:
            at.problem(f"The band “{name}” needs [lowest, highest], or [lowest] alone.", "")
            return None
        low, high = Decimal(str(ends[0])), Decimal(str(ends[1])) if len(ends) == 2 else None
        clash = next(
            (b for b in bands if b.holds(low) or low <= b.low <= (b.low if high is None else high)), None
        )
        if clash:
            at.problem(f"The bands “{clash.name}” and “{name}” overlap.", "A number can be in one band only.")
            return None
        bands.append(Band(name, low, high))
    return lenses.BandLens(tuple(bands))


def _picklist(o: Choices, spot: Spot, around: Around) -> Lens | None:
    return read_choices(o, spot, around.field, around.direction)


def _multi_select(o: Choices, spot: Spot, around: Around) -> Lens | None:
    one = read_choices(o, spot, around.field, around.direction)
    return None if one is None else lenses.MultiSelectLens(one)


def _owner(o: Owner, spot: Spot, around: Around) -> Lens | None:
    if o.fallback is not None and "@" not in o.fallback:
        (spot / "fallback").problem(f"“{o.fallback}” is no e-mail address.", "Owners are named by e-mail.")
        return None
    return lenses.OwnerLens(o.fallback.lower() if o.fallback else None)


def _vocabulary(o: Through, spot: Spot, around: Around) -> Lens | None:
    if around.vocabulary is None:
        return None  # its own problems are told already
    words: WordList = getattr(around.vocabulary, o.list)
    return lenses.VocabularyLens(words)


def _consent(o: Consent, spot: Spot, around: Around) -> Lens | None:
    hubspot, salesforce = o.hubspot == "opted_in", o.salesforce == "opted_in"
    return lenses.ConsentLens(hubspot is not salesforce, hubspot, salesforce)


LENSES: dict[str, tuple[type[Shape], Build]] = {
    "text": (Text, _text),
    "email": (Nothing, lambda o, spot, around: lenses.EmailLens()),
    "phone": (Phone, _phone),
    "url": (Limited, lambda o, spot, around: lenses.UrlLens(o.limit)),
    "country": (Country, _country),
    "state": (State, _state),
    "number": (Number, lambda o, spot, around: lenses.NumberLens(o.decimals, o.digits)),
    "currency": (Currency, lambda o, spot, around: lenses.CurrencyLens(o.decimals, o.digits, o.currency)),
    "band": (Bands, _bands),
    "boolean": (Boolean, lambda o, spot, around: lenses.BooleanLens(o.inverted)),
    "date": (Nothing, lambda o, spot, around: lenses.DateLens()),
    "datetime": (Nothing, lambda o, spot, around: lenses.DatetimeLens()),
    "picklist": (Choices, _picklist),
    "multi_select": (Choices, _multi_select),
    "vocabulary": (Through, _vocabulary),
    "owner": (Owner, _owner),
    "consent": (Consent, _consent),
}


def read_lens(spot: Spot, around: Around) -> tuple[str, Lens] | None:
    """Name and lens written at ``spot``; None with problems noted."""
    raw = spot.raw
    name = next(iter(raw)) if isinstance(raw, dict) and len(raw) == 1 else raw
    if not isinstance(name, str):
        spot.problem("A lens is one word, or one word with its options.", "For example {text: {limit: 40}}.")
        return None
    if name not in LENSES:
        spot.problem(
            f"The lens “{name}” is not known.", did_you_mean(name, LENSES, f"Known: {listed(LENSES)}.")
        )
        return None
    shape, build = LENSES[name]
    options = read(shape, spot / name) if isinstance(raw, dict) else _defaults(shape, spot, name)
    lens = None if options is None else build(options, spot / name, around)
    return None if lens is None else (name, lens)


def _defaults(shape: type[S], spot: Spot, name: str) -> S | None:
    needed = [key for key, info in shape.model_fields.items() if info.is_required()]
    if not needed:
        return shape()
    spot.problem(f"The lens “{name}” needs {listed(needed)}.", f"Write {{{name}: {{{needed[0]}: …}}}}.")
    return None
