"""Deployments over the Metadata API: what a package holds, and how it takes effect in the org."""
