"""What forbids to write although everything was approved: another sync at work, or a sandbox joined with production."""

from __future__ import annotations

from connector.services.health.checks import belonging
from connector.services.health.checks.rights import CONTACT
from connector.services.health.findings import FAIL
from connector.services.health.own_integration import own_integration
from connector.services.workbench import Workbench


def dangers(bench: Workbench, mode: str) -> list[str]:
    """In words; none in mode observe. Some reading calls. Raises what they raise: who can't look must not write."""
    if mode == "observe":
        return []
    schema = bench.hubspot.schema(CONTACT)
    found = _two_syncs(own_integration(bench, schema)) if mode == "live" else []
    portal, org = bench.hubspot.surveyor, bench.salesforce.surveyor
    looks = [
        *belonging.crossing(portal.survey(), org.survey()),
        *belonging.copied_ids(portal, org, bench.desk.mapping, tuple(schema)),
    ]
    return found + [finding.message for finding in looks if finding.level == FAIL]


def _two_syncs(wrote: int | None) -> list[str]:
    if not wrote:
        return []
    return [
        f"HubSpot's own Salesforce integration is at work: within the last week it linked {wrote} contacts. Two syncs "
        "on the same fields fight. Turn it off first (HubSpot: Settings, Integrations, Salesforce)"
    ]
