"""Account, Opportunity and its contact roles, and the small objects around them: users, queues, stages."""

from connector.practice.salesforce import schema_common as common
from connector.practice.salesforce.fields import (
    Child,
    Field,
    SObject,
    flag,
    lookup,
    number,
    picklist,
    read_only,
    text,
    typed,
)

# Stage, closed, won, default probability in per cent, forecast category
STAGES: tuple[tuple[str, bool, bool, int, str], ...] = (
    ("Prospecting", False, False, 10, "Pipeline"),
    ("Qualification", False, False, 10, "Pipeline"),
    ("Needs Analysis", False, False, 20, "Pipeline"),
    ("Value Proposition", False, False, 50, "Pipeline"),
    ("Id. Decision Makers", False, False, 60, "Pipeline"),
    ("Perception Analysis", False, False, 70, "Pipeline"),
    ("Proposal/Price Quote", False, False, 75, "Pipeline"),
    ("Negotiation/Review", False, False, 90, "Pipeline"),
    ("Closed Won", True, True, 100, "Closed"),
    ("Closed Lost", True, False, 0, "Omitted"),
)
CURRENCIES = ("USD", "EUR", "GBP")
_FORECASTS = ("Omitted", "Pipeline", "Best Case", "Commit", "Closed")
_ACCOUNT_TYPES = (
    "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner",
    "Technology Partner", "Other",
)  # fmt: skip
_DEAL_TYPES = (
    "Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade", "New Customer",
)  # fmt: skip
_ROLES = (
    "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator", "Executive Sponsor",
    "Influencer", "Technical Buyer", "Other",
)  # fmt: skip


def _object(
    name: str,
    prefix: str,
    fields: list[Field],
    children: tuple[Child, ...] = (),
    writable: bool = True,
    label: str = "",
    plural: str = "",
) -> SObject:
    said = label or name
    table = {item.name: item for item in fields}
    return SObject(name, said, plural or said + "s", prefix, table, children, writable)


def account() -> SObject:
    fields = [
        *common.identity("Account"),
        read_only(lookup("MasterRecordId", "Master Record ID", ("Account",))),
        text("Name", "Account Name", 255, nillable=False),
        picklist("Type", "Account Type", _ACCOUNT_TYPES),
        lookup("ParentId", "Parent Account ID", ("Account",)),
        *common.address("Billing", "Billing"),
        *common.address("Shipping", "Shipping"),
        typed("phone", "Phone", "Account Phone", 40),
        typed("phone", "Fax", "Account Fax", 40),
        text("AccountNumber", "Account Number", 40),
        typed("url", "Website", "Website", 255),
        text("Sic", "SIC Code", 20),
        picklist("Industry", "Industry", common.INDUSTRIES),
        number("currency", "AnnualRevenue", "Annual Revenue"),
        number("int", "NumberOfEmployees", "Employees"),
        picklist("Ownership", "Ownership", ("Public", "Private", "Subsidiary", "Other")),
        text("TickerSymbol", "Ticker Symbol", 20),
        typed("textarea", "Description", "Account Description", 32000),
        picklist("Rating", "Account Rating", common.RATINGS),
        text("Site", "Account Site", 80),
        picklist("AccountSource", "Account Source", common.SOURCES),
        *common.history(("User",)),
    ]
    children = (
        Child("Contacts", "Contact", "AccountId"),
        Child("Opportunities", "Opportunity", "AccountId"),
        Child("Tasks", "Task", "WhatId"),
    )
    return _object("Account", "001", fields, children)


def opportunity() -> SObject:
    stage = picklist("StageName", "Stage", [stage[0] for stage in STAGES], nillable=False)
    fields = [
        *common.identity("Opportunity"),
        lookup("AccountId", "Account ID", ("Account",)),
        text("Name", "Name", 120, nillable=False),
        typed("textarea", "Description", "Description", 32000),
        stage,
        number("currency", "Amount", "Amount", 18, 2),
        number("percent", "Probability", "Probability (%)", 3, 0, defaulted=True),
        read_only(number("currency", "ExpectedRevenue", "Expected Amount", 18, 2)),
        typed("date", "CloseDate", "Close Date", nillable=False),
        picklist("Type", "Opportunity Type", _DEAL_TYPES),
        text("NextStep", "Next Step", 255),
        picklist("LeadSource", "Lead Source", common.SOURCES),
        read_only(flag("IsClosed", "Closed")),
        read_only(flag("IsWon", "Won")),
        read_only(picklist("ForecastCategory", "Forecast Category", _FORECASTS)),
        picklist("ForecastCategoryName", "Forecast Category", _FORECASTS, defaulted=True),
        lookup("ContactId", "Contact ID", ("Contact",), updateable=False),
        picklist(
            "CurrencyIsoCode",
            "Opportunity Currency",
            CURRENCIES,
            3,
            default="USD",
            defaulted=True,
            restricted=True,
        ),
        text("Accord_Lost_Reason__c", "Accord Lost Reason", 255),
        *common.history(("User",)),
    ]
    children = (
        Child("OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"),
        Child("Tasks", "Task", "WhatId"),
    )
    return _object("Opportunity", "006", fields, children, plural="Opportunities")


def contact_role() -> SObject:
    fields = [
        *common.identity("Contact Role"),
        lookup("OpportunityId", "Opportunity ID", ("Opportunity",), nillable=False, updateable=False),
        lookup("ContactId", "Contact ID", ("Contact",), nillable=False),
        picklist("Role", "Role", _ROLES),
        flag("IsPrimary", "Primary"),
        *common.history(),
    ]
    return _object("OpportunityContactRole", "00K", fields, label="Opportunity Contact Role")


def user() -> SObject:
    fields = [
        *common.identity("User"),
        text("Username", "Username", 80, nillable=False, unique=True, id_lookup=True, indexed=True),
        text("LastName", "Last Name", 80, nillable=False),
        text("FirstName", "First Name", 40),
        read_only(text("Name", "Full Name", 121, nillable=False)),
        typed("email", "Email", "Email", 128, nillable=False, indexed=True),
        flag("IsActive", "Active", default=True),
        picklist("UserType", "User Type", ("Standard", "AutomatedProcess"), default="Standard"),
        lookup("ProfileId", "Profile ID", ("Profile",)),
        text("Alias", "Alias", 8),
        text("FederationIdentifier", "SAML Federation ID", 512),
        text("TimeZoneSidKey", "Time Zone", 40, default="America/New_York"),
        *common.history(),
    ]
    return _object("User", "005", fields)


def group() -> SObject:
    fields = [
        *common.identity("Group"),
        text("Name", "Name", 40, nillable=False),
        text("DeveloperName", "Developer Name", 80),
        typed("email", "Email", "Email", 255),
        picklist("Type", "Type", ("Queue", "Regular"), default="Queue"),
        *common.history(),
    ]
    return _object("Group", "00G", fields)


def organization() -> SObject:
    fields = [
        *common.identity("Organization"),
        text("Name", "Name", 80, nillable=False),
        text("OrganizationType", "Edition", 40),
        text("InstanceName", "Instance Name", 5),
        flag("IsSandbox", "Is Sandbox"),
        text("DefaultLocaleSidKey", "Locale", 40),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("LanguageLocaleKey", "Language", 40),
        *common.history(),
    ]
    return _object("Organization", "00D", fields, writable=False)


def lead_status() -> SObject:
    fields = [*common.identity("Lead Status Value"), *_listed()]
    fields += [flag("IsDefault", "Is Default"), flag("IsConverted", "Is Converted"), *common.history()]
    return _object("LeadStatus", "01J", fields, writable=False, label="Lead Status", plural="Lead Statuses")


def opportunity_stage() -> SObject:
    fields = [
        *common.identity("Opportunity Stage"),
        *_listed(),
        flag("IsActive", "Is Active", default=True),
        flag("IsClosed", "Closed"),
        flag("IsWon", "Won"),
        number("percent", "DefaultProbability", "Probability (%)", 3, 0),
        picklist("ForecastCategory", "Forecast Category", _FORECASTS),
        picklist("ForecastCategoryName", "Forecast Category Name", _FORECASTS),
        text("Description", "Description", 255),
        *common.history(),
    ]
    return _object("OpportunityStage", "01J", fields, writable=False, label="Opportunity Stage")


def _listed() -> list[Field]:
    return [
        text("ApiName", "API Name", 255),
        text("MasterLabel", "Master Label", 255, nillable=False),
        number("int", "SortOrder", "Sort Order"),
    ]
