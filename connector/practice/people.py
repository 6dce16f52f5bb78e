"""Invented persons, the same on both practice servers for the same seed. All names and firms are made up.

Person `i` of a seed never depends on how many there are. HubSpot holds persons 0..N-1; `places(seed, n)` tells
where Salesforce holds them too, and which further persons (index N and up) only Salesforce knows.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from connector.practice import wordlists as words

Side = Literal["hubspot", "salesforce"]
Place = Literal["none", "lead", "contact"]


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales person: an owner in HubSpot and a User in Salesforce, joined by e-mail."""

    email: str
    first_name: str
    last_name: str


REPS: tuple[Rep, ...] = (
    Rep("alice@accord.example.com", "Alice", "Amherst"),
    Rep("bob@accord.example.com", "Bob", "Bellweather"),
    Rep("carol@accord.example.com", "Carol", "Castellan"),
    Rep("dave@accord.example.com", "Dave", "Dunmore"),
    Rep("erin@accord.example.com", "Erin", "Eastlake"),
    Rep("frank@accord.example.com", "Frank", "Fairweather"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of one person. "" and None mean unknown; amounts are in whole US dollars."""

    index: int
    salutation: str
    first_name: str
    last_name: str
    email: str
    phone: str
    mobile: str
    fax: str
    title: str
    company: str
    website: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    industry: str
    employees: int | None
    revenue: int | None
    lead_source: str
    lifecycle: str
    owner: str
    budget: int | None
    decision_maker: bool
    timeframe: str
    demo_requested: bool
    fit_score: int | None
    webinar: date | None
    interests: tuple[str, ...]
    opted_out: bool
    do_not_call: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A person and where Salesforce holds them. `twin`: Salesforce holds a second Lead of the same person."""

    person: Person
    in_hubspot: bool
    place: Place
    twin: bool = False


def person(seed: int, index: int) -> Person:
    """Person `index` of `seed`. E-mails are unique: they hold the index."""
    dice = random.Random(f"person:{seed}:{index}")
    first, last = dice.choice(words.FIRST_NAMES), dice.choice(words.LAST_NAMES)
    firm = dice.choice(words.FIRM_HEADS) + " " + dice.choice(words.FIRM_TAILS)
    domain = "".join(letter for letter in firm.lower() if letter.isalnum())
    domain = f"{domain}.example.{dice.choice(('com', 'org', 'net'))}"
    place = dice.choice(words.PLACES)
    employees = dice.choice((3, 12, 30, 80, 240, 700, 2500))
    return Person(
        index=index,
        salutation=dice.choice(("Mr.", "Ms.", "Dr.", "", "")),
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}.{index}@{domain}",
        phone=_phone(dice, place),
        mobile=_phone(dice, place) if dice.random() < 0.4 else "",
        fax=_phone(dice, place) if dice.random() < 0.1 else "",
        title=f"{dice.choice(words.RANKS)} {dice.choice(words.DEPARTMENTS)}",
        company=firm,
        website=f"https://www.{domain}",
        street=f"{dice.randint(1, 980)} {dice.choice(words.STREETS)}",
        city=place.city,
        state=place.state,
        postal_code=place.postal_code,
        country=place.country,
        industry=dice.choice(words.INDUSTRIES),
        employees=employees,
        revenue=employees * dice.randrange(40_000, 260_000, 5_000),
        lead_source=dice.choice(words.LEAD_SOURCES)[0],
        lifecycle=dice.choices(words.LIFECYCLES, words.LIFECYCLE_WEIGHTS)[0],
        owner=dice.choice(REPS).email if dice.random() < 0.6 else "",
        budget=dice.randrange(1_000, 120_000, 500) if dice.random() < 0.6 else None,
        decision_maker=dice.random() < 0.35,
        timeframe=dice.choice(words.TIMEFRAMES)[0] if dice.random() < 0.6 else "",
        demo_requested=dice.random() < 0.2,
        fit_score=dice.randint(0, 100) if dice.random() < 0.8 else None,
        webinar=date(2026, 1, 5) + timedelta(days=dice.randrange(280)) if dice.random() < 0.3 else None,
        interests=_interests(dice),
        opted_out=dice.random() < 0.05,
        do_not_call=dice.random() < 0.05,
    )


def as_held(truth: Person, side: Side, seed: int) -> Person:
    """The person as one side knows them: some fields blank or different, some e-mails in another case."""
    dice = random.Random(f"{side}:{seed}:{truth.index}")
    changes: dict[str, object] = {}
    for name in _MAY_BE_BLANK:
        if dice.random() < 0.06:
            changes[name] = None if name in _NUMBERS else ""
    if dice.random() < 0.08:
        changes["title"] = f"{dice.choice(words.RANKS)} {dice.choice(words.DEPARTMENTS)}"
    if dice.random() < 0.05:
        changes["phone"] = truth.phone.replace("-", " ").replace("+1 ", "001 ")
    if dice.random() < 0.04:
        changes["street"] = f"{dice.randint(1, 980)} {dice.choice(words.STREETS)}"
    if side == "salesforce" and dice.random() < 0.05:
        changes["email"] = truth.email.title()
    return replace(truth, **changes)  # type: ignore[arg-type]


def places(seed: int, count: int) -> Iterator[Placed]:
    """All persons of a world of `count` HubSpot contacts, in order of index.

    Seven in ten are in Salesforce too, a fifth of those as Contacts; the first five Leads of them have a
    twin; `count` / 20 further persons are in Salesforce alone.
    """
    twins_left = min(5, count // 20)
    for index in range(count):
        place = _place(seed, index)
        twin = place == "lead" and twins_left > 0
        twins_left -= twin
        yield Placed(person(seed, index), True, place, twin)
    for index in range(count, count + count // 20):
        yield Placed(person(seed, index), False, "contact" if _place(seed, index) == "contact" else "lead")


def employee_band(employees: int | None) -> str:
    """HubSpot's `numemployees` option for a number of employees; "" when unknown."""
    if employees is None:
        return ""
    return next((band for limit, band in words.EMPLOYEE_BANDS if employees <= limit), "1000+")


def _place(seed: int, index: int) -> Place:
    throw = random.Random(f"place:{seed}:{index}").random()
    if throw >= 0.7:
        return "none"
    return "contact" if throw < 0.14 else "lead"


def _phone(dice: random.Random, place: words.Town) -> str:
    return f"{place.dial}-{dice.randint(200, 989)}-01{dice.randint(0, 99):02d}"


def _interests(dice: random.Random) -> tuple[str, ...]:
    number = dice.choice((0, 0, 1, 1, 2, 3))
    chosen = set(dice.sample([value for value, _ in words.INTERESTS], number))
    return tuple(value for value, _ in words.INTERESTS if value in chosen)


@lru_cache(maxsize=1024)
def _ascii(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())


_NUMBERS = frozenset({"employees", "revenue", "budget", "fit_score"})
_MAY_BE_BLANK = (
    "salutation",
    "phone",
    "mobile",
    "title",
    "website",
    "street",
    "city",
    "postal_code",
    "industry",
    "employees",
    "revenue",
    "lead_source",
    "budget",
    "timeframe",
    "fit_score",
)
