"""Is everything there that Accord needs? Reads only, but for the canary."""
