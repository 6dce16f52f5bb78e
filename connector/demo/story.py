"""One working day between marketing and sales, played on the practice servers; each scene is checked on both sides."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.demo.stage import DemoFailed, Stage

HOT = {
    "jobtitle": "Chief Marketing Officer",
    "numemployees": "100-500",
    "annualrevenue": "9000000",
    "country": "United States",
    "decision_maker": "true",
    "budget": "60000",
    "purchase_timeframe": "this_quarter",
    "demo_requested": "true",
}
Check = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """``seconds``: from the person's click until the other side was right."""

    title: str
    shown: str
    seconds: float | None = None


@dataclass
class Day:
    """``tag`` makes the people of this day unlike those of another one."""

    stage: Stage
    tag: str
    scenes: list[Scene] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)

    # -- what people do

    def fill_form(self, name: str, **values: str) -> str:
        """A form on the website; HubSpot makes or updates the contact."""
        email = self.email(name)
        given = {
            "email": email,
            "firstname": name.title(),
            "lastname": "Demo",
            "company": f"{name.title()} Works",
        }
        self.people[name] = self.stage.hubspot.edit("contact", given | values, by="form", create=True)
        return self.people[name]

    def email(self, name: str) -> str:
        return f"{name}.{self.tag}@works.example.com"

    def contact(self, name: str) -> dict[str, Any]:
        found = self.stage.hubspot.find("contact", "id", self.people[name])
        return found[0] if found else {}

    def sales(self, name: str, object_: str = "Lead") -> dict[str, Any]:
        found = self.stage.salesforce.find(object_, "Accord_HubSpot_Id__c", self.people[name])
        live = [one for one in found if not one.get("IsConverted")]
        return live[0] if live else {}

    def rep_edits(self, name: str, object_: str = "Lead", **values: Any) -> None:
        self.stage.salesforce.edit(
            object_, values, id=self.sales(name, object_)["id"], by="bob@accord.example.com"
        )

    # -- what is seen

    def until(self, what: str, check: Check, patience: float = 20.0) -> Any:
        """Wait until ``check`` gives something; raises DemoFailed with ``what`` after ``patience`` seconds."""
        started = time.monotonic()
        while not (seen := check()):
            self.stage.alive()
            if time.monotonic() - started > patience:
                raise DemoFailed(
                    f"{what}: not within {patience:.0f} s.\nworker:\n{self.stage.tail('worker')}"
                )
            time.sleep(0.02)
        return seen

    def scene(self, title: str, act: Check, check: Check, shown: Callable[[Any], str]) -> Any:
        started = time.monotonic()
        act()
        seen = self.until(title, check)
        self.scenes.append(Scene(title, shown(seen), time.monotonic() - started))
        took = time.monotonic() - started
        sys.stdout.write(f"  {took:5.2f} s  {title}: {self.scenes[-1].shown}\n")
        sys.stdout.flush()
        return seen

    def quiet(self, patience: float = 60.0) -> None:
        """Wait until nothing is due and nothing is on its way."""

        def settled() -> bool:
            if not self.stage.hubspot("webhooks")["idle"] or self.stage.salesforce("outbound").get("waiting"):
                return False
            status = json.loads(self.stage.accord("status", "--json"))
            return not sum(lane["waiting"] + lane["leased"] for lane in status["lanes"])

        self.until("all is quiet", settled, patience)


def play(day: Day) -> None:
    """The scenes, in the order of a day."""
    hand_over(day)
    keep_warm(day)
    meet_a_contact(day)
    reject(day)
    convert_and_win(day)
    conflict(day)
    unknown_word(day)


def hand_over(day: Day) -> None:
    def arrived() -> Any:
        lead = day.sales("ada") if "ada" in day.people else None
        contact = day.contact("ada")
        done = (
            lead
            and lead.get("OwnerId")
            and contact.get("accord_tier")
            and contact.get("accord_salesforce_id")
        )
        return (lead, contact) if done else None

    day.scene(
        "a form makes someone hot", lambda: day.fill_form("ada", **HOT), arrived,
        lambda seen: f"Lead {seen[0]['id']} owned by {seen[0]['OwnerId']}; {seen[1]['accord_tier']} in HubSpot",
    )  # fmt: skip


def keep_warm(day: Day) -> None:
    warm = {k: v for k, v in HOT.items() if k not in ("budget", "demo_requested")}
    seen = day.scene(
        "someone stays warm, and why", lambda: day.fill_form("wim", **warm),
        lambda: (c := day.contact("wim")).get("accord_tier_reasons") and c,
        lambda c: "; ".join(line for line in c["accord_tier_reasons"].splitlines() if ": met" not in line),
    )  # fmt: skip
    if seen["accord_tier"] != "warm" or day.sales("wim"):
        raise DemoFailed(f"wim should be warm and not in Salesforce, but is {seen['accord_tier']}")


def meet_a_contact(day: Day) -> None:
    salesforce = day.stage.salesforce
    account = salesforce.edit("Account", {"Name": "Cleo Works"}, create=True)
    values = {"LastName": "Demo", "Email": day.email("cleo"), "AccountId": account}
    made = salesforce.edit("Contact", values, create=True, by="bob@accord.example.com")
    day.people["cleo"] = day.until("a Contact reaches HubSpot", lambda: _contact_of(day, made))
    day.scene(
        "a hot person who is a Contact already", lambda: day.fill_form("cleo", **HOT),
        lambda: (c := day.sales("cleo", "Contact")).get("Accord_Handoff__c") == "Offered" and c,
        lambda c: f"offered on Contact {c['id']}, no Lead beside it",
    )  # fmt: skip
    if salesforce.find("Lead", "Email", day.email("cleo")):
        raise DemoFailed("cleo got a Lead beside the Contact")


def _contact_of(day: Day, made: str) -> str:
    held = day.stage.salesforce.find("Contact", "Id", made)
    return str(held[0].get("Accord_HubSpot_Id__c") or "") if held else ""


def reject(day: Day) -> None:
    day.fill_form("rob", **HOT)
    day.until(
        "rob arrives",
        lambda: day.sales("rob").get("OwnerId") and day.contact("rob").get("accord_salesforce_id"),
    )
    day.scene(
        "sales rejects, with a reason",
        lambda: day.rep_edits("rob", Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget"),
        lambda: (c := day.contact("rob")).get("accord_reject_reason") and c.get("lifecyclestage") == "lead" and c,
        lambda c: f"{c['accord_handoff']}, {c['accord_reject_reason']}; lifecycle back to {c['lifecyclestage']}",
    )  # fmt: skip


def convert_and_win(day: Day) -> None:
    lead = day.sales("ada")["id"]
    made = day.scene(
        "the rep converts the Lead",
        lambda: day.stage.salesforce("convert", lead_id=lead, opportunity_name="Ada Works", amount=48000),
        lambda: (c := day.sales("ada", "Contact")) and day.contact("ada").get("accord_handoff") == "converted" and c,
        lambda c: f"the link moved to Contact {c['id']}",
    )  # fmt: skip
    won = day.until(
        "the opportunity", lambda: day.stage.salesforce.find("Opportunity", "AccountId", made["AccountId"])
    )
    day.scene(
        "the opportunity is won",
        lambda: day.stage.salesforce.edit("Opportunity", {"StageName": "Closed Won"}, id=won[0]["id"]),
        lambda: (c := day.contact("ada")).get("accord_outcome") == "won" and c,
        lambda c: f"{c.get('accord_amount')} {c.get('accord_currency', '')} on the contact, {c.get('lifecyclestage')}",
    )  # fmt: skip


def conflict(day: Day) -> None:
    """Both sides edit one field; while the lanes are paused neither edit can overtake the other."""

    def both() -> None:
        day.stage.accord("pause", "--reason", "demo: two edits at once")
        day.stage.hubspot.edit("contact", {"phone": "+1 212 555 0101"}, id=day.people["rob"])
        day.rep_edits("rob", Phone="+1 212 555 0202")
        day.stage.accord("resume")

    day.scene(
        "both sides edit one phone number", both,
        lambda: day.contact("rob").get("phone") == "+1 212 555 0202" and _lost(day),
        lambda lost: f"Salesforce wins by the mapping; the loser is kept as conflict {lost['id']}",
    )  # fmt: skip
    lost = _lost(day)
    day.scene(
        "the loser is restored", lambda: day.stage.accord("conflicts", "restore", str(lost["id"]), "--yes"),
        lambda: day.contact("rob").get("phone") == day.sales("rob").get("Phone") == "+1 212 555 0101",
        lambda _: "both sides show HubSpot's number again",
    )  # fmt: skip


def _lost(day: Day) -> Any:
    rows = json.loads(day.stage.accord("conflicts", "list", "--json"))
    return next((row for row in rows if row["field"] == "phone" and row["value"] == "+1 212 555 0101"), None)


def unknown_word(day: Day) -> None:
    day.scene(
        "a status nobody agreed on", lambda: day.rep_edits("rob", Status="Parked by Bob", City="Lyon"),
        lambda: day.contact("rob").get("city") == "Lyon" and _quarantined(day),
        lambda issue: f"quarantined as issue {issue['id']}; the city went over",
    )  # fmt: skip


def _quarantined(day: Day) -> Any:
    rows = json.loads(day.stage.accord("issues", "list", "--json"))
    return next((row for row in rows if row["code"] == "unknown_word" and "Parked" in row["message"]), None)
