"""What hangs on a lost node, and why, equals the definitions followed step by step."""

import numpy as np
import numpy.typing as npt

from redball.risk.kernels import and_or_graph
from redball.risk.kernels.cascade import (
    UP,
    Net,
    lose,
    net_of,
    nothing_lost,
    tour_of,
    undo,
)
from redball.risk.kernels.hidden import (
    SOURCING,
    SUPPLY,
    Links,
    hanging_roots,
    links_of,
    lose_directly,
)
from redball.risk.kernels.reach import counts_by_root
from redball.risk.kernels.trace import LOST, nearest_common_point, no_trail, reasons_below

Groups = list[tuple[int, list[int]]]
Ints = npt.NDArray[np.int32]

TRIALS = 1_500


def random_case(rng: np.random.Generator, cyclic: bool) -> tuple[Net, Links, Groups, Ints]:
    """A net of what three roots need, its links, its groups as lists, and the roots in it."""
    n = int(rng.integers(3, 22))
    groups: Groups = []
    for owner in range(n):
        low = 0 if cyclic else owner + 1
        for _ in range(int(rng.integers(0, 4)) if low < n else 0):
            nodes = np.unique(rng.integers(low, n, int(rng.integers(1, 4))))
            groups.append((owner, nodes.tolist()))
    graph = and_or_graph(
        n,
        np.array([owner for owner, _ in groups], np.int32),
        np.array([i for i, (_, nodes) in enumerate(groups) for _ in nodes], np.int32),
        np.array([node for _, nodes in groups for node in nodes], np.int32),
    )
    roots = rng.integers(0, n, 3).astype(np.int32)
    net = net_of(graph.group_start, graph.alternative_start, graph.alternative, roots)
    length = np.diff(graph.alternative_start)
    suppliers = rng.integers(1, np.maximum(length, 1) + 1).astype(np.int32)
    links = links_of(net, rng.integers(0, 4, len(groups)).astype(np.int8), suppliers, 2)
    rank = np.full(n, -1, np.int32)
    rank[net.node] = np.arange(len(net.node))
    start = net.alternative_start
    listed = [
        (int(net.owner[g]), net.alternative[start[g] : start[g + 1]].tolist())
        for g in range(len(net.owner))
    ]
    return net, links, listed, rank[roots]


def failed(groups: Groups, use: list[int], lost: int) -> set[int]:
    """What fails with one node by the groups in use, by going round until nothing changes."""
    down = {lost}
    while True:
        more = {groups[g][0] for g in use if down.issuperset(groups[g][1])} - down
        if not more:
            return down
        down |= more


def common_points(links: Links, groups: Groups, lost: int) -> tuple[set[int], set[int]]:
    """Failed groups, and those of them that are common points."""
    every = list(range(len(groups)))
    down = failed(groups, every, lost)
    direct = failed(groups, [g for g in every if links.need[g] != SUPPLY], lost)
    gone = {g for g in every if down.issuperset(groups[g][1])}
    common = {
        g
        for g in gone
        if links.suppliers[g] >= links.least
        and not (links.need[g] == SOURCING and direct.issuperset(groups[g][1]))
    }
    return gone, common


def hanging(links: Links, groups: Groups, lost: int) -> set[int]:
    gone, common = common_points(links, groups, lost)
    hung = {groups[g][0] for g in common}
    while True:
        more = {groups[g][0] for g in gone if hung.intersection(groups[g][1])} - hung
        if not more:
            return hung
        hung |= more


def test_roots_that_hang_equal_the_definition_on_random_networks() -> None:
    rng = np.random.default_rng(1944)
    several = 0
    for trial in range(TRIALS):
        net, links, groups, roots = random_case(rng, cyclic=trial % 2 == 0)
        wanted = rng.random(len(net.node)) < 0.8
        node, position = hanging_roots(net, links, tour_of(net, wanted), wanted, roots)
        expected = [
            (x, i)
            for x in np.flatnonzero(wanted).tolist()
            for i, root in enumerate(roots.tolist())
            if root in hanging(links, groups, x)
        ]
        assert sorted(zip(node.tolist(), position.tolist(), strict=True)) == expected
        several += len(expected)
    assert several > 1_000  # the networks are not empty of what is looked for


def test_the_way_down_leads_over_failed_groups_to_a_common_point_and_ends_at_the_lost_node() -> (
    None
):
    rng = np.random.default_rng(7)
    for trial in range(TRIALS):
        net, links, groups, roots = random_case(rng, cyclic=trial % 2 == 0)
        direct, losses, trail = nothing_lost(net), nothing_lost(net), no_trail(net)
        for lost in range(len(net.node)):
            count = lose(net, losses, lost, 0)
            fallen, _ = lose_directly(net, links, direct, lost)
            gone, common = common_points(links, groups, lost)
            for root in roots.tolist():
                group, way = nearest_common_point(net, links, losses, direct, trail, root)
                assert (group >= 0) == (root in hanging(links, groups, lost))
                if group >= 0:
                    assert group in common
                    at = root
                    for position in way[::-1].tolist():
                        above = int(np.searchsorted(net.alternative_start, position, "right")) - 1
                        assert above in gone
                        assert net.owner[above] == at
                        at = int(net.alternative[position])
                    assert net.owner[group] == at
                    assert_reasons(links, groups, group, lost, reasons_below(
                        net, links, losses, trail, group, lost
                    ))  # fmt: skip
            undo(net, direct, 0, fallen)
            undo(net, losses, 0, count)


def assert_reasons(
    links: Links, groups: Groups, group: int, lost: int, found: tuple[Ints, Ints]
) -> None:
    """Every node fails by its reason and nodes before it; without supply where that suffices."""
    direct = failed(groups, [g for g in range(len(groups)) if links.need[g] != SUPPLY], lost)
    before: set[int] = set()
    for node, reason in zip(*(part.tolist() for part in found), strict=True):
        if node == lost:
            assert reason == LOST
        else:
            assert groups[reason][0] == node
            assert before.issuperset(groups[reason][1])
            assert links.need[reason] != SUPPLY or node not in direct
        before.add(node)
    assert before.issuperset(groups[group][1])


def test_a_tour_enters_every_wanted_node_once_and_undoes_all() -> None:
    rng = np.random.default_rng(3)
    for trial in range(300):
        net, _, groups, _ = random_case(rng, cyclic=trial % 2 == 0)
        wanted = rng.random(len(net.node)) < 0.5
        losses, count = nothing_lost(net), 0
        before: list[int] = []
        entered: list[int] = []
        for node in tour_of(net, wanted).tolist():
            if node == UP:
                undo(net, losses, before[-1], count)
                count = before.pop()
            else:
                before.append(count)
                count = lose(net, losses, node, count)
                entered.append(node)
                alone = failed(groups, list(range(len(groups))), node)
                assert set(losses.fallen[:count].tolist()) == alone
        assert count == 0
        assert not losses.failed.any()
        assert len(entered) == len(set(entered))
        assert set(entered) >= set(np.flatnonzero(wanted).tolist())


def test_counts_by_root_equal_a_search_from_each_root_also_beyond_one_word_of_roots() -> None:
    rng = np.random.default_rng(5)
    for trial in range(100):
        net, _, groups, roots = random_case(rng, cyclic=trial % 2 == 0)
        many = np.resize(roots, 70).astype(np.int32)
        kind = rng.integers(-1, 3, len(net.node)).astype(np.int32)
        counts = counts_by_root(net, many, kind, 3)
        for i, root in enumerate(many.tolist()):
            reached, queue = {root}, [root]
            for node in queue:
                new = {s for o, part in groups if o == node for s in part} - reached
                reached |= new
                queue += sorted(new)
            expected = [sum(kind[x] == k for x in reached) for k in range(3)]
            assert counts[i].tolist() == expected
