"""What each loss costs, how long it can be borne, and how it ranks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.risk.exposure.losses import Loss
from redball.risk.exposure.network import ExposureNetwork
from redball.risk.exposure.solving import Answer, Solver
from redball.solvers.solve import Progress

CAP_DAYS = 999.0
"""A network that lasts as long is taken to last for ever, as the published cases do."""

RULES = (
    "Within the window goods move without delay: no lead time, no order of days, only totals.",
    "What is produced and held is used in the best way for the whole network; real units do worse.",
    "What is lost is lost from the first day, and each element works again after its time to "
    "recover; the time to survive is that of a loss without end.",
    "A capacity that is not limited stays so when only a share of it is lost.",
    "Lost units are those of one best plan; another plan of the same cost may lose others.",
)


@dataclass(frozen=True, eq=False)
class Exposure:
    """What losses cost.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per loss in the order given: ``loss``, ``kind``, ``cause``, ``window_days``;
        ``impact`` (least loss in the window: margin times units not delivered),
        ``undisturbed_impact`` (the same without the loss), ``added_impact`` (their difference, of
        what shares anything with the elements lost);
        ``exposure_index`` (impact over the largest impact, 0 to 1), ``lost_units``;
        ``survive_days`` (of the whole network), ``own_survive_days`` (of what shares anything with
        the elements lost): null when it lasts for the cap or longer, which is not a number of
        days and must not be averaged; ``exposed`` (it survives less than the window by its own
        days), ``short_days`` (window less own days to survive, at least 0).
    blocks : int
        Parts of the network that share nothing.
    solves, reused, steps : int
        Programmes solved, answers taken from an equal loss in the same part, simplex steps.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    blocks: int
    solves: int
    reused: int
    steps: int
    assumptions: tuple[str, ...]


def exposure(
    network: ExposureNetwork,
    losses: Sequence[Loss],
    *,
    cap_days: float = CAP_DAYS,
    progress: Progress | None = None,
    solver: Solver | None = None,
) -> Exposure:
    """Measure losses: each programme is built once and solved again from its undisturbed basis.

    Parameters
    ----------
    losses : sequence of Loss
        From :func:`loss`, :func:`single_losses`, :func:`pairs`, or made by hand.
    cap_days : float
        See :data:`CAP_DAYS`.
    progress : callable, optional
        Called after each loss, and within long ones, with the share done; an exception from it
        ends the work.
    solver : Solver, optional
        To go on with the models of an earlier call on the same network.

    Raises
    ------
    BadUse
        A loss names what the network does not have, the cap is not above 0, or the solver is of
        another network.
    BadData
        A programme can't be solved for its numbers.
    """
    if not cap_days > 0:
        raise BadUse(f"The cap is {cap_days} days.", mend="Give more than 0.")
    solver = solver or Solver(network)
    if solver.network is not network:
        raise BadUse("The solver is of another network.")
    rows = []
    for i, loss in enumerate(losses):
        within = None if progress is None else _within(progress, i / len(losses))
        rows.append(_row(loss, solver.answer(loss, within), cap_days))
        if progress is not None:
            progress((i + 1) / len(losses))
    frame = pl.DataFrame(rows, schema=_SCHEMA)
    index = risk_exposure_index(frame["impact"].to_numpy())
    frame = frame.with_columns(exposure_index=pl.Series(index, dtype=pl.Float64))
    return Exposure(
        frame, len(solver.blocks.all), solver.solves, solver.reused, solver.steps,
        (*RULES, f"A network that lasts {cap_days:g} days or more is taken to last for ever."),
    )  # fmt: skip


def performance_impact(network: ExposureNetwork, loss: Loss) -> float:
    """Least loss in the window of a loss: margin times units not delivered (PI, Simchi-Levi)."""
    return Solver(network).answer(loss).impact


def time_to_survive(network: ExposureNetwork, loss: Loss) -> float:
    """Days that the network meets all demand while what is lost stays lost; infinite for ever."""
    return Solver(network).answer(loss).survive_days


def lost_products(
    network: ExposureNetwork, loss: Loss, *, solver: Solver | None = None
) -> pl.DataFrame:
    """What is not delivered in the best plan found, dearest first.

    Returns
    -------
    polars.DataFrame
        ``element`` (node), ``name``, ``lost_units``, ``lost_days`` (units over demand a day),
        ``impact`` (units times margin). Another plan of the same cost may lose other products.
    """
    nodes, units = (solver or Solver(network)).lost(loss)
    frame = pl.DataFrame(
        {
            "element": nodes,
            "name": [network.names[node] for node in nodes.tolist()],
            "lost_units": units,
            "lost_days": units / network.demand_per_day[nodes],
            "impact": units * network.margin[nodes],
        },
        schema_overrides={"name": pl.String},
    )
    return frame.sort("impact", "element", descending=[True, False])


def risk_exposure_index(impact: npt.ArrayLike) -> Floats:
    """Impacts over the largest of them; all 0 where none is above 0.

    Raises
    ------
    BadUse
        An impact is negative, infinite or not a number.
    """
    values = np.asarray(impact, np.float64)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise BadUse("An impact is not a number of 0 or more.", mend="Give finite impacts.")
    largest = values.max(initial=0.0)
    return values / largest if largest > 0 else np.zeros(values.shape)


_SCHEMA = {
    "loss": pl.String, "kind": pl.String, "cause": pl.String, "window_days": pl.Float64,
    "impact": pl.Float64, "undisturbed_impact": pl.Float64, "added_impact": pl.Float64,
    "exposure_index": pl.Float64, "lost_units": pl.Float64, "survive_days": pl.Float64,
    "own_survive_days": pl.Float64, "exposed": pl.Boolean, "short_days": pl.Float64,
}  # fmt: skip


def _row(loss: Loss, answer: Answer, cap: float) -> dict[str, str | float | bool | None]:
    own = answer.own_survive_days
    return {
        "loss": loss.name, "kind": loss.kind, "cause": loss.cause,
        "window_days": loss.window_days, "impact": answer.impact,
        "undisturbed_impact": answer.undisturbed_impact,
        "added_impact": answer.added_impact,
        "exposure_index": None, "lost_units": answer.lost_units,
        "survive_days": answer.survive_days if answer.survive_days < cap else None,
        "own_survive_days": own if own < cap else None,
        "exposed": own < loss.window_days,
        "short_days": max(loss.window_days - own, 0.0),
    }  # fmt: skip


def _within(progress: Progress, share: float) -> Progress:
    return lambda _: progress(share)
