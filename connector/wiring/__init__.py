"""Joins settings, database, both sides and the agreement, for web, worker and command line."""

from connector.wiring.edge import Edge, open_edge
from connector.wiring.stores import Stores, agreement_folder
from connector.wiring.world import World, open_world

__all__ = ["Edge", "Stores", "World", "agreement_folder", "open_edge", "open_world"]
