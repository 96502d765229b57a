"""What one replication gives: the same record types from both kernels."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from redball.simulation.network import Rows
from redball.simulation.network.tables import CHANGE, RULE

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

CELL_SUM = np.dtype(
    [
        ("demanded", "i8"),  # units asked for by streams, fleets, repairs, recipes and other cells
        ("at_once", "i8"),  # of them filled in the moment they were asked for
        ("filled", "i8"),
        ("lost", "i8"),  # demand that did not wait
        ("orders", "i8"),
        ("ordered", "i8"),
        ("received", "i8"),
        ("expired", "i8"),
        ("condemned", "i8"),
        ("destroyed", "i8"),
        ("supported", "i8"),  # units received from an ally
        ("on_hand_days", "f8"),  # unit-days
        ("waiting_days", "f8"),  # unit-days of open requests
    ],
    align=True,
)
ARC_SUM = np.dtype([("orders", "i8"), ("units", "i8"), ("eur", "f8")], align=True)
LANE_SUM = np.dtype(
    [
        ("consignments", "i8"),
        ("kg", "f8"),
        ("busy_days", "f8"),
        ("eur", "f8"),
        ("co2e_kg", "f8"),
        ("held_days", "f8"),  # consignment-days of waiting before the lane
        ("lost_units", "i8"),
        ("rerouted", "i8"),
    ],
    align=True,
)
RECIPE_SUM = np.dtype(
    [("units", "i8"), ("busy_days", "f8"), ("waiting_days", "f8"), ("starved_days", "f8")],
    align=True,
)
"""``waiting_days``: unit-days of jobs not begun; ``starved_days``: of those that lack an input."""
POOL_SUM = np.dtype(
    [
        ("arrivals", "i8"),
        ("waited", "i8"),
        ("busy_days", "f8"),  # server-days
        ("queue_days", "f8"),  # job-days of waiting for a server
    ],
    align=True,
)
COST = np.dtype(
    [("purchase", "f8"), ("orders", "f8"), ("transport", "f8"), ("rules", "f8")], align=True
)
LOG = np.dtype(
    [
        ("tick", "i8"),
        ("order", "i4"),  # class in the order of simultaneous events
        ("kind", "i4"),
        ("seq", "i8"),
        ("entity", "i4"),
        ("other", "i4"),
        ("quantity", "i8"),
        ("cause", "i8"),  # seq of the event that scheduled it
    ],
    align=True,
)

NO_CHANGES: Rows = np.zeros(0, CHANGE)
NO_RULES: Rows = np.zeros(0, RULE)


class Happening(Protocol):
    """What happens from outside in one replication: drawn before anybody reacts."""

    def changes(self, seed: int, replication: int) -> Rows:
        """Changes of one replication, in order of days (:data:`CHANGE` records)."""
        ...


@dataclass(frozen=True, eq=False)
class Always:
    """The same changes in every replication."""

    rows: Rows

    def changes(self, seed: int, replication: int) -> Rows:  # noqa: ARG002 - the protocol's
        """Return the rows."""
        return self.rows


@dataclass(frozen=True, eq=False)
class Run:
    """One replication of one future. D whole days, counted from 0.

    Attributes
    ----------
    available : float64 array, shape (fleets, D)
        Mean share of the systems that are up, over each day.
    on_hand, waiting : int64 array, shape (watched cells, D)
        Units on hand and units asked for and not yet given, after the last event of the tick that
        begins each day.
    cells, arcs, lanes, recipes, pools : structured arrays
        Sums over the run; record types of this module.
    costs : structured scalar array, shape (1,)
        Euro by kind.
    stock_end : int64 array, shape (8,)
        Where all units are at the end, for conservation: see ``conservation.py``.
    events : int
        Events handled.
    log : structured array
        Every event in order; empty unless asked for.
    """

    horizon_days: int
    available: Floats
    on_hand: Longs
    waiting: Longs
    cells: Rows
    arcs: Rows
    lanes: Rows
    recipes: Rows
    pools: Rows
    costs: Rows
    stock_end: Longs
    events: int
    log: Rows
