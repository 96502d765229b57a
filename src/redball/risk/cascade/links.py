"""A firm network arranged for the kernel: both directions, inputs in groups, markets."""

from typing import NamedTuple

import numpy as np

from redball.model.compiled import Floats, Ints
from redball.risk.cascade.firms import FirmNetwork, Need
from redball.risk.kernels.csr import by_row


class Links(NamedTuple):
    """A network as the kernel reads it.

    Attributes
    ----------
    sole_start, sole : int32 array
        Of each customer the suppliers that alone deliver an essential input.
    group_start, link_start : int32 array, shapes (firms + 1,), (groups + 1,)
        Of each customer the other groups of inputs (all linear ones together are one group), and
        of each group its links.
    link_from : int32 array
    link_part : float64 array
        Supplier of each link and its share in the group.
    sold_start, sold_to : int32 array
    sold_part : float64 array
        Of each supplier its customers, and their shares in its sales, outlet included.
    bought_start, bought_from : int32 array
        Of each customer all its suppliers.
    market_start, member : int32 array
        Of each market its firms.
    market : int32 array, shape (firms,)
    sales : float64 array, shape (firms,)
        Sales of each firm, outlet included.
    """

    sole_start: Ints
    sole: Ints
    group_start: Ints
    link_start: Ints
    link_from: Ints
    link_part: Floats
    sold_start: Ints
    sold_to: Ints
    sold_part: Floats
    bought_start: Ints
    bought_from: Ints
    market_start: Ints
    member: Ints
    market: Ints
    sales: Floats


def links_of(network: FirmNetwork, *, market: bool, outlet: bool) -> Links:
    """Arrange a network for the kernel; without ``market`` there are no market shares."""
    n = network.firms
    supplier, customer, value = network.supplier, network.customer, network.value
    sales = network.sales + (network.outlet if outlet else 0.0)
    used = np.flatnonzero(network.need != Need.NONE)
    essential = network.need[used] == Need.ESSENTIAL
    # the linear inputs of a customer stand before its essential ones, as one group
    kind = np.where(essential, network.input_kind[used].astype(np.int64), -1)
    used = used[np.lexsort((used, kind, customer[used]))]
    essential = network.need[used] == Need.ESSENTIAL
    kind = np.where(essential, network.input_kind[used].astype(np.int64), -1)
    edge = (np.diff(customer[used], prepend=-1) != 0) | (np.diff(kind, prepend=-2) != 0)
    group = np.cumsum(edge) - 1
    first = np.flatnonzero(edge)
    whole = np.bincount(group, value[used], len(first))
    # a linear input counts against all that the customer buys, whatever is needed of it
    linear = ~essential[first]
    whole[linear] = network.purchases[customer[used][first[linear]]]
    size = np.diff(first, append=len(used))
    alone = ((size == 1) & ~linear)[group]
    sole_start, sole = by_row(n, customer[used[alone]], supplier[used[alone]])
    rest = used[~alone]
    kept = ~((size == 1) & ~linear)
    group_start = np.searchsorted(customer[used][first[kept]], np.arange(n + 1)).astype(np.int32)
    link_start = np.concatenate(([0], np.cumsum(size[kept]))).astype(np.int32)
    out = np.argsort(supplier, kind="stable").astype(np.int32)
    sold_start = np.searchsorted(supplier[out], np.arange(n + 1)).astype(np.int32)
    bought_start = np.searchsorted(customer, np.arange(n + 1)).astype(np.int32)
    markets = int(network.sector.max(initial=-1)) + 1 if market else 0
    everyone = np.arange(n if market else 0, dtype=np.int32)
    of = network.sector if market else np.empty(0, np.int32)
    market_start, member = by_row(markets, of, everyone)
    return Links(
        sole_start,
        sole,
        group_start,
        link_start,
        supplier[rest],
        value[rest] / whole[group[~alone]],
        sold_start,
        customer[out],
        value[out] / sales[supplier[out]],
        bought_start,
        supplier.copy(),
        market_start,
        member,
        of.copy(),
        sales,
    )
