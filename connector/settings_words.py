"""Settings' complaints in plain words. No value is quoted: it may be a secret."""

import difflib
import os
from collections.abc import Iterable

from pydantic import AliasChoices, ValidationError
from pydantic_settings import BaseSettings

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
