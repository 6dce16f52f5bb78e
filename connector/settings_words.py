"""Settings' complaints in plain words. No value is quoted: it may be a secret."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AliasChoices, SecretStr, ValidationError
from pydantic_settings import BaseSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WORDS = {
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "literal_error": "must be one of {expected}",
    "string_pattern_mismatch": "does not look right (it must match {pattern})",
    "too_short": "is too short: at least {min_length} characters",
    "string_too_short": "is too short: at least {min_length} characters",
}


def variable(group: type[BaseSettings], field: str) -> str:
    """The environment variable of a field: its alias, or the prefix and its name in capitals."""
    found = group.model_fields.get(field)
    alias = found.validation_alias if found else None
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return (group.model_config.get("env_prefix", "") + field).upper() if found else field


def in_words(group: type[BaseSettings], error: ValidationError) -> list[str]:
    """One line for each problem, led by the variable's name."""
    return [f"{variable(group, str(e['loc'][0]))} {_said(e)}." for e in error.errors(include_input=False)]


def _said(problem: object) -> str:
    assert isinstance(problem, dict)
    words = WORDS.get(problem["type"])
    context = problem.get("ctx", {})
    if words:
        return words.format(**context)
    return str(problem["msg"]).removeprefix("Value error, ")


def unknown_names(groups: Iterable[type[BaseSettings]]) -> list[str]:
    """Variables that begin with ACCORD_ and mean nothing: most often a slip of the pen."""
    known = sorted({variable(group, name) for group in groups for name in group.model_fields})
    lines = []
    for name in sorted(os.environ):
        if name.startswith("ACCORD_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            lines.append(f"{name} is no setting of Accord" + (f": did you mean {near[0]}?" if near else "."))
    return lines


def base_url(text: str) -> str:
    """Without a slash at its end; plain http only to this machine, for tokens travel on it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://example.com")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https:// (plain http is for this machine only)")
    return text.rstrip("/")


def key_or_file(key: SecretStr) -> SecretStr:
    """The PEM text itself (line ends may be written as \\n), or the path of a file that holds it."""
    text = key.get_secret_value().replace("\\n", "\n")
    if not text or text.startswith("-----BEGIN"):
        return SecretStr(text)
    try:
        return SecretStr(Path(text).expanduser().read_text())
    except OSError:
        raise ValueError("must be a private key (-----BEGIN …) or a readable file that holds one") from None
