"""One round, a step a file; sync.py runs them in order."""
