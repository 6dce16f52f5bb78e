"""What a practice server does on the word of memory or of third parties: one row a behaviour.

The default is the stricter reading (the one a sync finds harder). Each row names the setting that flips it,
so tests can run both ways, and the request that would prove it on a real account.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unproved:
    """One behaviour nobody here has seen with their own eyes.

    name: the setting that flips it. behaviour: what is in doubt. default and other: the two readings, as the
    setting's values in text. source: where the default comes from. probe: the request that would prove it.
    """

    name: str
    behaviour: str
    default: str
    other: str
    source: str
    probe: str
