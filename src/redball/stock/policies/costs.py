"""Checks of the costs that every policy takes."""

import math

from redball.model import BadUse


def above_zero(name: str, value: float) -> float:
    """Check a figure that must be a finite number above zero, and give it back."""
    if not (math.isfinite(value) and value > 0):
        raise BadUse(f"{name} is {value}.", mend="Give a finite number above zero.")
    return float(value)


def not_negative(name: str, value: float) -> float:
    """Check a figure that must be a finite number of zero or more, and give it back."""
    if not (math.isfinite(value) and value >= 0):
        raise BadUse(f"{name} is {value}.", mend="Give a finite number of zero or more.")
    return float(value)


def share(name: str, value: float) -> float:
    """Check a figure that must lie strictly between 0 and 1, and give it back."""
    if not 0 < value < 1:
        raise BadUse(
            f"{name} is {value}.",
            mend="Give a share above 0 and below 1; no finite stock reaches 1.",
        )
    return float(value)
