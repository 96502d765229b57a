"""Availability with full cannibalisation: all holes are gathered in as few systems as can be.

With N systems that have Z places of an item each and need n of them, k systems down leave room for
``N Z - (N - k) n`` holes (``k Z`` where all are needed). So, items being independent,

    P(at most k systems down) = product over items of P(holes <= N Z - (N - k) n)
    E[systems down]           = sum over k from 0 to N - 1 of (1 - that)

(Sherbrooke 2004, ch. 5). Where part of the backorders is owed elsewhere, each one is a hole here
with that probability, independently: the exact split of a first-come queue by demand.
"""

from collections.abc import Callable

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled, compiled_parallel
from redball.model.errors import BadData
from redball.stock.backorders import pipeline, probability
from redball.stock.sparing.availability import owed
from redball.stock.sparing.checks import name_of, two_axes
from redball.stock.sparing.evaluation import Evaluation
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_CHUNK_CELLS = 50_000
_GONE = 1e-16
"""What is left of a law of holes that is split up."""


def cannibalised_availability(
    problem: SparingProblem,
    evaluation: Evaluation,
    *,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """Share of the systems up when parts may be taken from systems that are down anyway.

    Taking a part costs no time and breaks nothing: an upper bound, where
    ``evaluation.availability`` is the lower one.

    Parameters
    ----------
    problem : SparingProblem
    evaluation : Evaluation
        Of this problem, by METRIC or VARI-METRIC.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Returns
    -------
    float64 array, shape (Y, S)
        NaN where the site has no system of the kind.

    Raises
    ------
    BadData
        A number of systems that is not whole: a part of a system can't be robbed.
    """
    systems = np.asarray(problem.systems, dtype=np.float64)
    broken = np.argwhere(systems != np.floor(systems))
    if len(broken):
        kind, site = (int(i) for i in broken[0])
        raise BadData(
            f"There are {systems[kind, site]:g} systems.",
            where=f"{name_of(problem.system_names, kind, 'system')}, "
            f"{name_of(problem.site_names, site, 'site')}",
            mend="Give whole numbers of systems for availability with cannibalisation.",
        )
    uses, batch = problem.applications, two_axes(problem, "batch")
    share = owed(problem, evaluation.rate)
    out = np.full(systems.shape, np.nan)
    step = max(_CHUNK_CELLS // max(problem.sites, 1), 1)
    done = 0
    for kind in range(len(systems)):
        rows = np.flatnonzero(np.asarray(uses.system) == kind)
        # at_most[s, k]: probability that at most k systems are down for want of parts
        at_most = np.ones((problem.sites, int(systems[kind].max(initial=0.0)) + 1))
        for first in range(0, len(rows), step):
            chunk = rows[first : first + step]
            _gather(
                np.asarray(uses.item, dtype=np.int32)[chunk],
                np.asarray(uses.per_system, dtype=np.float64)[chunk],
                np.asarray(uses.needed, dtype=np.float64)[chunk], share[chunk],
                evaluation.mean, evaluation.variance, evaluation.stock, batch, systems[kind],
                at_most,
            )  # fmt: skip
            done += len(chunk)
            if progress is not None:
                progress(done / len(uses.item))
        for site in np.flatnonzero(systems[kind] > 0).tolist():
            count = int(systems[kind, site])
            out[kind, site] = at_most[site, :count].sum() / count
    return out


@compiled
def holes_law(
    mean: float, variance: float, stock: float, batch: float, share: float, out: Floats
) -> None:
    """Fill ``out[j]`` = P(holes <= j) for one item at one site.

    Holes are the backorders, averaged over the positions of a batch, each kept with probability
    ``share``.
    """
    out[:] = 0.0
    size = len(out)
    eps = max(variance / mean - 1.0, 0.0) if mean > 0.0 else 0.0
    for j in range(int(batch)):
        position = stock + j
        _, _, below, at, above = pipeline(mean, variance, position)
        none = below + at if position < mean else 1.0 - above
        if share >= 1.0:
            for k in range(size):
                out[k] += none
                none = min(none + probability(mean, eps, position + k + 1.0), 1.0)
        else:
            _thin(mean, eps, position, none, share, out)
    for k in range(size):
        out[k] = min(out[k] / batch, 1.0)


@compiled
def _thin(mean: float, eps: float, position: float, none: float, share: float, out: Floats) -> None:
    """Add to ``out[j]`` the probability of at most j kept ones among the backorders."""
    kept = np.zeros(len(out))
    kept[0] = 1.0
    left, owing, at = 1.0, 0.0, none
    while True:
        running = 0.0
        for j in range(len(out)):
            running += kept[j]
            out[j] += at * running
        left -= at
        if left <= _GONE or (position + owing > mean and at <= _GONE * left):
            return
        owing += 1.0
        at = probability(mean, eps, position + owing) if mean > 0.0 else 0.0
        for j in range(len(out) - 1, 0, -1):
            kept[j] = kept[j] * (1.0 - share) + kept[j - 1] * share
        kept[0] *= 1.0 - share


@compiled_parallel
def _gather(
    item: Ints, per_system: Floats, needed: Floats, share: Floats, mean: Floats,
    variance: Floats, stock: Floats, batch: Floats, systems: Floats, at_most: Floats,
) -> None:  # fmt: skip
    """Multiply the items of one kind of system into ``at_most``, every site by one core."""
    bi, bs = min(batch.shape[0] - 1, 1), min(batch.shape[1] - 1, 1)
    for s in numba.prange(len(systems)):
        count = int(systems[s])
        for a in range(len(item)):
            i = item[a]
            if count == 0 or share[a, s] == 0.0 or not mean[i, s] > 0.0:
                continue
            places = count * per_system[a]
            # a hair above, so that 3 x 0.1 leaves room for what it says
            most = int(places - needed[a] + 1e-9)
            law = np.empty(most + 1)
            holes_law(
                mean[i, s], variance[i, s], stock[i, s], batch[i * bi, s * bs], share[a, s], law
            )
            for k in range(count):
                at_most[s, k] *= law[int(places - (count - k) * needed[a] + 1e-9)]
