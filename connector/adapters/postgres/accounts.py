"""Connections and bindings: what is stored of the two accounts. Secrets are sealed before they reach the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from connector.adapters.keyring import LOST, Keyring, split_keys
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.records import Side
from connector.errors import FixConfiguration
from connector.ports import Clock
from connector.ports.accounts import Binding, Connection, Grant

PATIENCE = timedelta(days=2)
"""A key pair whose certificate an admin uploads tomorrow."""
AUTHORISING = timedelta(minutes=15)
"""An authorisation is a matter of a browser."""
_queries = load_queries("accounts")


class PostgresConnections:
    """Implements ports.ConnectionStore. Without a key bindings and facts can be read, secrets can't."""

    def __init__(self, pool: Pool, keys: str, clock: Clock) -> None:
        """``keys``: ACCORD_SECRET_KEY."""
        self._pool, self._keys, self._clock = pool, keys, clock

    @property
    def keyring(self) -> Keyring:
        """Raises FixConfiguration where no key is set."""
        return Keyring(self._keys)

    def get(self, side: Side) -> Connection | None:
        with self._pool.connection() as conn:
            row = _queries.get(conn, side=side)
        if row is None:
            return None
        if not split_keys(self._keys):
            raise FixConfiguration(LOST)
        secrets = self.keyring.open(row["sealed"])
        return Connection(side, row["kind"], row["facts"], secrets, row["connected_by"], row["connected_at"])

    def facts(self, side: Side) -> dict[str, str] | None:
        """What is not secret: facts, ``kind``, ``by``, ``at``; None where nothing is stored. Needs no key."""
        with self._pool.connection() as conn:
            row = _queries.get(conn, side=side)
        if row is None:
            return None
        told = {"kind": row["kind"], "by": row["connected_by"], "at": row["connected_at"].isoformat()}
        return {**row["facts"], **told}

    def keep(self, connection: Connection) -> None:
        sealed = self.keyring.seal(connection.secrets)
        with self._pool.connection() as conn:
            _queries.keep(
                conn, side=connection.side, kind=connection.kind, facts=document(dict(connection.facts)),
                sealed=sealed, by=connection.by, at=connection.at,
            )  # fmt: skip
            _queries.forget_begun(conn, side=connection.side)

    def forget(self, side: Side) -> bool:
        with self._pool.connection() as conn:
            _queries.forget_begun(conn, side=side)
            return bool(_queries.forget(conn, side=side))

    def reseal(self) -> list[Side]:
        """Everything under the newest key; which sides had something."""
        keyring, done = self.keyring, []
        with self._pool.connection() as conn:
            for side in Side:
                row = _queries.get_locked(conn, side=side)
                if row is not None:
                    _queries.reseal(conn, side=side, sealed=keyring.seal(keyring.open(row["sealed"])))
                    done.append(side)
        return done

    # --- begun, not finished -----------------------------------------------------------------------------------
    def begin(self, side: Side, state: str, facts: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        sealed, now = self.keyring.seal(secrets), self._clock()
        with self._pool.connection() as conn:
            _queries.forget_old(conn, since=now - PATIENCE)
            _queries.begin(
                conn, side=side, state=_hash(state), facts=document(dict(facts)), sealed=sealed, at=now
            )

    def begun(self, side: Side, state: str, *, take: bool) -> tuple[dict[str, str], dict[str, str]] | None:
        since = self._clock() - (AUTHORISING if state else PATIENCE)
        with self._pool.connection() as conn:
            found = (_queries.take if take else _queries.begun)(
                conn, side=side, state=_hash(state), since=since
            )
        return (found["facts"], self.keyring.open(found["sealed"])) if found else None

    # --- bindings --------------------------------------------------------------------------------------------------
    def binding(self, side: Side) -> Binding | None:
        with self._pool.connection() as conn:
            row = _queries.binding(conn, side=side)
        return (
            Binding(side, row["account_id"], row["sandbox"], row["bound_at"], row["bound_by"])
            if row
            else None
        )

    def bind(self, binding: Binding) -> Binding:
        with self._pool.connection() as conn:
            _queries.bind(
                conn, side=binding.side, account_id=binding.account_id, sandbox=binding.sandbox,
                by=binding.by, at=binding.at,
            )  # fmt: skip
        found = self.binding(binding.side)
        assert found is not None
        return found

    def unbind(self, side: Side) -> bool:
        with self._pool.connection() as conn:
            return bool(_queries.unbind(conn, side=side))

    def links(self) -> int:
        with self._pool.connection() as conn:
            return int(_queries.links(conn))


class PostgresTokenShelf:
    """Implements ports.TokenShelf: the tokens of a HubSpot OAuth app, in the row of its connection."""

    def __init__(self, store: PostgresConnections, pool: Pool, clock: Clock) -> None:
        self._store, self._pool, self._clock = store, pool, clock

    def now(self) -> Grant | None:
        found = self._store.get(Side.HUBSPOT)
        return _grant(found.secrets) if found and found.kind == "oauth" else None

    def renewed(self, old: str, fetch: Callable[[str], Grant]) -> Grant:
        """The row stays locked while the service is asked (its time-out is below that of an idle transaction), so a
        refresh token that rotates is used once, and what came for it is stored before anybody uses it."""
        keyring = self._store.keyring
        with self._pool.connection() as conn:
            row = _queries.get_locked(conn, side=Side.HUBSPOT)
            if row is None:
                raise FixConfiguration("HubSpot is not connected any more: `accord connect hubspot`.")
            secrets = keyring.open(row["sealed"])
            stored = _grant(secrets)
            if stored and stored.access_token != old and stored.ends > self._clock():
                return stored
            fresh = fetch(secrets["refresh_token"])
            secrets |= {
                "access_token": fresh.access_token,
                "refresh_token": fresh.refresh_token or secrets["refresh_token"],
                "ends": fresh.ends.isoformat(),
            }
            _queries.reseal(conn, side=Side.HUBSPOT, sealed=keyring.seal(secrets))
            return fresh


def _grant(secrets: Mapping[str, str]) -> Grant | None:
    if not secrets.get("access_token") or not secrets.get("ends"):
        return None
    return Grant(secrets["access_token"], secrets["refresh_token"], datetime.fromisoformat(secrets["ends"]))


def _hash(state: str) -> bytes:
    """States are not stored as they are: whoever reads the table can't finish an authorisation."""
    return hashlib.sha256(state.encode()).digest() if state else b""
