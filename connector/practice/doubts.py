"""The page of what nobody here has seen with their own eyes: ``python -m connector.practice.doubts`` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from connector.practice.hubspot.unproved import UNPROVED as HUBSPOT
from connector.practice.probed import READING, WRITING, asked
from connector.practice.salesforce.pubsub.unproved import UNPROVED as PUBSUB
from connector.practice.salesforce.unproved import UNPROVED as SALESFORCE
from connector.practice.unproved import Unproved

PARTS = (
    ("HubSpot", HUBSPOT, "`/_practice/settings` of the practice HubSpot"),
    ("Salesforce", SALESFORCE, "`/_practice/settings` of the practice Salesforce"),
    ("Salesforce, change events", PUBSUB, "`/_practice/pubsub` of the practice Salesforce"),
)
INTRODUCTION = """# What is not proved

The practice servers were written from documentation, recordings and the sources of clients. What rests on memory or on
somebody else's notes is listed here, {count} behaviours, each with the setting that flips it: the stricter reading is
the default where one is stricter, and the tests run both ways: each alone, and all of them together, in generated
histories on every kind of org and in the demo (`accord demo --unproved flipped`, or `--unproved NAME=VALUE`; so with
`accord practice`). `accord probe` asks a real portal and org about {probed} of them; what its file says of these lines
settles them. The others need a second user, a webhook, an hour, or a change that nobody should make for a test.

This page is made: `python -m connector.practice.doubts > docs/unproved.md`.
"""


def page() -> str:
    """As Markdown."""
    names = [row.name for _, rows, _ in PARTS for row in rows]
    probed = len({*READING, *WRITING} & {*names})
    parts = [INTRODUCTION.format(count=len(names), probed=probed)]
    for title, rows, where in PARTS:
        parts.append("\n".join([f"## {title}", "", f"Settings: {where}.", "", *_table(rows), ""]))
    return "\n".join(parts)


def _table(rows: tuple[Unproved, ...]) -> Iterator[str]:
    yield "| setting | in doubt | default | other | rests on | what would prove it | asked by |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        words = (f"`{row.name}`", row.behaviour, row.default, row.other, row.source, row.probe, asked(row.name))
        yield "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |"


if __name__ == "__main__":
    sys.stdout.write(page())
