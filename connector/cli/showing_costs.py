"""What a first day costs and risks, for people; see services/review/first_day.py."""

from typing import TYPE_CHECKING

from connector.cli import showing

if TYPE_CHECKING:
    from connector.cli.operating import Operating
    from connector.services.review.first_day import FirstDay, Terms


def terms(on: "Operating") -> "Terms":
    """What the settings say of HubSpot's bill."""
    from connector.services.review.first_day import Terms

    given = on.settings.hubspot if on.settings is not None else None
    if given is None:
        return Terms()
    return Terms(given.marketing_tier, given.new_are_marketing, given.workflows)


def show(seen: "FirstDay") -> None:
    loud = set(seen.warnings)
    showing.table(
        "What it costs", ("", ""), [("!" if line in loud else " ", line) for line in seen.costs], 400
    )
    showing.table("What would answer our writes", ("",), [(line,) for line in seen.risks], 400)
