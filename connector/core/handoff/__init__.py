"""The hand-off between marketing and sales: a table of states, and the step that each round takes in it. Pure."""

from connector.core.handoff.advance import advance
from connector.core.handoff.facts import settled
from connector.core.handoff.offers import NO_OWNER
from connector.core.handoff.owners import OwnerChoice, choose_owner
from connector.core.handoff.regained import regained
from connector.core.handoff.required import required
from connector.core.handoff.row import Handoff, SalesView, Step
from connector.core.handoff.spoken import derived, sales_view
from connector.core.handoff.table import EDGES, State, may
from connector.core.handoff.undone import undone

__all__ = [
    "EDGES",
    "NO_OWNER",
    "Handoff",
    "OwnerChoice",
    "SalesView",
    "State",
    "Step",
    "advance",
    "choose_owner",
    "derived",
    "may",
    "regained",
    "required",
    "sales_view",
    "settled",
    "undone",
]
