"""Graph kernels equal NetworkX, and critical sets equal removal by brute force."""

from typing import cast

import networkx as nx
import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.risk.kernels import (
    AndOrGraph,
    and_or_graph,
    articulation_points_and_bridges,
    critical_sets,
    dominators,
    strongly_connected,
)

Edges = list[tuple[int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Edges]:
    """Small multigraphs with parallel edges, self-loops and several parts."""
    n = draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), max_size=30))


def ends(edges: Edges) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    pairs = np.array(edges, np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@given(graphs())
@settings(max_examples=400, deadline=None)
def test_articulation_points_and_bridges_equal_networkx(graph: tuple[int, Edges]) -> None:
    n, edges = graph
    cuts = articulation_points_and_bridges(n, *ends(edges))
    peer: nx.MultiGraph[int] = nx.MultiGraph()
    peer.add_nodes_from(range(n))
    peer.add_edges_from(edges)
    simple = nx.Graph(peer)
    assert set(np.flatnonzero(cuts.articulation).tolist()) == set(nx.articulation_points(simple))
    bridges = [frozenset(edges[i]) for i in np.flatnonzero(cuts.bridge)]
    found: Edges = cast(Edges, list(nx.bridges(peer)))
    assert sorted(map(sorted, bridges)) == sorted(map(sorted, found))
    for node in range(n):
        own = nx.node_connected_component(simple, node)
        rest = [len(c) for c in nx.connected_components(simple.subgraph(own - {node}))]
        assert cuts.component_size[node] == len(own)
        assert cuts.cut_off_by_node[node] == sum(rest) - max(rest, default=0)
    for i, (u, v) in enumerate(edges):
        less: nx.MultiGraph[int] = nx.MultiGraph(peer)
        less.remove_edge(u, v)
        side = len(nx.node_connected_component(nx.Graph(less), u))
        apart = not nx.has_path(less, u, v)
        whole = int(cuts.component_size[u])
        assert cuts.cut_off_by_edge[i] == (min(side, whole - side) if apart else 0)


@given(graphs())
@settings(max_examples=400, deadline=None)
def test_immediate_dominators_equal_networkx(graph: tuple[int, Edges]) -> None:
    n, edges = graph
    found = dominators(n, *ends(edges), 0)
    peer: nx.DiGraph[int] = nx.DiGraph()
    peer.add_nodes_from(range(n))
    peer.add_edges_from(edges)
    expected = {node: idom for node, idom in nx.immediate_dominators(peer, 0).items() if node != 0}
    assert {i: int(d) for i, d in enumerate(found) if d >= 0 and i != 0} == expected
    assert found[0] == 0


@given(graphs())
@settings(max_examples=300, deadline=None)
def test_components_equal_networkx_and_come_before_what_points_to_them(
    graph: tuple[int, Edges],
) -> None:
    n, edges = graph
    number = strongly_connected(n, *ends(edges))
    peer: nx.DiGraph[int] = nx.DiGraph()
    peer.add_nodes_from(range(n))
    peer.add_edges_from(edges)
    mine = [np.flatnonzero(number == c).tolist() for c in range(int(number.max()) + 1)]
    assert sorted(mine) == sorted(sorted(c) for c in nx.strongly_connected_components(peer))
    assert all(number[u] >= number[v] for u, v in edges)


Groups = list[tuple[int, list[int]]]


def removed(n: int, groups: Groups, lost: set[int]) -> set[int]:
    """What fails when nodes are removed, by going round until nothing changes."""
    failed = set(lost)
    while True:
        more = {
            owner
            for owner, alternatives in groups
            if owner not in failed and alternatives and failed.issuperset(alternatives)
        }
        if not more:
            return failed
        failed |= more


def packed(n: int, groups: Groups) -> AndOrGraph:
    groups = sorted(groups, key=lambda group: group[0])
    owner = np.array([owner for owner, _ in groups], np.int32)
    whose = np.array([i for i, (_, nodes) in enumerate(groups) for _ in nodes], np.int32)
    nodes = np.array([node for _, part in groups for node in part], np.int32)
    return and_or_graph(n, owner, whose, nodes)


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, Groups]:
    """Small AND/OR networks with cycles, self-needs, repeated alternatives and empty groups."""
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, st.lists(node, max_size=4)), max_size=20))


@given(networks(), st.data())
@settings(max_examples=600, deadline=None)
def test_critical_sets_equal_removal_of_every_node(
    network: tuple[int, Groups], data: st.DataObject
) -> None:
    n, groups = network
    graph = packed(n, groups)
    asked = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=4))
    lost = data.draw(st.lists(st.integers(0, n - 1), max_size=1))
    after = [removed(n, groups, {x}) for x in range(n)]
    sets = critical_sets(graph, asked)
    for i, node in enumerate(asked):
        assert sets[i].tolist() == [x for x in range(n) if node in after[x]]
    after = [removed(n, groups, {x, *lost}) for x in range(n)]
    sets = critical_sets(graph, asked, removed=lost)
    for i, node in enumerate(asked):
        expected = [x for x in range(n) if node in after[x] and x in sets.reached]
        assert sets[i].tolist() == expected


def random_network(rng: np.random.Generator, n: int, cyclic: bool) -> Groups:
    """Groups of one to three alternatives; acyclic ones need higher numbers only."""
    groups: Groups = []
    for owner in range(n):
        for _ in range(int(rng.integers(0, 3))):
            low = 0 if cyclic else owner + 1
            if low < n:
                nodes = rng.integers(low, n, int(rng.integers(1, 4)))
                groups.append((owner, nodes.tolist()))
    return groups


def test_critical_sets_equal_removal_on_two_thousand_random_networks() -> None:
    rng = np.random.default_rng(1944)
    for trial in range(2_000):
        n = int(rng.integers(2, 25))
        groups = random_network(rng, n, cyclic=trial % 2 == 0)
        sets = critical_sets(packed(n, groups), np.arange(n))
        after = [removed(n, groups, {x}) for x in range(n)]
        for node in range(n):
            assert sets[node].tolist() == [x for x in range(n) if node in after[x]]


def test_critical_sets_equal_removal_where_one_sweep_does_not_hold_all_candidates() -> None:
    rng = np.random.default_rng(7)
    for cyclic in (False, True):
        n = 1_300  # three sweeps
        groups = random_network(rng, n, cyclic)
        asked = rng.integers(0, n, 40)
        sets = critical_sets(packed(n, groups), asked)
        needers: dict[int, list[int]] = {}
        for i, (_, nodes) in enumerate(groups):
            for node in set(nodes):
                needers.setdefault(node, []).append(i)
        after = [cascade(groups, needers, x) for x in range(n)]
        for i, node in enumerate(asked.tolist()):
            assert sets[i].tolist() == [x for x in range(n) if node in after[x]]


def cascade(groups: Groups, needers: dict[int, list[int]], lost: int) -> set[int]:
    """Like ``removed``, for larger networks."""
    failed, queue = {lost}, [lost]
    for node in queue:
        for i in needers.get(node, []):
            owner, nodes = groups[i]
            if owner not in failed and failed.issuperset(nodes):
                failed.add(owner)
                queue.append(owner)
    return failed


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_without_cycles_and_with_one_group_per_node_they_are_the_chain_of_dominators(
    graph: tuple[int, Edges],
) -> None:
    n, drawn = graph
    edges = [(min(edge), max(edge)) for edge in drawn if edge[0] != edge[1]]
    edges += [(0, node) for node in range(1, n) if all(v != node for _, v in edges)]
    into = [sorted({u for u, v in edges if v == node}) for node in range(n)]
    idom = dominators(n, *ends(edges), 0)
    sets = critical_sets(packed(n, [(v, into[v]) for v in range(1, n)]), np.arange(n))
    for node in range(n):
        chain, at = {node}, node
        while at != 0:
            at = int(idom[at])
            chain.add(at)
        assert set(sets[node].tolist()) == chain
