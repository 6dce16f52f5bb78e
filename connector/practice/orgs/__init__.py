"""Orgs to try an agreement on: kinds of customers, each a file of what their Salesforce and HubSpot are like.

`standard` is what the practice servers are without a word; `enterprise`, `contacts-only` and `professional` are
shipped beside it; any other is a YAML file of the user's own (copy standard/org.yaml: it names every key).
"""

from connector.practice.orgs.adjusting import adjusted, settings_from
from connector.practice.orgs.files import NAMES, STANDARD, Org, OrgProblems, load, read_file

__all__ = ["NAMES", "STANDARD", "Org", "OrgProblems", "adjusted", "load", "read_file", "settings_from"]
