"""Probes: requests whose answers prove, or mend, what the practice servers do. The list is data; see table.py."""
