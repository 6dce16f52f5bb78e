"""An admin's work on the org itself: edition, currencies, person accounts, sandbox, statuses and stages."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.field_changes import change_field, choices, refreshed
from connector.practice.salesforce.fields import (
    Field,
    address_free,
    flag,
    lookup,
    picklist,
    read_only,
    text,
    typed,
)
from connector.practice.salesforce.founding import add_row, add_stage, add_status
from connector.practice.salesforce.regions import ADDRESSES

_WITH_MONEY = ("Account", "Contact", "Lead", "Opportunity", "Campaign")
# What an edition has: API, outbound messages, Pub/Sub API.
EDITIONS: dict[str, tuple[bool, bool, bool]] = {
    "Group": (False, False, False),
    "Professional": (True, False, False),
    "Enterprise": (True, True, True),
    "Performance": (True, True, True),
    "Unlimited": (True, True, True),
    "Developer": (True, True, True),
}


class OrgWork:
    """The part of Admin about the org."""

    core: Acts

    def org_values(self, **values: Any) -> None:
        """Changes the Organization row: Name, InstanceName, NamespacePrefix, TimeZoneSidKey …"""
        org = self.core.org
        table = org.tables["Organization"]
        org.store(table, {**table.rows[self.core.org_id], **values})

    def edition(
        self,
        name: str,
        api: bool | None = None,
        outbound_messages: bool | None = None,
        pub_sub: bool | None = None,
        daily_api_calls: int | None = None,
    ) -> None:
        """By its first word ("Professional"); what the edition lacks can be said otherwise, since add-ons exist."""
        word = name.split()[0]
        has = EDITIONS[word]
        settings = self.core.settings
        settings.edition = f"{word} Edition"
        settings.api_enabled = has[0] if api is None else api
        settings.outbound_messages = has[1] if outbound_messages is None else outbound_messages
        settings.pub_sub = has[2] if pub_sub is None else pub_sub
        settings.metadata_api = has[1] if outbound_messages is None else outbound_messages
        settings.daily_api_calls = daily_api_calls or (
            15_000 if word == "Developer" else settings.daily_api_calls
        )
        self.org_values(OrganizationType=settings.edition)

    def state_country_picklists(self, countries: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        """Code -> (name, {state code: name}): from now on states and countries are chosen, and codes have fields."""
        org = self.core.org
        org.places = {code: (name, dict(states)) for code, (name, states) in countries.items()}
        states = {code: name for _, inside in org.places.values() for code, name in inside.items()}
        for object_name, prefix in ADDRESSES:
            shape = org.objects.get(object_name)
            for field, values in (
                ("CountryCode", {c: n for c, (n, _) in org.places.items()}),
                ("StateCode", states),
            ):
                if shape is not None and org.places:
                    change_field(
                        org, object_name, prefix + field, {"type": "picklist", "values": values, "length": 10}
                    )
                elif shape is not None and prefix + field in shape.fields:
                    change_field(org, object_name, prefix + field, {"remove": True})

    def without_accord(self) -> None:
        """Takes Accord's own fields and their conversion mapping away: the org before anybody set Accord up."""
        for name in ("Lead", "Contact", "Account", "Opportunity"):
            shape = self.core.org.objects.get(name)
            for field in [each for each in shape.fields if each.startswith("Accord_")] if shape else []:
                change_field(self.core.org, name, field, {"remove": True})
        kept = self.core.settings.custom_map.items()
        self.core.settings.custom_map = {k: v for k, v in kept if not k.startswith("Accord_")}
        self.core.org.channel_members.clear()

    def sandbox(self, name: str = "uat") -> None:
        """Makes the org a sandbox copy: another org id, the same record ids, user names with the sandbox's name,
        users' e-mails made invalid. "" makes it production again, with the users as they are."""
        core, org = self.core, self.core.org
        core.settings.sandbox = name
        table = org.tables["Organization"]
        row = table.rows[core.org_id]
        table.drop(core.org_id)
        new_id = org.ids.new("00D")
        org.store(
            table, {**row, "Id": new_id, "IsSandbox": bool(name), "InstanceName": "PR01S" if name else "PR01"}
        )
        core.renumbered(new_id)
        users = org.tables["User"]
        for user in list(users.rows.values()) if name else []:
            if not user["Email"].endswith(".invalid"):
                words = {"Email": user["Email"] + ".invalid", "Username": f"{user['Username']}.{name}"}
                org.store(users, {**user, **words})

    def currencies(self, codes: Iterable[str] = (), corporate: str | None = None) -> None:
        """Two codes and more: CurrencyIsoCode on all objects with money, and CurrencyType. One or none: neither."""
        org, wanted = self.core.org, list(codes)
        table = org.tables["CurrencyType"]
        for row_id in list(table.rows):
            table.drop(row_id)
        for name in [each for each in _WITH_MONEY if each in org.objects]:
            shape = org.objects[name]
            shape.fields.pop("CurrencyIsoCode", None)
            if len(wanted) > 1:
                main = corporate or wanted[0]
                item = picklist(
                    "CurrencyIsoCode",
                    f"{shape.label} Currency",
                    wanted,
                    3,
                    default=main,
                    defaulted=True,
                    restricted=True,
                )
                change_field(org, name, "CurrencyIsoCode", {})
                shape.fields["CurrencyIsoCode"] = item
                rows = org.tables[name].rows
                for row_id, row in list(rows.items()):
                    rows[row_id] = {**row, "CurrencyIsoCode": row.get("CurrencyIsoCode") or main}
            refreshed(org, shape)
        for place, code in enumerate(wanted if len(wanted) > 1 else []):
            corporate_one = code == (corporate or wanted[0])
            add_row(
                org, "CurrencyType", IsoCode=code, ConversionRate=1.0 + place * 0.1, DecimalPlaces=2, IsActive=True,
                IsCorporate=corporate_one,
            )  # fmt: skip

    def person_accounts(self, on: bool = True) -> None:
        """Accounts that are people, each with a Contact behind it; a Lead without a company becomes one."""
        org = self.core.org
        self.core.settings.person_accounts = on
        account, contact, lead = (org.objects[name] for name in ("Account", "Contact", "Lead"))
        for item in _person_fields():
            if on:
                account.fields[item.name] = item
            else:
                account.fields.pop(item.name, None)
        for shape, item in ((contact, read_only(flag("IsPersonAccount", "Is Person Account"))),):
            if on:
                shape.fields[item.name] = item
            else:
                shape.fields.pop(item.name, None)
        lead.fields["Company"].nillable = on
        account.fields["Name"].nillable = on
        for shape in (account, contact, lead):
            refreshed(org, shape)
            table = org.tables[shape.name]
            for item in shape.fields.values():
                table.watch(item)
            for row_id, row in list(table.rows.items()):
                table.rows[row_id] = {**shape.blank, **row}

    def set_statuses(self, statuses: Iterable[Mapping[str, Any]]) -> None:
        """Lead Status anew: `{"value", "label"?, "converted"?, "default"?}`; the first is the default where none is."""
        org, rows = self.core.org, list(statuses)
        item = org.objects["Lead"].fields["Status"]
        default = next((row["value"] for row in rows if row.get("default")), rows[0]["value"])
        item.choices = choices({row["value"]: row.get("label") or row["value"] for row in rows}, default)
        item.default = None
        table = org.tables["LeadStatus"]
        for row_id in list(table.rows):
            table.drop(row_id)
        for row in rows:
            add_status(org, row["value"], row.get("label"), bool(row.get("converted")))
        refreshed(org, org.objects["Lead"])

    def set_stages(self, stages: Iterable[Mapping[str, Any]]) -> None:
        """Opportunity stages anew: `{"value", "label"?, "closed"?, "won"?, "chance"?}`."""
        org, rows = self.core.org, list(stages)
        item = org.objects["Opportunity"].fields["StageName"]
        item.choices = choices({row["value"]: row.get("label") or row["value"] for row in rows})
        table = org.tables["OpportunityStage"]
        for row_id in list(table.rows):
            table.drop(row_id)
        org.stages.clear()
        for place, row in enumerate(rows, 1):
            closed, won = bool(row.get("closed") or row.get("won")), bool(row.get("won"))
            forecast = "Closed" if won else "Omitted" if closed else "Pipeline"
            chance = row.get("chance", 100 if won else 0 if closed else 10)
            add_stage(org, place, row["value"], closed, won, int(chance), forecast)
        refreshed(org, org.objects["Opportunity"])


def _person_fields() -> list[Field]:
    return [
        read_only(flag("IsPersonAccount", "Is Person Account")),
        text("LastName", "Last Name", 80, compound="Name"),
        text("FirstName", "First Name", 40, compound="Name"),
        picklist("Salutation", "Salutation", ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof."), compound="Name"),
        read_only(lookup("PersonContactId", "Contact ID", ("Contact",))),
        typed("email", "PersonEmail", "Email", 80, id_lookup=True, indexed=True),
        typed("phone", "PersonMobilePhone", "Mobile", 40),
        typed("phone", "PersonHomePhone", "Home Phone", 40),
        text("PersonTitle", "Title", 80),
        typed("date", "PersonBirthdate", "Birthdate"),
        flag("PersonHasOptedOutOfEmail", "Email Opt Out"),
        flag("PersonDoNotCall", "Do Not Call"),
        picklist("PersonLeadSource", "Lead Source", ()),
        *address_free("PersonMailing", "Mailing"),
    ]
