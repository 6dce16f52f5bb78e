"""What all peers move, and how they reach both sides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import orjson
import requests

PAIRS = {
    "firstname": "FirstName", "lastname": "LastName", "email": "Email", "phone": "Phone", "company": "Company",
    "jobtitle": "Title", "city": "City", "zip": "PostalCode", "website": "Website", "mobilephone": "MobilePhone",
}  # fmt: skip
KEY = "Accord_HubSpot_Id__c"
HUBSPOT_LIST = 100
HUBSPOT_BATCH = 100
COLLECTION = 200
VERSION = "v66.0"


class Ends:
    """Both sides, from the environment: PEER_HUBSPOT and PEER_SALESFORCE are what the practice servers printed."""

    def __init__(self) -> None:
        hubspot, salesforce = (orjson.loads(os.environ[name]) for name in ("PEER_HUBSPOT", "PEER_SALESFORCE"))
        self.hubspot_url: str = hubspot["base_url"]
        self.hubspot_token: str = hubspot["access_token"]
        self.salesforce_url = f"{salesforce['base_url']}/services/data/{VERSION}"
        self.salesforce_token: str = salesforce["access_token"]
        self.hubspot = _session(self.hubspot_token)
        self.salesforce = _session(self.salesforce_token)

    def contacts(self, method: str, path: str, **more: Any) -> Any:
        answer = self.hubspot.request(method, f"{self.hubspot_url}/crm/v3/objects/contacts{path}", **more)
        answer.raise_for_status()
        return answer.json()

    def org(self, method: str, path: str, **more: Any) -> Any:
        answer = self.salesforce.request(method, f"{self.salesforce_url}{path}", **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def as_lead(properties: Mapping[str, Any]) -> dict[str, Any]:
    values = {field: properties.get(name) for name, field in PAIRS.items()}
    return values | {"LastName": values["LastName"] or "?", "Company": values["Company"] or "?"}


def as_contact(lead: Mapping[str, Any]) -> dict[str, Any]:
    return {name: lead.get(field) or "" for name, field in PAIRS.items()}


ALL_LEADS = f"SELECT {', '.join(PAIRS.values())} FROM Lead WHERE {KEY} != null AND IsConverted = false"
