"""What Accord itself does to a hand-off: offer it, hold it, withdraw it, let it expire. Pure."""

from __future__ import annotations

from dataclasses import replace

from connector.core.due import due
from connector.core.handoff.case import Case, Moved
from connector.core.handoff.facts import AT_WORK, YES_BY_STATUS, rejections
from connector.core.handoff.row import REMIND_EVERY, Handoff
from connector.core.handoff.table import ENDED, State
from connector.core.qualification import fallen

S = State
NO_OWNER = "no owner of the agreement is an active Salesforce user"
_OVERDUE = "Accord: the answer is overdue. Please accept, or reject with a reason."


def offered(handoff: Handoff | None, case: Case) -> Moved | None:
    """Offer a person who is wanted, or hold them where something is missing."""
    waits = handoff is not None and handoff.offered_at is None and handoff.state in (S.HELD, S.EXPIRED)
    if not case.wanted or not (waits or why_not_again(handoff, case) is None):
        return None
    owner = None if case.blocked else case.sales.owner_email or case.next_owner()
    missing = case.blocked or (None if owner else NO_OWNER)
    # before the first hand-off, work that is under way is no answer yet, and will be heard as one in the next step
    standing = case.found - AT_WORK - YES_BY_STATUS if handoff is None else case.found
    said = case.verdict.summary()
    if missing is None:
        offer = _offer(handoff if waits else None, case, owner, standing)
        return replace(
            offer, salesforce_ref=handoff.salesforce_ref if handoff else None
        ), f"{said}: handed over"
    if waits or (handoff and handoff.state is S.EXPIRED):
        return None
    until = due(case.now, case.rules.accept_within)
    return case.decision(S.HELD, due_at=until, standing=standing), f"{said}, but {missing}: held"


def why_not_again(handoff: Handoff | None, case: Case) -> str | None:
    """Why a person who is wanted gets no new hand-off. None: nothing is in the way."""
    if handoff is None:
        return None
    if handoff.state not in ENDED | {S.EXPIRED}:
        return f"with sales already: {handoff.state}"
    if handoff.cool_off_until and case.now < handoff.cool_off_until:
        return f"{handoff.state}, cooling off until {handoff.cool_off_until:%Y-%m-%d %H:%M} UTC"
    if handoff.evidence == case.verdict.fingerprint():
        return f"{handoff.state}, and no trait has changed since"
    return None


def _offer(held: Handoff | None, case: Case, owner: str | None, standing: frozenset[str]) -> Handoff:
    """What sales had said before does not answer this offer.

    The clock of a held person runs on, unless it has run out: then the owner gets the whole time."""
    until = held.due_at if held else None
    if until is None or until <= case.now:
        until = due(case.now, case.rules.accept_within)
    fresh = case.decision(S.OFFERED, owner_email=owner, offered_at=case.now, due_at=until, standing=standing)
    return replace(fresh, id=held.id) if held else fresh


def withdrawn(handoff: Handoff | None, case: Case) -> Moved | None:
    """Not wanted any more before anybody accepted: the owner is told which trait fell. An incomplete rejection is an
    answer: it keeps waiting for its reason."""
    if handoff is None or case.wanted or handoff.state not in (S.HELD, S.OFFERED, S.EXPIRED):
        return None
    fell = fallen(handoff.verdict, case.verdict)
    why = f"no longer met: {', '.join(fell)}" if fell else "the agreement has changed"
    reason = f"{case.verdict.summary()}; {why}"
    if handoff.offered_at is None:  # nobody in sales has met them: nothing to tell, nothing to cool off from
        return case.heard(handoff, state=S.WITHDRAWN, cool_off_until=None, evidence=None), reason
    note = f"Accord: withdrawn, {case.verdict.tier} now; {why}."
    return case.heard(handoff, state=S.WITHDRAWN, note=note), reason


def overdue(handoff: Handoff | None, case: Case) -> Moved | None:
    """The clock, once (an ``evidence`` is there: it ran out before). Whom sales had accepted before an incomplete
    rejection was answered in time."""
    if handoff is None or handoff.state not in (S.HELD, S.OFFERED, S.ANSWER_INCOMPLETE):
        return None
    if handoff.due_at is None or handoff.answered_at or handoff.evidence or case.now < handoff.due_at:
        return None
    if handoff.offered_at is None:
        return case.heard(handoff, state=S.EXPIRED, **case.ended()), "still held when the answer was due"
    note = handoff.note or _OVERDUE
    return case.heard(handoff, state=S.EXPIRED, note=note, **case.ended()), "nobody answered in time"


def reminded(handoff: Handoff, case: Case) -> Moved | None:
    """A rejection without a reason is asked for it again every day."""
    if handoff.state not in (S.ANSWER_INCOMPLETE, S.EXPIRED) or handoff.reminded_at is None:
        return None
    if rejections(case.found)[:1] != [""] or case.now < handoff.reminded_at + REMIND_EVERY:
        return None
    return case.heard(handoff, reminded_at=case.now), "reminded: the rejection still lacks a reason"
