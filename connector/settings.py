"""Every setting, with its unit and default, read from the environment: ACCORD_…, DATABASE_URL and PORT.

`load` complains about everything at once, in plain words. What people decide while Accord runs (modes, pauses,
approvals) is in the database, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from connector.errors import FixConfiguration
from connector.ports.accounts import TokenShelf
from connector.settings_words import base_url, in_words, key_or_file, unknown_names

Url = Annotated[str, AfterValidator(base_url)]
PositiveInt = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
NO_SECRET = SecretStr("")


class _Group(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ACCORD_", frozen=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )


class Process(_Group):
    """What one process needs: where the database, the mapping and the world are."""

    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    embedded: Path | None = None
    """Folder of the embedded database, instead of DATABASE_URL."""
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, validation_alias=AliasChoices("PORT"))
    secret_key: SecretStr = NO_SECRET
    """What stored credentials are sealed with; several, newest first, while a key is being changed."""
    public_url: Url | None = None
    """How HubSpot reaches us, without path: what its signature covers."""
    mappings: Path | None = None
    """Folder of the agreement. Without it: ./mappings, else the shipped one."""
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where a worker shows its metrics and its health; without it nowhere. (The web process shows its own at PORT.)"""
    metrics_token: SecretStr = NO_SECRET
    """Who reads /metrics has to send it as a bearer token; without it everybody who reaches the port may read."""
    web_machines: PositiveInt = 1
    """On how many machines `web` runs; with WEB_CONCURRENCY it makes the connection budget."""
    worker_machines: PositiveInt = 1
    """How many `worker` processes run, on all machines together."""
    journal_months: Annotated[int, Field(ge=0)] = 24
    """Whole months that the journal is kept, beside the present one; 0: for ever."""
    ask_over: Annotated[int, Field(ge=0)] = 100
    """Commands ask before more than so many persons may be written (also --ask-over)."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"


class Engine(_Group):
    """How rounds run."""

    lease_seconds: Seconds = 90
    """How long a claim holds. A call starts only if the lease outlives its time-out twice over."""
    drains: PositiveInt = 4
    """Rounds at once in one worker process; at most half of them are backfills."""
    claim_size: Annotated[int, Field(gt=0, le=2000)] = 1000
    """Pairs in one round, at most."""
    linger_ms: Annotated[int, Field(ge=0)] = 200
    """How long a woken drain waits for more of the same, to make calls fuller, where calls are scarce
    (milliseconds)."""
    poll_seconds: Seconds = 60
    """Between two reconciling polls of one side."""
    poll_seconds_with_push: Seconds = 900
    """The same, where webhooks or outbound messages arrive."""
    pool_size: Annotated[int, Field(ge=2)] = 10
    """Database connections that the rounds of one worker may use; a web process takes four of its own at most."""


class Breakers(_Group):
    """Where Accord stops by itself and waits for a person."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_BREAKER_")

    empty_share: Share = 0.5
    """A side seems empty: this share of the records read in a round is gone."""
    blank_share: Share = 0.3
    """Mass blanking: a field is blanked on this share of a round's pairs …"""
    least_pairs: PositiveInt = 20
    """… counted from rounds of this many pairs on (for both shares)."""
    deletes_per_hour: PositiveInt = 100
    writes_per_field_per_hour: PositiveInt = 20
    """One field of one record: a workflow that answers our writes."""


class Drift(_Group):
    """How both sides are compared with the agreement: every night, and by `accord verify`."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_DRIFT_")

    sample: Annotated[int, Field(ge=0)] = 500
    """Linked persons compared every night (and about half as many unlinked ones); 0: none."""
    hour: Annotated[int, Field(ge=0, le=23)] = 2
    """Of the day (UTC), when the night's sample is compared."""
    mend_up_to: Annotated[int, Field(ge=0)] = 20
    """So many persons who differ, and wait for nobody, are mended without asking; of more an issue tells."""


class HubSpot(_Group):
    """The portal and its app: ``access_token``, or client id, client secret and refresh token."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_HUBSPOT_")

    base_url: Url = "https://api.hubapi.com"
    access_token: SecretStr = NO_SECRET
    client_id: str = ""
    client_secret: SecretStr = NO_SECRET
    """Also what webhooks are signed with."""
    refresh_token: SecretStr = NO_SECRET
    portal_id: Annotated[str, Field(pattern=r"^\d*$")] = ""
    app_id: Annotated[str, Field(pattern=r"^\d*$")] = ""
    path_version: Annotated[str, Field(pattern=r"^(v3|20\d\d-(03|09))$")] = "v3"
    """v3, or a dated one such as 2026-09."""
    platform_version: Annotated[str, Field(pattern=r"^20\d\d\.\d\d?$")] = "2026.03"
    """Of HubSpot's developer platform, for the project that `accord connect hubspot --project` writes."""
    time_zone: str = ""
    """The portal's (IANA): its daily limit ends at midnight there."""
    timeout_seconds: Seconds = 30
    overlap_seconds: Seconds = 30
    """A poll looks back this far: longer than the search index lags."""
    calls_per_10_seconds: PositiveInt = 190
    margin_calls: Annotated[int, Field(ge=0)] = 4
    """Of them left unused, for other clocks count other windows."""
    daily_calls: PositiveInt | None = None
    """None: as its answers say."""
    marketing_tier: PositiveInt | None = None
    """Marketing contacts that are paid for: the match report and the preview warn where new ones would pass it."""
    workflows: str = ""
    """Workflows that the app can't read, for previews to count what they would wake: 'Welcome: lifecyclestage, phone;
    Scoring: jobtitle'."""
    new_are_marketing: bool | None = None
    """Does HubSpot make contacts that come from apps marketing contacts? (Its settings say so; the API doesn't.)"""

    def missing(self) -> list[str]:
        three = (self.client_id, self.client_secret.get_secret_value(), self.refresh_token.get_secret_value())
        if self.access_token.get_secret_value() or all(three):
            return []
        return [
            "HubSpot's credentials are missing: run `accord connect hubspot`, or set ACCORD_HUBSPOT_ACCESS_TOKEN, or "
            "all of ACCORD_HUBSPOT_CLIENT_ID, ACCORD_HUBSPOT_CLIENT_SECRET and ACCORD_HUBSPOT_REFRESH_TOKEN."
        ]


class Salesforce(_Group):
    """The org: client id with client secret (client credentials), or with username and private key (JWT)."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_SALESFORCE_")

    instance_url: Url | None = None
    """My Domain, e.g. https://acme.my.salesforce.com."""
    audience: Url | None = None
    """The login host a JWT is meant for, where the address doesn't tell (https://test.salesforce.com: a sandbox)."""
    org_id: Annotated[str, Field(pattern=r"^(00D\w{12}(\w{3})?)?$")] = ""
    client_id: str = ""
    client_secret: SecretStr = NO_SECRET
    username: str = ""
    private_key: Annotated[SecretStr, AfterValidator(key_or_file)] = NO_SECRET
    outbound_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    """The secret end of the path that outbound messages come to; without it none are taken."""
    push: Literal["auto", "pubsub", "outbound", "poll"] = "auto"
    """How changes come at once: auto takes the Pub/Sub API where the edition has it, else outbound messages, else
    polls."""
    pubsub_endpoint: Annotated[str, Field(pattern=r"^([\w.-]+:\d+)?$")] = ""
    """Of the Pub/Sub API, host:port. Without it Salesforce's own; for a practice org, none."""
    api_version: Annotated[str, Field(pattern=r"^\d\d\.0$")] = "66.0"
    timeout_seconds: Seconds = 40
    overlap_seconds: Seconds = 300
    """A poll looks back this far: rows of a long transaction appear late, with the time it began."""
    daily_share: Share = 0.8
    """Of the org's daily calls: at this share of use by anybody, all lanes wait but the hand-off."""
    backfill_share: Share = 0.5
    """At this share of use backfills wait."""

    def missing(self) -> list[str]:
        found = []
        if not self.instance_url:
            found.append(
                "Salesforce's address is missing: set ACCORD_SALESFORCE_INSTANCE_URL to your My Domain."
            )
        by_key = self.username and self.private_key.get_secret_value()
        if not (self.client_id and (self.client_secret.get_secret_value() or by_key)):
            found.append(
                "Salesforce's credentials are missing: run `accord connect salesforce`, or set "
                "ACCORD_SALESFORCE_CLIENT_ID, and either ACCORD_SALESFORCE_CLIENT_SECRET, or "
                "ACCORD_SALESFORCE_USERNAME with ACCORD_SALESFORCE_PRIVATE_KEY."
            )
        return found


@dataclass(frozen=True, slots=True)
class Settings:
    """All groups, each from the environment unless given. ``shelf``: where the tokens of a stored OAuth connection are;
    ``sources``: side -> environment or connection, once wiring has looked (see wiring/connected.py)."""

    process: Process = field(default_factory=Process)
    engine: Engine = field(default_factory=Engine)
    breakers: Breakers = field(default_factory=Breakers)
    drift: Drift = field(default_factory=Drift)
    hubspot: HubSpot = field(default_factory=HubSpot)
    salesforce: Salesforce = field(default_factory=Salesforce)
    shelf: TokenShelf | None = field(default=None, repr=False)
    sources: Mapping[str, str] = field(default_factory=dict)

    def missing(self) -> list[str]:
        """Both sides' credentials that are neither in the environment nor stored, in words."""
        return [*self.hubspot.missing(), *self.salesforce.missing()]

    def database_url(self) -> str | None:
        url = self.process.database_url
        return url.get_secret_value() if url else None

    def mappings_folder(self) -> Path | None:
        """The agreement's folder: the one set, or ./mappings; None for the shipped one."""
        here = Path("mappings")
        return self.process.mappings or (here if here.is_dir() else None)

    def secrets(self) -> list[str]:
        """Every secret value, for the log's redaction."""
        groups = (self.process, self.hubspot, self.salesforce)
        values = (value for group in groups for _, value in group)
        found = [v.get_secret_value() for v in values if isinstance(v, SecretStr) and v.get_secret_value()]
        return [*found, *self.process.secret_key.get_secret_value().replace(",", " ").split()]


GROUPS: dict[str, type[_Group]] = {
    "process": Process, "engine": Engine, "breakers": Breakers, "drift": Drift, "hubspot": HubSpot,
    "salesforce": Salesforce,
}  # fmt: skip


def load(*, sides: bool = False) -> Settings:
    """Read the environment. ``sides``: both sides' credentials must be there; where ACCORD_SECRET_KEY is set they may
    also be stored in the database, and whoever opens it looks (wiring/connected.py).

    Raises FixConfiguration with all problems.
    """
    problems = unknown_names(GROUPS.values())
    made: dict[str, Any] = {}
    for name, group in GROUPS.items():
        try:
            made[name] = group()
        except ValidationError as error:
            problems += in_words(group, error)
    settings = Settings(**made) if len(made) == len(GROUPS) else None
    if settings:
        problems += _contradictions(settings)
    if sides and not (settings and settings.process.secret_key.get_secret_value()):
        problems += [
            line for name in ("hubspot", "salesforce") if name in made for line in made[name].missing()
        ]
    if problems or settings is None:
        raise FixConfiguration(problems)
    return settings


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    for name, side in (("HUBSPOT", settings.hubspot), ("SALESFORCE", settings.salesforce)):
        if settings.engine.lease_seconds < 2 * side.timeout_seconds:
            problems.append(
                f"ACCORD_LEASE_SECONDS ({settings.engine.lease_seconds:g}) must be at least twice "
                f"ACCORD_{name}_TIMEOUT_SECONDS ({side.timeout_seconds:g}): no call would ever start."
            )
    if settings.process.mappings and not settings.process.mappings.is_dir():
        problems.append(
            f"ACCORD_MAPPINGS: {settings.process.mappings} is no folder. `accord init` lays one out."
        )
    if settings.hubspot.margin_calls >= settings.hubspot.calls_per_10_seconds:
        problems.append("ACCORD_HUBSPOT_MARGIN_CALLS leaves nothing of ACCORD_HUBSPOT_CALLS_PER_10_SECONDS.")
    return problems
