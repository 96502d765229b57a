"""Firms and what they deliver to each other: the network that cascades run on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints
from redball.model.errors import BadData
from redball.risk.cascade.arrays import amounts, totals, whole

Bytes = npt.NDArray[np.int8]


class Need(IntEnum):
    """What the loss of an input does to a customer; the codes of the essential matrix."""

    NONE = 0
    LINEAR = 1
    ESSENTIAL = 2


@dataclass(frozen=True)
class FirmNetwork:
    """Firms, the links between them, and what they sell outside.

    Links are sorted by customer, input and supplier; links without value are left out. Make one
    with :func:`firm_network` or :func:`firm_network_of_matrix`.

    Attributes
    ----------
    supplier, customer : int32 array, shape (links,)
        Firms of each link.
    value : float64 array, shape (links,)
        What is delivered per unit of time, in one currency for all links; above zero.
    input_kind : int32 array, shape (links,)
        What is delivered: a customer's links of one kind replace each other.
    need : int8 array, shape (links,)
        :class:`Need` of the customer; the same for all its links of one kind.
    sector : int32 array, shape (firms,)
        Market in which a firm competes.
    outlet : float64 array, shape (firms,)
        Sales outside the network, in the currency of ``value``.
    names : tuple of str, length firms
    """

    supplier: Ints
    customer: Ints
    value: Floats
    input_kind: Ints
    need: Bytes
    sector: Ints
    outlet: Floats
    names: tuple[str, ...]

    @property
    def firms(self) -> int:
        """Number of firms."""
        return len(self.sector)

    @property
    def sales(self) -> Floats:
        """Value sold to firms of the network, shape (firms,)."""
        return totals(self.supplier, self.value, self.firms)

    @property
    def purchases(self) -> Floats:
        """Value bought from firms of the network, shape (firms,)."""
        return totals(self.customer, self.value, self.firms)


def firm_network(
    supplier: npt.ArrayLike,
    customer: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    sector: npt.ArrayLike,
    input_kind: npt.ArrayLike | None = None,
    need: npt.ArrayLike | None = None,
    essential: npt.ArrayLike | None = None,
    outlet: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> FirmNetwork:
    """Check a network given as links.

    Parameters
    ----------
    supplier, customer : int array, shape (links,)
        Firms, numbered from 0. A firm may deliver to itself.
    value : float array, shape (links,)
        What is delivered per unit of time; zero is no link.
    sector : int array, shape (firms,)
        Sector of each firm, numbered from 0.
    input_kind : int array, shape (links,), optional
        What each link delivers; the sector of its supplier when absent.
    need : int array, shape (links,), optional
        :class:`Need` of each link. Where the links of one customer and one kind differ, the
        strictest holds for all of them.
    essential : int array, shape (sectors, sectors), optional
        Need of each link by sector of its supplier (row) and customer (column); instead of
        ``need``. Without either every link is ``LINEAR``.
    outlet : float array, shape (firms,), optional
        Sales outside the network; none when absent.
    names : sequence of str, optional
        Names of the firms; their numbers when absent.

    Raises
    ------
    BadData
        A firm is out of range, a value is negative or not a finite number, a code is not a
        :class:`Need`, lengths differ, or both ``need`` and ``essential`` are given.
    """
    sectors = whole("sector", sector, None)
    firms = len(sectors)
    seller = whole("supplier", supplier, None, firms)
    buyer = whole("customer", customer, len(seller), firms)
    worth = amounts("value", value, len(seller))
    kind = sectors[seller] if input_kind is None else whole("input_kind", input_kind, len(seller))
    sold = np.zeros(firms) if outlet is None else amounts("outlet", outlet, firms)
    labels = tuple(map(str, range(firms))) if names is None else tuple(map(str, names))
    if len(labels) != firms:
        raise BadData(f"There are {len(labels)} names for {firms} firms.", where="names")
    with np.errstate(over="ignore"):
        all_sold = float(worth.sum() + sold.sum())
    if not np.isfinite(all_sold):
        raise BadData(
            "The values add up to more than a number can hold.",
            where="value",
            mend="Use a larger unit of currency.",
        )
    needs = _needs(seller, buyer, sectors, need, essential)
    kept = worth > 0
    order = np.lexsort((seller[kept], kind[kept], buyer[kept]))
    seller, buyer, kind = (part[kept][order] for part in (seller, buyer, kind))
    strictest = _strictest(buyer, kind, needs[kept][order])
    return FirmNetwork(seller, buyer, worth[kept][order], kind, strictest, sectors, sold, labels)


def firm_network_of_matrix(
    flows: npt.ArrayLike,
    *,
    sector: npt.ArrayLike,
    essential: npt.ArrayLike | None = None,
    outlet: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> FirmNetwork:
    """Check a network given as a matrix: ``flows[i, j]`` is the value that i delivers to j.

    Raises
    ------
    BadData
        The matrix is not square, or as in :func:`firm_network`.
    """
    matrix = np.asarray(flows, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise BadData(f"The matrix has the shape {matrix.shape}.", mend="Give a square one.")
    supplier, customer = np.nonzero(matrix)
    return firm_network(
        supplier,
        customer,
        matrix[supplier, customer],
        sector=sector,
        essential=essential,
        outlet=outlet,
        names=names,
    )


def _needs(
    seller: Ints,
    buyer: Ints,
    sector: Ints,
    need: npt.ArrayLike | None,
    essential: npt.ArrayLike | None,
) -> Bytes:
    if need is not None and essential is not None:
        raise BadData("Both 'need' and 'essential' are given.", mend="Give one of them.")
    if need is not None:
        return whole("need", need, len(seller), len(Need)).astype(np.int8)
    if essential is None:
        return np.full(len(seller), Need.LINEAR, np.int8)
    matrix = np.asarray(essential)
    sectors = int(sector.max(initial=-1)) + 1
    if matrix.ndim != 2 or min(matrix.shape) < sectors or not np.isin(matrix, list(Need)).all():
        raise BadData(
            f"The essential matrix of shape {matrix.shape} does not cover {sectors} sectors"
            " with codes 0, 1 and 2.",
            where="essential",
            mend="Give a row and a column for each sector: 0 none, 1 linear, 2 essential.",
        )
    return matrix[sector[seller], sector[buyer]].astype(np.int8)


def _strictest(buyer: Ints, kind: Ints, need: Bytes) -> Bytes:
    """One need for all links of a customer that replace each other."""
    if not len(need):
        return need
    first = np.flatnonzero((np.diff(buyer, prepend=-1) != 0) | (np.diff(kind, prepend=-1) != 0))
    sizes = np.diff(first, append=len(need))
    return np.repeat(np.maximum.reduceat(need, first), sizes).astype(np.int8)
