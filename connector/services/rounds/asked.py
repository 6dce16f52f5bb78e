"""A value that a person asked for (a loser restored, a held conflict decided): when is it answered?"""

from __future__ import annotations

from typing import Any

from connector.core.desk import Desk
from connector.core.plan import Plan, Trouble
from connector.core.records import Side

Doc = dict[str, Any]


def answer_of(plan: Plan, name: str, desk: Desk, seen: dict[Side, dict[str, Any]]) -> Doc | None:
    """What a person asked is answered once both sides hold it.

    Where the other side refuses it, it is from now on an edit like any other on the side that holds it: its Seen stays
    what it was. Where that side itself refuses, it is given up, and the pair goes round again: then what each holds
    counts, and no half of it is left."""
    asked, known = plan.pair.asked[name], desk.fields.get(name)
    record = plan.pair.record(asked.side)
    native = desk.mapping.native(known, record) if known and record else None
    concerned = {name, f"={native}"}
    verdicts = {c.side: c.verdict for c in plan.changes if c.field in concerned}
    given_up = verdicts.get(asked.side) == "refused"
    if given_up:
        plan.again = True
        plan.troubles.append(_not_restored(name, asked.side))
    elif verdicts.get(asked.side.other) == "refused":
        seen[asked.side].pop(name, None)
    elif set(verdicts.values()) - {"done"} or concerned & plan.held:
        return None
    done = None if given_up else asked.ledger
    return {
        "row": plan.pair.row,
        "id": plan.pair.link,
        "field": name,
        "asked": asked.document(),
        "ledger": done,
    }


def _not_restored(name: str, side: Side) -> Trouble:
    return Trouble(
        "not_restored",
        name,
        f"The value that was asked for {name} was refused; both sides keep what they hold.",
        f"See why with `accord explain`; set the value by hand in {side}, then close this with `accord issues retry`.",
    )
