"""Surge: for some days demand comes at a multiple of its rate.

The multiplier acts on the rate, not on quantiles: a horizon of ten days of which five run at three
times the rate is worth twenty ordinary days, and the law of demand over twenty days follows. So a
surge adds its own randomness and a high quantile grows by less than the multiplier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from redball.model import BadUse, Twin
from redball.model.compiled import Floats, Longs

_MOST_MULTIPLIER = 1000.0


@dataclass(frozen=True)
class Surge:
    """A multiple of the ordinary rate of demand over some days.

    Attributes
    ----------
    multiplier : float
        Times the ordinary rate; 0 stops demand, at most 1,000.
    first, last : date
        First and last day.
    supply_class : str, optional
        Only items of this class of supply.
    item_ix : int, optional
        Only this item (row of the twin).

    Of several on the same day those for the item win over those for its class, these over general
    ones; of equally specific ones the highest holds.
    """

    multiplier: float
    first: date
    last: date
    supply_class: str | None = None
    item_ix: int | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.multiplier <= _MOST_MULTIPLIER or self.last < self.first:
            raise BadUse(
                f"A surge of {self.multiplier} from {self.first} to {self.last} can't be used.",
                mend="Give a multiplier of 0 to 1,000 and a last day not before the first.",
            )


def effective_days(
    twin: Twin, surges: Sequence[Surge], day: date, item_ix: Longs, horizon_days: Floats
) -> Floats:
    """Ordinary days that each horizon is worth, shape (rows,).

    Parameters
    ----------
    day : date
        The horizon begins on the next day.
    item_ix : int64 array, shape (rows,)
    horizon_days : float64 array, shape (rows,)
    """
    if not surges or not len(item_ix):
        return horizon_days.copy()
    classes = twin["item"]["supply_class"].to_list()
    applying: dict[tuple[int, ...], list[int]] = {}
    for row, item in enumerate(item_ix.tolist()):
        some = tuple(
            k
            for k, one in enumerate(surges)
            if one.item_ix in (None, item) and one.supply_class in (None, classes[item])
        )
        applying.setdefault(some, []).append(row)
    worth = horizon_days.copy()
    days = int(np.ceil(horizon_days.max()))
    for some, rows in applying.items():
        if some:
            edges = np.concatenate([[0.0], np.cumsum(_rates([surges[k] for k in some], day, days))])
            worth[rows] = np.interp(horizon_days[rows], np.arange(days + 1), edges)
    return worth


def _rates(surges: list[Surge], day: date, days: int) -> Floats:
    """Multiplier of each day after ``day``."""
    rate = np.ones(days)
    for rank in range(3):
        level = np.full(days, -1.0)
        for one in surges:
            if (one.supply_class is not None) + 2 * (one.item_ix is not None) in _OF_RANK[rank]:
                begin = max((one.first - day).days - 1, 0)
                end = max((one.last - day).days, 0)
                level[begin:end] = np.maximum(level[begin:end], one.multiplier)
        rate = np.where(level >= 0, level, rate)
    return rate


_OF_RANK = ((0,), (1,), (2, 3))
"""How specific: general, by class, by item."""
