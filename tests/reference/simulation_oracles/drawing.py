"""Random numbers by key and index in plain Python: SplitMix64 as published.

Source: Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*.
"""

import math

_WORD = 2**64
_GOLDEN = 0x9E3779B97F4A7C15
STREAMS, APPLICATIONS, PICKS, CHOICES = 0, 2, 3, 5
"""Numbers of the purposes that draw where all times are constant."""


def mixed(x: int) -> int:
    """Finaliser."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % _WORD
    return x ^ (x >> 31)


class Drawing:
    """Draws of one entity for one purpose."""

    def __init__(self, seed: int, replication: int, purpose: int, entity: int) -> None:
        key = 0
        for part in (seed, replication, purpose, entity):
            key = mixed((key + part * _GOLDEN + _GOLDEN) % _WORD)
        self.key = key

    def uniform(self, index: int) -> float:
        """Inside (0, 1)."""
        word = mixed((self.key + (index + 1) * _GOLDEN) % _WORD)
        return ((word >> 11) + 0.5) / 2**53

    def exponential(self, index: int) -> float:
        """Of mean 1."""
        return -math.log(self.uniform(index))
