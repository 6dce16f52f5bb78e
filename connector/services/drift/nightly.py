"""Every night a sample of both sides is compared: little drift is mended, much is shown, and a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from connector.services.drift.choosing import Chosen
from connector.services.drift.verifying import Means, Verified, keep, mend, verify

Row = dict[str, Any]
CODE = SUBJECT = "drift"
KEPT = timedelta(days=400)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Night:
    """``sample``: linked persons (0: no comparison); ``mend_up_to``: so many are mended unasked."""

    sample: int = 500
    mend_up_to: int = 20


def compare(means: Means, night: Night) -> Verified | None:
    """None where no sample is wanted. Each day draws other persons. Raises CallFailed."""
    now = means.bench.clock()
    if not night.sample:
        return None
    chosen = Chosen(sample=night.sample, seed=now.toordinal())
    done = verify(means, chosen, "every night")
    few = done.tally.mendable <= night.mend_up_to
    if few and done.tally.mendable:
        mend(means, done)
    told = {"code": CODE, "subject": SUBJECT, "link_id": None, "field": ""}
    issue = None if few else told | _issue(done, night)
    keep(means, done, "every night", issue, told if few else None)
    means.store.forget(now - KEPT)
    tally = done.tally
    log.info("compared", people=tally.people, differing=tally.differing, mended=done.mended, issue=not few)
    return done


def _issue(done: Verified, night: Night) -> Row:
    tally = done.tally
    causes = ", ".join(f"{n['people']} {cause}" for cause, n in tally.by_cause().items())
    return {
        "message": f"{tally.mendable} of {tally.people} people compared at night differ, and nobody told us: {causes}.",
        "fix": "Look with `accord verify`; `accord doctor --canary REF` tells whether changes are pushed. Then "
        f"`accord verify --mend`. (Up to {night.mend_up_to} are mended unasked: ACCORD_DRIFT_MEND_UP_TO.)",
        "detail": {"causes": tally.by_cause()},
    }
