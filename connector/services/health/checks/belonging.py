"""Do the two accounts belong together, and to this database? A sandbox has copies of production's ids (T55)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.core.mapping import KindMapping
from connector.core.matching import NATIVE_IDS
from connector.core.records import Side
from connector.ports.survey import OrgSurvey, PortalSurvey, SurveyedOrg, SurveyedPortal
from connector.services.health.findings import FAIL, OK, Finding

TEST_PORTALS = frozenset({"SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"})
PREFIXES = {"00Q": "Lead", "003": "Contact"}
MOST_STRANGE = 0.5
"""From this share of ids on that the org does not know, they are another org's: some records are always gone."""
WAY_OUT = (
    "Connect two test accounts, or two of production. If this is meant, `accord mode live --although REASON` keeps the "
    "reason with the decision."
)


def bound(
    accounts: Mapping[Side, str], belongs: Mapping[Side, tuple[str, bool]], named: Mapping[Side, str]
) -> Iterator[Finding]:
    """``accounts``: what the credentials open; ``belongs``: what the database is bound to (id, sandbox); ``named``: ids
    in the settings."""
    for side, account in accounts.items():
        what = "portal" if side is Side.HUBSPOT else "org"
        there = belongs.get(side)
        if named.get(side) and named[side][:15] != account[:15]:
            fix = f"Mend ACCORD_{side.upper()}_{what.upper()}_ID, or use the credentials of {named[side]}."
            told = f"the credentials open {what} {account}, the settings name {named[side]}"
            yield Finding(str(side), FAIL, told, fix)
        elif there is not None and there[0] != account:
            yield Finding(
                str(side), FAIL, f"the credentials open {what} {account}, this database belongs to {there[0]}",
                f"Use the credentials of {there[0]} again, or give Accord an empty database for {account}.",
            )  # fmt: skip
        else:
            yield Finding(str(side), OK, f"{what} {account}" + (", as bound" if there else ", not bound yet"))


def is_test(portal: PortalSurvey | None, org: OrgSurvey | None) -> dict[Side, tuple[bool, str]]:
    """Per side whether it is a test account, and by what that is known."""
    found: dict[Side, tuple[bool, str]] = {}
    if portal is not None and portal.kind:
        found[Side.HUBSPOT] = portal.kind in TEST_PORTALS, f"its account type is {portal.kind}"
    if org is not None:
        if org.users and org.odd_emails * 2 >= org.users:
            found[Side.SALESFORCE] = (
                True,
                f"{org.odd_emails} of {org.users} users have addresses that end in .invalid",
            )
        elif org.sandbox is not None:
            found[Side.SALESFORCE] = org.sandbox, "it says so itself"
    return found


def crossing(
    portal: PortalSurvey | None, org: OrgSurvey | None, test_login: bool = False
) -> Iterator[Finding]:
    """A sandbox never writes to production, nor the other way round."""
    kinds = is_test(portal, org)
    if test_login and Side.SALESFORCE in kinds and not kinds[Side.SALESFORCE][0]:
        kinds[Side.SALESFORCE] = True, "it is reached by the login of sandboxes"
    if len(kinds) < 2:
        return
    (hubspot, why_h), (salesforce, why_s) = kinds[Side.HUBSPOT], kinds[Side.SALESFORCE]
    if hubspot == salesforce:
        yield Finding("belonging", OK, "both accounts are " + ("test accounts" if hubspot else "production"))
        return
    test, live = (Side.HUBSPOT, Side.SALESFORCE) if hubspot else (Side.SALESFORCE, Side.HUBSPOT)
    why = why_h if hubspot else why_s
    told = f"{test} is a test account ({why}) and {live} is production: what is tried here would be written there"
    yield Finding("belonging", FAIL, told, WAY_OUT)


def copied_ids(
    portal: SurveyedPortal, org: SurveyedOrg, mapping: KindMapping, known: Sequence[str]
) -> Iterator[Finding]:
    """Do the Salesforce ids that contacts carry exist in this org? ``known``: HubSpot's properties."""
    names = [name for name in (mapping.hubspot_key, *NATIVE_IDS.values()) if name in known]
    ids = portal.copied_ids(names) if names else []
    asked = {id_: PREFIXES[id_[:3]] for id_ in ids if id_[:3] in PREFIXES}
    if not asked:
        return
    strange = [
        id_ for object_ in sorted(set(asked.values()))
        for id_ in org.missing_ids(object_, [id_ for id_, of in asked.items() if of == object_])
    ]  # fmt: skip
    if len(strange) <= len(asked) * MOST_STRANGE:
        yield Finding(
            "belonging", OK, f"{len(asked) - len(strange)} of {len(asked)} ids in HubSpot exist in this org"
        )
        return
    yield Finding(
        "belonging", FAIL,
        f"{len(strange)} of {len(asked)} Salesforce ids that contacts carry do not exist in this org, such as "
        f"{strange[0]}",
        f"This portal was linked with another org. Connect that one, or clear these first: {', '.join(names)}",
    )  # fmt: skip
