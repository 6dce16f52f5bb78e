"""Joins settings, database, both sides and the agreement, for web, worker and command line.

Whoever needs a part imports its module: small commands start without the clients of both sides.
"""
