"""What can be read of the two accounts besides their records: plan, room, rules. None is always "can't be read"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PortalSurvey:
    """A HubSpot portal. ``kind``: STANDARD, SANDBOX, DEVELOPER_TEST … ``scopes``: what the token was granted.
    ``calls``: (used, limit) of the day. ``own_properties``, ``unique_properties``: of contacts, made by people or apps.
    ``marketing``: contacts that are billed as marketing contacts now. ``queues``: owners that are no persons."""

    id: str
    kind: str = ""
    currency: str = ""
    scopes: frozenset[str] | None = None
    calls: tuple[int, int] | None = None
    own_properties: int | None = None
    unique_properties: int | None = None
    marketing: int | None = None
    queues: int | None = None


@dataclass(frozen=True, slots=True)
class OrgSurvey:
    """A Salesforce org. ``edition``: as it names itself ("Enterprise Edition"). ``storage``: megabytes (left, of).
    ``odd_emails``: users whose address ends in ``.invalid``, as a refreshed sandbox writes them, of ``users``.
    ``queue_leads``: open Leads that belong to a queue."""

    id: str
    edition: str = ""
    sandbox: bool | None = None
    calls: tuple[int, int] | None = None
    storage: tuple[int, int] | None = None
    person_accounts: bool | None = None
    multi_currency: bool | None = None
    queue_leads: int | None = None
    users: int = 0
    odd_emails: int = 0


@dataclass(frozen=True, slots=True)
class Automation:
    """Something that an admin built and that answers our writes. ``kind``: assignment rule, auto-response rule,
    trigger, flow, workflow rule, validation rule; workflow (HubSpot's). Only flows are told of that are not ``active``.
    ``fields``: those whose values it looks at (None: not told); ``mails``: whether it sends e-mail, as far as told."""

    kind: str
    object: str
    name: str
    active: bool = True
    fields: tuple[str, ...] | None = None
    mails: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What a duplicate rule takes for the same: ``fields`` of ``object`` that are alike, to the letter or about
    (not ``exact``)."""

    object: str
    fields: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """An active one. ``refuses``: a new record that matches is not saved, for Accord never asks to be let
    (None: not told); ``refuses_change``: nor is a change that makes a record match. ``filtered``: it holds for some
    records only, by conditions that are not told."""

    name: str
    object: str
    refuses: bool | None
    matches: tuple[Match, ...] = ()
    filtered: bool = False
    refuses_change: bool | None = False


@dataclass(frozen=True, slots=True)
class Automations:
    """``unreadable``: kinds that this user may not read, or that the org does not show."""

    found: tuple[Automation, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """An outbound message. ``fields`` None: not told."""

    object: str
    name: str
    url: str
    fields: tuple[str, ...] | None = None


class SurveyedPortal(Protocol):
    def survey(self) -> PortalSurvey: ...
    def subscriptions(self) -> list[tuple[str, str]] | None:
        """(type, property) of the app's active webhook subscriptions."""

    def automations(self) -> Automations | None:
        """Workflows that enrol contacts; None where the app may not read them."""

    def copied_ids(self, names: Sequence[str]) -> list[str]:
        """Some of the Salesforce ids that contacts carry in these properties."""


class SurveyedOrg(Protocol):
    def survey(self) -> OrgSurvey: ...
    def automations(self, objects: Sequence[str]) -> Automations: ...
    def looked_at(self, found: Automations) -> Automations:
        """The same, with the fields that flows and workflow rules look at: a call for each."""

    def duplicate_rules(self, object_: str) -> tuple[DuplicateRule, ...] | None:
        """Those active for new records of the object; None where they can't be read."""

    def messages(self) -> list[Message] | None:
        """Outbound messages of the org."""

    def captured(self) -> frozenset[str] | None:
        """Objects selected for Change Data Capture."""

    def missing_ids(self, object_: str, ids: Sequence[str]) -> list[str]:
        """Those that no record of the org has, deleted or not."""
