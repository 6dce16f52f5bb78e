"""Records that a side would not make, or has twice: what a person is told."""

from __future__ import annotations

from connector.core.plan import Change, Creation, Trouble
from connector.core.records import Ref
from connector.ports import Written


def not_made(creation: Creation, answer: Written, named: list[Change]) -> Trouble:
    """``named``: the values that were refused; none: the record as a whole."""
    what = ", ".join(c.native for c in named) or creation.object
    return Trouble(
        "refused",
        named[0].field if named else "",
        f"{creation.side} refused {what}: {answer.message}",
        f"Mend the value or the rule in {creation.side}; then `accord issues retry`.",
    )


def exists(creation: Creation, answer: Written) -> Trouble:
    """The side takes it for a record it has, yet no id and no e-mail says so."""
    which = f" ({answer.existing})" if answer.existing else ""
    return Trouble(
        "duplicate",
        "",
        f"{creation.side} has this person already{which}: {answer.message}",
        "If it is the same person, give both records the same e-mail address; else let the duplicate rule of "
        f"{creation.side} pass what Accord makes. Then `accord issues retry`.",
    )


def twin(ref: Ref) -> Trouble:
    return Trouble(
        "duplicate",
        "",
        f"{ref} has the same e-mail and was made at the same moment.",
        "Merge it into the linked record.",
    )
