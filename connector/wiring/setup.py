"""What `accord setup` works with: both sides' schemas against the agreement, the maker of properties, the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from connector.adapters.hubspot.shaping import Shaper
from connector.adapters.salesforce import capturing, deploying
from connector.adapters.salesforce.account import deploys
from connector.adapters.salesforce.assigning import assign
from connector.adapters.salesforce.converting import conversion
from connector.adapters.salesforce.deploying import Deployed
from connector.adapters.salesforce.metadata import Org, capture, package, zipped
from connector.adapters.salesforce.metadata.conversion import Conversion, conversion_package
from connector.adapters.salesforce.metadata.permissions import INTEGRATION
from connector.core.agreement import Agreement
from connector.core.desk import desk_for
from connector.core.records import Side
from connector.core.wanted import wanted
from connector.ports import FieldSchema
from connector.ports.accounts import Account
from connector.services.accounts.fitting import Step, fit
from connector.services.accounts.setting_up import (
    conversion_pairs,
    make_properties,
    own_fields,
    refuse_conflicts,
    to_deploy,
)
from connector.services.health.checks.pushing import STREAMING
from connector.services.health.subscriptions import outbound_fields
from connector.services.outcomes import OPPORTUNITY
from connector.settings import Settings
from connector.wiring.admission import account
from connector.wiring.sides import hubspot_api, make_hubspot, make_salesforce, salesforce_api

Schemas = Mapping[str, Mapping[str, FieldSchema]]
Files = dict[str, bytes]
WEBHOOKS = "/webhooks/salesforce/"


@dataclass(frozen=True, slots=True)
class Plan:
    """One side's. ``account`` None: it was not asked (Salesforce before it is connected: an empty org is assumed)."""

    side: Side
    steps: list[Step]
    schemas: Schemas
    account: Account | None = None
    selected: Mapping[str, str] | None = None
    """Salesforce: object -> its member, of what Change Data Capture tells of; None: not known."""
    streamed: tuple[str, ...] = ()
    """Salesforce: the objects that it has to tell of."""

    @property
    def select(self) -> tuple[str, ...]:
        """Objects that are to be selected, too: none where it can't be read which are, for one that is can't be
        selected again."""
        there = {} if self.account is None else self.selected
        return () if there is None else tuple(o for o in self.streamed if o not in there)

    @property
    def unread(self) -> bool:
        return bool(self.account is not None and self.streamed and self.selected is None)

    @property
    def by_api(self) -> bool:
        """Can the package be deployed through the API, and can the org push by outbound messages?"""
        return self.account is None or deploys(self.account.facts.get("edition", ""))


def plan_hubspot(settings: Settings, agreement: Agreement, mapped: bool) -> Plan:
    with closing(make_hubspot(settings)) as hubspot:
        schemas = {"contact": hubspot.schema("contact")}
    steps = fit(wanted(agreement, Side.HUBSPOT), schemas, mapped=mapped)
    return Plan(Side.HUBSPOT, steps, schemas, account(settings, Side.HUBSPOT))


def apply_hubspot(settings: Settings, plan: Plan) -> Iterator[str]:
    with closing(hubspot_api(settings)) as api:
        yield from make_properties(Shaper(api), plan.steps)


def plan_salesforce(settings: Settings, agreement: Agreement, mapped: bool) -> Plan:
    """Without credentials: for an org of which nothing is known."""
    fields = wanted(agreement, Side.SALESFORCE)
    if settings.salesforce.missing():
        return Plan(
            Side.SALESFORCE, fit(fields, {}, mapped=mapped), {}, streamed=_streamed(settings, agreement, None)
        )
    found = account(settings, Side.SALESFORCE)
    with closing(make_salesforce(settings)) as salesforce:
        objects = dict.fromkeys([*agreement.person.salesforce_objects, OPPORTUNITY])
        schemas = {object_: salesforce.schema(object_) for object_ in objects}
    streamed = _streamed(settings, agreement, found)
    with closing(salesforce_api(settings)) as api:
        there = capturing.selected(api) if streamed else None
    return Plan(Side.SALESFORCE, fit(fields, schemas, mapped=mapped), schemas, found, there, streamed)


def _streamed(settings: Settings, agreement: Agreement, found: Account | None) -> tuple[str, ...]:
    """Objects whose changes are to be streamed: none where the settings or the edition know no Pub/Sub API. Unlike the
    worker this asks for no endpoint: a selection may come before it."""
    edition = found.facts.get("edition", "") if found else ""
    if settings.salesforce.push not in ("auto", "pubsub") or (edition and not edition.startswith(STREAMING)):
        return ()
    return (*agreement.person.salesforce_objects, OPPORTUNITY)


def packages(settings: Settings, agreement: Agreement, plan: Plan, *, push: bool = True) -> dict[str, Files]:
    """Name -> files: ``accord``; apart from it ``lead-conversion``, because that one sets a mapping anew which the org
    may have filled itself, and ``change-events``, because the org may have no room for them. Raises Refused for a
    plan with conflicts."""
    refuse_conflicts(plan.steps)
    org = org_of(settings, agreement, plan, push=push)
    found = {"accord": package(org, to_deploy(plan.steps, plan.schemas), own_fields(plan.steps))}
    pairs = conversion_pairs(plan.steps, (), agreement.person.salesforce_objects)
    if pairs:
        found["lead-conversion"] = conversion_package(Conversion({"Contact": pairs}), org.version)
    if plan.select:
        found["change-events"] = capture.selection(plan.select, org.version)
    return found


def org_of(settings: Settings, agreement: Agreement, plan: Plan, *, push: bool = True) -> Org:
    given, secret = settings.salesforce, settings.salesforce.outbound_secret
    public = settings.process.public_url
    facts = plan.account.facts if plan.account else {}
    url = (
        f"{public}{WEBHOOKS}{secret.get_secret_value()}" if push and public and secret and plan.by_api else ""
    )
    return Org(
        version=facts.get("api_version") or given.api_version,
        names=agreement.handoff.salesforce,
        told=_there(plan, outbound_fields(desk_for(agreement))),
        read=_there(plan, _read(agreement)),
        url=url,
        user=facts.get("user") or given.username,
    )


def _there(plan: Plan, fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Those that the org has, or will have by the package: a component that names another one is refused whole. Of an
    unknown org: its standard fields, and what the package makes."""
    made = {(one.object, one.name) for one in to_deploy(plan.steps, plan.schemas)}

    def has(object_: str, name: str) -> bool:
        known = plan.schemas.get(object_)
        standard = known is None and not name.endswith("__c")
        return standard or (object_, name) in made or (known is not None and name in known)

    return {o: [name for name in names if has(o, name)] for o, names in fields.items()}


def _read(agreement: Agreement) -> dict[str, tuple[str, ...]]:
    person, names = agreement.person, agreement.handoff.salesforce
    found = {o: (*person.salesforce_fields(o), *names.of_person()) for o in person.salesforce_objects}
    return found | {OPPORTUNITY: ("AccountId", *names.of_opportunity())}


def apply_salesforce(
    settings: Settings, agreement: Agreement, plan: Plan, told: Callable[[str], None], *, push: bool = True
) -> tuple[Deployed, Deployed | None]:
    """Deploys the package; then, where the org's present mapping for conversion can be read, that with ours added
    (None: it can't, or has ours already)."""
    org = org_of(settings, agreement, plan, push=push)
    files = packages(settings, agreement, plan, push=push)["accord"]
    with closing(salesforce_api(settings)) as api:
        done = deploying.deploy(api, zipped(files), told=told)
        if not done.ok:
            return done, None
        user = plan.account.facts.get("user_id", "") if plan.account else ""
        given = bool(user) and assign(api, INTEGRATION, user)
        told(f"permission set {INTEGRATION}: {'given to' if given else 'NOT given to'} the user in use")
        present = conversion(api)
        if present is None:
            told(
                "lead-conversion: the org's mapping can't be read and was left alone; --out FOLDER writes ours"
            )
            return done, None
        pairs = conversion_pairs(plan.steps, present.contact, agreement.person.salesforce_objects)
        if not pairs:
            return done, None
        whole = conversion_package(present.with_contact(pairs), org.version)
        return done, deploying.deploy(api, zipped(whole), told=told)


def select_changes(settings: Settings, plan: Plan, told: Callable[[str], None]) -> Deployed | None:
    """Selects for Change Data Capture what the plan says; None where there is nothing to select."""
    if not plan.select:
        return None
    version = plan.account.facts.get("api_version") if plan.account else None
    with closing(salesforce_api(settings)) as api:
        return capturing.select(api, plan.select, version or settings.salesforce.api_version, told)


def write_files(folder: Path, found: Mapping[str, Files]) -> list[Path]:
    """One folder a package. The address that messages go to is a secret: only the owner may read these files."""
    places = []
    for name, files in found.items():
        for path, content in files.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o600)
        places.append(folder / name)
    return places
