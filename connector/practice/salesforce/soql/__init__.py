"""SOQL as far as a sync needs it: read into a tree, held against the schema, run over the tables."""
