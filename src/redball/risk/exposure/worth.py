"""Which limit holds a network back under a loss, and what one more unit of it is worth."""

from dataclasses import replace

import numpy as np
import polars as pl

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.risk.exposure.local import LocalLoss, More, undisturbed
from redball.risk.exposure.losses import Loss
from redball.risk.exposure.network import ExposureNetwork
from redball.risk.exposure.programme import Programmes
from redball.risk.exposure.solving import Solver
from redball.solvers import Status
from redball.solvers.solve import Progress

_NOTHING = 1e-9
"""A price that is smaller, relative to the largest, is rounding."""

WORTH_RULES = (
    "The price of a limit holds for a small change of it. Where several limits bind at once prices "
    "are not unique; the gain is solved for and is.",
    "A gain is that of one change alone; two changes together may bring more or less than both.",
)


def bottlenecks(
    network: ExposureNetwork, loss: Loss, *, solver: Solver | None = None
) -> pl.DataFrame:
    """Which limits bind under a loss, in the window and at the moment when demand is first unmet.

    Returns
    -------
    polars.DataFrame
        One row per binding limit, dearest first, first all of ``measure`` ``loss``: ``measure``
        (``loss``: price in units of the impact, of the programme of the window; ``days``: price in
        days to survive), ``kind`` (``stock``, ``capacity``, ``site capacity``, or ``lost`` for
        what could be made by what is lost), ``element`` (number), ``name``, ``limit`` (units of
        stock, or units that can be made in the window; a day for ``days``), ``price`` (per unit of
        the limit). Empty where nothing is lost or short.
    """
    solver = _solver(network, loss, solver)
    rows: list[dict[str, str | int | float]] = []
    for b, local in _blocks(solver, loss):
        programmes = solver.programmes(b)
        rows += _binding_loss(programmes, local) + _binding_days(programmes, local)
    largest = pl.col("price").max().over("measure")
    frame = (
        pl.DataFrame(rows, schema=_LIMITS)
        .filter(pl.col("price") > _NOTHING * largest)
        .sort("measure", "price", "element", "kind", descending=[True, True, False, False])
    )
    return frame.with_columns(_named(network, frame["element"]))


def worth(
    network: ExposureNetwork,
    loss: Loss,
    *,
    units: float = 1.0,
    most: int = 20,
    progress: Progress | None = None,
    solver: Solver | None = None,
) -> pl.DataFrame:
    """What more stock, more capacity, or a shorter recovery saves under a loss.

    Parameters
    ----------
    units : float
        How much more: units of stock, units a day of capacity, and days of recovery.
    most : int
        How many limits are solved anew, dearest first; the rest have a price and no gain.

    Returns
    -------
    polars.DataFrame
        Dearest first, the recovery last: ``kind`` (``stock``, ``capacity``, ``site capacity``,
        ``recovery``), ``element`` (number; -1 for the recovery of all that is lost), ``name``,
        ``price`` (fall of the impact for each small unit, from the duals; of the recovery from a
        step of a thousandth of a day), ``gain`` (fall of the impact for ``units`` more, solved
        anew; null beyond ``most``). A limit that is not listed is worth nothing: the impact is
        convex in it, so no gain exceeds its price. Stock is listed for nodes that have some or
        are asked for some.

    Raises
    ------
    BadUse
        ``units`` is not above 0 and finite, or ``most`` is negative.
    """
    if not 0 < units < np.inf or most < 0:
        raise BadUse(f"{units} units for {most} limits were asked for.", mend="Give more than 0.")
    solver = _solver(network, loss, solver)
    rows: list[dict[str, str | int | float]] = []
    for b, local in _blocks(solver, loss):
        programmes = solver.programmes(b)
        rows += [{"block": b, **row} for row in _rates(programmes, local)]
    frame = pl.DataFrame(rows, schema={"block": pl.Int64, **_RATES})
    largest = pl.col("price").max()
    frame = frame.filter(pl.col("price") > _NOTHING * largest).sort(
        "price", "element", "kind", descending=[True, False, False]
    )
    gains = []
    local_of = dict(_blocks(solver, loss))
    for i, row in enumerate(frame.head(most).iter_rows(named=True)):
        programmes, local = solver.programmes(row["block"]), local_of[row["block"]]
        before, _ = programmes.impact(programmes.lost(local))
        more = More(row["kind"], row["place"], units)
        after, _ = programmes.impact(programmes.lost(local, more=more))
        gains.append(max(before - after, 0.0))
        if progress is not None:
            progress((i + 1) / (min(most, frame.height) + 1))
    gain = pl.Series("gain", [*gains, *[None] * (frame.height - len(gains))], pl.Float64)
    made = frame.with_columns(_named(network, frame["element"]), gain)
    shorter = _recovery(loss, solver, units)
    if progress is not None:
        progress(1.0)
    return pl.concat([made.select(_WORTH), shorter.select(_WORTH)])


_LIMITS = {
    "measure": pl.String, "kind": pl.String, "element": pl.Int64, "limit": pl.Float64,
    "price": pl.Float64,
}  # fmt: skip
_RATES = {"kind": pl.String, "element": pl.Int64, "place": pl.Int64, "price": pl.Float64}
_WORTH = ["kind", "element", "name", "price", "gain"]


def _solver(network: ExposureNetwork, loss: Loss, solver: Solver | None) -> Solver:
    solver = solver or Solver(network)
    if solver.network is not network:
        raise BadUse("The solver is of another network.", where=loss.name)
    return solver


def _blocks(solver: Solver, loss: Loss) -> list[tuple[int, LocalLoss]]:
    """Blocks in which something is lost, by the loss or without it."""
    touched = dict(solver.local(loss))
    for b in solver.short_blocks():
        touched.setdefault(b, undisturbed(loss.window_days))
    return [
        (b, local)
        for b, local in sorted(touched.items())
        if (solver.network.demand_per_day[solver.blocks.all[b].nodes] > 0).any()
    ]


def _binding_loss(programmes: Programmes, loss: LocalLoss) -> list[dict[str, str | int | float]]:
    answer = programmes.lost(loss)
    prices = programmes.prices(answer, programmes.cost_scale)
    limits = programmes.limits(loss)
    stock = programmes.left(loss)
    made = limits.made * programmes.block.scale
    return _listed(
        programmes, loss, "loss", (stock, made, limits.at_site),
        (prices.stock, prices.made, prices.at_site),
    )  # fmt: skip


def _binding_days(programmes: Programmes, loss: LocalLoss) -> list[dict[str, str | int | float]]:
    answer = programmes.lasting(loss)
    if answer.status is not Status.OPTIMAL or answer.objective <= 0:
        return []
    days = 1.0 / answer.objective
    prices = programmes.prices(answer, lasting=True)
    made, at_site = programmes.rates(loss)
    # t = 1/x: a unit of stock changes x by price * x, a unit a day by the price
    return _listed(
        programmes, loss, "days", (programmes.left(loss), made, at_site),
        (prices.stock * days, prices.made * days**2, prices.at_site * days**2),
    )  # fmt: skip


def _listed(
    programmes: Programmes,
    loss: LocalLoss,
    measure: str,
    limits: tuple[Floats, Floats, Floats],
    prices: tuple[Floats, Floats, Floats],
) -> list[dict[str, str | int | float]]:
    nodes = programmes.block.nodes
    elements = (nodes, nodes, programmes.network.nodes + programmes.block.sites)
    lost = (np.zeros(0), loss.node, loss.site)
    rows: list[dict[str, str | int | float]] = []
    for kind, element, limit, price, gone in zip(
        ("stock", "capacity", "site capacity"), elements, limits, prices, lost, strict=True
    ):
        rows += [
            {
                "measure": measure,
                "kind": "lost" if at in gone else kind,
                "element": int(element[at]),
                "limit": float(limit[at]),
                "price": float(price[at]),
            }
            for at in np.flatnonzero(price > 0).tolist()
        ]
    return rows


def _rates(programmes: Programmes, loss: LocalLoss) -> list[dict[str, str | int | float]]:
    """Price of a unit of stock, and of a unit a day of capacity on the days that it works."""
    answer = programmes.lost(loss)
    prices = programmes.prices(answer, programmes.cost_scale)
    days, site_days = programmes.days(loss)
    nodes, sites = programmes.block.nodes, programmes.network.nodes + programmes.block.sites
    return [
        {"kind": kind, "element": int(element[at]), "place": at, "price": float(price[at])}
        for kind, element, price in (
            ("stock", nodes, prices.stock),
            ("capacity", nodes, prices.made * days),
            ("site capacity", sites, prices.at_site * site_days),
        )
        for at in np.flatnonzero(price > 0).tolist()
    ]


def _recovery(loss: Loss, solver: Solver, days: float) -> pl.DataFrame:
    """What it saves when all that is lost is back sooner, and the window shorter with it."""
    columns = {"kind": pl.String, "element": pl.Int64, "name": pl.String,
               "price": pl.Float64, "gain": pl.Float64}  # fmt: skip
    if not len(loss.elements) or loss.window_days <= 0:
        return pl.DataFrame(schema=columns)
    before = solver.answer(loss).impact
    gains = [before - solver.answer(_sooner(loss, d)).impact for d in (_SMALL_DAYS, days)]
    row = ("recovery", -1, loss.name, max(gains[0] / _SMALL_DAYS, 0.0), max(gains[1], 0.0))
    return pl.DataFrame([row], schema=columns, orient="row")


_SMALL_DAYS = 2.0**-10


def _sooner(loss: Loss, days: float) -> Loss:
    return replace(
        loss,
        recovery_days=np.maximum(loss.recovery_days - days, 0.0),
        window_days=max(loss.window_days - days, 0.0),
    )


def _named(network: ExposureNetwork, elements: pl.Series) -> pl.Series:
    return pl.Series("name", [network.element_name(e) for e in elements.to_list()], pl.String)
