"""An org's file: the shipped ones by name, anybody's own by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.practice.orgs.checks import check
from connector.practice.orgs.lines import Sheet, read
from connector.practice.orgs.shapes import HubSpotShape, OrgShape, SalesforceShape, fit

FOLDER = Path(__file__).parent
STANDARD = "standard"
NAMES = (STANDARD, "enterprise", "contacts-only", "professional")
_MOST_BYTES = 1_000_000


class OrgProblems(ValueError):
    """`problems`: everything that is wrong with the file, as `file:line: message`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Org:
    """One kind of customer: what their Salesforce and their HubSpot are like. `mappings`: the folder with the parts of
    an agreement that fit them where the shipped ones don't. `source`: what `load` finds it by. `pubsub`: settings of
    Salesforce's Pub/Sub API that are otherwise than they come."""

    name: str
    about: str
    salesforce: SalesforceShape
    hubspot: HubSpotShape
    mappings: Path | None = None
    source: str = STANDARD
    pubsub: Mapping[str, Any] = field(default_factory=dict)


def load(name: str) -> Org:
    """A shipped org by name, or the one described in the file of that path. Raises OrgProblems, with all of them."""
    return read_file(FOLDER / name / "org.yaml" if name in NAMES else Path(name), name)


def read_file(file: Path, name: str = "") -> Org:
    """The org that a file describes; `name` is how it is called, its stem without one. Raises OrgProblems."""
    sheet = _sheet(file)
    shape = fit(OrgShape, sheet)
    mappings = None
    if shape is not None:
        check(shape, sheet)
        mappings = _mappings(shape, file, sheet)
    if sheet.found or shape is None:
        raise OrgProblems(sheet.problems())
    known, source = (name, name) if name in NAMES else (file.stem, str(file.resolve()))
    return Org(known, shape.about, shape.salesforce, shape.hubspot, mappings, source)


def _sheet(file: Path) -> Sheet:
    shown = f"{file.parent.name}/{file.name}" if file.parent.name else file.name
    try:
        raw = file.read_bytes()
        if len(raw) > _MOST_BYTES:
            return Sheet(shown, found=[(1, "The file is larger than a megabyte.")])
        return read(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError:
        return Sheet(shown, found=[(1, "The file is not UTF-8 text.")])
    except OSError:
        return Sheet(shown, found=[(1, f"There is no such file, and no org of that name: {', '.join(NAMES)}.")])


def _mappings(shape: OrgShape, file: Path, sheet: Sheet) -> Path | None:
    if shape.mappings is None:
        return None
    folder = file.resolve().parent / shape.mappings
    if not folder.is_dir():
        sheet.problem(("mappings",), f"There is no folder “{shape.mappings}” beside the file.")
    return folder
