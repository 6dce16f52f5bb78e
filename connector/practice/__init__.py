"""Practice servers: a local HubSpot and a local Salesforce that the real clients accept.

This package imports nothing of the rest of Accord: it stands for the outside world.
"""
