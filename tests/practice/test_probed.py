"""The page of what is not proved says truly what `accord probe` asks about."""

from __future__ import annotations

from connector.practice import probed, ways
from connector.services.health.probes import hubspot, salesforce

NOT_DOUBTED = {"max_uri"}
"""A limit that is documented and asked about all the same."""


def test_what_is_said_to_be_asked_is_what_is_asked() -> None:
    read = {p.proves for table in (hubspot, salesforce) for p in table.READ if p.proves} - NOT_DOUBTED
    written = {p.proves for table in (hubspot, salesforce) for p in table.WRITE if p.proves}
    assert read == set(probed.READING)
    assert written == set(probed.WRITING)
    assert not any(p.writes for table in (hubspot, salesforce) for p in table.READ)


def test_every_one_of_them_is_in_doubt() -> None:
    assert {row.name for _, row in ways.rows()} >= probed.READING | probed.WRITING
