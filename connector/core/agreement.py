"""The whole agreement between marketing and sales, as loaded: its four parts, each with a version of its
own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.core.lenses.owner import Directory, OwnerLens
from connector.core.mapping import Field, KindMapping
from connector.core.rules import HandoffRules, Qualification
from connector.core.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Agreement:
    """``fingerprint``: short hash of what the files say (not of their comments or layout): two loads of the
    same agreement have the same."""

    person: KindMapping
    vocabulary: Vocabulary
    qualification: Qualification
    handoff: HandoffRules
    fingerprint: str

    @property
    def version(self) -> tuple[int, int, int, int]:
        """Versions of mapping, vocabulary, qualification and hand-off."""
        parts = (self.person, self.vocabulary, self.qualification, self.handoff)
        mapping, vocabulary, qualification, handoff = (part.version for part in parts)
        return mapping, vocabulary, qualification, handoff

    def bind(self, directory: Directory) -> Agreement:
        """The same agreement with its owner lenses bound to these people. Do it again when people come or
        go."""
        fields = tuple(_bound(field, directory) for field in self.person.fields)
        return replace(self, person=replace(self.person, fields=fields))

    def owners_named(self) -> tuple[str, ...]:
        """Every owner the agreement names, by e-mail, each once: all must exist and be active on both
        sides."""
        lenses = (field.lens for field in self.person.fields)
        fallbacks = [lens.fallback for lens in lenses if isinstance(lens, OwnerLens) and lens.fallback]
        in_turn = [email for rule in self.handoff.owners for email in rule.owners]
        return tuple(dict.fromkeys([*in_turn, self.handoff.fallback_owner, *fallbacks]))


def _bound(field: Field, directory: Directory) -> Field:
    return replace(field, lens=field.lens.bound(directory)) if isinstance(field.lens, OwnerLens) else field
