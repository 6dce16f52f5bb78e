"""What OAuth gives out: tokens, codes, and who a caller is. Source: API-FACTS 1.2."""

from __future__ import annotations

from dataclasses import dataclass

from connector.practice.hubspot.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class Token:
    """An issued access token; `epoch` is the faults' token_epoch at that time."""

    text: str
    until_ms: int
    epoch: int
    scopes: tuple[str, ...] = SCOPES


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: good once, for a while, and for the address it was sent to."""

    redirect_uri: str
    scopes: tuple[str, ...]
    until_ms: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an app installed by OAuth has a smaller burst limit and no daily one."""

    oauth: bool
    scopes: tuple[str, ...] = SCOPES
