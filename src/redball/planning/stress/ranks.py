"""Rank correlation of two orders, with ties."""

import math

import numpy as np
import numpy.typing as npt

from redball.model import BadUse


def kendall_tau_b(first: npt.ArrayLike, second: npt.ArrayLike) -> float | None:
    """Kendall's tau-b of two scores of the same things: 1 same order, -1 opposite.

    ``(C - D) / sqrt((n0 - n1) (n0 - n2))`` with C and D the pairs in the same and in opposite
    order, n0 all pairs, n1 and n2 those tied in the one and in the other. None where all scores of
    one side are equal, for then there is no order. Source: Kendall, Biometrika 33(3), 1945.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Infinite scores are allowed and tie with each other; NaN is not.

    Raises
    ------
    BadUse
        Shapes differ, fewer than two things, more than 20,000, or a NaN.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.ndim != 1 or a.shape != b.shape or not 2 <= len(a) <= 20_000:
        raise BadUse(
            f"Scores of shapes {a.shape} and {b.shape} have no rank correlation.",
            mend="Give one score of each kind for each thing, for 2 to 20,000 things.",
        )
    if np.isnan(a).any() or np.isnan(b).any():
        raise BadUse("A score is not a number.", mend="Leave such things out.")
    n, balance, tied_a, tied_b = len(a), 0, 0, 0
    for i in range(n - 1):  # a row at a time, so that memory stays small
        left = (a[i + 1 :] > a[i]).astype(np.int64) - (a[i + 1 :] < a[i])
        right = (b[i + 1 :] > b[i]).astype(np.int64) - (b[i + 1 :] < b[i])
        balance += int(left @ right)
        tied_a += int((left == 0).sum())
        tied_b += int((right == 0).sum())
    pairs = n * (n - 1) // 2
    if tied_a == pairs or tied_b == pairs:
        return None
    return balance / math.sqrt((pairs - tied_a) * (pairs - tied_b))


def mid_ranks(scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Rank of each score, 1 for the highest; equal scores share the middle of their ranks."""
    values = np.asarray(scores, np.float64)
    _, place, count = np.unique(-values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place.reshape(values.shape)], np.float64)
