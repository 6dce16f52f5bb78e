"""One working day between marketing and sales, played on the practice servers; each scene is checked on both sides."""

from __future__ import annotations

import json
from typing import Any

from connector.core.mapping import Field, Wins
from connector.core.rules import Tier
from connector.demo.day import Day
from connector.demo.deals import deal_without_lead, win
from connector.demo.processes import DemoFailed
from connector.demo.refusals import refused_by_a_rule


def play(day: Day) -> None:
    """The scenes, in the order of a day."""
    hand_over(day)
    keep_warm(day)
    meet_a_contact(day)
    reject(day)
    if day.words.object == "Lead" and day.words.contacts:
        convert(day)
    else:
        deal_without_lead(day)
    win(day)
    conflict(day)
    refused_by_a_rule(day)
    unknown_word(day)


def hot(day: Day) -> dict[str, str]:
    wish = day.words.hot()
    if wish is None:
        raise DemoFailed("under this qualification nobody can be told what to fill in to be handed over")
    return wish


def hand_over(day: Day) -> None:
    words = day.words

    def arrived() -> Any:
        sales = day.sales("ada") if "ada" in day.people else None
        contact = day.contact("ada") if sales else {}
        told = contact.get(words.hubspot.tier) and contact.get(words.link[0])
        return (sales, contact) if told and sales and sales.get("OwnerId") else None

    sales, _ = day.scene(
        f"a form makes someone hot: a {words.object}", lambda: day.fill_form("ada", hot(day)), arrived,
        lambda seen: f"{seen[0]['id']} of {day.stage.owner(seen[0])}; {seen[1][words.hubspot.tier]} in HubSpot",
        "hubspot",
    )  # fmt: skip
    wanted = words.status_on_offer()
    if wanted and sales.get(words.salesforce.status) != wanted:
        raise DemoFailed(f"ada's status should be {wanted}, but is {sales.get(words.salesforce.status)}")
    others = day.stage.salesforce.find("Contact" if words.object == "Lead" else "Lead", "Email", day.email("ada"))
    if others:
        raise DemoFailed(f"ada is there twice: {[one['id'] for one in others]}")


def keep_warm(day: Day) -> None:
    names, wish = day.words.hubspot, day.words.form(Tier.WARM)
    if wish is None or Tier.WARM in day.words.agreement.handoff.hand_over:
        return day.skip("someone stays warm", "this qualification leaves nobody warm")
    seen = day.scene(
        "someone stays warm, and why", lambda: day.fill_form("wim", wish),
        lambda: (c := day.contact("wim")).get(names.tier_reasons) and c,
        lambda c: "; ".join(line for line in c[names.tier_reasons].splitlines() if ": met" not in line), "hubspot",
    )  # fmt: skip
    if seen[names.tier] != Tier.WARM or day.sales("wim"):
        raise DemoFailed(f"wim should be warm and not in Salesforce, but is {seen[names.tier]}")
    return None


def meet_a_contact(day: Day) -> None:
    title = "a hot person who is a Contact already"
    if not day.words.contacts:
        return day.skip(title, "this agreement leaves Contacts alone")
    names, made = day.words.salesforce, _make_cleo(day)
    day.people["cleo"] = day.until("a Contact reaches HubSpot", lambda: _contact_of(day, made))
    day.scene(
        title, lambda: day.fill_form("cleo", hot(day)),
        lambda: (c := day.sales("cleo", "Contact")).get(names.handoff) == names.handoff_values["offered"] and c,
        lambda c: f"offered on Contact {c['id']}, nothing beside it", "hubspot",
    )  # fmt: skip
    beside = [
        one["id"]
        for object_ in ("Lead", "Contact")
        for one in day.stage.salesforce.find(object_, "Email", day.email("cleo"))
    ]
    if beside != [made]:
        raise DemoFailed(f"cleo got another record beside Contact {made}: {beside}")
    return None


def _make_cleo(day: Day) -> str:
    account = day.rep_makes("Account", Name="Cleo Works")
    return day.rep_makes("Contact", LastName="Demo", Email=day.email("cleo"), AccountId=account)


def _contact_of(day: Day, made: str) -> str:
    held = day.stage.salesforce.find("Contact", "Id", made)
    return str(held[0].get(day.words.link[1]) or "") if held else ""


def reject(day: Day) -> None:
    words, names, stage = day.words, day.words.hubspot, day.words.rejected_stage
    answer = {
        words.salesforce.answer: words.salesforce.answer_values["rejected"],
        words.salesforce.reject_reason: words.reject_reason(),
    }
    day.fill_form("rob", hot(day))
    day.until("rob arrives", lambda: day.sales("rob").get("OwnerId") and day.contact("rob").get(words.link[0]))

    def answered() -> Any:
        contact = day.contact("rob")
        back = stage is None or contact.get(names.lifecycle) == stage
        return contact if contact.get(names.reject_reason) and back else None

    day.scene(
        "sales rejects, with a reason", lambda: day.rep_edits("rob", **answer), answered,
        lambda c: f"{c[names.handoff]}, {c[names.reject_reason]}; lifecycle back to {c.get(names.lifecycle)}",
        "salesforce",
    )  # fmt: skip


def convert(day: Day) -> None:
    names, salesforce = day.words.hubspot, day.stage.salesforce
    wish = {"lead_id": day.sales("ada")["id"], "opportunity_name": "Ada Works", "amount": 48000}
    wish["status"] = salesforce.find("LeadStatus", "IsConverted", True)[0]["ApiName"]
    made = day.scene(
        "the rep converts the Lead", lambda: salesforce("convert", **wish),
        lambda: (c := day.sales("ada", "Contact")) and day.contact("ada").get(names.handoff) == "converted" and c,
        lambda c: f"the link moved to Contact {c['id']}", "salesforce",
    )  # fmt: skip
    day.until("the opportunity", lambda: salesforce.find("Opportunity", "AccountId", made["AccountId"]))


def conflict(day: Day) -> None:
    """Both sides edit one field; while the lanes are paused neither edit can overtake the other."""
    field = day.words.contested(day.words.object)
    if field is None:
        return day.skip("both sides edit one field", "no field goes both ways with a side that wins")
    hers, his = ("+1 212 555 0101", "+1 212 555 0202") if field.lens_name == "phone" else ("Hers", "His")
    kept, lost = (hers, his) if field.wins is Wins.HUBSPOT else (his, hers)

    def both() -> None:
        day.stage.accord("pause", "--reason", "demo: two edits at once")
        day.stage.hubspot.edit("contact", {field.hubspot: hers}, id=day.people["rob"])
        day.rep_edits("rob", **{field.salesforce[day.words.object]: his})
        day.stage.accord("resume", "--yes")

    row = day.scene(
        f"both sides edit one {field.name.replace('_', ' ')}", both,
        lambda: _both_hold(day, field, kept) and _lost(day, field, lost),
        lambda row: f"{str(field.wins).title()} wins by the mapping; the loser is kept as conflict {row['id']}",
    )  # fmt: skip
    day.scene(
        "the loser is restored", lambda: day.stage.accord("conflicts", "restore", str(row["id"]), "--yes"),
        lambda: _both_hold(day, field, lost), lambda _: f"both sides show {lost} again",
    )  # fmt: skip
    return None


def _both_hold(day: Day, field: Field, value: str) -> bool:
    held = day.sales("rob").get(field.salesforce[day.words.object])
    return bool(day.contact("rob").get(field.hubspot) == held == value)


def _lost(day: Day, field: Field, value: str) -> Any:
    rows = json.loads(day.stage.accord("conflicts", "list", "--json"))
    return next((row for row in rows if row["field"] == field.name and row["value"] == value), None)


def unknown_word(day: Day) -> None:
    title, object_ = "a status nobody agreed on", day.words.object
    status, other = day.words.status(object_), day.words.plain(object_)
    if status is None or other is None:
        return day.skip(title, f"no field of a {object_} speaks in agreed words")
    edits = {status.salesforce[object_]: "Parked by Bob", other.salesforce[object_]: "Lyon"}
    day.scene(
        title, lambda: day.rep_edits("rob", **edits),
        lambda: day.contact("rob").get(other.hubspot) == "Lyon" and _quarantined(day),
        lambda issue: f"quarantined as issue {issue['id']}; the {other.name} went over", "salesforce",
    )  # fmt: skip
    return None


def _quarantined(day: Day) -> Any:
    rows = json.loads(day.stage.accord("issues", "list", "--json"))
    return next((row for row in rows if row["code"] == "unknown_word" and "Parked" in row["message"]), None)
