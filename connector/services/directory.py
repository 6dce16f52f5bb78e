"""Who can own records on both sides: read anew every few minutes, for owners come and go while Accord runs."""

from __future__ import annotations

import structlog

from connector.core.desk import desk_for
from connector.core.lenses.owner import Directory
from connector.services.workbench import Workbench

log = structlog.get_logger(__name__)


class OwnerDirectory:
    """Keeps a workbench's people, and the owner lenses of its agreement bound to them. Before the first ``refresh``
    every owner's translation is held, so run it before the first round."""

    def __init__(self, bench: Workbench) -> None:
        self._bench, self._agreement = bench, bench.agreement

    def refresh(self) -> None:
        """Four calls. Raises what the sides' calls raise; then what was known stays in use."""
        bench = self._bench
        owners, former_owners, users, former_users = bench.both(
            [
                bench.hubspot.people,
                bench.hubspot.inactive_people,
                bench.salesforce.people,
                bench.salesforce.inactive_people,
            ]
        )
        gone = frozenset([*former_owners.values(), *former_users.values()])
        directory = Directory(_by_id(former_owners, owners), _by_id(former_users, users), gone)
        # One assignment each, so that a round under way sees the old or the new ones.
        bench.people, bench.hubspot_people = users, owners
        bench.agreement = self._agreement.bind(directory)
        bench.desk = desk_for(bench.agreement)
        missing = [e for e in self._agreement.owners_named() if e not in users or e not in owners]
        log.info("owners", hubspot=len(owners), salesforce=len(users), named_but_missing=len(missing))


def _by_id(*people: dict[str, str]) -> dict[str, str]:
    return {id_: email for group in people for email, id_ in group.items()}
