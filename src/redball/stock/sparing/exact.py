"""Exact backorders of a tree of sites, for comparison with METRIC and VARI-METRIC.

With Poisson demand, ample repair, first come first served and constant order and ship times, the
units in resupply at a site are a Poisson number (in repair or under way) plus an independent part
of the supplier's backorders, of which each one is owed to this site with probability f (Simon 1971,
*Operations Research* 19; Graves 1985, *Management Science* 31). The laws follow from top to bottom,
number by number; the work grows with the square of the pipeline.
"""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled
from redball.model.errors import BadUse
from redball.stock.backorders import probability
from redball.stock.sparing.availability import availability
from redball.stock.sparing.checks import two_axes
from redball.stock.sparing.evaluation import Evaluation, assumptions, stock_of
from redball.stock.sparing.flows import Flows, flows
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

LARGEST_EXACT = 2_000.0
"""Units in all pipelines of an item, and of stock at a site, that are followed one by one."""

_GONE = 1e-40
"""A law is cut where its terms are smaller than this share of those beside the stock."""


def evaluate_exact(
    problem: SparingProblem, stock: npt.ArrayLike, *, given: Flows | None = None
) -> Evaluation:
    """Evaluate a stock without approximation: any number of echelons, one indenture.

    Parameters
    ----------
    problem : SparingProblem
        Without structure, with Poisson demand and orders one for one.
    stock : array-like
        As in :func:`evaluate`.
    given : Flows, optional
        From :func:`flows` of the same problem.

    Raises
    ------
    BadUse
        A structure, a ratio of variance to mean other than 1, batches, or pipelines too large for
        the exact law.
    """
    known = flows(problem) if given is None else given
    stocks = stock_of(problem, stock)
    if len(problem.structure.parent):
        raise BadUse(
            "The exact law is known for one indenture only.",
            where="structure",
            mend="Use evaluate with model vari-metric.",
        )
    for name, word in (("variance_to_mean", "Poisson demand"), ("batch", "orders one for one")):
        if (two_axes(problem, name) != 1.0).any():
            raise BadUse(
                f"The exact law needs {word}.",
                where=name,
                mend="Give 1 throughout, or use evaluate with model vari-metric.",
            )
    size = max(float(known.local.sum(axis=1).max()), float(stocks.max()))
    if size > LARGEST_EXACT:
        raise BadUse(
            f"An item has {size:,.0f} units in its pipelines or in stock.",
            mend=f"The exact law is followed up to {LARGEST_EXACT:,.0f}; use vari-metric.",
        )
    mean, variance, ebo, vbo, fill = (np.empty(stocks.shape) for _ in range(5))
    supplier = np.asarray(problem.supplier, dtype=np.int32)
    for i in range(problem.items):
        _exact_item(
            known.sites_down, supplier, known.local[i], known.upward[i], stocks[i],
            mean[i], variance[i], ebo[i], vbo[i], fill[i],
        )  # fmt: skip
    up = availability(problem, ebo, rate=known.rate)
    return Evaluation(
        "exact", stocks, known.rate, mean, variance, ebo, vbo, fill, up,
        assumptions(problem, "exact"),
    )  # fmt: skip


@compiled
def _exact_item(
    sites_down: Ints, supplier: Ints, local: Floats, upward: Floats, stock: Floats, mean: Floats,
    variance: Floats, ebo: Floats, vbo: Floats, fill: Floats,
) -> None:  # fmt: skip
    """One item at all its sites, suppliers first."""
    most = local.sum()
    top = max(stock.max(), most)
    share = 1.0
    while share > _GONE:
        top += 1.0
        share *= most / top
    size = int(top) + 2
    laws = np.zeros((len(sites_down), size))
    for k in range(len(sites_down)):
        s = sites_down[k]
        u = supplier[s]
        mean[s] = variance[s] = local[s]
        _poisson(local[s], laws[s])
        if u >= 0 and upward[s] > 0.0:
            f = upward[s]
            mean[s] += f * ebo[u]
            variance[s] += f * ((1.0 - f) * ebo[u] + f * vbo[u])
            owed = np.zeros(size)
            _split(laws[u], int(stock[u]), f, owed)
            laws[s] = _sum_of(laws[s], owed)
        ebo[s], vbo[s], fill[s] = _open(laws[s], int(stock[s]))


@compiled
def _poisson(mean: float, law: Floats) -> None:
    for k in range(len(law)):
        law[k] = probability(mean, 0.0, float(k))


@compiled
def _split(law: Floats, stock: int, share: float, out: Floats) -> None:
    """Law of those backorders beyond ``stock`` that are owed to one site."""
    kept = np.zeros(len(law))
    kept[0] = 1.0
    for k in range(stock):
        out[0] += law[k]
    for owing in range(len(law) - stock):
        if owing > 0:
            for j in range(owing, 0, -1):
                kept[j] = kept[j] * (1.0 - share) + kept[j - 1] * share
            kept[0] *= 1.0 - share
        for j in range(owing + 1):
            out[j] += law[stock + owing] * kept[j]


@compiled
def _sum_of(first: Floats, second: Floats) -> Floats:
    """Law of the sum of two independent numbers, as far as the arrays reach."""
    out = np.zeros(len(first))
    for i in range(len(first)):
        if second[i] > 0.0:
            for j in range(len(first) - i):
                out[i + j] += second[i] * first[j]
    return out


@compiled
def _open(law: Floats, stock: int) -> tuple[float, float, float]:
    """Expected backorders, their variance, and P(X < stock)."""
    ebo = square = below = 0.0
    for k in range(len(law) - 1, stock, -1):
        ebo += (k - stock) * law[k]
        square += (k - stock) ** 2 * law[k]
    for k in range(stock):
        below += law[k]
    return ebo, max(square - ebo * ebo, 0.0), min(below, 1.0)
