"""Nothing is created or lost: where all units are, and whether every sum agrees with its parts.

Units of all items together, since a recipe turns some into others:

``at the start + bought + made = used + consumed + condemned + expired + destroyed + lost + now``

where ``now`` is on hand, in reserve, under way, in repair, on the way to a shop, and installed. A
failed part counts as made when it is taken out of its parent, and the part put in as consumed.
"""

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Longs
from redball.simulation.events.records import FREE_JOB, NOT_USED
from redball.simulation.events.state import State
from redball.simulation.network import Network

TERMS = (
    "start", "bought", "made", "used", "consumed", "condemned", "expired", "destroyed", "lost",
    "now",
)  # fmt: skip


def where_all_is(s: State, network: Network) -> Longs:
    """Units by :data:`TERMS`, shape (10,); the first three equal the sum of the others."""
    start = (
        network.cells["on_hand"].sum() + network.cells["reserve"].sum()
        + network.due["quantity"].sum() + _installed(network)
    )  # fmt: skip
    c, cells = s.clock[0], s.cells
    under_way = s.goods["quantity"][s.goods["state"] != NOT_USED].sum()
    repairs = ((s.jobs["state"] != FREE_JOB) & (s.jobs["line"] < 0)).sum()
    now = (
        cells["on_hand"].sum() + cells["reserve"].sum() + under_way + repairs + c["to_shop"]
        + _installed(network) - s.apps["holes"].sum()
    )  # fmt: skip
    terms = (
        start, c["bought"], c["made"], c["used"], c["consumed"], cells["condemned"].sum(),
        cells["expired"].sum(), cells["destroyed"].sum(), c["lost"], now,
    )  # fmt: skip
    return np.array(terms, np.int64)


def _installed(network: Network) -> int:
    apps = network.applications
    return int((network.fleets["count"][apps["fleet"]] * apps["per_system"]).sum())


def check_state(s: State, network: Network) -> None:
    """Verify a running state.

    Raises
    ------
    BadUse
        A unit was created or lost, or a sum disagrees with its parts: an error of the kernel.
    """
    terms = where_all_is(s, network)
    wrong = []
    if terms[:3].sum() != terms[3:].sum():
        wrong.append(f"units are not conserved: {dict(zip(TERMS, terms.tolist(), strict=True))}")
    cells = s.cells
    if (cells["on_hand"] < 0).any() or (cells["open"] < 0).any() or (cells["reserve"] < 0).any():
        wrong.append("stock or open requests are negative")
    waiting = np.zeros(len(cells), np.int64)
    live = s.requests["open"] > 0
    np.add.at(waiting, s.requests["cell"][live], s.requests["open"][live])
    if (waiting != cells["open"]).any():
        wrong.append("open units differ from the requests that wait")
    if (_on_order(s) != cells["on_order"]).any():
        wrong.append("units on order differ from orders, goods and jobs")
    repairs = (s.jobs["state"] != FREE_JOB) & (s.jobs["line"] < 0)
    if cells["in_repair"].sum() != repairs.sum() + s.clock["to_shop"][0]:
        wrong.append("units in repair differ from the repairs")
    if (s.holes < 0).any() or (s.holes.sum() != s.apps["holes"].sum()):
        wrong.append("holes of systems differ from those of applications")
    if wrong:
        day = float(s.clock["now"][0]) / 86_400
        raise BadUse(f"On day {day:.3f}: {'; '.join(wrong)}.", mend="Report this as an error.")


def _on_order(s: State) -> Longs:
    """Units on order of each cell, counted from what waits, moves and is made."""
    found = np.zeros(len(s.cells), np.int64)
    moving = s.goods[s.goods["state"] != NOT_USED]
    np.add.at(found, moving["cell"], moving["quantity"])
    making = s.jobs[(s.jobs["state"] != FREE_JOB) & (s.jobs["line"] >= 0)]
    np.add.at(found, s.lines["cell"][making["line"]], making["quantity"])
    orders = s.requests[(s.requests["open"] > 0) & (s.requests["kind"] == 1)]
    np.add.at(found, s.arcs["cell"][orders["target"]], orders["open"])
    return found
