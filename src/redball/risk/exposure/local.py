"""What a loss does to one block, and what its programmes give; places are those of the block."""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs


@dataclass(frozen=True, eq=False)
class LocalLoss:
    """What a loss does to one block; places are positions in the block.

    Attributes
    ----------
    window_days : float
    node, site : int64 arrays
        Positions of what is lost.
    node_share, node_days, site_share, site_days : float64 arrays
        Share lost and time down.
    stock_node : int64 array
    stock_lost : float64 array
        Units.
    """

    window_days: float
    node: Longs
    node_share: Floats
    node_days: Floats
    site: Longs
    site_share: Floats
    site_days: Floats
    stock_node: Longs
    stock_lost: Floats

    @property
    def key(self) -> bytes:
        """The same for losses that do the same to the block."""
        arrays = (self.node, self.node_share, self.node_days, self.site, self.site_share,
                  self.site_days, self.stock_node, self.stock_lost)  # fmt: skip
        sizes = np.array([len(array) for array in arrays])
        window = np.array([self.window_days])
        return b"".join(array.tobytes() for array in (sizes, window, *arrays))


@dataclass(frozen=True)
class More:
    """One limit of a block raised: ``stock``, ``capacity`` or ``site capacity`` (a day)."""

    kind: str
    place: int
    units: float = 1.0


_NO_PLACES, _NO_NUMBERS = np.zeros(0, np.int64), np.zeros(0)


def undisturbed(window_days: float) -> LocalLoss:
    """Nothing lost."""
    none, empty = _NO_PLACES, _NO_NUMBERS
    return LocalLoss(window_days, none, empty, empty, none, empty, empty, none, empty)


@dataclass(frozen=True, eq=False)
class Limits:
    """Limits of the first programme, in its units."""

    made: Floats
    taken: Floats
    asked: Floats
    least: Floats
    at_site: Floats


@dataclass(frozen=True, eq=False)
class Prices:
    """What one more unit is worth: of stock and output of each node, of output at each site."""

    stock: Floats
    made: Floats
    at_site: Floats
