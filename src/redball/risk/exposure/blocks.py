"""Parts of a network that share nothing: each is a programme of its own."""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Ints, Longs
from redball.risk.exposure.network import ExposureNetwork
from redball.risk.kernels import strongly_connected


@dataclass(frozen=True, eq=False)
class Block:
    """Nodes that touch each other through links and sites, by their numbers in the network.

    Attributes
    ----------
    nodes, needs, links, sites : int64 arrays
        Rising numbers in the network.
    scale : float64 array, shape (nodes,)
        Powers of two by which units of each node are counted in the programme, so that its numbers
        lie near 1: tolerances of the solver are absolute.
    """

    nodes: Longs
    needs: Longs
    links: Longs
    sites: Longs
    scale: Floats


@dataclass(frozen=True, eq=False)
class Blocks:
    """All blocks, and the one each element belongs to.

    Attributes
    ----------
    all : tuple of Block
    of_element : int32 array, shape (nodes + sites,)
    """

    all: tuple[Block, ...]
    of_element: Ints


def blocks_of(network: ExposureNetwork) -> Blocks:
    """Cut the network into connected blocks, numbered by their first element."""
    of_element = _connected(network)
    count = int(of_element.max()) + 1
    of_node, of_site = of_element[: network.nodes], of_element[network.nodes :]
    of_need = of_node[network.need_node]
    of_link = of_need[network.link_need]
    scale = _scales(network)
    parts = [_split(whose, count) for whose in (of_node, of_need, of_link, of_site)]
    return Blocks(
        tuple(
            Block(nodes, needs, links, sites, scale[nodes])
            for nodes, needs, links, sites in zip(*parts, strict=True)
        ),
        of_element,
    )


def _connected(network: ExposureNetwork) -> Ints:
    """Block of each element; a graph that is walked both ways has its blocks as components."""
    node = network.need_node[network.link_need]
    placed = np.flatnonzero(network.site >= 0)
    a = np.concatenate([node, placed])
    b = np.concatenate([network.link_source, network.nodes + network.site[placed]])
    ends = np.concatenate([a, b]).astype(np.int32), np.concatenate([b, a]).astype(np.int32)
    label = strongly_connected(network.elements, *ends)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return rank[number]


def _split(whose: Ints, count: int) -> list[Longs]:
    order = np.argsort(whose, kind="stable")
    ends = np.searchsorted(whose[order], np.arange(1, count))
    return np.split(order, ends)


def _scales(network: ExposureNetwork) -> Floats:
    """Size of each node's output: what is asked of it, directly or through those it supplies.

    Needs that close a ring are left out: they would grow without end.
    """
    need = network.demand_per_day.copy()
    user, source = network.need_node[network.link_need], network.link_source
    ends = source.astype(np.int32), user.astype(np.int32)
    ring = strongly_connected(network.nodes, *ends)
    onward = ring[user] != ring[source]
    user, source, quantity = user[onward], source[onward], network.link_quantity[onward]
    while True:
        asked = need.copy()
        np.maximum.at(asked, source, need[user] * quantity)
        if (asked == need).all():
            break
        need = asked
    return np.asarray(np.exp2(np.round(np.log2(np.where(need > 0, need, 1.0)))))
