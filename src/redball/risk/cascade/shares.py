"""How much of what is sold comes from whom, through all tiers; and how much each firm weighs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Flags, Floats, Ints
from redball.model.errors import BadData, BadUse
from redball.risk.cascade.arrays import totals
from redball.risk.cascade.firms import FirmNetwork


@dataclass(frozen=True)
class DependencyShares:
    """Value that comes from each firm for one unit of value sold.

    Attributes
    ----------
    direct : float64 array, shape (asked, firms)
        Delivered by each firm to the seller itself: tier 1.
    total : float64 array, shape (asked, firms)
        Delivered by each firm on all tiers, the seller's own sale (tier 0) among them: a column of
        ``(I - A)^-1``. What passes a firm twice counts twice, so a firm in a ring can have more
        than 1.
    origin : float64 array, shape (asked, firms)
        Part of the unit that arises at each firm, which is what it adds to what it buys. With
        ``remainder`` they add up to 1.
    tiers : int32 array, shape (asked,)
        Tiers followed.
    remainder : float64 array, shape (asked,)
        Value still on its way up the tiers when the sum was ended.
    converged : bool array, shape (asked,)
        Whether the remainder is below the tolerance. Where firms form a ring that sells nothing
        else and adds no value, it never is.
    assumptions : tuple of str
    """

    direct: Floats
    total: Floats
    origin: Floats
    tiers: Ints
    remainder: Floats
    converged: Flags
    assumptions: tuple[str, ...]


def dependency_shares(
    network: FirmNetwork,
    sellers: Sequence[int] | None = None,
    *,
    tolerance: float = 1e-9,
    most_tiers: int = 1_000,
) -> DependencyShares:
    """Follow a unit of value back through the tiers.

    A_ij is what i delivers for one unit that j sells, ``W_ij / x_j``. x_j are j's sales, outlet
    included, or its purchases where those are larger. The sum ``v + A v + A^2 v + ...`` ends when
    less than ``tolerance`` of the unit is still on its way; A is never inverted.

    Parameters
    ----------
    network : FirmNetwork
    sellers : sequence of int, optional
        Firms whose sale of one unit is followed. When absent one unit of all sales outside the
        network, in the mix of the outlets.
    tolerance, most_tiers : float, int
        Where the sum ends.

    Raises
    ------
    BadUse
        A firm, the tolerance or the cap is out of range.
    BadData
        No sellers are given and no firm has an outlet.

    Notes
    -----
    Source: Leontief (1936), Review of Economics and Statistics 18(3); Miller and Blair (2009),
    Input-Output Analysis, 2nd ed., ch. 2 (the power series in sec. 2.4).
    """
    n = network.firms
    if not 0 < tolerance < 1 or most_tiers < 1:
        raise BadUse(
            f"A sum can't end at {tolerance:g} or after {most_tiers} tiers.",
            mend="Give a tolerance between 0 and 1 and at least one tier.",
        )
    units = _units(network, sellers)
    output = np.maximum(network.sales + network.outlet, network.purchases)
    coefficient = network.value / output[network.customer]
    whole = np.where(output > 0, output, 1.0)
    added = np.where(output > 0, 1.0 - network.purchases / whole, 1.0)
    asked = len(units)
    direct, total = np.zeros((asked, n)), np.zeros((asked, n))
    tiers, remainder = np.zeros(asked, np.int32), np.zeros(asked)
    for k, unit in enumerate(units):
        travelling, summed = unit, unit.copy()
        while True:
            passed_on = coefficient * travelling[network.customer]
            travelling = totals(network.supplier, passed_on, n)
            tiers[k] += 1
            if tiers[k] == 1:
                direct[k] = travelling
            remainder[k] = travelling.sum()
            if remainder[k] < tolerance or tiers[k] >= most_tiers:
                break
            summed += travelling
        total[k] = summed
    return DependencyShares(
        direct,
        total,
        total * added,
        tiers,
        remainder,
        remainder < tolerance,
        (
            "Leontief shares: every firm buys in fixed proportion to what it sells, and every unit"
            " it sells is made of the same inputs.",
            "A firm whose purchases exceed its sales is taken to sell what it buys.",
            f"Tiers are followed until less than {tolerance:g} of the value is on its way.",
            "Volume only: whether another source could step in is said by the critical sets.",
        ),
    )


def _units(network: FirmNetwork, sellers: Sequence[int] | None) -> list[Floats]:
    if sellers is None:
        total = float(network.outlet.sum())
        if total <= 0:
            raise BadData(
                "No firm sells outside the network.",
                mend="Give outlets, or name the sellers to follow.",
            )
        return [network.outlet / total]
    if any(not 0 <= firm < network.firms for firm in sellers):
        raise BadUse(
            f"A seller is outside 0 to {network.firms - 1}.", mend="Name firms of the network."
        )
    units = []
    for firm in sellers:
        unit = np.zeros(network.firms)
        unit[firm] = 1.0
        units.append(unit)
    return units


def influence_vector(network: FirmNetwork, *, input_share: float = 0.5) -> Floats:
    """Weight of each firm's own trouble in the whole, by the network of purchases alone.

    ``v = (1 - b) / n (1 - b W')^-1 1`` with b the share of inputs in production, and W_ij the share
    of j in what i buys. A firm without suppliers passes nothing on; v is then scaled to sum to 1.

    Parameters
    ----------
    network : FirmNetwork
    input_share : float
        b, from 0 to below 1; the same for all firms.

    Returns
    -------
    float64 array, shape (firms,)
        Adds up to 1.

    Raises
    ------
    BadUse
        The share is out of range.
    BadData
        The network has no firms.

    Notes
    -----
    After Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012), Econometrica 80(5), 1977-2016. The
    exact printed form is unconfirmed here; this one adds up to 1 where every firm buys something.
    """
    n = network.firms
    if not 0 <= input_share < 1:
        raise BadUse(f"The share of inputs is {input_share:g}.", mend="Give 0 to below 1.")
    if n == 0:
        raise BadData("The network has no firms.")
    part = network.value / network.purchases[network.customer]
    start = (1.0 - input_share) / n
    found = np.full(n, start)
    # each round closes the gap by the share of inputs
    rounds = 1 if input_share == 0 else int(np.ceil(np.log(1e-15) / np.log(input_share)))
    for _ in range(min(rounds, 100_000)):
        flow = totals(network.supplier, part * found[network.customer], n)
        following = start + input_share * flow
        still = np.max(np.abs(following - found)) <= 1e-16
        found = following
        if still:
            break
    weight: Floats = found / found.sum()
    return weight
