"""The agreement's folder: load it, check it, lay out a copy of the shipped one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import connector
from connector.adapters.mappings.condition_shapes import Known
from connector.adapters.mappings.crossings import MUST_HAVE, Parts, advise, check_crossings
from connector.adapters.mappings.handoff import read_handoff
from connector.adapters.mappings.person import native_names, read_person
from connector.adapters.mappings.problems import Problem, Source, Spot, did_you_mean
from connector.adapters.mappings.qualification import read_qualification
from connector.adapters.mappings.source import read_source
from connector.adapters.mappings.vocabulary import read_vocabulary
from connector.core.agreement import Agreement
from connector.core.mapping import Field, KindMapping
from connector.core.rules import HandoffRules
from connector.errors import FixConfiguration, Refused

FILES = ("person.yaml", "vocabulary.yaml", "qualification.yaml", "handoff.yaml")


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a folder gave. ``agreement`` is None when there are problems; advice never prevents it."""

    agreement: Agreement | None
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()


def load(folder: Path) -> Agreement:
    """The agreement in this folder. Raises FixConfiguration with every problem of every file."""
    reading = read_folder(folder)
    if reading.agreement is None:
        raise FixConfiguration([str(problem) for problem in reading.problems])
    return reading.agreement


def check(folder: Path) -> list[Problem]:
    """Every problem of every file, by file and line; empty when the agreement can be used."""
    return list(read_folder(folder).problems)


def read_folder(folder: Path) -> Reading:
    """Agreement, problems and advice in one pass."""
    found: list[Problem] = []
    spots = _spots(folder, found)
    parts = _parts(spots, found)
    if parts is not None:
        check_crossings(parts)
    problems = tuple(sorted(set(found)))
    if parts is None or problems:
        return Reading(None, problems)
    advice: list[Problem] = []
    advise(replace(parts, person_spot=Spot(parts.person_spot.source, advice)))
    return Reading(_agreement(parts, spots), (), tuple(sorted(advice)))


def sources(folder: Path) -> dict[str, Source]:
    """The readable files by name, for the lines that `check_live` names."""
    found: list[Problem] = []
    return {name: spot.source for name, spot in _spots(folder, found).items()}


def _spots(folder: Path, found: list[Problem]) -> dict[str, Spot]:
    shown = folder.resolve().name
    if not folder.is_dir():
        found.append(Problem(shown, 1, "There is no such folder.", "Lay one out with `accord init`."))
        return {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yaml", ".yml") and path.name not in FILES:
            fix = did_you_mean(path.name, FILES, "Move it out of this folder.")
            found.append(Problem(f"{shown}/{path.name}", 1, "Nothing reads this file.", fix))
    read = {name: read_source(folder / name, f"{shown}/{name}", found) for name in FILES}
    return {name: Spot(source, found) for name, source in read.items() if source is not None}


def _parts(spots: Mapping[str, Spot], found: list[Problem]) -> Parts | None:
    """Compile what can be read, in the order in which the files refer to each other."""
    words = read_vocabulary(spots["vocabulary.yaml"]) if "vocabulary.yaml" in spots else None
    person = read_person(spots["person.yaml"], words) if "person.yaml" in spots else None
    known = _known(spots.get("person.yaml"), person)
    qualification = (
        read_qualification(spots["qualification.yaml"], known) if "qualification.yaml" in spots else None
    )
    handoff = read_handoff(spots["handoff.yaml"], known) if "handoff.yaml" in spots else None
    if words is None or person is None or qualification is None or handoff is None:
        return None
    roots = (spots[f"{name}.yaml"] for name in ("person", "vocabulary", "handoff"))
    return Parts(person, words, qualification, handoff, *roots)


class _Anything(Known):
    """Where the mapping itself can't be read, nobody can say which fields are known."""

    def check(self, name: str, spot: Spot) -> None:
        return


def _known(spot: Spot | None, person: KindMapping | None) -> Known:
    """HubSpot properties that conditions may read: also those of fields which have a problem of their own."""
    if spot is None or person is None:
        return _Anything((), "")
    names, _ = native_names(spot / "fields")
    how = f"Map it in {spot.source.file}, or list it there under `also_read`."
    return Known([*names, *person.hubspot_extra], how)


def _agreement(parts: Parts, spots: Mapping[str, Spot]) -> Agreement:
    said = json.dumps({name: spot.source.value for name, spot in spots.items()}, sort_keys=True)
    fingerprint = hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
    person = _completed(parts.person, parts.handoff)
    return Agreement(person, parts.vocabulary, parts.qualification, parts.handoff, fingerprint)


def _completed(person: KindMapping, handoff: HandoffRules) -> KindMapping:
    """The mapping with the hand-off's fallbacks, and reading the fields of the hand-off too."""
    answers, salesforce = handoff.hubspot, handoff.salesforce
    hubspot = [*person.hubspot_extra, *(getattr(answers, name) for name in answers.__slots__)]
    extra: dict[str, tuple[str, ...]] = {}
    for object_ in person.salesforce_objects:
        also = (person.salesforce_extra or {}).get(object_, ())
        status = (salesforce.status,) if object_ == "Lead" else ()
        extra[object_] = tuple(dict.fromkeys((*also, *salesforce.of_person(), salesforce.owner, *status)))
    fields = tuple(_with_fallback(field, person.create_object, handoff) for field in person.fields)
    return replace(person, fields=fields, hubspot_extra=tuple(dict.fromkeys(hubspot)), salesforce_extra=extra)


def _with_fallback(field: Field, object_: str, handoff: HandoffRules) -> Field:
    agreed = dict(zip(MUST_HAVE["Lead"], (handoff.last_name_fallback, handoff.company_fallback), strict=True))
    text = agreed.get(field.salesforce.get(object_, ""))
    return field if text is None else replace(field, fallback=text)


def shipped() -> Traversable:
    """The folder of the shipped agreement: inside the installed package, or beside it in a checkout."""
    packed = resources.files(connector) / "_mappings"
    return packed if packed.is_dir() else Path(connector.__file__).resolve().parent.parent / "mappings"


def lay_out(folder: Path) -> list[Path]:
    """Copy the shipped, commented files into ``folder``. Raises Refused rather than overwrite anything."""
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        raise Refused(
            f"{folder} holds {', '.join(there)} already: delete them first, or name another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes((shipped() / name).read_bytes())
    return [folder / name for name in FILES]
