"""Agreements on mutual support, and who may help whom with what because of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.model.errors import BadData, BadUse
from redball.stock.sparing import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Agreement:
    """Sites of one nation may be helped from the stock of another; one direction.

    Attributes
    ----------
    giver, receiver : str
        Nations; the same one twice for support among its own sites.
    move_days : float
        Mean time of a move.
    keep : float
        Whole units of an item that each giving site keeps on its shelf.
    items : tuple of int or None
        Rows of the items it covers; None for all.
    """

    giver: str
    receiver: str
    move_days: float = 0.0
    keep: float = 0.0
    items: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        where = f"agreement {self.giver} to {self.receiver}"
        if not (math.isfinite(self.move_days) and self.move_days >= 0):
            raise BadData(
                f"A move takes {self.move_days} days.", where=where, mend="Give 0 or more days."
            )
        if not (math.isfinite(self.keep) and self.keep >= 0 and self.keep == int(self.keep)):
            raise BadData(
                f"The giver keeps {self.keep} units.",
                where=where,
                mend="Give whole units, 0 or more.",
            )


@dataclass(frozen=True)
class Permissions:
    """Who may help whom; P patterns of agreements, S sites, D helpers at most.

    Attributes
    ----------
    pattern : int32 array, shape (I,)
        Which pattern of agreements covers each item.
    helpers : int32 array, shape (P, S, D)
        Sites that may give to each site, first choice first, filled up with -1.
    keep : float64 array, shape (P, S)
    move_days : float64 array, shape (P, S, S)
        To the first site from the second.
    """

    pattern: Ints
    helpers: Ints
    keep: Floats
    move_days: Floats


def permissions(
    problem: SparingProblem, agreements: Sequence[Agreement], nations: Sequence[str]
) -> Permissions:
    """Turn agreements between nations into helpers of each site.

    Only sites of one level of supply help each other (bases help bases, depots help depots). The
    quickest helper is asked first; among equals the one that comes first among the sites. Where
    several agreements bind a giver for the same item, it keeps the largest number and the quickest
    move counts.

    Raises
    ------
    BadUse
        Not one nation per site; an agreement with a nation that has no site; items out of range.
    """
    if len(nations) != problem.sites:
        raise BadUse(
            f"There are {problem.sites} sites but {len(nations)} nations.",
            where="nations",
            mend="Give the nation of each site, in the order of the sites.",
        )
    known = set(nations)
    covered = np.zeros((problem.items, len(agreements)), np.bool_)
    for column, one in enumerate(agreements):
        for nation in (one.giver, one.receiver):
            if nation not in known:
                raise BadUse(
                    f"'{nation}' has no site.",
                    where=f"agreement {one.giver} to {one.receiver}",
                    mend=f"Use one of: {', '.join(sorted(known))}.",
                )
        rows = np.arange(problem.items) if one.items is None else np.asarray(one.items, np.int64)
        if rows.size and (rows.min() < 0 or rows.max() >= problem.items):
            raise BadUse(
                "An item of the agreement is not in the problem.",
                where=f"agreement {one.giver} to {one.receiver}",
                mend=f"Give rows from 0 to {problem.items - 1}.",
            )
        covered[rows, column] = True
    patterns, pattern = np.unique(covered, axis=0, return_inverse=True)
    level = site_levels(problem)
    found = [
        _one_pattern([a for a, has in zip(agreements, row, strict=True) if has], nations, level)
        for row in patterns
    ]
    depth = max(helpers.shape[1] for helpers, _, _ in found)
    helpers = np.full((len(found), problem.sites, depth), NOWHERE, np.int32)
    for place, (rows_of, _, _) in enumerate(found):
        helpers[place, :, : rows_of.shape[1]] = rows_of
    return Permissions(
        pattern.reshape(-1).astype(np.int32),
        helpers,
        np.stack([keep for _, keep, _ in found]),
        np.stack([moves for _, _, moves in found]),
    )


def site_levels(problem: SparingProblem) -> Ints:
    """Number of suppliers above each site."""
    supplier = np.asarray(problem.supplier)
    level = np.zeros(problem.sites, np.int32)
    above = supplier.copy()
    while (above != NOWHERE).any():
        level[above != NOWHERE] += 1
        above = np.where(above != NOWHERE, supplier[above], NOWHERE)
    return level


def _one_pattern(
    agreements: Sequence[Agreement], nations: Sequence[str], level: Ints
) -> tuple[Ints, Floats, Floats]:
    """Helpers, units kept and moves where these agreements hold."""
    sites = len(nations)
    names = np.asarray(nations, dtype=object)
    moves = np.full((sites, sites), np.inf)
    keep = np.zeros(sites)
    same = level[:, None] == level[None, :]
    np.fill_diagonal(same, val=False)
    for one in agreements:
        gives = names == one.giver
        pairs = np.outer(names == one.receiver, gives).astype(np.bool_) & same
        moves[pairs] = np.minimum(moves[pairs], one.move_days)
        keep[gives] = np.maximum(keep[gives], one.keep)
    rows = [
        [int(j) for j in np.argsort(row, kind="stable") if np.isfinite(row[j])] for row in moves
    ]
    helpers = np.full((sites, max(1, max(map(len, rows)))), NOWHERE, np.int32)
    for place, row in enumerate(rows):
        helpers[place, : len(row)] = row
    return helpers, keep, np.where(np.isfinite(moves), moves, 0.0)
