"""Where the assumption of ample repair is wrong, and what the figures are with limited places.

Each item has its own places at each site. Where a queue forms, the units in repair are no longer
Poisson with mean load but the number in an M/M/c queue. Its mean and variance take the place of
the load in the VARI-METRIC recursion, so that waiting for repair is felt at all sites supplied
and in all parents; at the site of the queue itself the backorders follow from the exact law of
the queue plus the rest of the pipeline.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled
from redball.model.errors import BadData, BadUse
from redball.stock.sparing.availability import availability
from redball.stock.sparing.checks import cell_of, two_axes
from redball.stock.sparing.evaluation import Evaluation, Model, evaluate
from redball.stock.sparing.flows import Flows, flows
from redball.stock.sparing.problem import SparingProblem
from redball.stock.sparing.queueing import MOST_SERVERS, queue_and_rest, queue_backorders

Floats = npt.NDArray[np.float64]

BUSY = 0.7
"""Utilisation above which ample repair misleads; at 0.8 backorders can be a hundred times more."""


@dataclass(frozen=True)
class RepairLimit:
    """One item at one site whose repair is too busy to be called ample.

    Attributes
    ----------
    item, site : int
    utilisation : float
        Load over places; 1 or more means that the queue grows without end.
    servers : float
    ebo_if_ample : float
        Expected backorders as evaluated.
    ebo : float
        With the places there are; infinite at a utilisation of 1 or more.
    statement : str
        The same in a sentence.
    """

    item: int
    site: int
    utilisation: float
    servers: float
    ebo_if_ample: float
    ebo: float
    statement: str


@dataclass(frozen=True)
class RepairCheck:
    """Result of :func:`check_repair_capacity`.

    Attributes
    ----------
    utilisation : float64 array, shape (I, S)
        0 where nothing is repaired or places are unlimited.
    limits : tuple of RepairLimit
        Everything above the threshold, busiest first.
    corrected : Evaluation
        The evaluation with queues. Where a queue has no end, and in all that waits for it, mean,
        variance and backorders are infinite, fill rate and availability 0.
    """

    utilisation: Floats
    limits: tuple[RepairLimit, ...]
    corrected: Evaluation


def check_repair_capacity(
    problem: SparingProblem,
    servers: npt.ArrayLike,
    evaluation: Evaluation,
    *,
    above: float = BUSY,
    given: Flows | None = None,
) -> RepairCheck:
    """Compare ample repair with the repair places there are.

    Parameters
    ----------
    problem : SparingProblem
    servers : array-like, shape (I, S) or what broadcasts to it
        Repair places of each item at each site, whole numbers from 1; infinite where there are as
        many as needed.
    evaluation : Evaluation
        Of this problem, by METRIC or VARI-METRIC; its stock and model are used.
    above : float
        Utilisation that is reported, 0 to 1.
    given : Flows, optional
        From :func:`flows` of the same problem.

    Raises
    ------
    BadUse
        Shapes that don't fit, a threshold out of range, an exact evaluation.
    BadData
        Places that are missing, not whole or below 1.
    """
    if not 0.0 <= above < 1.0:
        raise BadUse(f"The threshold is {above:g}.", where="above", mend="Give 0 to less than 1.")
    if evaluation.model == "exact":
        raise BadUse(
            "The check corrects evaluations by METRIC or VARI-METRIC.",
            where="evaluation",
            mend="Evaluate the stock with evaluate.",
        )
    model: Model = "metric" if evaluation.model == "metric" else "vari-metric"
    known = flows(problem) if given is None else given
    places = _places(problem, servers)
    load = known.rate * two_axes(problem, "repaired") * two_axes(problem, "repair_days")
    use = load / places
    queued = np.isfinite(places) & (load > 0) & (use < 1)
    swollen = _with_queues(known, load, places, queued)
    moments = evaluate(problem, evaluation.stock, model=model, given=swollen)
    ebo, vbo, fill = moments.ebo.copy(), moments.vbo.copy(), moments.fill_rate.copy()
    _exact_cells(
        np.argwhere(queued), load, places, swollen.local - known.local + load,
        swollen.local_variance - known.local_variance + load, moments.mean, moments.variance,
        moments.stock, np.broadcast_to(two_axes(problem, "batch"), ebo.shape).copy(),
        ebo, vbo, fill,
    )  # fmt: skip
    endless = _waiting(problem, known, use >= 1)
    mean, variance = moments.mean.copy(), moments.variance.copy()
    for array in (ebo, vbo, mean, variance):
        array[endless] = np.inf
    fill[endless] = 0.0
    corrected = replace(
        moments, rate=known.rate, mean=mean, variance=variance, ebo=ebo, vbo=vbo, fill_rate=fill,
        availability=availability(problem, ebo, rate=known.rate),
        assumptions=_assumptions(moments),
    )  # fmt: skip
    return RepairCheck(use, _limits(problem, use, places, above, evaluation, ebo), corrected)


def _places(problem: SparingProblem, servers: npt.ArrayLike) -> Floats:
    shape = (problem.items, problem.sites)
    try:
        places = np.array(np.broadcast_to(np.asarray(servers, dtype=np.float64), shape))
    except (TypeError, ValueError) as error:
        raise BadUse(
            "The places are not numbers of the right shape.", where="servers",
            mend=f"Give shape {shape}.",
        ) from error  # fmt: skip
    finite = np.isfinite(places)
    whole = finite & (places >= 1) & (places <= MOST_SERVERS) & (places == np.floor(places))
    wrong = np.argwhere(~(whole | (places == np.inf)))
    if len(wrong):
        item, site = (int(i) for i in wrong[0])
        raise BadData(
            f"There are {places[item, site]:g} repair places.",
            where=cell_of(problem, item, site),
            mend=f"Give whole numbers, 1 to {MOST_SERVERS:,}, or infinity for as many as needed.",
        )
    return places


def _with_queues(
    known: Flows, load: Floats, places: Floats, queued: npt.NDArray[np.bool_]
) -> Flows:
    """Local pipelines with the mean and variance of the queue in place of the load."""
    local, variance = known.local.copy(), known.local_variance.copy()
    for item, site in np.argwhere(queued):
        a = load[item, site]
        mean, spread, _ = queue_backorders(a, places[item, site], 0.0)
        local[item, site] += mean - a
        variance[item, site] += spread - a
    return replace(known, local=local, local_variance=variance)


def _waiting(
    problem: SparingProblem, known: Flows, endless: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Cells that wait for a queue without end: sites supplied, and parents, all the way."""
    waits = endless.copy()
    if not waits.any():
        return waits
    supplier, edges = np.asarray(problem.supplier), problem.structure
    parent, child = np.asarray(edges.parent), np.asarray(edges.child)
    depth = np.empty(problem.items, dtype=np.int64)
    levels = len(known.level_start) - 1
    for level in range(levels):
        depth[known.items_down[known.level_start[level] : known.level_start[level + 1]]] = level
    for level in range(levels - 1, -1, -1):
        rows = depth == level
        for site in known.sites_down:
            if supplier[site] >= 0:
                waits[rows, site] |= waits[rows, supplier[site]] & (known.upward[rows, site] > 0)
        feeding = depth[child] == level
        np.logical_or.at(
            waits, parent[feeding], waits[child[feeding]] & (known.part[feeding] > 0)
        )  # fmt: skip
    return waits


def _limits(
    problem: SparingProblem, use: Floats, places: Floats, above: float, evaluation: Evaluation,
    ebo: Floats,
) -> tuple[RepairLimit, ...]:  # fmt: skip
    """Cells above the threshold, busiest first."""
    cells = np.argwhere(use > above)
    order = np.argsort(-use[tuple(cells.T)], kind="stable")
    found = []
    for item, site in cells[order]:
        share, before = float(use[item, site]), float(evaluation.ebo[item, site])
        count, after = float(places[item, site]), float(ebo[item, site])
        says = f"{cell_of(problem, int(item), int(site))}: repair is {share:.0%} busy with " \
               f"{count:,.0f} places; "  # fmt: skip
        if share >= 1.0:
            least = int(np.floor(share * count)) + 1
            says += (
                "more fails than can be repaired, the queue grows without end and no stock covers "
                f"it. It takes {least:,} places or more."
            )
        else:
            says += f"expected backorders are {after:.4g}, not {before:.4g}."
        found.append(RepairLimit(int(item), int(site), share, count, before, after, says))
    return tuple(found)


def _assumptions(moments: Evaluation) -> tuple[str, ...]:
    kept = [text for text in moments.assumptions if not text.startswith("Repair capacity")]
    return (
        *kept,
        "Each item has its own repair places at each site; failures come to them as a Poisson "
        "stream and are taken in the order of arrival, repair times are exponential (M/M/c).",
        "Waiting for parts does not hold a repair place.",
    )


@compiled
def _exact_cells(
    cells: npt.NDArray[np.int64], load: Floats, places: Floats, queue_mean: Floats,
    queue_variance: Floats, mean: Floats, variance: Floats, stock: Floats, batch: Floats,
    ebo: Floats, vbo: Floats, fill: Floats,
) -> None:  # fmt: skip
    """Backorders behind each queue from its law and the rest of the pipeline."""
    for k in range(len(cells)):
        i, s = cells[k, 0], cells[k, 1]
        rest = mean[i, s] - queue_mean[i, s]
        spread = max(variance[i, s] - queue_variance[i, s], rest)
        if rest < 1e-9 * mean[i, s]:
            rest = 0.0  # rounding of a difference
        first = second = under = 0.0
        for j in range(int(batch[i, s])):
            e, v, below = queue_and_rest(load[i, s], places[i, s], rest, spread, stock[i, s] + j)
            first, second, under = first + e, second + v + e * e, under + below
        count = batch[i, s]
        ebo[i, s], fill[i, s] = first / count, under / count
        vbo[i, s] = max(second / count - (first / count) ** 2, 0.0)
