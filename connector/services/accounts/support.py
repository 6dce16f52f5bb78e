"""`accord support-bundle`: what whoever helps needs to know, and no token, no person.

Everything is built from counts, names of fields and settings; the redaction of the log runs over all of it besides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

MOST_LINES = 500
Redact = Callable[[Any], Any]


def bundle(documents: Mapping[str, Any], log: Sequence[str], redact: Redact) -> bytes:
    """A zip of one JSON file a document, and the last lines of the log if there are any. ``redact`` passes over every
    text last of all."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in documents.items():
            plain = orjson.loads(orjson.dumps(document, _other, orjson.OPT_NON_STR_KEYS))
            archive.writestr(f"{name}.json", orjson.dumps(_each(plain, redact), option=orjson.OPT_INDENT_2))
        if log:
            lines = [str(redact(line)) for line in log[-MOST_LINES:]]
            archive.writestr("log.txt", "\n".join(lines) + "\n")
    return content.getvalue()


def shown_settings(groups: Iterable[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """Settings without any that is a secret or a person: only whether those are set."""
    return {name: {key: _setting(key, value) for key, value in group} for name, group in groups}


def _setting(key: str, value: Any) -> Any:
    if hasattr(value, "get_secret_value"):
        return "set" if value.get_secret_value() else "not set"
    if key in ("username", "client_id"):
        return "set" if value else "not set"
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _each(value: Any, redact: Redact) -> Any:
    """Text by text, so that a count under a name such as `properties` is not taken for a record's content."""
    if isinstance(value, dict):
        return {str(redact(key)): _each(inner, redact) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each(inner, redact) for inner in value]
    return redact(value) if isinstance(value, str) else value


def _other(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)
