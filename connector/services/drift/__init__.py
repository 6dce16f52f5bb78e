"""Drift proof: are both sides as the agreement wants them, and is every hand-off accounted for?"""
