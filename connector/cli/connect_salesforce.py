"""`accord connect salesforce`: through an External Client App, by JWT or client credentials."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli import showing
from connector.cli.connecting import Connecting, asked, connecting, lines, secret, tell
from connector.cli.options import Embedded
from connector.cli.showing import By
from connector.core.records import Side
from connector.errors import Refused

ClientId = Annotated[str, typer.Option(help="The app's consumer key.")]
Certificate = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Make a key pair; write the certificate here, for the External Client App."
    ),
]
Instance = Annotated[str, typer.Option(help="My Domain, e.g. https://acme.my.salesforce.com.")]
Username = Annotated[str, typer.Option(help="JWT: the user that Accord works as.")]
Credentials = Annotated[
    bool,
    typer.Option("--client-credentials", help="A consumer secret instead of a key pair. It is asked for."),
]
Login = Annotated[
    str, typer.Option(help="JWT: the login host, where the address doesn't tell it is a sandbox.")
]


def salesforce(
    certificate: Certificate = None,
    instance_url: Instance = "",
    client_id: ClientId = "",
    username: Username = "",
    client_credentials: Credentials = False,
    login_host: Login = "",
    by: By = "",
    embedded: Embedded = None,
) -> None:
    """Connect to a Salesforce org, through an External Client App.

    By JWT: `--certificate FILE` makes a key pair and says what to set up with the certificate; then come again with
    --instance-url, --client-id and --username. By client credentials: --client-credentials with the My Domain
    address. Either is proved (token, org, sandbox or production, API version) before anything is stored.
    """
    with connecting(embedded) as on:
        if certificate is not None:
            _make_key(on, certificate)
            if not (instance_url and client_id):
                return
        instance_url = instance_url or asked("My Domain address (https://….my.salesforce.com)")
        client_id = client_id or asked("Consumer key of the External Client App")
        given = {"instance_url": instance_url, "client_id": client_id}
        if client_credentials:
            given["client_secret"] = secret("Consumer secret")
            _keep_salesforce(on, "client_credentials", given, {}, by)
        else:
            given |= {
                "username": username or asked("Username of the integration user"),
                "audience": login_host,
            }
            key, facts = _key_of(on)
            _keep_salesforce(on, "jwt", given | {"private_key": key}, facts, by)


CREATE_APP = """In Salesforce: Setup, External Client App Manager, New External Client App.
  OAuth: enable it; callback URL: any (it is not used); scopes: Manage user data via APIs (api), Perform requests at any
  time (refresh_token, offline_access); Flow Enablement: JWT Bearer Flow, and upload {file}
  Policies: permitted users: admin approved users are pre-authorized; add a profile or permission set of the user that
  Accord works as (`accord setup --apply` makes one for it later: “Accord: integration user”)
  Settings, Consumer Key and Secret: copy the consumer key. Then:
  accord connect salesforce --instance-url https://YOUR.my.salesforce.com --client-id KEY --username USER
(A sandbox has an address with .sandbox. in it; where yours has not, add --login-host https://test.salesforce.com.)"""


def _make_key(on: Connecting, certificate: Path) -> None:
    from connector.adapters.calling import utc_now
    from connector.adapters.salesforce.keys import new_key_pair

    pair = new_key_pair(utc_now())
    facts = {"certificate_ends": f"{pair.ends:%Y-%m-%d}"}
    on.store.begin(Side.SALESFORCE, "", facts, {"private_key": pair.private_key})
    certificate.parent.mkdir(parents=True, exist_ok=True)
    certificate.write_text(pair.certificate)
    showing.line(
        f"wrote {certificate}, good until {pair.ends:%Y-%m-%d}; its private key is sealed in the database."
    )
    lines(CREATE_APP.format(file=certificate))


def _key_of(on: Connecting) -> tuple[str, dict[str, str]]:
    """The key of the certificate made last, of the present connection, or of the environment."""
    begun = on.store.begun(Side.SALESFORCE, "", take=False)
    if begun is not None:
        return begun[1]["private_key"], begun[0]
    present = on.store.get(Side.SALESFORCE)
    if present is not None and present.kind == "jwt":
        ends = present.facts.get("certificate_ends", "")
        return present.secrets["private_key"], {"certificate_ends": ends} if ends else {}
    key = on.settings.salesforce.private_key.get_secret_value()
    if not key:
        raise Refused("There is no key pair yet: accord connect salesforce --certificate FILE makes one.")
    return key, {}


def _keep_salesforce(
    on: Connecting, kind: str, given: dict[str, str], facts: dict[str, str], by: str
) -> None:
    from connector.services.accounts.connecting import outbound_secret
    from connector.wiring.connecting import connect_salesforce

    present = on.settings.salesforce.outbound_secret
    outbound = present.get_secret_value() if present else outbound_secret(on.store)
    connection = connect_salesforce(on.settings, on.store, kind, given, outbound, by or showing.me(), facts)
    tell(connection, on.settings)
