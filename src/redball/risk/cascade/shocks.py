"""What is lost: firms closed or cut back, one case after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Ints, Longs
from redball.model.errors import BadData
from redball.risk.cascade.arrays import amounts, whole
from redball.risk.cascade.firms import FirmNetwork


@dataclass(frozen=True)
class FirmShocks:
    """What is lost in each of several cases, as compressed rows.

    Attributes
    ----------
    start : int64 array, shape (cases + 1,)
        Firms of case ``k`` stand from ``start[k]`` to ``start[k + 1]``.
    firm : int32 array
    remaining : float64 array
        Share of its capacity that each keeps, 0 (closed) to below 1.
    """

    start: Longs
    firm: Ints
    remaining: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


def each_firm_closed(network: FirmNetwork) -> FirmShocks:
    """One case for each firm: it alone is closed."""
    n = network.firms
    return FirmShocks(np.arange(n + 1), np.arange(n, dtype=np.int32), np.zeros(n))


def firm_shocks(network: FirmNetwork, cases: Sequence[Mapping[int, float]]) -> FirmShocks:
    """Cases as mappings of a firm to the share of its capacity that remains.

    Raises
    ------
    BadData
        A firm is not in the network, or a share is not from 0 to 1.
    """
    start = np.zeros(len(cases) + 1, np.int64)
    np.cumsum([len(case) for case in cases], out=start[1:])
    pairs = [pair for case in cases for pair in sorted(case.items())]
    firm = whole("shocks", [firm for firm, _ in pairs], None, network.firms)
    remaining = amounts("shocks", [share for _, share in pairs], len(pairs))
    if np.any(remaining > 1):
        raise BadData(
            f"A firm keeps {remaining.max():g} of its capacity.",
            where="shocks",
            mend="Give the share that remains: 0 for closed, 1 for whole.",
        )
    return FirmShocks(start, firm, remaining)
