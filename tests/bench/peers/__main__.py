"""``python -m tests.bench.peers NAME to_salesforce|to_hubspot`` runs one peer once and prints how many it moved."""

import importlib
import sys

from tests.bench.peers.fields import Ends

name, direction = sys.argv[1:]
sys.stdout.write(f"{getattr(importlib.import_module(f'tests.bench.peers.{name}'), direction)(Ends())}\n")
