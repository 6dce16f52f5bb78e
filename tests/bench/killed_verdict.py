"""What both sides, the journal and the run must look like afterwards: nothing twice, nothing lost. Judged from outside:
by what the practice servers hold, by e-mail, and by HubSpot's own history of each property."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import urllib3

from tests.bench.killed_stage import Held, Row, Stage, parsed

PLAIN = {"firstname": ("FirstName", "FirstName"), "lastname": ("LastName", "LastName"), "jobtitle": ("Title", "Title"),
         "city": ("City", "MailingCity"), "zip": ("PostalCode", "MailingPostalCode")}  # fmt: skip
"""Properties that both sides hold as the same text: HubSpot's name -> the Lead's, the Contact's."""
APART = {"lifecyclestage", "hs_email_optout"}
"""The one goes back through blank, two versions of one write; the other is written as a preference, not as a property."""
KEY = "accord_salesforce_id"
"""What a contact is made with, so that a repeat makes no second one; it is no change of the journal."""
HISTORY_PAGE = 50


@dataclass
class Verdict:
    """``wrong``: what is wrong -> examples; nothing there: all is well. ``figures``: what was counted."""

    wrong: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[str, Any] = field(default_factory=dict)

    def found(self, what: str, examples: list[Any]) -> None:
        if examples:
            self.wrong[what] += examples

    def told(self) -> dict[str, Any]:
        return {what: {"count": len(all_), "examples": all_[:5]} for what, all_ in self.wrong.items()}


def judge(stage: Stage, run: int, before: Held) -> Verdict:
    verdict, after = Verdict(), stage.held()
    _run_ended(stage, run, verdict)
    links = stage.all("SELECT id, hubspot_id h, salesforce_id s FROM link")
    items = stage.all("SELECT subject, link_id, hubspot_id h, salesforce_id s, outcome, reason FROM run_item WHERE run_id = %s", run)
    _nobody_twice(before, after, links, verdict)
    _everybody_told(after, links, items, verdict)
    _matches_linked(before, links, verdict)
    _values_agree(after, links, items, verdict)
    journal = stage.all("SELECT id, side, ref_id, action, state, changes FROM journal")
    _journal_once(journal, verdict)
    _journal_is_history(stage, journal, verdict)
    _handed_over_once(stage, verdict)
    _again_nothing(stage, verdict)
    verdict.figures["outcomes"] = dict(Counter(i["outcome"] for i in items))
    verdict.figures["links"] = len(links)
    states = stage.all("SELECT side, action, state, count(*) AS n FROM journal GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
    verdict.figures["journal"] = {f"{r['side']} {r['action']} {r['state']}": r["n"] for r in states}
    verdict.figures["lapsed writes"] = _lapsed(stage)
    return verdict


def _lapsed(stage: Stage) -> dict[str, int]:
    """Writes that were intended and did not happen after all, by why. A round intends its whole batch in one transaction
    before its first call; whatever it does not come to is found not written by the next round of that record, said to have
    lapsed, and planned anew. So one round that is cut off leaves up to two such rows for each of its persons: many of them
    are no fault, and none means that a value is missing (that is what this module looks for)."""
    ended = {row["round"] for row in stage.logged("round") if "round" in row}
    rows = stage.all("SELECT token, count(*) AS n FROM journal WHERE state = 'lapsed' GROUP BY token")
    found: Counter[str] = Counter()
    for row in rows:
        found["a side stopped or refused a call" if row["token"] in ended else "killed, or without a database"] += row["n"]
    return dict(found)


def _run_ended(stage: Stage, run: int, verdict: Verdict) -> None:
    row = stage.one("SELECT state, reason FROM run WHERE id = %s", run)
    verdict.found("the run did not succeed", [row] if row["state"] != "succeeded" else [])
    verdict.found("rows are still due", stage.all("SELECT link_id, side, ref_id FROM pending"))
    verdict.found("writes are still intended", stage.all("SELECT id, side, ref_id FROM journal WHERE state = 'intended'"))
    verdict.found("items still wait", stage.all("SELECT subject FROM run_item WHERE run_id = %s AND outcome = 'waiting'", run))
    unforeseen = ("a round failed", "a walk failed", "a part of the worker failed")
    failures = [str(row)[:3000] for event in unforeseen for row in stage.logged(event)]
    verdict.found("a worker met what it did not expect", failures)


def _nobody_twice(before: Held, after: Held, links: list[Row], verdict: Verdict) -> None:
    """Twins that were there before stay as they were."""
    for what, column in (("a contact", "h"), ("a Salesforce record", "s")):
        found = Counter(link[column] for link in links)
        verdict.found(f"{what} has two links", [id_ for id_, n in found.items() if n > 1])
    twins = _by_email(before)[1]
    for email, ids in _by_email(after)[1].items():
        if len(ids) > max(1, len(twins.get(email, ()))):
            verdict.found("made twice in Salesforce", [(email, ids)])
    for email, ids in _by_email(after)[0].items():
        if len(ids) > 1:
            verdict.found("made twice in HubSpot", [(email, ids)])
    keys = Counter(row["Accord_HubSpot_Id__c"] for row in after.people.values() if row.get("Accord_HubSpot_Id__c"))
    verdict.found("two records carry one HubSpot id", [key for key, n in keys.items() if n > 1])
    verdict.figures["made in HubSpot"] = len(after.contacts) - len(before.contacts)
    verdict.figures["made in Salesforce"] = len(after.people) - len(before.people)


def _everybody_told(after: Held, links: list[Row], items: list[Row], verdict: Verdict) -> None:
    """Every record of both sides is in the run, or was made by it, and whoever was left has the reason. Whom a live round
    linked meanwhile the run tells of, too."""
    linked = {i["link_id"] for i in items} - {None}
    told = {i["h"] for i in items} | {i["s"] for i in items} | {i["subject"].rpartition(":")[2] for i in items}
    told |= {id_ for link in links if link["id"] in linked for id_ in (link["h"], link["s"])}
    apart = {id_: link for link in links for id_ in (link["h"], link["s"]) if id_ not in told}
    lost = [(id_, apart.get(id_)) for id_ in (*after.contacts, *after.people) if id_ not in told]
    verdict.found("nobody told what became of them", lost)
    done = ("written", "created", "linked", "nothing")
    verdict.found("left without a reason", [i for i in items if i["outcome"] not in done and not i["reason"]])


def _matches_linked(before: Held, links: list[Row], verdict: Verdict) -> None:
    """Whoever had exactly one counterpart by e-mail is linked to just that one."""
    contacts, people = _by_email(before)
    pairs = {(link["h"], link["s"]) for link in links}
    alone = [(ids[0], people[email][0]) for email, ids in contacts.items() if len(ids) == len(people.get(email, ())) == 1]
    verdict.found("one and only match, not linked", [pair for pair in alone if pair not in pairs])
    verdict.figures["matched before"] = len(alone)


def _values_agree(after: Held, links: list[Row], items: list[Row], verdict: Verdict) -> None:
    told = {i["link_id"] for i in items if i["reason"]}
    for link in links:
        contact, record = after.contacts.get(link["h"], {}), after.people.get(link["s"], {})
        for name, natives in PLAIN.items():
            native = natives[record.get("object") == "Contact"]
            if (contact.get(name) or None) != (record.get(native) or None) and link["id"] not in told:
                verdict.found("values differ", [(link["h"], link["s"], name)])


def _journal_once(journal: list[Row], verdict: Verdict) -> None:
    """No value was written twice to one field of a record, and no record was made twice."""
    made = Counter((r["side"], r["ref_id"]) for r in journal if r["action"] == "create" and r["state"] == "done")
    verdict.found("two creates of one record in the journal", [key for key, n in made.items() if n > 1])
    written = Counter((r["side"], r["ref_id"], c["n"], str(c["v"])) for r, c in _done(journal))
    verdict.found("one value written twice", [key for key, n in written.items() if n > 1])


def _done(journal: list[Row]) -> Iterator[tuple[Row, Row]]:
    for row in journal:
        for change in row["changes"]:
            if change.get("st", row["state"]) == "done":
                yield row, change


def _journal_is_history(stage: Stage, journal: list[Row], verdict: Verdict) -> None:
    """What HubSpot's own history ascribes to us, and what the journal says was done, are the same."""
    ours = _versions_of_ours(stage, sorted({c["n"] for r, c in _done(journal) if r["side"] == "hubspot"}))
    done = Counter((r["ref_id"], c["n"]) for r, c in _done(journal) if r["side"] == "hubspot" and c["v"] is not None)
    made = {(r["ref_id"], KEY) for r in journal if r["side"] == "hubspot" and r["action"] == "create" and r["state"] == "done"}
    keys = {key for key in (ours.keys() | done.keys()) - made if key[1] not in APART}
    for what, found in (("written more often than the journal says", [k for k in keys if ours[k] > done[k]]),
                        ("the journal says more than was written", [k for k in keys if ours[k] < done[k]])):  # fmt: skip
        verdict.found(what, [(k, ours[k], done[k], _told_of(stage, k[0])) for k in found])
    verdict.figures["HubSpot values written"] = sum(ours.values())


def _told_of(stage: Stage, contact: str) -> list[Row]:
    """What the journal tells of a contact, to see how it came about."""
    return stage.all(
        "SELECT j.id, j.action, j.state, j.ref_id, j.mate, j.token, j.intended_at, j.settled_at FROM journal j"
        " LEFT JOIN link l ON l.hubspot_id = %s WHERE j.side = 'hubspot' AND (j.ref_id = %s OR j.link_id = l.id"
        " OR j.mate LIKE '%%:' || l.salesforce_id) ORDER BY j.id", contact, contact,
    )  # fmt: skip


def _versions_of_ours(stage: Stage, names: list[str]) -> Counter[tuple[str, str]]:
    """(contact, property) -> how many versions of it our app wrote."""
    found: Counter[tuple[str, str]] = Counter()
    http, after, app = urllib3.PoolManager(), "0", stage.env["ACCORD_HUBSPOT_APP_ID"]
    headers = {"Authorization": f"Bearer {stage.hubspot.told['access_token']}"}
    while after:
        asked = f"limit={HISTORY_PAGE}&propertiesWithHistory={','.join(names)}&after={after}"
        answer = http.request("GET", f"{stage.hubspot.url}/crm/v3/objects/contacts?{asked}", headers=headers)
        assert answer.status == 200, answer.data[:300]
        page = orjson.loads(answer.data)
        for row in page["results"]:
            for name, versions in (row.get("propertiesWithHistory") or {}).items():
                ours = sum(v.get("sourceType") == "INTEGRATION" and str(v.get("sourceId")) == app for v in versions)
                if ours:
                    found[row["id"], name] += ours
        after = (page.get("paging") or {}).get("next", {}).get("after", "")
    return found


def _handed_over_once(stage: Stage, verdict: Verdict) -> None:
    twice = stage.all("SELECT person FROM handoff GROUP BY person HAVING count(*) > 1")
    verdict.found("handed over twice", [row["person"] for row in twice])
    verdict.figures["hand-offs"] = stage.one("SELECT count(*) AS n FROM handoff")["n"]


def _again_nothing(stage: Stage, verdict: Verdict) -> None:
    """The same backfill once more finds nothing to write."""
    before = stage.one("SELECT coalesce(max(id), 0) AS n FROM journal")["n"]
    again = parsed(stage.accord("backfill", "person", "--yes", "--wait", "--json", well=(0, 3)))
    verdict.figures["second run"] = again["outcomes"]
    rows = stage.all("SELECT side, ref_id, action, state, changes FROM journal WHERE id > %s", before)
    verdict.found("a second run wrote", rows)


def _by_email(held: Held) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    contacts: dict[str, list[str]] = defaultdict(list)
    people: dict[str, list[str]] = defaultdict(list)
    for id_, row in held.contacts.items():
        if row.get("email"):
            contacts[str(row["email"]).lower()].append(id_)
    for id_, row in held.people.items():
        if row.get("Email"):
            people[str(row["Email"]).lower()].append(id_)
    return contacts, people
