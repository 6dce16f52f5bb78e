"""What people change in the benchmark: on linked Leads, three fields that no trait reads, or twenty-five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.core.records import Notice, Ref, Side
from tests.bench.stage import Stage

THREE = {
    "firstname": ("Ann", "Bea"),
    "phone": ("+1 212 555 0142", "+1 312 555 0187"),
    "city": ("Boston", "Albany"),
}
MORE = {
    "salutation": ("Ms.", "Dr."),
    "lastname": ("Ito", "Kim"),
    "jobtitle": ("Head of Sales", "VP Marketing"),
    "mobilephone": ("+1 212 555 0143", "+1 312 555 0188"),
    "fax": ("+1 212 555 0144", "+1 312 555 0189"),
    "company": ("Acme Tools", "Blue Mills"),
    "website": ("https://acme.example.com", "https://blue.example.com"),
    "industry": ("Banking", "Retail"),
    "annualrevenue": ("7000000", "9000000"),
    "address": ("1 Elm Street", "2 Oak Street"),
    "state": ("New York", "Texas"),
    "zip": ("10001", "20002"),
    "country": ("United States", "United States"),
    "lead_source": ("web", "webinar"),
    "do_not_call": ("true", "false"),
    "budget": ("20000", "30000"),
    "decision_maker": ("true", "false"),
    "purchase_timeframe": ("this_month", "this_quarter"),
    "demo_requested": ("true", "false"),
    "webinar_date": ("2026-03-02", "2026-04-03"),
    "fit_score": ("55", "66"),
    "product_interest": ("reporting", "reporting;training"),
}
THREE_IN_SALESFORCE = {
    "FirstName": ("Cat", "Dot"), "Phone": ("+1 212 555 0162", "+1 312 555 0167"), "City": ("Denver", "Austin"),
}  # fmt: skip


@dataclass
class Hand:
    """Changes the first ``count`` linked Leads, each time to the other of two values. ``notices``: what that tells."""

    stage: Stage
    side: Side
    values: Mapping[str, tuple[str, str]]
    turn: int = 0

    def change(self, persons: Sequence[tuple[str, str]]) -> list[Notice]:
        self.turn += 1
        values = {name: both[self.turn % 2] for name, both in self.values.items()}
        if self.side is Side.HUBSPOT:
            self.stage.hubspot.edit(
                {"object": "contact", "id": contact, "values": values} for contact, _ in persons
            )
            return [
                told(Side.HUBSPOT, "contact", contact, {n: v})
                for contact, _ in persons
                for n, v in values.items()
            ]
        self.stage.salesforce("notifications")
        self.stage.salesforce.edit({"object": "Lead", "id": lead, "values": values} for _, lead in persons)
        return [
            told(Side.SALESFORCE, object_, id_, held)
            for _, object_, id_, held in self.stage.salesforce("notifications")
        ]


def told(side: Side, object_: str, id_: str, values: dict[str, Any]) -> Notice:
    """A notice as the web process makes it of a webhook or an outbound message."""
    values = {
        n: v if v != "" else None
        for n, v in values.items()
        if n not in ("Id", "attributes", "SystemModstamp")
    }
    return Notice(Ref(side, object_, id_), values, datetime.now(UTC))
