"""Calls that no lease stands behind: an operator's, outside any round."""


def unleased(seconds: float) -> None:
    """A ports.Guard that lets every call start."""
