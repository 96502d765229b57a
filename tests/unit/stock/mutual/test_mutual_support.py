"""Mutual support of nations over a whole sparing problem."""

import heapq
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import scipy.stats

from redball.model.errors import BadData, BadUse
from redball.stock.mutual import Agreement, MutualSupport, exact_support, mutual_support
from redball.stock.sparing import Applications, SparingProblem, Structure, evaluate

Floats = npt.NDArray[np.float64]
BOTH = [Agreement("DEU", "NLD", move_days=2), Agreement("NLD", "DEU", move_days=2)]


def problem_of(
    demand: Floats, supplier: list[int], *, repaired: Floats | None = None,
    repair_days: float = 10.0, ship_days: float = 4.0,
) -> SparingProblem:  # fmt: skip
    """Items in five systems at every site that supplies nobody."""
    items, sites = demand.shape
    ones = np.ones((items, sites))
    leaf = np.array([s not in supplier for s in range(sites)])
    return SparingProblem(
        supplier=np.array(supplier, np.int32), demand=demand,
        repaired=ones if repaired is None else repaired, repair_days=repair_days * ones,
        ship_days=ship_days * ones, variance_to_mean=np.ones((items, 1)), batch=ones,
        unit_cost=np.arange(1.0, items + 1), mass_kg=np.ones(items), volume_m3=np.ones(items),
        structure=Structure(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)),
        applications=Applications(
            np.arange(items, dtype=np.int32), np.zeros(items, np.int32), np.ones(items),
            np.ones(items), np.ones(items),
        ),
        systems=np.where(leaf, 5.0, 0.0)[None, :], least=0 * ones, most=100 * ones,
    )  # fmt: skip


def two_nations(items: int = 6, seed: int = 3) -> tuple[SparingProblem, Floats, list[str]]:
    """A depot and two bases for each of two nations."""
    rng = np.random.default_rng(seed)
    demand = np.zeros((items, 6))
    demand[:, 2:] = rng.uniform(0.01, 0.08, (items, 4))
    repaired = np.full((items, 6), 0.4)
    repaired[:, :2] = 1.0
    problem = problem_of(demand, [-1, -1, 0, 0, 1, 1], repaired=repaired)
    stock = rng.integers(0, 3, (items, 6)).astype(float)
    return problem, stock, ["DEU", "NLD", "DEU", "DEU", "NLD", "NLD"]


def test_without_agreements_it_is_the_plain_evaluation() -> None:
    problem, stock, nations = two_nations()
    plain, found = evaluate(problem, stock), mutual_support(problem, stock, [], nations=nations)
    np.testing.assert_array_equal(found.ebo, plain.ebo)
    np.testing.assert_array_equal(found.vbo, plain.vbo)
    np.testing.assert_array_equal(found.availability, plain.availability)
    assert found.moves.is_empty()
    assert any("No agreement" in one for one in found.warnings)


def test_one_direction_helps_the_receiver_and_costs_the_giver() -> None:
    problem, stock, nations = two_nations()
    found = mutual_support(problem, stock, BOTH[:1], nations=nations)
    giver, receiver = (found.nations.row(i, named=True) for i in (0, 1))
    assert (giver["nation"], receiver["nation"]) == ("DEU", "NLD")
    assert receiver["ebo_with"] < receiver["ebo_without"]
    assert receiver["availability_with"] > receiver["availability_without"]
    assert giver["ebo_with"] > giver["ebo_without"]
    assert giver["availability_with"] < giver["availability_without"]
    assert giver["received_per_day"] == receiver["given_per_day"] == 0
    assert giver["given_per_day"] == pytest.approx(receiver["received_per_day"])
    move = found.moves.row(0, named=True)
    assert len(found.moves) == 1
    assert (move["giver"], move["receiver"]) == ("DEU", "NLD")
    assert move["units_per_day"] == pytest.approx(giver["given_per_day"])
    assert move["value_per_day"] > 0


def test_what_a_giver_keeps_protects_it() -> None:
    problem, stock, nations = two_nations()
    losses = []
    for keep in (0, 1, 2, 9):
        agreement = Agreement("DEU", "NLD", keep=keep)
        found = mutual_support(problem, stock, [agreement], nations=nations)
        row = found.nations.row(0, named=True)
        losses.append(row["ebo_with"] - row["ebo_without"])
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 0
    assert losses[-1] == 0


def test_an_agreement_for_some_items_leaves_the_others_alone() -> None:
    problem, stock, nations = two_nations()
    some = [replace(one, items=(1, 4)) for one in BOTH]
    found = mutual_support(problem, stock, some, nations=nations)
    untouched = [0, 2, 3, 5]
    np.testing.assert_array_equal(found.ebo[untouched], found.without.ebo[untouched])
    assert found.lateral[[1, 4]].sum() > 0
    assert found.lateral[untouched].sum() == 0


def test_bases_help_bases_and_depots_help_depots_only() -> None:
    problem, stock, nations = two_nations()
    bare = stock.copy()
    bare[:, 2:] = 0
    found = mutual_support(problem, bare, BOTH, nations=nations)
    assert found.lateral[:, 2:].sum() == 0
    assert found.lateral[:, :2].sum() > 0
    # depots that help each other shorten the waits of the bases below
    assert found.ebo[:, 2:].sum() < found.without.ebo[:, 2:].sum()


def test_a_move_slower_than_the_own_resupply_is_never_asked_for() -> None:
    problem = problem_of(np.array([[0.1, 0.1]]), [-1, -1])
    slow = [Agreement("AAA", "BBB", move_days=10), Agreement("BBB", "AAA", move_days=10)]
    found = mutual_support(problem, [[2, 1]], slow, nations=["AAA", "BBB"])
    np.testing.assert_array_equal(found.ebo, found.without.ebo)
    quick = [replace(one, move_days=9.9) for one in slow]
    assert mutual_support(problem, [[2, 1]], quick, nations=["AAA", "BBB"]).lateral.sum() > 0


def test_items_ordered_in_batches_take_no_part() -> None:
    problem = problem_of(np.array([[0.1, 0.1]]), [-1, -1])
    batched = replace(problem, batch=np.array([[1.0, 4.0]]))
    both = [Agreement("AAA", "BBB"), Agreement("BBB", "AAA")]
    found = mutual_support(batched, [[2, 1]], both, nations=["AAA", "BBB"])
    np.testing.assert_array_equal(found.ebo, found.without.ebo)
    assert any("batches" in one for one in found.assumptions)


def test_two_sites_with_move_time_equal_the_exact_chain() -> None:
    problem = problem_of(np.array([[0.15, 0.1]]), [-1, -1])
    agreements = [
        Agreement("AAA", "BBB", move_days=3, keep=1), Agreement("BBB", "AAA", move_days=1)
    ]  # fmt: skip
    found = mutual_support(problem, [[2, 1]], agreements, nations=["AAA", "BBB"])
    exact = exact_support(
        [0.15, 0.1], 10.0, [2, 1], [[1], [0]], keep=[1, 0], move_days=[[0, 1], [3, 0]]
    )
    np.testing.assert_allclose(found.ebo[0], exact.ebo, rtol=1e-12)
    np.testing.assert_allclose(found.moving[0], exact.moving, rtol=1e-12)
    holes = exact.ebo + exact.moving
    np.testing.assert_allclose(found.availability[0], 1 - holes / 5, rtol=1e-12)


def test_children_in_support_shorten_the_repairs_of_their_parents() -> None:
    base = problem_of(np.array([[0.1, 0.1], [0.0, 0.0]]), [-1, -1])
    problem = replace(
        base,
        structure=Structure(np.array([0], np.int32), np.array([1], np.int32), np.array([0.5])),
        applications=Applications(
            np.array([0], np.int32), np.array([0], np.int32), np.ones(1), np.ones(1), np.ones(1)
        ),
    )
    both = [
        Agreement("AAA", "BBB", items=(1,)), Agreement("BBB", "AAA", items=(1,))
    ]  # fmt: skip
    found = mutual_support(problem, [[1, 1], [1, 0]], both, nations=["AAA", "BBB"])
    assert found.lateral[0].sum() == 0
    assert found.lateral[1].sum() > 0
    assert found.ebo[1].sum() < found.without.ebo[1].sum()
    assert found.ebo[0, 1] < found.without.ebo[0, 1]


def simulated_echelons(seed: int, batches: int = 10, length: float = 8_000.0) -> Floats:
    """Holes at two bases under one depot, ship time constant, repair at the depot only.

    Bases help each other at once; the giver orders the replacement. Rows: batches.
    """
    rng = np.random.default_rng(seed)
    rate, shelf, owed = [0.12, 0.06], [2, 2], [0, 0]
    depot, queue = 2, []
    area, holes = np.zeros((batches + 1, 2)), np.zeros(2)
    events: list[tuple[float, int, str, int]] = []
    count = 0

    def push(at: float, kind: str, site: int) -> None:
        nonlocal count
        count += 1
        heapq.heappush(events, (at, count, kind, site))

    for i in (0, 1):
        push(rng.exponential(1 / rate[i]), "demand", i)
    last, end = 0.0, (batches + 1) * length
    while last < end:
        at, _, kind, i = heapq.heappop(events)
        area[int(min(last / length, batches))] += holes * (min(at, end) - last)
        last = at
        if kind == "demand":
            push(at + rng.exponential(1 / rate[i]), "demand", i)
            source = i if shelf[i] else (1 - i if shelf[1 - i] else -1)
            if source >= 0:
                shelf[source] -= 1
            else:
                owed[i] += 1
                holes[i] += 1
                source = i
            push(at + rng.exponential(10.0), "repaired", -1)
            if depot:
                depot -= 1
                push(at + 4.0, "arrived", source)
            else:
                queue.append(source)
        elif kind == "repaired":
            if queue:
                push(at + 4.0, "arrived", queue.pop(0))
            else:
                depot += 1
        elif owed[i]:
            owed[i] -= 1
            holes[i] -= 1
        else:
            shelf[i] += 1
    return area[1:] / length


def test_bases_under_a_depot_agree_with_events() -> None:
    demand = np.array([[0.0, 0.12, 0.06]])
    repaired = np.array([[1.0, 0.0, 0.0]])
    problem = problem_of(demand, [-1, 0, 0], repaired=repaired)
    both = [Agreement("AAA", "BBB"), Agreement("BBB", "AAA")]
    found = mutual_support(problem, [[2, 2, 2]], both, nations=["AAA", "AAA", "BBB"])
    runs = simulated_echelons(seed=7)
    mean, half = runs.mean(axis=0), 3.25 * runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    # exponential resupply stands in for a constant ship time and a first-come queue
    np.testing.assert_array_less(np.abs(found.ebo[0, 1:] - mean), 0.15 * mean + half)
    assert mean.sum() + half.sum() < found.without.ebo[0, 1:].sum()


def test_frames_hold_every_site_nation_and_system() -> None:
    problem, stock, nations = two_nations()
    named = replace(
        problem, site_names=tuple("ABCDEF"), system_names=("LYNX",), item_names=tuple("123456")
    )
    found = mutual_support(named, stock, BOTH, nations=nations)
    assert found.sites["site"].to_list() == list("ABCDEF")
    assert found.sites["availability_with"].null_count() == 2
    assert found.systems.select("system", "site").unique().height == 4
    assert found.nations["nation"].to_list() == ["DEU", "NLD"]
    by_nation = found.sites.group_by("nation").agg(pl.col("ebo_with").sum()).sort("nation")
    assert by_nation["ebo_with"].to_list() == pytest.approx(found.nations["ebo_with"].to_list())
    assert found.pooled_ebo < found.ebo.sum()
    assert len(found.assumptions) > 6


@pytest.mark.parametrize(("days", "below"), [((8.0, 8.0), False), ((30.0, 2.0), True)])
def test_pooling_bounds_only_where_all_are_resupplied_alike(
    days: tuple[float, float], below: bool
) -> None:
    rate, stock = np.array([0.3, 0.1]), np.array([3.0, 4.0])
    problem = problem_of(rate[None, :], [-1, -1])
    problem = replace(problem, repair_days=np.array([days]))
    found = mutual_support(
        problem, stock[None, :], [Agreement("NLD", "DEU")], nations=["DEU", "NLD"]
    )
    mean = float(rate @ np.array(days))
    assert found.pooled_ebo == pytest.approx(
        scipy.stats.poisson(mean).expect(lambda x: np.maximum(x - 7, 0.0), maxcount=400), rel=1e-6
    )
    assert (found.ebo.sum() < found.pooled_ebo) == below
    assert any("yardstick, no bound" in one for one in found.assumptions)


def test_progress_is_told_and_may_cancel() -> None:
    problem, stock, nations = two_nations()
    seen: list[float] = []
    mutual_support(problem, stock, BOTH, nations=nations, progress=seen.append)
    assert seen
    assert seen[-1] == 1

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mutual_support(problem, stock, BOTH, nations=nations, progress=stop)


def run(agreements: list[Agreement], nations: list[str]) -> MutualSupport:
    problem, stock, _ = two_nations()
    return mutual_support(problem, stock, agreements, nations=nations)


def test_bad_agreements_and_nations_are_refused() -> None:
    _, _, nations = two_nations()
    with pytest.raises(BadUse, match="6 sites but 2 nations"):
        run(BOTH, nations[:2])
    with pytest.raises(BadUse, match=r"'FRA' has no site.*DEU, NLD"):
        run([Agreement("FRA", "NLD")], nations)
    with pytest.raises(BadUse, match="rows from 0 to 5"):
        run([Agreement("DEU", "NLD", items=(6,))], nations)
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(BadData, match="days"):
            Agreement("DEU", "NLD", move_days=wrong)
        with pytest.raises(BadData, match="whole units"):
            Agreement("DEU", "NLD", keep=wrong)
    with pytest.raises(BadData, match="whole units"):
        Agreement("DEU", "NLD", keep=0.5)
