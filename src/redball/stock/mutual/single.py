"""Mutual support for one item: exactly for a few sites, by the approximation for many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, compiled
from redball.model.errors import BadData, BadUse
from redball.stock.mutual.exact import exact_law, levels_needed, source_of, states_needed
from redball.stock.mutual.iteration import MOST_ROUNDS, settle
from redball.stock.mutual.state import NONE, Sites

MOST_WORK = 2e10
"""Multiplications that an exact solution may take: some twenty seconds."""

MOST_ROOM = 2.5e8
"""Numbers that an exact solution may hold: 2 GB."""

_QUICK = 2e6
"""Multiplications that are spent on one item among many: two milliseconds."""


@dataclass(frozen=True)
class SiteSupport:
    """What support does for one item at each of G sites.

    Attributes
    ----------
    immediate, lateral, backordered : float64 array, shape (G,)
        Shares of the demand served from the own shelf, by another site, and not at once.
    ebo, vbo : float64 array, shape (G,)
        Expected backorders waiting for an own unit, and their variance. Units under way from
        another site are not in them: see ``moving``.
    moving : float64 array, shape (G,)
        Mean units under way to the site from others; each is a hole until it arrives.
    flow : float64 array, shape (G, G)
        Units per day to the first site from the second.
    rounds : int
        Of the iteration; 0 where the solution is exact.
    settled : bool
        Whether the iteration came to rest.
    assumptions : tuple of str
    """

    immediate: Floats
    lateral: Floats
    backordered: Floats
    ebo: Floats
    vbo: Floats
    moving: Floats
    flow: Floats
    rounds: int
    settled: bool
    assumptions: tuple[str, ...]


ASSUMPTIONS = (
    "Demand is Poisson; each unit in resupply comes back after an exponential time of its own "
    "(ample repair).",
    "A demand is served from the own shelf first, then at once by the first other site in the "
    "order given that holds more than it keeps; that site asks for the replacement.",
    "A demand that finds nobody waits for a unit of its own site; waiting backorders are not "
    "filled by others later.",
)


def exact_support(
    rate: npt.ArrayLike,
    resupply_days: npt.ArrayLike,
    stock: npt.ArrayLike,
    helpers: Sequence[Sequence[int]],
    *,
    keep: npt.ArrayLike = 0.0,
    move_days: npt.ArrayLike = 0.0,
) -> SiteSupport:
    """Exact effect of mutual support among a few sites: the stationary law of the Markov chain.

    Parameters
    ----------
    rate : array-like, shape (G,)
        Demand per day.
    resupply_days : array-like, shape (G,) or scalar
        Mean time until a unit asked for is back on the shelf.
    stock : array-like, shape (G,)
        Whole units each site starts from.
    helpers : sequence of G sequences of int
        Who may give to each site, first choice first; empty for nobody.
    keep : array-like, shape (G,) or scalar
        Units on the shelf that a site keeps for itself.
    move_days : array-like, shape (G, G) or scalar
        Mean time of a move to the first site from the second. The replacement is asked for when the
        unit leaves, so this changes no state: by Little's law it adds rate times time.

    Returns
    -------
    SiteSupport

    Raises
    ------
    BadData
        A value that is missing, negative or not finite; a stock that is not whole.
    BadUse
        Shapes or helpers that don't fit; more states than 2e10 multiplications can solve.
    """
    sites, moves = _checked(rate, resupply_days, stock, helpers, keep, move_days)
    levels = levels_needed(sites)
    states, width = states_needed(len(sites.rate), levels)
    if states * width * width > MOST_WORK or 2.0 * states * width > MOST_ROOM:
        raise BadUse(
            f"{len(sites.rate)} sites with up to {levels} units in resupply have {states:,.0f} "
            "states, too many to solve exactly.",
            mend="Use approximate_support.",
        )
    shares, ebo, vbo, flow = exact_measures(sites, levels)
    return _result(moves, shares, ebo, vbo, flow, 0, ASSUMPTIONS)


def approximate_support(
    rate: npt.ArrayLike,
    resupply_days: npt.ArrayLike,
    stock: npt.ArrayLike,
    helpers: Sequence[Sequence[int]],
    *,
    keep: npt.ArrayLike = 0.0,
    move_days: npt.ArrayLike = 0.0,
    variance_to_mean: npt.ArrayLike = 1.0,
) -> SiteSupport:
    """Effect of mutual support among any number of sites, by one chain per site.

    Parameters as :func:`exact_support`; ``variance_to_mean`` (G,) of the units in resupply without
    support, 1 or more (negative binomial), 1 for Poisson. The method is that of
    :mod:`redball.stock.mutual.iteration`; errors are stated in ``docs/concepts/mutual-support.md``.

    Raises
    ------
    BadData, BadUse
        As :func:`exact_support`, but for the number of states.
    """
    sites, moves = _checked(rate, resupply_days, stock, helpers, keep, move_days, variance_to_mean)
    shares, ebo, vbo, flow, rounds = chain_measures(sites)
    how = (
        "Sites see each other through one bit, whether anybody could help now "
        "(after Axsater 1990, with the bit kept in the chain).",
    )
    return _result(moves, shares, ebo, vbo, flow, rounds, ASSUMPTIONS + how)


@compiled
def exact_measures(sites: Sites, levels: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares (G, 3) by immediate, lateral and backordered, EBO, VBO, units per day (G, G)."""
    count = len(sites.rate)
    states, law = exact_law(sites, levels)
    served = np.zeros((count, 3))
    ebo, square = np.zeros(count), np.zeros(count)
    flow = np.zeros((count, count))
    for s in range(len(law)):
        for i in range(count):
            k = float(states[s, i])
            own = sites.rate[i]
            if sites.mean[i] > 0.0:
                own *= (sites.mean[i] + k * sites.eps[i]) / (sites.mean[i] * (1.0 + sites.eps[i]))
            j = source_of(sites, states[s], i)
            served[i, 0 if j == i else (2 if j < 0 else 1)] += law[s] * own
            if j >= 0 and j != i:
                flow[i, j] += law[s] * own
            waiting = max(k - sites.stock[i], 0.0)
            ebo[i] += law[s] * waiting
            square[i] += law[s] * waiting * waiting
    return _shares(served), ebo, square - ebo * ebo, flow


@compiled
def chain_measures(sites: Sites) -> tuple[Floats, Floats, Floats, Floats, int]:
    """Like :func:`exact_measures`, by the approximation; and its rounds."""
    count = len(sites.rate)
    state, rounds = settle(sites)
    served = np.zeros((count, 3))
    ebo, square = np.zeros(count), np.zeros(count)
    for i in range(count):
        served[i, 1] = state.asked[i, 1]
        served[i, 2] = state.asked[i, NONE]
        for place in range(state.high[i] - state.low[i] + 1):
            k = float(state.low[i] + place)
            mass = state.law[i, place, 0] + state.law[i, place, 1]
            if k < sites.stock[i]:
                factor = 1.0
                if sites.mean[i] > 0.0:
                    factor = (sites.mean[i] + k * sites.eps[i]) / (
                        sites.mean[i] * (1.0 + sites.eps[i])
                    )
                served[i, 0] += sites.rate[i] * factor * mass
            waiting = max(k - sites.stock[i], 0.0)
            ebo[i] += waiting * mass
            square[i] += waiting * waiting * mass
    return _shares(served), ebo, square - ebo * ebo, state.flow, rounds


@compiled
def _shares(served: Floats) -> Floats:
    """Rates to shares; a site without demand is served at once as often as it has stock."""
    for i in range(len(served)):
        total = served[i].sum()
        if total > 0.0:
            served[i] /= total
        else:
            served[i, 0] = 1.0
    return served


@compiled
def best_measures(sites: Sites) -> tuple[Floats, Floats, Floats, Floats, int]:
    """Two or three sites exactly where that is quick, everything else by the chains."""
    if len(sites.rate) <= 3:
        levels = levels_needed(sites)
        states, width = states_needed(len(sites.rate), levels)
        if states * width * width <= _QUICK:
            shares, ebo, vbo, flow = exact_measures(sites, levels)
            return shares, ebo, vbo, flow, 0
    return chain_measures(sites)


def _result(
    moves: Floats, shares: Floats, ebo: Floats, vbo: Floats, flow: Floats,
    rounds: int, assumptions: tuple[str, ...],
) -> SiteSupport:  # fmt: skip
    moving = (flow * moves).sum(axis=1)
    return SiteSupport(
        shares[:, 0], shares[:, 1], shares[:, 2], ebo, np.maximum(vbo, 0.0), moving, flow, rounds,
        rounds < MOST_ROUNDS, assumptions,
    )  # fmt: skip


def _checked(
    rate: npt.ArrayLike, resupply_days: npt.ArrayLike, stock: npt.ArrayLike,
    helpers: Sequence[Sequence[int]], keep: npt.ArrayLike, move_days: npt.ArrayLike,
    variance_to_mean: npt.ArrayLike = 1.0,
) -> tuple[Sites, Floats]:  # fmt: skip
    """Arrays of one length, all figures in range."""
    rates = np.atleast_1d(np.asarray(rate, np.float64))
    count = len(rates)
    named = {
        "rate": rates, "resupply_days": resupply_days, "stock": stock, "keep": keep,
        "variance_to_mean": variance_to_mean,
    }  # fmt: skip
    full: dict[str, Floats] = {
        name: _filled(name, value, (count,)) for name, value in named.items()
    }
    moves = _filled("move_days", move_days, (count, count))
    for name, low, whole in (
        ("rate", 0.0, False), ("resupply_days", np.nextafter(0, 1), False), ("stock", 0.0, True),
        ("keep", 0.0, True), ("variance_to_mean", 1.0, False),
    ):  # fmt: skip
        _refuse(name, full[name], low, whole=whole)
    _refuse("move_days", moves, 0.0, whole=False)
    give = np.maximum(full["stock"] - full["keep"], 0.0)
    mean = full["rate"] * full["resupply_days"]
    return Sites(
        full["rate"], mean, full["variance_to_mean"] - 1.0, full["resupply_days"], full["stock"],
        give, _helpers(helpers, count),
    ), moves  # fmt: skip


def _filled(name: str, value: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    try:
        return np.array(np.broadcast_to(np.asarray(value, np.float64), shape), order="C")
    except (TypeError, ValueError) as error:
        raise BadUse(
            f"The figures don't fill the shape {shape}.",
            where=name,
            mend="Give one number per site (move_days: per pair of sites), or one for all.",
        ) from error


def _refuse(name: str, values: Floats, low: float, *, whole: bool) -> None:
    wrong = ~np.isfinite(values) | (values < low)
    if whole:
        wrong |= values != np.floor(values)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        kind = "whole numbers" if whole else "finite numbers"
        least = f"{low:g} or more" if low in (0.0, 1.0) else "more than 0"
        raise BadData(
            f"{values[at]} can't be used.",
            where=f"{name}[{', '.join(map(str, at))}]",
            mend=f"Give {kind}, {least}.",
        )


def _helpers(helpers: Sequence[Sequence[int]], count: int) -> Ints:
    if len(helpers) != count:
        raise BadUse(
            f"There are {count} sites but {len(helpers)} lists of helpers.",
            where="helpers",
            mend="Give one list per site, an empty one where nobody helps.",
        )
    rows = np.full((count, max(1, max(map(len, helpers), default=1))), -1, np.int32)
    for i, row in enumerate(helpers):
        if len(set(row)) != len(row) or any(not 0 <= j < count or j == i for j in row):
            raise BadUse(
                f"{list(row)} are not the numbers of other sites, each named once.",
                where=f"helpers[{i}]",
                mend=f"Give numbers from 0 to {count - 1}, without {i}.",
            )
        rows[i, : len(row)] = row
    return rows
