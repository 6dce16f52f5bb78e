"""`accord support-bundle`: a file for whoever helps, without tokens and without people."""

import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.core.records import Side
from connector.errors import AccordError

File = Annotated[Path, typer.Argument(metavar="FILE.zip", help="Where it goes.")]
Log = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Put the last lines of this log in, redacted.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Call neither side: no schemas, no doctor.")]
PACKAGES = (
    "hubspot-api-client", "simple-salesforce", "psycopg", "procrastinate", "flask", "gunicorn", "pydantic",
    "cryptography",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    app.command("support-bundle")(support_bundle)


def support_bundle(
    ctx: typer.Context, file: File, log: Log = None, offline: Offline = False, embedded: Embedded = None
) -> None:
    """Write versions, settings, modes, status, issues by kind, schemas, findings and the log's end into one zip.

    No token is in it and no person's value; read it before you send it all the same.
    """
    from connector.logs import Redaction
    from connector.services.accounts.support import bundle

    with operating(ctx, embedded) as on:
        documents = _documents(on, offline)
        secrets = on.settings.secrets() if on.settings else []
        lines = log.read_text(errors="replace").splitlines() if log else []
        file.write_bytes(bundle(documents, lines, Redaction(secrets).of))
    file.chmod(0o600)
    showing.line(f"wrote {file}: {', '.join(documents)}{', log' if log else ''}")


def _documents(on: Operating, offline: bool) -> dict[str, Any]:
    makers: dict[str, Callable[[], Any]] = {
        "versions": lambda: _versions(on),
        "settings": lambda: _settings(on),
        "connections": lambda: _connections(on),
        "agreement": lambda: {"version": on.agreement.version, "fingerprint": on.agreement.fingerprint},
        "status": lambda: _status(on),
    }
    if not offline:
        makers |= {"schemas": lambda: _schemas(on), "doctor": lambda: _findings(on)}
    return {name: _tried(make) for name, make in makers.items()}


def _tried(make: Callable[[], Any]) -> Any:
    """A part that can't be had says why: by kind only, unless the words are our own."""
    try:
        return make()
    except AccordError as error:
        return {"not_available": f"{type(error).__name__}: {error}"}
    except Exception as error:  # a bundle is made where something is broken
        return {"not_available": type(error).__name__}


def _versions(on: Operating) -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, Any] = {"python": sys.version.split()[0], "system": platform.platform()}
    for name in ("accord-connector", *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    found["database"] = on.standing.server()[0]
    return found


def _settings(on: Operating) -> Any:
    from connector.services.accounts.support import shown_settings

    s = on.settings
    if s is None:
        return {}
    groups = {"process": s.process, "engine": s.engine, "breakers": s.breakers, "hubspot": s.hubspot}
    return shown_settings([*groups.items(), ("salesforce", s.salesforce)]) | {"sources": dict(s.sources)}


def _connections(on: Operating) -> Any:
    from connector.adapters.postgres.accounts import PostgresConnections

    store = PostgresConnections(on.pool, "", on.clock)
    left_out = {"user", "by", "username", "client_id", "name"}
    return {
        side: {
            "binding": store.binding(side),
            "facts": {k: v for k, v in (store.facts(side) or {}).items() if k not in left_out},
        }
        for side in Side
    }


def _status(on: Operating) -> Any:
    from connector.services.status import standing

    told = standing(on.standing, on.agreement, on.clock())
    rows = {
        name: getattr(told, name) for name in ("lanes", "issues", "budgets", "breakers", "handoffs", "totals")
    }
    modes = [{"side": row["side"], "mode": row["mode"]} for row in told.modes]
    workers = [{"age_seconds": row["age_seconds"], "alive": row["alive"]} for row in told.workers]
    return {**rows, "modes": modes, "workers": workers, "warnings": told.warnings}


def _schemas(on: Operating) -> Any:
    from connector.wiring.setup import plan_hubspot, plan_salesforce

    assert on.settings is not None
    plans = [plan(on.settings, on.agreement, False) for plan in (plan_hubspot, plan_salesforce)]
    return {
        plan.side: [
            {"object": step.wanted.object, "field": step.wanted.name, "is": step.do, "why": step.why}
            for step in plan.steps
        ]
        for plan in plans
    }


def _findings(on: Operating) -> Any:
    from connector.cli.doctor import surroundings
    from connector.services.health.doctor import examine
    from connector.services.status import standing

    return list(examine(on.bench, surroundings(on), lambda: standing(on.standing, on.agreement, on.clock())))
