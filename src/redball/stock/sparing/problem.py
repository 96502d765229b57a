"""The sparing problem: what fails where, how it comes back, and what it grounds.

Items and sites are the axes. ``I`` is the number of items, ``S`` of sites, ``Y`` of kinds of
system, ``E`` of edges of the structure, ``A`` of applications of items in systems. Arrays over
items and sites may be given with length 1 on an axis where nothing varies.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Structure:
    """Which item goes into the repair of which: edges from parent to child, shape (E,) each.

    Attributes
    ----------
    parent, child : int32 array, shape (E,)
    isolation : float64 array, shape (E,) or (E, S)
        Share of the repairs of the parent, at the site, that are traced to this child.
    """

    parent: Ints
    child: Ints
    isolation: Floats


@dataclass(frozen=True)
class Applications:
    """Which item grounds which system, shape (A,) each.

    Attributes
    ----------
    item, system : int32 array, shape (A,)
    per_system : float64 array, shape (A,)
        Units of the item installed in one system (quantity per application, Z).
    needed : float64 array, shape (A,)
        How many of them must work (k of n, active redundancy); equal to ``per_system`` when all.
    share : float64 array, shape (A,) or (A, S)
        Share of the item's demand at the site that comes from this system; sums to 1 over the
        systems that use the item at a site.
    """

    item: Ints
    system: Ints
    per_system: Floats
    needed: Floats
    share: Floats


@dataclass(frozen=True)
class SparingProblem:
    """Items and sites with their demand, repair and resupply, and the systems they keep up.

    Attributes
    ----------
    supplier : int32 array, shape (S,)
        Site that resupplies each site; -1 for a source outside. Any number of echelons.
    demand : float64 array, shape (I, S)
        Removals per day at the site that do not come from the repair of a parent item.
    repaired : float64 array, shape (I, S)
        Share of the failures arriving at the site that are repaired there. The rest goes on to the
        supplier; at a site without one it is condemned and bought (a consumable has 0).
    repair_days, ship_days : float64 array, shape (I, S)
        Mean repair turnaround without waiting for parts; mean order and ship time from the
        supplier, at a site without one the procurement lead time.
    variance_to_mean : float64 array, shape (I, 1) or (I, S)
        Of demand over a period; 1 for Poisson.
    batch : float64 array, shape (I, S)
        Order quantity Q at the site; 1 for one for one.
    unit_cost, mass_kg, volume_m3 : float64 array, shape (I,)
        Price in one currency, and what storage one unit needs.
    structure : Structure
    applications : Applications
    systems : float64 array, shape (Y, S)
        How many systems of each kind the site keeps up.
    least, most : float64 array, shape (I, S)
        Bounds of the stock; equal where it is fixed.
    item_names, site_names, system_names : tuple of str
    """

    supplier: Ints
    demand: Floats
    repaired: Floats
    repair_days: Floats
    ship_days: Floats
    variance_to_mean: Floats
    batch: Floats
    unit_cost: Floats
    mass_kg: Floats
    volume_m3: Floats
    structure: Structure
    applications: Applications
    systems: Floats
    least: Floats
    most: Floats
    item_names: tuple[str, ...] = field(default=(), repr=False)
    site_names: tuple[str, ...] = field(default=(), repr=False)
    system_names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def items(self) -> int:
        """Number of items."""
        return len(self.unit_cost)

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.supplier)

    @property
    def tops(self) -> Ints:
        """Sites that are resupplied from outside."""
        return np.flatnonzero(self.supplier == NOWHERE).astype(np.int32)
