"""How what was lost comes back: at once, in a line, or in steps.

Recovery curves after Bruneau et al. (2003), Earthquake Spectra 19(4): the loss is full during the
outage, and falls to nothing (or to what stays lost) along the curve.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from redball.model import BadUse
from redball.model.written.values import MOST_DAYS, number, one_of
from redball.planning.scenarios.times import NO_TIME, Time

SHAPES = ("at once", "linear", "steps")
MOST_STEPS = 60
"""A line is walked in steps of a day, or in so many steps where it is longer."""


@dataclass(frozen=True)
class Recovery:
    """The curve along which a loss goes back.

    Attributes
    ----------
    shape : str
        ``at once``; ``linear`` over ``days``; ``steps``.
    days : Time
        How long a linear recovery takes after the outage, fixed or distributed.
    steps : tuple of (float, float)
        Days after the end of the outage, ascending, and the share of the loss that is left from
        then on, 0 to 1. Before the first step all of it is left. A last share above 0 stays to
        the end of the run.

    Raises
    ------
    BadUse
        A value is missing, out of range, or belongs to another shape.
    """

    shape: str = "at once"
    days: Time = NO_TIME
    steps: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        one_of(self.shape, "shape", SHAPES)
        if (self.days != NO_TIME) is not (self.shape == "linear"):
            raise BadUse(
                f"A recovery of shape '{self.shape}' with days of mean {self.days.mean:g}.",
                mend="A linear recovery, and only that, takes 'days', above 0.",
            )
        if bool(self.steps) is not (self.shape == "steps"):
            raise BadUse(
                f"A recovery of shape '{self.shape}' has {len(self.steps)} steps.",
                mend="The shape 'steps', and only that, takes steps: pairs of days and share left.",
            )
        if len(self.steps) > MOST_STEPS:
            raise BadUse(
                f"A recovery has {len(self.steps)} steps.", mend=f"Give at most {MOST_STEPS}."
            )
        steps = tuple(
            (number(day, "day of a step", most=MOST_DAYS), number(left, "share left", most=1.0))
            for day, left in self.steps
        )
        if any(b[0] <= a[0] for a, b in pairwise(steps)):
            raise BadUse("The steps of a recovery are not in order.", mend="Sort them by day.")
        object.__setattr__(self, "steps", steps)

    def left(self, source: np.random.Generator) -> tuple[tuple[float, float], ...]:
        """Draw the curve: days after the end of the outage, and the share of the loss left then.

        A line becomes steps, each at the value in its middle, so that the area under the line is
        kept exactly.
        """
        if self.shape == "steps":
            return self.steps
        days = self.days.draw(source) if self.shape == "linear" else 0.0
        if days <= 0.0:
            return ((0.0, 0.0),)
        count = min(max(math.ceil(days), 1), MOST_STEPS)
        curve = [(k * days / count, 1.0 - (k + 0.5) / count) for k in range(count)]
        return (*curve, (days, 0.0))


AT_ONCE = Recovery()
"""All of it is back when the outage ends."""
