"""Everything that can go wrong, named by what to do next. This file imports nothing of Accord.

The docstring of a class is its message when none is given.
"""

from __future__ import annotations

from datetime import datetime


class AccordError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().split("\n")[0])


class FixConfiguration(AccordError):
    """A file or a setting has to be mended by an admin before this can run."""

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class Untranslatable(AccordError):
    """A value has no meaning on the other side.

    ``code`` is a stable word (``unknown_word``, ``too_long``, ``not_a_number`` …), ``fix`` says what to do.
    """

    def __init__(self, code: str, message: str, fix: str) -> None:
        self.code, self.fix = code, fix
        super().__init__(message)


class CallFailed(AccordError):
    """A call to one side failed as a whole. ``side`` is 'hubspot' or 'salesforce'."""

    def __init__(self, side: str, message: str) -> None:
        self.side = side
        super().__init__(f"{side}: {message}")


class WaitUntil(CallFailed):
    """A limit is reached: the lane may go on at ``not_before`` (aware UTC)."""

    def __init__(self, side: str, message: str, not_before: datetime) -> None:
        self.not_before = not_before
        super().__init__(side, message)


class TryAgain(CallFailed):
    """The service failed before it could have done anything, or the call only read: repeat it."""


class OutcomeUnknown(CallFailed):
    """A write got no verdict (time-out, lost reply, 5xx): it may have happened. Read before you repeat."""


class MendConnection(CallFailed):
    """Credentials, scopes or permissions have to be mended by an admin."""


class MendRequest(CallFailed):
    """The service refused the call as malformed: a fault of Accord or of its mapping, not of one record."""


class ReplayLost(CallFailed):
    """The place in a stream of changes is no longer kept: start at its tip, and poll for what came before."""


class LeaseEnding(AccordError):
    """The lease does not outlive another call: stop here, what was intended is settled later."""


class Stopping(AccordError):
    """The process was asked to stop: no further call starts."""


class NotOurs(AccordError):
    """The lease was lost to another worker."""


class BadNotice(AccordError):
    """A webhook can't be accepted. ``status`` is the HTTP answer."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class Refused(AccordError):
    """Accord refuses to do what was asked; the message says why and what to do first."""
