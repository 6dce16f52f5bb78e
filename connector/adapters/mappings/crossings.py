"""What the files must agree on with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connector.adapters.mappings.problems import Spot, did_you_mean, listed
from connector.core.lenses import OwnerLens, TextLens
from connector.core.mapping import Direction, Field, KindMapping, Wins
from connector.core.records import Side
from connector.core.rules import HandoffRules, Qualification, Tier
from connector.core.vocabulary import Vocabulary, WordList

MUST_HAVE = {"Lead": ("LastName", "Company"), "Contact": ("LastName",)}


@dataclass(frozen=True, slots=True)
class Parts:
    """The four parts with the root spots of their files. Only made when each part could be read."""

    person: KindMapping
    vocabulary: Vocabulary
    qualification: Qualification
    handoff: HandoffRules
    person_spot: Spot
    vocabulary_spot: Spot
    handoff_spot: Spot

    @property
    def all_fields_read(self) -> bool:
        """Else a field that seems to be missing may just have a problem of its own."""
        return len(self.person.fields) == len((self.person_spot / "fields").names)

    def field_spot(self, field: Field) -> Spot:
        return self.person_spot / "fields" / field.name


def check_crossings(parts: Parts) -> None:
    for check in _CHECKS:
        check(parts)


def _writes(field: Field) -> Iterator[tuple[str, str, str]]:
    """(object, native field, key in the file) of everything this field writes."""
    if field.direction is not Direction.TO_SALESFORCE:
        yield "contact", field.hubspot, "hubspot"
    if field.direction is not Direction.TO_HUBSPOT:
        for object_, name in field.salesforce.items():
            yield object_, name, "salesforce"


def _one_writer(parts: Parts) -> None:
    taken = _reserved(parts)
    for field in parts.person.fields:
        for object_, name, key in _writes(field):
            holder = taken.setdefault((object_, name), f"the field `{field.name}`")
            if holder != f"the field `{field.name}`":
                side = "HubSpot" if object_ == "contact" else f"Salesforce's {object_}"
                (parts.field_spot(field) / key).problem(
                    f"{side} “{name}” is written by {holder} already.",
                    "Two writers would undo each other: keep one.",
                )


def _reserved(parts: Parts) -> dict[tuple[str, str], str]:
    """Native fields that Accord writes by itself. Status and owner may be mapped too: the hand-off only sets
    them once."""
    hubspot, salesforce = parts.handoff.hubspot, parts.handoff.salesforce
    shared = (hubspot.status, hubspot.owner, "" if parts.handoff.lifecycle else hubspot.lifecycle)
    names = (getattr(hubspot, name) for name in hubspot.__slots__)
    taken = {("contact", name): "the hand-off" for name in names if name not in shared}
    taken["contact", parts.person.hubspot_key] = "the link"
    for object_ in parts.person.salesforce_objects:
        taken.update({(object_, name): "the hand-off" for name in salesforce.of_person()})
        taken[object_, parts.person.salesforce_key] = "the link"
    for side, name in parts.person.run_marks.items():
        objects = ("contact",) if side is Side.HUBSPOT else parts.person.salesforce_objects
        taken.update({(object_, name): "the mark of runs" for object_ in objects})
    return taken


def _email_is_mapped(parts: Parts) -> None:
    mapped = [field.hubspot for field in parts.person.fields if field.lens_name == "email"]
    if parts.all_fields_read and "email" not in mapped:
        (parts.person_spot / "fields").problem(
            "No field maps HubSpot's “email”, by which persons are matched.", "Add one with `lens: email`."
        )


def _needs_exist(parts: Parts) -> None:
    names = (parts.person_spot / "fields").names
    for field in parts.person.fields:
        if field.needs and (field.needs not in names or field.needs == field.name):
            fix = did_you_mean(field.needs, (name for name in names if name != field.name))
            (parts.field_spot(field) / "needs").problem(f"There is no other field “{field.needs}”.", fix)


def _required_are_mapped(parts: Parts) -> None:
    object_ = parts.person.create_object
    for name in MUST_HAVE[object_]:
        field = next((f for f in parts.person.fields if f.salesforce.get(object_) == name), None)
        if field is None and not parts.all_fields_read:
            continue
        if field is None or field.direction is Direction.TO_HUBSPOT:
            (parts.person_spot / "create").problem(
                f"A {object_} can't be created without {name}, and no field writes it.",
                "Map it to Salesforce.",
            )
        elif field.fallback is not None:
            file = parts.handoff_spot.source.file
            (parts.field_spot(field) / "fallback").problem(
                f"What is written for a blank {name} is agreed under `if_missing` in {file}.",
                "Delete `fallback` here.",
            )


def _status_on_offer(parts: Parts) -> None:
    word = parts.handoff.status_on_offer
    if word is not None:
        spot = parts.handoff_spot / "status_on_offer"
        _word(parts, spot, parts.vocabulary.statuses, word, (Side.SALESFORCE,))


def _status_words(parts: Parts) -> None:
    """The words that `status_answers` hears and that `lead_status` says."""
    statuses = parts.vocabulary.statuses
    heard = parts.handoff_spot / "status_answers"
    for word in heard.names:
        _word(parts, heard / word, statuses, word, ())
    for state, word in parts.handoff.lead_status.items():
        _word(parts, parts.handoff_spot / "lead_status" / state, statuses, word, (Side.HUBSPOT,))


def _reasons(parts: Parts) -> None:
    for number, name in enumerate(parts.handoff.reject_reasons):
        spot = parts.handoff_spot / "reject_reasons" / number
        _word(parts, spot, parts.vocabulary.reject_reasons, name, tuple(Side))


def _word(parts: Parts, spot: Spot, words: WordList, name: str, written: tuple[Side, ...]) -> None:
    """The word is agreed, and has a value that Accord writes on these sides."""
    agreed = (parts.vocabulary_spot / words.name).names
    if name not in agreed:
        known = f"{words.file} knows {listed(agreed, 'and')}."
        said = words.name.replace("_", " ")
        spot.problem(f"“{name}” is none of the agreed {said}.", did_you_mean(name, agreed, known))
    elif name in words:
        for side in written:
            if words.get(name).on(side).written is None:
                called = "HubSpot" if side is Side.HUBSPOT else "Salesforce"
                fix = f"Give it a {side} value in {words.file}."
                spot.problem(f"“{name}” is never written to {called}.", fix)


def _tiers(parts: Parts) -> None:
    reachable = set(parts.qualification.tiers.values())
    for number, tier in enumerate(parts.handoff.hand_over):
        spot = parts.handoff_spot / "hand_over" / number
        if tier is Tier.NURTURE:
            spot.problem(
                "Persons in nurture can't be handed over.", "Nurture is where the others go back to."
            )
        elif tier not in reachable:
            spot.problem(f"Nobody is ever “{tier}”.", "Give that tier a count in the qualification.")


def _owner(parts: Parts) -> None:
    for field in parts.person.fields:
        lens = field.lens
        if isinstance(lens, OwnerLens) and field.direction is Direction.BOTH and field.wins is Wins.HOLD:
            (parts.field_spot(field) / "wins").problem(
                "A two-way owner can't wait for a person: nobody would own the lead meanwhile.",
                "Set `wins: salesforce`, `hubspot` or `newest`.",
            )


_CHECKS: tuple[Callable[[Parts], None], ...] = (
    _one_writer,
    _email_is_mapped,
    _needs_exist,
    _required_are_mapped,
    _status_on_offer,
    _status_words,
    _reasons,
    _tiers,
    _owner,
)


def advise(parts: Parts) -> None:
    """Notes at the same spots things that are allowed and worth knowing."""
    newest = [field for field in parts.person.fields if field.wins is Wins.NEWEST and not field.consent]
    if newest:
        names = ", ".join(field.name for field in newest)
        parts.field_spot(newest[0]).problem(
            f"`newest` decides {names}: Salesforce has one clock per record, not per field, so `tie` decides "
            "whenever the HubSpot edit falls between two reads of Salesforce.",
            "Name a side where that is not good enough.",
        )
    for field in parts.person.fields:
        lens = field.lens
        if isinstance(lens, OwnerLens) and lens.fallback is None and field.direction is Direction.BOTH:
            parts.field_spot(field).problem(
                "Owners without a counterpart are held.",
                "Name a `fallback` if somebody should get their records.",
            )
        if isinstance(lens, TextLens) and lens.limit is None and field.direction is not Direction.TO_HUBSPOT:
            parts.field_spot(field).problem(
                "The text has no `limit`.", "Salesforce refuses what is too long."
            )
