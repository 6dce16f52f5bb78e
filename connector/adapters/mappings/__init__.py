"""Reads the agreement's YAML files strictly: every problem at once, with file, line and what to do."""

from connector.adapters.mappings.files import Reading, check, lay_out, load, read_folder
from connector.adapters.mappings.live import check_live, check_owners
from connector.adapters.mappings.problems import Problem

__all__ = ["Problem", "Reading", "check", "check_live", "check_owners", "lay_out", "load", "read_folder"]
