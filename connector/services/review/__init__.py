"""Before anything is written: who is who, what would be written, and the decision to write it."""
