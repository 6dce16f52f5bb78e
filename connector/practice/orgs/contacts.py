"""An org that works with Contacts only: whoever was a Lead is a Contact of an Account; there are no new Leads."""

from __future__ import annotations

from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.convert import Conversion, convert
from connector.practice.salesforce.rules import Validation, Values
from connector.practice.salesforce.state import Actor

REFUSAL = "Leads are not in use here: make a Contact."


def without_leads(core: SalesforceCore) -> None:
    """Turns every Lead into a Contact, forgets the Leads, refuses new ones, and shows none to the API's user."""
    org, table = core.org, core.org.tables["Lead"]
    accounts = {str(row["Name"]): str(row["Id"]) for row in org.tables["Account"].rows.values()}
    converted = next(
        str(row["ApiName"]) for row in org.tables["LeadStatus"].rows.values() if row["IsConverted"]
    )
    for lead in list(table.rows.values()):
        wish = Conversion(lead["Id"], account_id=accounts.get(str(lead["Company"])), status=converted)
        made = convert(org, wish, Actor(org.people["admin"]))
        accounts[str(lead["Company"])] = str(made["account_id"])
    org.commit()
    for id_ in list(table.rows):
        table.drop(id_)
    org.rules.validations.append(Validation("Lead", None, _always, REFUSAL))
    core.admin.hide_object("Lead")


def _always(row: Values) -> bool:
    return True
