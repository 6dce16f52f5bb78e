"""What kind of history it is: which fields, how long, and what may go wrong in it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from connector.practice.orgs import STANDARD, load


@dataclass(frozen=True)
class Plot:
    """``lossy``: notices are lost, polls must find what they told. ``crashes``, ``stalls``: workers die, leases lapse.
    ``frozen``: a worker may stand still between its last look at the lease and its call.
    ``converts``: reps convert the Lead, and may correct the e-mail then. ``second``: a second person comes to be, on one
    side, on the other, or on both at once. ``automation``: the side whose workflow answers writes of ours a while later;
    ``instant``: a flow in Salesforce answers them within the save. ``polls``: without them notices must be enough.
    ``turned``: the other side wins each field. ``returns``: people type values that stood there before.
    ``single``: how many Salesforce updates go under If-Unmodified-Since. ``org``: whose Salesforce and HubSpot these are.
    ``hubspot_ways``, ``salesforce_ways``: settings of the practice servers that are otherwise than they come.
    """

    seed: int
    fields: str
    length: int
    lossy: bool
    crashes: bool
    converts: bool
    second: bool
    automation: str
    stalls: bool
    frozen: bool
    instant: bool
    polls: bool
    turned: bool
    returns: bool
    single: int
    org: str = STANDARD
    hubspot_ways: tuple[tuple[str, Any], ...] = ()
    salesforce_ways: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, seed: int) -> Plot:
        dice = random.Random(seed)

        def perhaps(share: float) -> bool:
            return dice.random() < share

        names = "".join(sorted(dice.sample("pntus", dice.choice([1, 1, 2, 2, 3]))))
        length, lossy = dice.choice([15, 25, 40, 60, 90]), perhaps(0.35)
        return cls(
            seed=seed, fields=names, length=length, lossy=lossy, crashes=perhaps(0.5), converts=perhaps(0.3),
            second=perhaps(0.4), automation=dice.choice(["", "", "hubspot", "salesforce"]), stalls=perhaps(0.5),
            frozen=perhaps(0.1), instant=perhaps(0.15), polls=lossy or perhaps(0.6), turned=perhaps(0.3),
            returns=perhaps(0.2), single=dice.choice([0, 20, 20]),
        )  # fmt: skip

    def at(self, org: str) -> Plot:
        """The same history in another org, as far as it can happen there: no Lead to convert where there are none, and
        polls where nothing is pushed."""
        given = load(org).salesforce
        polls = self.polls or not given.outbound_messages
        return replace(self, org=org, converts=self.converts and given.leads, polls=polls)
