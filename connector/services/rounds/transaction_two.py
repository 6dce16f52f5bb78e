"""What transaction 2 takes: documents by table, which shrink as it finds what is not ours any more."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.core.confirm import kept_values, only_echoes
from connector.core.plan import Plan
from connector.ports import Documents
from connector.services.intake import BACKFILL
from connector.services.rounds.intending import Doc, loser_of
from connector.services.workbench import Workbench


@dataclass(slots=True)
class Saving(Documents):
    """Transaction 2. Implements ports.Saving."""

    bench: Workbench = field(kw_only=True)
    plans: list[Plan] = field(default_factory=list)
    repoint: list[Doc] = field(default_factory=list)
    new_links: list[Doc] = field(default_factory=list)
    open_issue: list[Doc] = field(default_factory=list)
    close_issues: list[Doc] = field(default_factory=list)
    set_blocks: list[Doc] = field(default_factory=list)
    lift_blocks: list[Doc] = field(default_factory=list)
    observed: list[Doc] = field(default_factory=list)
    unobserved: list[str] = field(default_factory=list)
    answered: list[Doc] = field(default_factory=list)
    items: list[Doc] = field(default_factory=list)
    finish: list[Doc] = field(default_factory=list)

    def keep(self, mine: set[int], notes: dict[int, list[Doc]]) -> None:
        calm = set()
        for plan in self.plans:
            row = plan.pair.row
            if row in mine and notes.get(row):
                losers = kept_values(plan, self.bench.desk, notes[row], plan.pair.seq)
                self.ledger += [loser_of(plan.pair, loser) for loser in losers]
                if plan.pair.lane == BACKFILL and only_echoes(plan, notes[row], plan.pair.seq):
                    calm.add(row)
        self.finish = [doc | {"calm": True} if doc["row"] in calm else doc for doc in self.finish]
        for name in (
            "settled", "ledger", "handoffs_new", "handoffs", "edges", "links", "repoint", "new_links",
            "open_issue", "close_issues", "set_blocks", "lift_blocks", "observed", "answered", "items",
            "finish",
        ):  # fmt: skip
            setattr(self, name, [d for d in getattr(self, name) if d["row"] in mine])

    def _adopt_issues(self, new: Doc, subject: str) -> None:
        """What was open about a record that had no link is closed; what still holds is the link's from now on."""
        for doc in self.open_issue:
            if doc["row"] == new["row"]:
                doc["subject"] = subject
        old = (f"hubspot:{new['ho']}:{new['hi']}", f"salesforce:{new['so']}:{new['si']}")
        self.close_issues += [{"row": new["row"], "subject": s, "code": None, "field": None} for s in old]

    def repointed(self, moved: set[int]) -> None:
        for doc in self.repoint:
            if doc["id"] not in moved:
                subject, link = f"link:{doc['id']}", doc["id"]
                message = f"The Lead was converted to {doc['ref_id']}, which has a link of its own."
                self.open_issue.append(
                    {
                        "row": doc["row"],
                        "code": "duplicate",
                        "subject": subject,
                        "link_id": link,
                        "field": "",
                        "message": message,
                        "fix": "Merge the two HubSpot contacts.",
                    }
                )

    def linked(self, made: dict[tuple[str, str], int]) -> None:
        """A pair that met a uniqueness error goes round again, alone; the others get their link's id."""
        ids: dict[int, int | None] = {d["row"]: made.get((d["hi"], d["si"])) for d in self.new_links}
        for docs in (self.ledger, self.settled, self.handoffs, self.handoffs_new, self.open_issue, self.items):
            for doc in docs:
                if ids.get(doc["row"]) is not None:
                    doc["link_id"] = ids[doc["row"]]
        for new in self.new_links:
            if (link := ids[new["row"]]) is not None:
                self._adopt_issues(new, f"link:{link}")
        for doc in self.finish:
            if doc["row"] in ids and ids[doc["row"]] is None:
                doc["again"], doc["free"] = True, False
        self.items = [d for d in self.items if d["row"] not in ids or ids[d["row"]] is not None]
        for doc in self.items:
            if ids.get(doc["row"]) is not None:
                doc["subject"] = f"link:{ids[doc['row']]}"
        self.set_blocks = [d for d in self.set_blocks if d["link_id"] is not None or ids.get(d["row"])]
        for doc in self.set_blocks:
            doc["link_id"] = doc["link_id"] or ids[doc["row"]]
