"""The two accounts: connecting, binding, setting up, and what helps somebody help."""
