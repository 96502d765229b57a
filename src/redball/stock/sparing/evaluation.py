"""METRIC and VARI-METRIC: what a stock of spares leaves open, over echelons and indentures.

Children come before parents and suppliers before the sites they supply. At every item and site the
units in resupply have

    mean     = local + f E0 + sum over children  g E
    variance = local variance + f (1 - f) E0 + f^2 V0 + sum over children  g (1 - g) E + g^2 V

with the expected backorders E0 and their variance V0 of the item at the supplier, of which this
site is owed the share f, and E, V of each child at this site, of which repairs of this parent
are owed the share g (Sherbrooke 2004, ch. 5; Graves 1985). A child in several parents, or in
parents and systems, is so split by demand and never counted twice. METRIC adds E0 and E in
place of the second line, which makes the law Poisson when demand is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled, compiled_parallel
from redball.model.errors import BadData, BadUse
from redball.stock.backorders import pipeline, walk
from redball.stock.sparing.availability import availability
from redball.stock.sparing.checks import cell_of, two_axes
from redball.stock.sparing.flows import Flows, flows
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Model = Literal["vari-metric", "metric"]

TAIL = 1e-3
"""Expected backorders below this rest on the tail of an approximated law."""

LARGEST_STOCK = 10_000_000.0
_FEW = 8
"""Up to this batch the positions are taken one by one, beyond it in one walk."""

_CHUNK_CELLS = 500_000
"""Items and sites between two reports of progress."""


@dataclass(frozen=True)
class Evaluation:
    """What a stock of spares gives; I items, S sites, Y kinds of system.

    Attributes
    ----------
    model : str
        ``vari-metric``, ``metric`` or ``exact``.
    stock : float64 array, shape (I, S)
        Units; with batches the reorder point plus 1.
    rate : float64 array, shape (I, S)
        Failures arriving per day, those from lower echelons and from repairs of parents included.
    mean, variance : float64 array, shape (I, S)
        Of the units in resupply.
    ebo, vbo : float64 array, shape (I, S)
        Expected backorders and their variance.
    fill_rate : float64 array, shape (I, S)
        Share of the demands met at once from the shelf, P(X <= s - 1).
    availability : float64 array, shape (Y, S)
        Share of the systems that no hole keeps down, without cannibalisation; NaN where the site
        keeps none of the kind.
    assumptions : tuple of str
    warnings : tuple of str
        Where the figures should not be trusted as they stand.
    """

    model: str
    stock: Floats
    rate: Floats
    mean: Floats
    variance: Floats
    ebo: Floats
    vbo: Floats
    fill_rate: Floats
    availability: Floats
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def evaluate(
    problem: SparingProblem,
    stock: npt.ArrayLike,
    *,
    model: Model = "vari-metric",
    given: Flows | None = None,
    progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Expected backorders and availability of a stock, for any number of echelons and indentures.

    Parameters
    ----------
    problem : SparingProblem
    stock : array-like, shape (I, S) or what broadcasts to it
        Base stock of each item at each site, whole units from 0. Where ``batch`` is Q > 1 it is
        R + 1, one above the reorder point: the inventory position is then uniform on ``stock`` to
        ``stock + Q - 1``, and all figures average over these.
    model : str
        ``vari-metric`` fits both moments of the pipelines; ``metric`` only their mean and is too
        optimistic, for comparison.
    given : Flows, optional
        From :func:`flows` of the same problem, to spare its work when many stocks are evaluated.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Raises
    ------
    BadUse
        Unknown model, shapes that don't fit.
    BadData
        A stock that is missing, negative or not whole; a problem as in :func:`flows`.
    """
    if model not in get_args(Model):
        raise BadUse(
            f"There is no model '{model}'.", where="model", mend="Use vari-metric or metric."
        )
    known = flows(problem) if given is None else given
    stocks = stock_of(problem, stock)
    mean, variance, ebo, vbo, fill = (np.empty((problem.items, problem.sites)) for _ in range(5))
    tails = np.zeros(problem.items, dtype=np.int64)
    batch, supplier = two_axes(problem, "batch"), np.asarray(problem.supplier, dtype=np.int32)
    step = max(_CHUNK_CELLS // problem.sites, 1)
    done = 0
    for level in range(len(known.level_start) - 2, -1, -1):
        start, end = known.level_start[level], known.level_start[level + 1]
        for first in range(start, end, step):
            chunk = known.items_down[first : min(first + step, end)]
            _evaluate(
                chunk, known.sites_down, supplier, known.children_start, known.children,
                np.asarray(problem.structure.child, dtype=np.int32), known.local,
                known.local_variance, known.upward, known.part, batch, stocks,
                model == "metric", mean, variance, ebo, vbo, fill, tails,
            )  # fmt: skip
            done += len(chunk)
            if progress is not None:
                progress(done / problem.items)
    up = availability(problem, ebo, rate=known.rate)
    return Evaluation(
        model, stocks, known.rate, mean, variance, ebo, vbo, fill, up,
        assumptions(problem, model), _warnings(problem, model, int(tails.sum()), up),
    )  # fmt: skip


def stock_of(problem: SparingProblem, stock: npt.ArrayLike) -> Floats:
    """Return the stock as whole float64 units of shape (I, S), or raise."""
    shape = (problem.items, problem.sites)
    try:
        given = np.asarray(stock, dtype=np.float64)
        array = np.ascontiguousarray(np.broadcast_to(given, shape))
    except (TypeError, ValueError) as error:
        raise BadUse(
            "The stock is not an array of numbers of the right shape.", where="stock",
            mend=f"Give shape {shape}.",
        ) from error  # fmt: skip
    at = _first_no_stock(array, LARGEST_STOCK)
    if at >= 0:
        item, site = divmod(at, problem.sites)
        raise BadData(
            f"The stock is {array[item, site]:g}.",
            where=cell_of(problem, item, site),
            mend=f"Give whole units, 0 to {LARGEST_STOCK:,.0f}.",
        )
    return array


def assumptions(problem: SparingProblem, model: str) -> tuple[str, ...]:
    """What an evaluation takes for granted, in sentences; only what touches this problem."""
    batch, ratio = two_axes(problem, "batch"), two_axes(problem, "variance_to_mean")
    laws = {
        "vari-metric": "Units in resupply are negative binomial with the mean and variance of "
        "VARI-METRIC, Poisson where the variance does not exceed the mean.",
        "metric": "Units in resupply are Poisson with the mean of METRIC, the variance of "
        "backorders elsewhere neglected: the result is too optimistic.",
        "exact": "Units in resupply follow their exact law for Poisson demand and constant order "
        "and ship times.",
    }
    said = [
        "Demand is steady; "
        + (
            "it is Poisson."
            if (ratio == 1.0).all()
            else "its variance to mean is as given, below 1 it counts as Poisson."
        ),
        laws[model],
        "Repair capacity is ample: no failure waits for a place or a mechanic.",
        "No site helps another of its level.",
        "Unmet demand waits, and is served in the order of arrival.",
        "Backorders of a supplier, and of a child, are shared out by demand.",
    ]
    if len(problem.structure.parent):
        said.append("A repair waits for one child at most, and only where its share is given.")
    if (batch > 1.0).any():
        said.append(
            "Where units are ordered in batches of Q the position is uniform on R + 1 to R + Q; "
            "a supplier sees these orders as if one by one."
        )
    if len(problem.applications.item):
        said.append(
            "Availability is without cannibalisation: holes fall on systems at random, "
            "independently from item to item; redundancy is active."
        )
    return tuple(said)


def _warnings(problem: SparingProblem, model: str, tails: int, up: Floats) -> tuple[str, ...]:
    found = []
    if tails and model == "vari-metric":
        found.append(
            f"{tails:,} of {problem.items * problem.sites:,} expected backorders are below {TAIL} "
            "and decided by VARI-METRIC alone; there its error can exceed a factor of two."
        )
    batch, below = two_axes(problem, "batch"), np.asarray(problem.supplier) >= 0
    if (np.broadcast_to(batch > 1.0, (len(batch), problem.sites)) & below).any():
        found.append(
            "Sites with a supplier order in batches: the supplier's demand is lumpier than "
            "assumed, and its backorders are underestimated."
        )
    if (up == 0.0).any():
        found.append(
            f"{np.count_nonzero(up == 0.0):,} kinds of system at a site have availability 0: the "
            "holes would exceed the places in the systems, and a fleet that stands fails less."
        )
    return tuple(found)


@compiled
def _first_no_stock(stock: Floats, most: float) -> int:
    """Position, row by row, of the first stock that is NaN, negative, broken or too large."""
    flat = stock.ravel()
    for i in range(len(flat)):
        if not 0.0 <= flat[i] <= most or flat[i] != np.floor(flat[i]):
            return i
    return -1


@compiled
def mixed(mean: float, variance: float, stock: float, batch: float) -> tuple[float, float, float]:
    """EBO, VBO and P(X < y) averaged over the positions y = stock, ..., stock + batch - 1."""
    if batch == 1.0:
        if stock == 0.0:
            return mean, max(variance, mean), 0.0
        ebo, vbo, below, _, _ = pipeline(mean, variance, stock)
        return ebo, vbo, below
    count = int(batch)
    ebo = square = below = 0.0
    if count <= _FEW:
        for j in range(count):
            e, v, under, _, _ = pipeline(mean, variance, stock + j)
            ebo, square, below = ebo + e, square + v + e * e, below + under
    else:
        bottom, top = int(stock), int(stock) + count - 1
        es, vs = np.empty(top + 1), np.empty(top + 1)
        walk(mean, variance, top, es, vs)
        for y in range(bottom, top + 1):
            ebo += es[y]
            square += vs[y] + es[y] * es[y]
        # P(X >= y) = EBO(y - 1) - EBO(y), so its sum is the difference of the ends
        _, _, under, _, _ = pipeline(mean, variance, stock)
        below = max(count - (es[bottom] + 1.0 - under - es[top]), 0.0)
    ebo, square = ebo / count, square / count
    return ebo, max(square - ebo * ebo, 0.0), below / count


@compiled_parallel
def _evaluate(
    items: Ints, sites_down: Ints, supplier: Ints, children_start: Ints, children: Ints,
    child: Ints, local: Floats, local_variance: Floats, upward: Floats, part: Floats,
    batch: Floats, stock: Floats, poisson: bool, mean: Floats, variance: Floats, ebo: Floats,
    vbo: Floats, fill: Floats, tails: npt.NDArray[np.int64],
) -> None:  # fmt: skip
    """Items of one level, at every site; their children are done."""
    bi, bs = min(batch.shape[0] - 1, 1), min(batch.shape[1] - 1, 1)
    for place in numba.prange(len(items)):
        i = items[place]
        for k in range(len(sites_down)):
            s = sites_down[k]
            m, v = local[i, s], local_variance[i, s]
            u = supplier[s]
            if u >= 0:
                f, e = upward[i, s], ebo[i, u]
                m += f * e
                v += f * e if poisson else f * ((1.0 - f) * e + f * vbo[i, u])
            for j in range(children_start[i], children_start[i + 1]):
                g, c = part[children[j], s], child[children[j]]
                m += g * ebo[c, s]
                v += g * (ebo[c, s] if poisson else (1.0 - g) * ebo[c, s] + g * vbo[c, s])
            e, w, below = mixed(m, v, stock[i, s], batch[i * bi, s * bs])
            mean[i, s], variance[i, s], ebo[i, s], vbo[i, s], fill[i, s] = m, v, e, w, below
            if 0.0 < e < TAIL and v > m * (1.0 + 1e-9) and not poisson:
                tails[i] += 1
