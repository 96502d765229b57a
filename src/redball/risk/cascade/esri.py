"""The economic systemic risk index: the share of all sales that a loss takes with it."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from redball.model.compiled import Flags, Floats, Ints
from redball.model.errors import BadData, BadUse
from redball.risk.cascade.firms import FirmNetwork, Need
from redball.risk.cascade.links import Links, links_of
from redball.risk.cascade.propagation import LANES, propagate
from redball.risk.cascade.shocks import FirmShocks, each_firm_closed

_CHUNK = 125_000_000
"""Reads of a link between two reports of progress, at some twenty rounds for each case."""

_MOST_KEPT = 250_000_000
"""Most numbers of health that are kept: two gigabytes each way."""


class Market(StrEnum):
    """Whether a sector's other firms can take the place of a firm that fails."""

    NONE = "none"
    SECTOR = "sector"


@dataclass(frozen=True)
class EsriResult:
    """What each case takes with it.

    Attributes
    ----------
    esri : float64 array, shape (cases,)
        Share of all sales lost either way, 0 to 1: for each firm the larger of both losses.
    down, up : float64 array, shape (cases,)
        Share of all sales lost for want of inputs, and for want of customers.
    own_share : float64 array, shape (cases,)
        Share lost by the shock itself; ``esri`` is never below it.
    sweeps : int32 array, shape (cases,)
        Rounds until no health moved by the tolerance.
    converged : bool array, shape (cases,)
        False where the cap on rounds came first: the figures are then those of the last round.
    health_down, health_up : float64 array, shape (cases, firms), or None
        Health of every firm in the end, 0 to 1, where it was asked for.
    tolerance : float
        The stop rule, which is part of the index.
    assumptions : tuple of str
    """

    esri: Floats
    down: Floats
    up: Floats
    own_share: Floats
    sweeps: Ints
    converged: Flags
    health_down: Floats | None
    health_up: Floats | None
    tolerance: float
    assumptions: tuple[str, ...]


def economic_systemic_risk(
    network: FirmNetwork,
    shocks: FirmShocks | None = None,
    *,
    tolerance: float = 1e-2,
    market: Market | str = Market.NONE,
    outlet: bool = True,
    most_sweeps: int = 10_000,
    keep_health: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> EsriResult:
    """Follow the loss of firms downstream and upstream until it comes to rest.

    With W the links, psi the share of capacity that remains and s the sales::

        felt_i = sigma_i (1 - down_i)      sigma_i = min(1, s_i / sum over market(i) of s_m down_m)
        down_j = min(psi_j, 1 - max over inputs k of sum_{i in k} felt_i W_ij / sum_{i in k} W_ij,
                            1 - sum over linear inputs of felt_i W_ij / sum_i W_ij)
        up_i   = min(psi_i, (sum_j W_ij up_j + outlet_i) / s_i)
        ESRI   = sum_i s_i (1 - min(down_i, up_i)) / sum_i s_i

    All new values come from the old ones. The rounds stop when no value of either kind moved by
    ``tolerance`` or more; what moved less in the last round still counts.

    Parameters
    ----------
    network : FirmNetwork
        The firms.
    shocks : FirmShocks, optional
        The cases; every firm closed alone when absent.
    tolerance : float
        Stop rule, above 0 and at most 1; 0.01 in the source. It is part of the index: where firms
        have no outlet, a tighter one gives far larger losses upstream.
    market : Market or str
        ``sector`` where the rest of a firm's sector can take its place, by its share in what is
        left of the sector's sales; ``none`` for sigma = 1.
    outlet : bool
        Whether sales outside the network count; their demand stays whole.
    most_sweeps : int
        Cap on rounds; cases that reach it are marked.
    keep_health : bool
        Keep the health of every firm in every case.
    workers : int, optional
        Threads; all cores when absent. The result does not depend on it.
    progress : callable, optional
        Told the share done; raising from it cancels.

    Raises
    ------
    BadUse
        The tolerance, the cap, the market, the workers or the size of the answer are out of range.
    BadData
        No firm sells anything, or the shocks name firms that the network does not have.

    Notes
    -----
    Source: Diem, Borsos, Reisch, Kertesz and Thurner (2022), Quantifying firm-level economic
    systemic risk from nation-wide supply networks, Scientific Reports 12:7719, Methods.
    """
    chosen = _market(market)
    _check(network, tolerance, most_sweeps, workers)
    cases = each_firm_closed(network) if shocks is None else shocks
    if len(cases.firm) and not 0 <= int(cases.firm.min()) <= int(cases.firm.max()) < network.firms:
        raise BadData("The shocks name a firm that is not in the network.", where="shocks")
    if keep_health and len(cases) * network.firms > _MOST_KEPT:
        raise BadUse(
            f"The health of {network.firms:,} firms in {len(cases):,} cases is too much to keep.",
            mend="Ask for fewer cases at a time.",
        )
    links = links_of(network, market=chosen is Market.SECTOR, outlet=outlet)
    total = float(links.sales.sum())
    if total <= 0:
        raise BadData("No firm sells anything.", mend="Give links or outlets with a value.")
    kept = len(cases) if keep_health else 0
    run = _Run(
        links,
        cases,
        float(tolerance),
        int(most_sweeps),
        figures=np.zeros((len(cases), 4)),
        sweeps=np.zeros(len(cases), np.int32),
        health=np.zeros((2, kept, network.firms if kept else 0)),
    )
    _in_threads(run, workers or os.cpu_count() or 1, progress)
    share = np.minimum(run.figures / total, 1.0)
    return EsriResult(
        esri=share[:, 0],
        down=share[:, 1],
        up=share[:, 2],
        own_share=share[:, 3],
        sweeps=np.abs(run.sweeps),
        converged=run.sweeps >= 0,
        health_down=run.health[0] if keep_health else None,
        health_up=run.health[1] if keep_health else None,
        tolerance=float(tolerance),
        assumptions=_assumptions(network, float(tolerance), int(most_sweeps), chosen, outlet),
    )


@dataclass(frozen=True)
class _Run:
    links: Links
    cases: FirmShocks
    tolerance: float
    most_sweeps: int
    figures: Floats
    sweeps: Ints
    health: Floats

    def part(self, begin: int, end: int) -> None:
        """Follow some of the cases; each writes its own rows only."""
        propagate(
            self.links,
            self.cases.start[begin : end + 1],
            self.cases.firm,
            self.cases.remaining,
            self.tolerance,
            self.most_sweeps,
            self.figures[begin:end],
            self.sweeps[begin:end],
            self.health[:, begin:end],
        )


def _in_threads(run: _Run, workers: int, progress: Callable[[float], None] | None) -> None:
    """Share the cases among threads, in parts that start at whole sets of lanes."""
    count, tell = len(run.cases), progress or (lambda _: None)
    cost = 40 * (len(run.links.bought_from) + len(run.links.sales))
    step = LANES * max(1, min(_CHUNK // (cost * LANES), 512))
    begins = range(0, count, step)
    if workers == 1 or len(begins) <= 1:
        for begin in begins:
            run.part(begin, min(begin + step, count))
            tell(min(begin + step, count) / count)
        return
    run.part(0, 0)  # compile once, not in every thread
    with ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(run.part, begin, min(begin + step, count)) for begin in begins]
        try:
            for done, part in enumerate(parts, 1):
                part.result()
                tell(done / len(parts))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _market(market: Market | str) -> Market:
    try:
        return Market(market)
    except ValueError:
        raise BadUse(
            f"'{market}' is no rule for markets.", mend=f"Use {' or '.join(Market)}."
        ) from None


def _check(network: FirmNetwork, tolerance: float, most_sweeps: int, workers: int | None) -> None:
    if network.firms == 0:
        raise BadData("The network has no firms.")
    if not 0 < tolerance <= 1:
        raise BadUse(f"The tolerance is {tolerance:g}.", mend="Give one above 0 and at most 1.")
    if not 1 <= most_sweeps < 2**31:
        raise BadUse(f"The cap on rounds is {most_sweeps}.", mend="Give at least 1.")
    if workers is not None and workers < 1:
        raise BadUse(f"There are {workers} workers.", mend="Give at least 1.")


def _assumptions(
    network: FirmNetwork, tolerance: float, most_sweeps: int, market: Market, outlet: bool
) -> tuple[str, ...]:
    counts = np.bincount(network.need, minlength=3)
    outlets = (
        "Sales outside the network count, and their demand stays whole."
        if outlet and np.any(network.outlet > 0)
        else "No firm sells outside the network: losses upstream end only by the stop rule."
    )
    return (
        "Economic systemic risk index after Diem et al. (2022), all new values from the old ones.",
        f"Rounds stop when no health moves by {tolerance:g} or more, at the latest after"
        f" {most_sweeps:,}; the stop rule is part of the index.",
        f"{counts[Need.ESSENTIAL]:,} links are essential, {counts[Need.LINEAR]:,} linear,"
        f" {counts[Need.NONE]:,} without effect downstream.",
        "The rest of a firm's sector takes its place, by its share in what is left of the sector."
        if market is Market.SECTOR
        else "Nobody takes the place of a firm that fails, beyond the other suppliers it had.",
        outlets,
        "Nobody holds stock, finds new partners or changes prices while the loss spreads.",
    )
