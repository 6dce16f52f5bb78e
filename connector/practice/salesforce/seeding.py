"""Generated persons as Leads, or as Contacts with Accounts; the same persons HubSpot's practice server has."""

from typing import Any

from connector.practice import wordlists
from connector.practice.people import Person, as_held, places
from connector.practice.salesforce import saving
from connector.practice.salesforce.state import Actor, Org

_SOURCES = dict(wordlists.LEAD_SOURCES)
_TIMEFRAMES = dict(wordlists.TIMEFRAMES)
_INTERESTS = dict(wordlists.INTERESTS)


def settle(org: Org, count: int, seed: int) -> None:
    """Fills the org with its part of a world of `count` HubSpot contacts."""
    accounts: dict[str, str] = {}
    for placed in places(seed, count):
        known = as_held(placed.person, "salesforce", seed)
        if placed.place == "lead":
            _lead(org, known)
            if placed.twin:
                _lead(org, known)
        elif placed.place == "contact":
            _contact(org, known, accounts)
    org.commit()


def _lead(org: Org, person: Person) -> None:
    values = {
        **_person(person),
        "Company": person.company,
        "Website": person.website,
        "Street": person.street,
        "City": person.city,
        "State": person.state,
        "PostalCode": person.postal_code,
        "Country": person.country,
        "Industry": person.industry,
        "AnnualRevenue": person.revenue,
        "NumberOfEmployees": person.employees,
    }
    saving.create(org, org.objects["Lead"], values, Actor(_owner(org, person)))


def _contact(org: Org, person: Person, accounts: dict[str, str]) -> None:
    if person.company not in accounts:
        accounts[person.company] = _account(org, person)
    values = {
        **_person(person),
        "AccountId": accounts[person.company],
        "MailingStreet": person.street,
        "MailingCity": person.city,
        "MailingState": person.state,
        "MailingPostalCode": person.postal_code,
        "MailingCountry": person.country,
    }
    saving.create(org, org.objects["Contact"], values, Actor(_owner(org, person)))


def _account(org: Org, person: Person) -> str:
    values = {
        "Name": person.company,
        "Website": person.website,
        "Industry": person.industry,
        "AnnualRevenue": person.revenue,
        "NumberOfEmployees": person.employees,
    }
    return saving.create(org, org.objects["Account"], values, Actor(_owner(org, person)))


def _person(person: Person) -> dict[str, Any]:
    """The fields that Lead and Contact name alike."""
    return {
        "Salutation": person.salutation,
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Email": person.email,
        "Phone": person.phone,
        "MobilePhone": person.mobile,
        "Fax": person.fax,
        "Title": person.title,
        "LeadSource": _SOURCES.get(person.lead_source, ""),
        "HasOptedOutOfEmail": person.opted_out,
        "DoNotCall": person.do_not_call,
        "Budget__c": person.budget,
        "Decision_Maker__c": person.decision_maker,
        "Purchase_Timeframe__c": _TIMEFRAMES.get(person.timeframe, ""),
        "Demo_Requested__c": person.demo_requested,
        "Fit_Score__c": person.fit_score,
        "Webinar_Date__c": person.webinar.isoformat() if person.webinar else None,
        "Product_Interest__c": ";".join(_INTERESTS[each] for each in person.interests),
    }


def _owner(org: Org, person: Person) -> str:
    return org.people.get(person.owner) or org.people["admin"]
