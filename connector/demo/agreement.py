"""The agreement that fits an org: the shipped files, with those parts in place that the org has otherwise.

A part is a file of the same name. Each of its keys stands in place of the shipped one's; under `fields`, `statuses`,
`reject_reasons`, `stages` and `traits` each entry does, and one that is left empty is taken out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from connector.adapters.mappings.files import FILES, lay_out

LIMIT = 255
"""Characters that any text takes on either side."""
BY_ENTRY = ("fields", "statuses", "reject_reasons", "stages", "traits")


def lay_out_for(parts: Path | None, folder: Path) -> Path:
    """Writes the four files into `folder` and gives it back. Raises Refused rather than overwrite anything."""
    lay_out(folder)
    for name in FILES:
        if parts is not None and (parts / name).exists():
            _join(folder / name, parts / name)
    return folder


def add_field(folder: Path, name: str, hubspot: str, salesforce: str) -> None:
    """As somebody would by hand: one more text that goes both ways."""
    yaml, file = _yaml(), folder / "person.yaml"
    whole = yaml.load(file)
    whole["fields"][name] = {"hubspot": hubspot, "salesforce": salesforce, "lens": {"text": {"limit": LIMIT}}}
    with file.open("w") as out:
        yaml.dump(whole, out)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 200
    return yaml


def _join(file: Path, part: Path) -> None:
    yaml = _yaml()
    whole, own = yaml.load(file), yaml.load(part)
    for key, value in own.items():
        if key in BY_ENTRY and isinstance(value, dict):
            _entries(whole.setdefault(key, {}), value)
        else:
            whole[key] = value
    with file.open("w") as out:
        yaml.dump(whole, out)


def _entries(whole: Any, own: Any) -> None:
    for name, value in own.items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = value
