"""Key figures of one replication."""

import numpy as np
import numpy.typing as npt

from redball.simulation.network import Network
from redball.simulation.runs import Run

Floats = npt.NDArray[np.float64]

FIGURES: dict[str, str] = {
    "readiness": "share of the systems",
    "lowest readiness": "share of the systems",
    "lost readiness-days": "system-days",
    "demand": "weighted units",
    "demand met at once": "weighted units",
    "demand lost": "weighted units",
    "purchases": "EUR",
    "order costs": "EUR",
    "transport": "EUR",
    "reactions": "EUR",
    "cost": "EUR",
    "emissions": "kg CO2e",
    "consignments held": "consignment-days",
    "units lost on the way": "units",
}
"""Name and unit of each figure of a run. ``lost readiness-days`` counts every day of a system that
is down, whatever the cause; the loss by a disturbance is the difference of two futures."""

POSITION = {name: place for place, name in enumerate(FIGURES)}


def weights_of(network: Network) -> Floats:
    """Weight of each cell's demand: the price of its item where a stream asks for it, else 0.

    Units of different items can't be added, their values can. Where no item asked for has a price
    every unit counts 1.
    """
    asked = np.zeros(len(network.cells), np.bool_)
    asked[network.streams["cell"]] = True
    price = network.items["price_eur"][network.cells["item"]]
    weight = np.where(asked, price, 0.0)
    return weight if weight.any() else asked.astype(np.float64)


def figures_of(run: Run, up: Floats, weights: Floats, systems: float) -> Floats:
    """Figures of a run, shape (K,), in the order of :data:`FIGURES`.

    Parameters
    ----------
    up : float64 array, shape (D,)
        Systems up by day.
    weights : float64 array, shape (C,)
        From :func:`weights_of`.
    systems : float
        All systems; without any the readiness is 1, for nothing is missing.
    """
    share = up / systems if systems > 0 else np.ones_like(up)
    cost = run.costs
    euro = [float(cost[name].sum()) for name in ("purchase", "orders", "transport", "rules")]
    return np.array([
        share.mean(), share.min(), float(((systems - up) if systems > 0 else 0 * up).sum()),
        weights @ run.cells["demanded"], weights @ run.cells["at_once"],
        weights @ run.cells["lost"], *euro, sum(euro), run.lanes["co2e_kg"].sum(),
        run.lanes["held_days"].sum(), run.lanes["lost_units"].sum(),
    ])  # fmt: skip
