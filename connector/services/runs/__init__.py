"""Runs: backfills and undos, as a collection, a step and a saved cursor."""
