"""`accord connect …`: the first connection to both accounts. What is given is proved before it is stored."""

import secrets as dice
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.connect_salesforce import salesforce
from connector.cli.connecting import Connecting, asked, connecting, lines, secret, tell
from connector.cli.options import Embedded, agreement_folder
from connector.cli.showing import By, Json
from connector.core.records import Side
from connector.errors import FixConfiguration, Refused

if TYPE_CHECKING:
    from connector.settings import Settings

Project = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="First write a HubSpot developer project here: app, scopes, webhooks."
    ),
]
Oauth = Annotated[bool, typer.Option("--oauth", help="An app installed by OAuth, not by a lasting token.")]
Workflows = Annotated[
    bool,
    typer.Option(
        "--workflows",
        help="With --project: also ask for the scope automation, so that previews name the workflows they would wake. "
        "Only where the account has workflows (Professional and up); an OAuth app asks for it anyway, as optional.",
    ),
]
ClientId = Annotated[str, typer.Option(help="OAuth: the app's client id.")]
Version = Annotated[
    str, typer.Option(help="Of HubSpot's developer platform.", show_default="ACCORD_HUBSPOT_PLATFORM_…")
]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Connect to HubSpot and Salesforce.", no_args_is_help=True)
    group.callback()(lambda: None)
    for name, command in (
        ("hubspot", hubspot),
        ("salesforce", salesforce),
        ("status", status),
        ("reseal", reseal),
    ):
        group.command(name)(command)
    app.add_typer(group, name="connect")


def hubspot(
    project: Project = None,
    oauth: Oauth = False,
    workflows: Workflows = False,
    client_id: ClientId = "",
    platform_version: Version = "",
    by: By = "",
    embedded: Embedded = None,
) -> None:
    """Connect to a HubSpot portal.

    With a lasting token (a project app with static auth, or a private app): it is asked for without echo, or read from
    standard input; then, if there is one, the app's client secret, by which webhooks prove themselves. The token is
    proved (whose portal, which scopes) before anything is stored, sealed with ACCORD_SECRET_KEY.
    """
    from connector.wiring.connecting import connect_static

    with connecting(embedded) as on:
        if project is not None:
            _write_project(on.settings, project, platform_version, oauth, workflows)
            if not oauth and not sys.stdin.isatty():
                return
        if oauth:
            _authorise(on, client_id)
            return
        token = secret("Token (Auth tab of the installed app)")
        if not token:
            raise Refused("No token was given. Nothing was stored.")
        client_secret = secret("Client secret (same tab; Enter for none: then HubSpot can't push)")
        tell(connect_static(on.settings, on.store, token, client_secret, by or showing.me()), on.settings)


def status(as_json: Json = False, embedded: Embedded = None) -> None:
    """Show what each side is connected to, by what, and which account this database belongs to. Calls nobody."""
    from connector.wiring.connected import connected

    with connecting(embedded, key=False) as on:
        trouble = ""
        try:
            settings = connected(on.settings, on.pool)
        except FixConfiguration as error:
            settings, trouble = on.settings, str(error)
        rows = []
        for side in Side:
            stored, bound = on.store.facts(side) or {}, on.store.binding(side)
            account = f"{bound.account_id} ({'sandbox' if bound.sandbox else 'production'})" if bound else ""
            by = settings.sources.get(side, "")
            rows.append({"side": side, "source": by, "account": account, **stored})
        if as_json:
            showing.json(rows)
        else:
            columns = ("side", "source", "account", "kind", "user", "certificate_ends", "by", "at")
            showing.table("Connections", columns, [[row.get(name) for name in columns] for row in rows])
        if trouble:
            raise FixConfiguration(trouble)


def reseal(embedded: Embedded = None) -> None:
    """Seal what is stored with the newest key of ACCORD_SECRET_KEY; then the older ones can go."""
    with connecting(embedded) as on:
        sides = on.store.reseal()
    showing.line(f"Sealed anew: {', '.join(sides) or 'nothing was stored'}.")


# --- HubSpot ---------------------------------------------------------------------------------------------------------


def _write_project(settings: "Settings", folder: Path, version: str, oauth: bool, workflows: bool) -> None:
    from connector.adapters.hubspot.project import project_files, read_project, write_project
    from connector.adapters.mappings import load
    from connector.core.desk import desk_for
    from connector.core.scopes import WORKFLOWS, scopes_for
    from connector.services.health.subscriptions import subscriptions
    from connector.wiring.connecting import redirect_of

    agreement = load(agreement_folder(settings))
    public = settings.process.public_url
    files = project_files(
        scopes=scopes_for(agreement),
        subscriptions=subscriptions(desk_for(agreement)),
        target_url=f"{public}/webhooks/hubspot" if public else "",
        platform_version=version or settings.hubspot.platform_version,
        redirect_url=redirect_of(settings) if oauth else "",
        optional=[WORKFLOWS],
        insist=workflows,
        present=read_project(folder),
    )
    for place in write_project(folder, files):
        showing.line(f"wrote {place}")
    if not public:
        showing.line(
            "No webhooks are in it: set ACCORD_PUBLIC_URL and write it again, or HubSpot is only polled."
        )
    lines(NEXT.format(folder=folder))


NEXT = """Next, with HubSpot's own command line (npm install -g @hubspot/cli):
  cd {folder} && hs account auth && hs project upload
In HubSpot: Development, Projects, accord, the app: tab Distribution, install it in this account; tab Auth has the token
and the client secret. Then:
  accord connect hubspot"""


def _authorise(on: Connecting, client_id: str) -> None:
    from connector.adapters.hubspot.account import authorise_url
    from connector.adapters.mappings import load
    from connector.core.scopes import WORKFLOWS, scopes_for
    from connector.wiring.connecting import authorise_base, redirect_of

    redirect = redirect_of(on.settings)
    given = on.settings.hubspot
    client_id = client_id or given.client_id or asked("Client id of the app")
    client_secret = given.client_secret.get_secret_value() or secret("Client secret of the app")
    state = dice.token_urlsafe(32)
    facts = {"client_id": client_id, "redirect": redirect}
    on.store.begin(Side.HUBSPOT, state, facts, {"client_secret": client_secret})
    scopes = scopes_for(load(agreement_folder(on.settings)))
    showing.line(
        "Open this within a quarter of an hour, signed in to the portal (the web process must be running):"
    )
    print(authorise_url(client_id, redirect, scopes, state, authorise_base(on.settings), [WORKFLOWS]))
    showing.line("`accord connect status` shows when it is done.")
