"""ARIO: a loss of capacity through regions and sectors, day by day, with inventories."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, compiled
from redball.model.errors import BadUse
from redball.risk.cascade.sectors import CapacityLoss, SectorTable

_YEAR = 365.0

_MOST_KEPT = 125_000_000
"""Most days times industries: a gigabyte for each figure."""


@dataclass(frozen=True)
class ArioRules:
    """How industries hold stock, order and expand; the values of the reference case.

    Attributes
    ----------
    inventory_days : float
        Days of use of each input that an industry wants to hold (s).
    restoration_days : float
        Days in which it wants to close a gap in its inventory (tau).
    shortage_share : float
        Share of the wanted inventory below which production falls (psi), 0 to 1.
    most_overproduction : float
        Largest capacity, as a multiple of the usual one (alpha_max), 1 or more.
    overproduction_days : float
        Time constant of expanding and of returning (tau_alpha).
    least_input : float
        Inputs below this share of the output never limit it.
    """

    inventory_days: float = 90.0
    restoration_days: float = 60.0
    shortage_share: float = 0.9
    most_overproduction: float = 1.25
    overproduction_days: float = 365.0
    least_input: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("inventory_days", "restoration_days", "overproduction_days"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 1):
                raise BadUse(f"'{name}' is {value:g}.", mend="Give at least one day.")
        for name in ("shortage_share", "least_input"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise BadUse(f"'{name}' is {value:g}.", mend="Give a share from 0 to 1.")
        if not (np.isfinite(self.most_overproduction) and self.most_overproduction >= 1):
            raise BadUse(
                f"'most_overproduction' is {self.most_overproduction:g}.",
                mend="Give 1 (none) or more.",
            )


STANDARD = ArioRules()


@dataclass(frozen=True)
class ArioResult:
    """Production day by day.

    Attributes
    ----------
    production : float64 array, shape (days, industries)
        In the currency of the table, per day.
    capacity : float64 array, shape (days, industries)
        What could be made if nothing else were short.
    unmet : float64 array, shape (days, industries)
        Final demand that was not delivered; it does not wait.
    base : float64 array, shape (industries,)
        Daily output before the loss.
    assumptions : tuple of str
    """

    production: Floats
    capacity: Floats
    unmet: Floats
    base: Floats
    assumptions: tuple[str, ...]

    @property
    def lost(self) -> Floats:
        """Output lost in all, shape (industries,); negative where more was made than usual."""
        lost: Floats = (self.base - self.production).sum(axis=0)
        return lost


def ario(
    table: SectorTable,
    losses: Sequence[CapacityLoss],
    *,
    days: int,
    rules: ArioRules = STANDARD,
    progress: Callable[[float], None] | None = None,
) -> ArioResult:
    """Follow losses of capacity through a table, one day after another.

    With x0 the usual daily output, A the inputs by sector for one unit of output, D orders and
    final demand, S the inventories; every day::

        scarcity = (D - x of yesterday) / D                            from the third day on
        alpha   += (alpha_max - alpha) scarcity / tau_alpha     where scarcity is not 0
        alpha   += (1 - alpha) / tau_alpha                      where it is; alpha is never below 1
        cap      = alpha (1 - loss) x0          wanted = min(D, cap)
        x        = wanted min over inputs of min(1, S / (psi s A wanted))
        deliver x in proportion to what each asked for;  S += received - A x
        order    max(0, s A wanted - S) / tau + A x, from the regions by usual flow times cap / x0

    Parameters
    ----------
    table : SectorTable
        Usual yearly flows.
    losses : sequence of CapacityLoss
        Losses of one industry at one time combine as ``1 - (1 - a)(1 - b)``.
    days : int
        Days to follow, 1 or more.
    rules : ArioRules
    progress : callable, optional
        Told the share done after each day; raising from it cancels.

    Raises
    ------
    BadUse
        The days or the size of the answer are out of range.
    BadData
        A loss names an industry that the table does not have.

    Notes
    -----
    Sources: Hallegatte (2008), Risk Analysis 28(3), 779-799; Hallegatte (2014), Risk Analysis
    34(1), 152-167, for inventories. Scarcity below zero, which comes where demand fell since
    yesterday, takes capacity back; that is how the reference case was made.
    """
    m = len(table.industries)
    if days < 1 or days * m > _MOST_KEPT:
        raise BadUse(
            f"{days} days of {m} industries can't be followed.",
            mend=f"Give 1 to {_MOST_KEPT // max(m, 1):,} days.",
        )
    hit = [(loss, [table.index(industry) for industry in loss.industries]) for loss in losses]
    state = _State(table, rules)
    production, capacity, unmet = (np.empty((days, m)) for _ in range(3))
    for day in range(days):
        remaining = np.ones(m)
        for loss, industries in hit:
            remaining[industries] *= 1.0 - loss.on_day(day)
        production[day], capacity[day], unmet[day] = state.step(day, remaining)
        if progress is not None:
            progress((day + 1) / days)
    return ArioResult(production, capacity, unmet, state.base, _assumptions(rules))


class _State:
    """Inventories and orders from one day to the next.

    Orders are ``flows[i, j] * weight[i] * asked[sector of i, j]``; they are never written out, so
    that a day takes two passes over the flows and no further memory.
    """

    def __init__(self, table: SectorTable, rules: ArioRules) -> None:
        self.rules = rules
        self.sector, self.kinds = table.sector, len(table.sectors)
        self.flows = np.ascontiguousarray(table.flows / _YEAR)
        self.final = table.final_demand / _YEAR
        self.base: Floats = self.flows.sum(axis=1) + self.final
        self.works = self.base > 0
        whole = np.where(self.works, self.base, 1.0)
        bought = _gathered(self.flows, self.sector, np.ones(len(whole)), self.kinds)
        self.coefficient: Floats = bought / whole
        self.limits: npt.NDArray[np.bool_] = self.coefficient > rules.least_input
        self.inventory: Floats = rules.inventory_days * bought
        self.weight: Floats = np.ones(len(whole))
        self.asked: Floats = np.ones_like(bought)
        self.alpha: Floats = np.ones(len(whole))
        self.made: Floats = self.base

    def step(self, day: int, remaining: Floats) -> tuple[Floats, Floats, Floats]:
        """One day: production, capacity, unmet final demand."""
        rules = self.rules
        demand = self.final + self.weight * _ordered(self.flows, self.sector, self.asked)
        if day >= 2:  # as in the reference case
            self._expand(demand)
        capacity: Floats = self.alpha * remaining * self.base
        wanted = np.minimum(demand, capacity)
        hold = rules.inventory_days * self.coefficient * wanted
        made: Floats = wanted * self._possible(rules.shortage_share * hold)
        share = np.divide(made, demand, out=np.ones_like(made), where=demand > 0)
        received = self.asked * _gathered(self.flows, self.sector, self.weight * share, self.kinds)
        used = self.coefficient * made
        self.inventory = np.maximum(self.inventory + received - used, 0.0)
        need = np.maximum(0.0, hold - self.inventory) / rules.restoration_days + used
        self.weight = np.divide(capacity, self.base, out=np.ones_like(capacity), where=self.works)
        offered = _gathered(self.flows, self.sector, self.weight, self.kinds)
        self.asked = np.divide(need, offered, out=np.zeros_like(need), where=offered > 0)
        self.made = made
        return made, capacity, self.final * (1.0 - share)

    def _expand(self, demand: Floats) -> None:
        """Overproduction: capacity follows scarcity and returns where there is none."""
        scarcity = np.divide(
            demand - self.made, demand, out=np.zeros_like(demand), where=demand > 0
        )
        grown = (self.rules.most_overproduction - self.alpha) * scarcity
        change = np.where(scarcity != 0, grown, 1.0 - self.alpha)
        self.alpha = np.maximum(self.alpha + change / self.rules.overproduction_days, 1.0)

    def _possible(self, required: Floats) -> Floats:
        """Share of the wanted output that the scarcest input allows."""
        short = self.limits & (required > self.inventory)
        share = np.divide(self.inventory, required, out=np.ones_like(required), where=short)
        least: Floats = share.min(axis=0, initial=1.0)
        return least


@compiled
def _ordered(flows: Floats, sector: Ints, asked: Floats) -> Floats:
    """Orders that reach each industry, before its weight."""
    m = len(sector)
    total = np.zeros(m)
    for i in range(m):
        row, wanted = flows[i], asked[sector[i]]
        for j in range(m):
            total[i] += row[j] * wanted[j]
    return total


@compiled
def _gathered(flows: Floats, sector: Ints, weight: Floats, kinds: int) -> Floats:
    """Weighted flows to each industry by sector of the supplier, shape (sectors, industries)."""
    m = len(sector)
    total = np.zeros((kinds, m))
    for i in range(m):
        row, into, w = flows[i], total[sector[i]], weight[i]
        for j in range(m):
            into[j] += w * row[j]
    return total


def _assumptions(rules: ArioRules) -> tuple[str, ...]:
    return (
        "Adaptive regional input-output model after Hallegatte (2008, 2014), in days.",
        f"Industries hold {rules.inventory_days:g} days of each input, close a gap in"
        f" {rules.restoration_days:g} days, and make less below {rules.shortage_share:g} of it.",
        f"Capacity grows to at most {rules.most_overproduction:g} times the usual, with a time"
        f" constant of {rules.overproduction_days:g} days.",
        f"Inputs below {rules.least_input:g} of the output never limit it.",
        "Products of one sector replace each other whatever their region; sectors do not.",
        "Whoever asks is served in proportion; unmet final demand does not wait; prices stand"
        " still; nothing destroyed is rebuilt.",
    )
