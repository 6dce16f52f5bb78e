"""Fills a practice portal with generated persons, as an import of some weeks ago would have left them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.state import Portal, Source
from connector.practice.people import Person, as_held, employee_band

_IMPORT = Source("IMPORT", "contacts.csv", label="Import")
_SIX_WEEKS = 6 * 7 * 86_400_000
_MINUTE = 60_000


def populate(core: Doing, persons: Iterable[Person]) -> None:
    """One contact a person, a minute apart, without webhook events."""
    at = core.now_ms() - _SIX_WEEKS
    for truth in persons:
        at = min(at + _MINUTE, core.now_ms())
        held = properties_of(as_held(truth, "hubspot", core.seed), core.portal)
        planned = core.writer.plan(core.portal.contact_store, None, held, Source("CRM_UI", "import"))
        core.writer.commit(planned, _IMPORT, at)


def properties_of(person: Person, portal: Portal) -> dict[str, Any]:
    """The person's contact properties; blanks left out."""
    owner = next((one.id for one in portal.owners.values() if one.email == person.owner), "")
    held: dict[str, Any] = {
        "email": person.email,
        "firstname": person.first_name,
        "lastname": person.last_name,
        "salutation": person.salutation,
        "phone": person.phone,
        "mobilephone": person.mobile,
        "fax": person.fax,
        "jobtitle": person.title,
        "company": person.company,
        "website": person.website,
        "address": person.street,
        "city": person.city,
        "state": person.state,
        "zip": person.postal_code,
        "country": person.country,
        "industry": person.industry,
        "numemployees": employee_band(person.employees),
        "annualrevenue": _text(person.revenue),
        "lifecyclestage": person.lifecycle,
        "hubspot_owner_id": owner,
        "lead_source": person.lead_source,
        "budget": _text(person.budget),
        "decision_maker": "true" if person.decision_maker else "false",
        "purchase_timeframe": person.timeframe,
        "demo_requested": "true" if person.demo_requested else "false",
        "fit_score": _text(person.fit_score),
        "webinar_date": person.webinar.isoformat() if person.webinar else "",
        "product_interest": ";".join(person.interests),
        "hs_email_optout": "true" if person.opted_out else "",
        "do_not_call": "true" if person.do_not_call else "",
    }
    return {name: value for name, value in held.items() if value and name in portal.properties}


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
