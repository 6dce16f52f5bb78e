"""`accord doctor`: is everything there that Accord needs?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import Json

if TYPE_CHECKING:
    from connector.core.records import Side
    from connector.ports import FieldSchema
    from connector.services.health.findings import Finding, Surroundings
    from connector.settings import Settings

LATER = (
    "mapping",
    "owners",
    "permissions",
    "subscriptions",
    "outbound messages",
    "own integration",
    "plan",
    "budget",
)
_TRY = "Edit a text field of this test person on each side, see whether we are told, and put it back."
Canary = Annotated[str, typer.Option("--canary", metavar="REF", help=_TRY)]


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(ctx: typer.Context, canary: Canary = "", as_json: Json = False, embedded: Embedded = None) -> None:
    """Look for what is missing or wrong, each with its fix.

    Credentials, permissions of every mapped field, API versions, clocks, database, owners, HubSpot's own integration,
    webhooks, workers: each finding is ok, warn, fail or skipped. Ends with 1 if anything fails. Nothing is written but
    by --canary.
    """
    from connector.services.health import canary as canaries
    from connector.services.health.doctor import examine
    from connector.services.health.findings import FAIL
    from connector.services.status import standing

    findings = []
    with operating(ctx, embedded) as on:
        for finding in examine(
            on.bench, surroundings(on), lambda: standing(on.standing, on.agreement, on.clock())
        ):
            findings.append(finding)
            _tell(finding, as_json)
        # a mapping that does not fit keeps no edit from being told
        if canary and not any(f.level == FAIL and f.area not in LATER for f in findings):
            for finding in canaries.canary(on.bench, on.trail, on.person(canary), on.sleep):
                findings.append(finding)
                _tell(finding, as_json)
    if as_json:
        showing.json(findings)
    failed = sum(f.level == FAIL for f in findings)
    if not as_json:
        warned = sum(f.level == "warn" for f in findings)
        showing.line(f"{failed} fail, {warned} warn, {len(findings)} looked at.")
    if failed:
        raise typer.Exit(1)


def _tell(finding: "Finding", as_json: bool) -> None:
    if as_json:
        return
    showing.line(f"{finding.level.upper():<8}{finding.area}: {finding.message}")
    if finding.fix and finding.level in ("warn", "fail"):
        showing.line(f"{'':<8}→ {finding.fix}")


def surroundings(on: Operating) -> "Surroundings":
    """What only the settings and the database tell. Without settings (in process) that is left out."""
    from connector.core.records import Side
    from connector.services.health.findings import Surroundings

    settings = on.settings
    if settings is None:
        return Surroundings(mapping=lambda hubspot, salesforce: _mapping(on, hubspot, salesforce))
    given = settings.salesforce
    return Surroundings(
        missing=[*settings.hubspot.missing(), *settings.salesforce.missing()],
        probe=lambda side: _probe(on, settings, side),
        versions={
            Side.HUBSPOT: settings.hubspot.path_version,
            Side.SALESFORCE: settings.salesforce.api_version,
        },
        database=lambda: _database(on),
        mapping=lambda hubspot, salesforce: _mapping(on, hubspot, salesforce),
        unset=_unset(settings),
        belongs=_belongs(on),
        named={Side.HUBSPOT: settings.hubspot.portal_id, Side.SALESFORCE: given.org_id},
        test_login="://test." in f"{given.audience or ''} {given.instance_url or ''}",
        target=_target(settings),
        push=lambda: _push(on, settings),
        shares=(given.backfill_share, given.daily_share),
    )


def _belongs(on: Operating) -> "dict[Side, tuple[str, bool]]":
    """The accounts that this database is bound to."""
    from connector.adapters.postgres.accounts import PostgresConnections
    from connector.core.records import Side

    store = PostgresConnections(on.pool, "", on.clock)
    found = {side: store.binding(side) for side in Side}
    return {side: (bound.account_id, bound.sandbox) for side, bound in found.items() if bound is not None}


def _target(settings: "Settings") -> str:
    """Where outbound messages have to go; it holds the secret."""
    secret, url = settings.salesforce.outbound_secret, settings.process.public_url
    return f"{url}/webhooks/salesforce/{secret.get_secret_value()}" if secret and url else ""


def _push(on: Operating, settings: "Settings") -> tuple[str, Sequence[str]]:
    """How Salesforce's changes reach us, and what is wrong with the stream."""
    from connector.wiring.pushed import state_of
    from connector.wiring.stores import stores_on

    stores = stores_on(on.pool, on.agreement, on.clock)
    state = state_of(settings, stores)
    if state.troubles:  # whoever looks may have mended it just now: a worker that runs asks again at once
        stores.streams.ask_again()
    return state.mode, state.troubles


def _probe(on: Operating, settings: "Settings", side: "Side") -> Any:
    from connector.adapters.probing import probe
    from connector.core.records import Side

    if side is Side.HUBSPOT:
        return probe(settings.hubspot.base_url + "/account-info/v3/details", on.bench.clock)
    return probe((settings.salesforce.instance_url or "") + "/services/data", on.bench.clock)


def _mapping(on: Operating, hubspot: "dict[str, FieldSchema]", salesforce: "Any") -> Sequence[str]:
    from connector.adapters.mappings import check_live

    found = check_live(on.bench.agreement, hubspot, salesforce, on.folder)
    return [f"{p.file}:{p.line}: {p.message}" + (f" — {p.fix}" if p.fix else "") for p in found]


def _database(on: Operating) -> "list[Finding]":
    """Its version, its migrations, its clock. (A server that can't be reached or is too old never gets this far.)"""
    from connector.adapters.postgres.migrate import pending
    from connector.services.health.findings import FAIL, OK, WARN, Finding

    version, at = on.standing.server()
    missing = pending(on.url)
    apart = abs((on.bench.clock() - at).total_seconds())
    found = [Finding("database", OK, f"PostgreSQL {version}")]
    if missing:
        found.append(
            Finding("database", FAIL, f"not up to date: {', '.join(missing)}", "Run `accord db migrate`.")
        )
    else:
        found.append(Finding("database", OK, "all migrations are applied"))
    if apart > 2:
        fix = "Let both machines keep their time by NTP: leases are counted by our clock."
        found.append(Finding("database", WARN, f"its clock and ours are {apart:.1f} s apart", fix))
    return found


def _unset(settings: "Settings") -> "dict[Side, str]":
    from connector.core.records import Side

    unset = {}
    hubspot, salesforce = settings.hubspot, settings.salesforce
    if not (hubspot.client_secret.get_secret_value() and settings.process.public_url):
        unset[Side.HUBSPOT] = (
            "Set ACCORD_HUBSPOT_CLIENT_SECRET and ACCORD_PUBLIC_URL, and subscribe the app: `accord mappings webhooks`."
        )
    if not (salesforce.outbound_secret and salesforce.org_id):
        unset[Side.SALESFORCE] = (
            "Set ACCORD_SALESFORCE_OUTBOUND_SECRET and ACCORD_SALESFORCE_ORG_ID, and add the outbound message."
        )
    return unset
