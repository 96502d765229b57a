"""Losses on small networks: answers by hand and by enumeration, partial losses, bad input."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse, RedballError
from redball.risk.exposure import (
    ExposureNetwork,
    Loss,
    Need,
    Solver,
    bottlenecks,
    exposure,
    exposure_network,
    loss,
    lost_products,
    pairs,
    performance_impact,
    risk_exposure_index,
    single_losses,
    time_to_survive,
    together,
    worth,
)


def chain(**change: Any) -> ExposureNetwork:
    """A forge and a casting house supply one plant; the plant's 10 a day are asked for."""
    given: dict[str, Any] = {
        "stock": {"plant": 20.0, "forge": 8.0},
        "capacity_per_day": {"forge": 7.0, "cast": 5.0, "plant": 12.0},
        "demand_per_day": {"plant": 10.0},
        "margin": {"plant": 3.0},
        "needs": {"plant": [Need("blank", ["forge", "cast"])]},
    }
    return exposure_network(**{**given, **change})


def test_a_second_source_that_cannot_cover_the_volume_leaves_a_gap() -> None:
    network = chain()
    lost = loss(network, ["forge"], recovery_days=10.0)
    # 100 asked; 20 on the shelf, 8 blanks at the forge, 10 days of 5 from the casting house
    assert performance_impact(network, lost) == pytest.approx(3.0 * (100 - 20 - 8 - 50))
    # 10 t = 20 + 8 + 5 t
    assert time_to_survive(network, lost) == pytest.approx(28 / 5)
    # 12 a day is the most that the plant makes of 12 blanks: enough for ever
    assert time_to_survive(network, loss(network, [])) == np.inf


def test_a_partial_loss_takes_its_share_of_the_capacity_for_its_time() -> None:
    network = chain(stock={})
    half = loss(network, ["forge"], share=0.5, recovery_days=4.0, window_days=10.0)
    # forge: 7 * (10 - 0.5 * 4) = 56; casting house 50; 100 asked: nothing is lost in the window
    assert performance_impact(network, half) == 0.0
    # but while it lasts only 3.5 + 5 of 10 a day are made, and nothing is on the shelf
    assert time_to_survive(network, half) == 0.0
    more = loss(network, ["forge"], share=0.5, recovery_days=10.0)
    assert performance_impact(network, more) == pytest.approx(3.0 * (100 - 35 - 50))


def test_stock_that_is_lost_is_missing() -> None:
    network = chain()
    plain = loss(network, ["forge"], recovery_days=10.0)
    burnt = replace(plain, stock_node=np.array([0, 1]), stock_lost=np.array([5.0, 99.0]))
    assert network.names[:2] == ("plant", "forge")
    # 5 of 20 and all of 8 are gone
    assert performance_impact(network, burnt) == pytest.approx(3.0 * (100 - 15 - 50))
    assert time_to_survive(network, burnt) == pytest.approx(15 / 5)
    # the next loss finds the stock again
    solver = Solver(network)
    days = exposure(network, [burnt, plain], solver=solver).frame["survive_days"].to_list()
    assert days == pytest.approx([3.0, 28 / 5])


def test_a_site_lost_is_all_that_is_made_there() -> None:
    network = chain(
        sites={"works": ["forge", "cast"]}, site_capacity_per_day={"works": 9.0}
    )  # fmt: skip
    site = loss(network, ["works"], recovery_days=10.0)
    both = loss(network, ["forge", "cast"], recovery_days=10.0)
    assert performance_impact(network, site) == performance_impact(network, both) == 3.0 * 72
    # 9 a day at the site against 10 asked: short even undisturbed, after 28 days
    assert time_to_survive(network, loss(network, [])) == pytest.approx(28.0)


def test_a_part_that_is_also_sold_is_not_counted_twice() -> None:
    network = exposure_network(
        stock={"part": 10.0},
        capacity_per_day={"part": 4.0},
        demand_per_day={"part": 1.0, "whole": 2.0},
        margin={"part": 1.0, "whole": 5.0},
        needs={"whole": [Need("part", ["part"], 2.0)]},
    )
    # 5 parts a day are asked of 4; after 10 days the shelf is empty
    assert time_to_survive(network, loss(network, [])) == pytest.approx(10.0)
    # in 20 days 10 parts are missing; a part sold costs 1, two of a whole cost 5
    assert performance_impact(network, loss(network, [], window_days=20.0)) == pytest.approx(10.0)


def test_a_ring_of_needs_makes_nothing_from_nothing() -> None:
    ring = exposure_network(
        stock={"a": 6.0},
        demand_per_day={"a": 2.0},
        needs={"a": [Need("b", ["b"])], "b": [Need("a", ["a"])]},
    )
    assert time_to_survive(ring, loss(ring, [])) == pytest.approx(3.0)


def test_a_need_without_any_source_is_never_met() -> None:
    network = chain(needs={"plant": [Need("blank", ["forge"]), Need("seal", [])]}, stock={})
    assert time_to_survive(network, loss(network, [])) == 0.0


def test_tiny_networks_by_enumeration_of_whole_plans() -> None:
    # with whole numbers and a network matrix the programme has a whole optimum: try all plans
    rng = np.random.default_rng(7)
    for _ in range(25):
        stock, capacity = rng.integers(0, 4, 4), rng.integers(0, 5, 2)
        demand, margin, days = rng.integers(1, 4, 2), rng.integers(1, 6, 2), int(rng.integers(1, 3))
        names = ("p", "q", "s1", "s2")
        network = exposure_network(
            stock={name: float(s) for name, s in zip(names, stock, strict=True)},
            capacity_per_day={"s1": float(capacity[0]), "s2": float(capacity[1])},
            demand_per_day={"p": float(demand[0]), "q": float(demand[1])},
            margin={"p": float(margin[0]), "q": float(margin[1])},
            needs={"p": [Need("k", ["s1", "s2"])], "q": [Need("k", ["s2"])]},
        )
        for down in ([], ["s1"], ["s2"], ["s1", "s2"]):
            first = int(stock[2]) + ("s1" not in down) * int(capacity[0]) * days
            second = int(stock[3]) + ("s2" not in down) * int(capacity[1]) * days
            best = np.inf
            for a, b, c in product(range(first + 1), range(second + 1), range(second + 1)):
                if b + c <= second:
                    lost_p = max(int(demand[0]) * days - int(stock[0]) - a - b, 0)
                    lost_q = max(int(demand[1]) * days - int(stock[1]) - c, 0)
                    best = min(best, float(margin[0] * lost_p + margin[1] * lost_q))
            found = performance_impact(network, loss(network, down, recovery_days=float(days)))
            assert found == pytest.approx(best, abs=1e-7)


def test_times_to_recover_depend_on_node_and_cause() -> None:
    network = chain(recovery_days={"fire": {"forge": 30.0, "cast": 9.0}, "strike": {"forge": 5.0}})
    assert loss(network, ["forge", "cast"], cause="fire").window_days == 30.0
    assert loss(network, ["forge"], cause="strike").window_days == 5.0
    assert [one.name for one in single_losses(network, cause="strike")] == ["forge"]
    assert [one.window_days for one in single_losses(network, cause="fire")] == [30.0, 9.0]
    with pytest.raises(BadUse, match="unknown, negative or infinite"):
        loss(network, ["cast"], cause="strike")
    with pytest.raises(BadUse, match=r"one of the causes: fire, strike"):
        loss(network, ["cast"], cause="flood")


def test_two_losses_together_take_the_worse_of_both() -> None:
    network = chain()
    first = loss(network, ["forge"], share=0.5, recovery_days=10.0)
    second = loss(network, ["forge", "cast"], recovery_days=4.0)
    both = together(first, second)
    assert both.elements.tolist() == sorted([network.element("forge"), network.element("cast")])
    assert both.share.tolist() == [1.0, 1.0]
    assert sorted(both.recovery_days.tolist()) == [4.0, 10.0]
    assert (both.window_days, both.kind) == (10.0, "pair")
    assert len(pairs(single_losses(network, recovery_days=1.0))) == 3


def test_parts_that_share_nothing_are_solved_apart_and_equal_answers_once() -> None:
    network = exposure_network(
        stock={"p": 5.0, "q": 9.0},
        demand_per_day={"p": 1.0, "q": 1.0},
        needs={"p": [Need("k", ["s"])], "q": [Need("k", ["t"])]},
    )
    singles = [loss(network, [name], recovery_days=12.0) for name in ("s", "t")]
    result = exposure(network, [*singles, *pairs(singles)])
    assert result.blocks == 2
    assert result.frame["impact"].to_list() == pytest.approx([7.0, 3.0, 10.0])
    assert result.frame["survive_days"].to_list() == pytest.approx([5.0, 9.0, 5.0])
    assert result.frame["exposure_index"].to_list() == pytest.approx([0.7, 0.3, 1.0])
    assert result.reused == 2


def test_what_is_short_undisturbed_counts_in_the_impact_but_not_as_added() -> None:
    network = exposure_network(
        stock={"p": 5.0, "q": 4.0},
        capacity_per_day={"q": 0.5},
        demand_per_day={"p": 1.0, "q": 1.0},
        needs={"p": [Need("k", ["s"])]},
    )
    row = exposure(network, [loss(network, ["s"], recovery_days=12.0)]).frame.row(0, named=True)
    assert (row["impact"], row["undisturbed_impact"], row["added_impact"]) == (9.0, 2.0, 7.0)
    assert (row["survive_days"], row["own_survive_days"]) == (5.0, 5.0)
    none = exposure(network, [loss(network, [], window_days=12.0)]).frame.row(0, named=True)
    assert (none["survive_days"], none["own_survive_days"], none["exposed"]) == (8.0, None, False)


def test_lost_products_add_up_to_the_impact() -> None:
    network = chain()
    lost = loss(network, ["forge"], recovery_days=10.0)
    frame = lost_products(network, lost)
    assert frame.rows() == [(0, "plant", 22.0, pytest.approx(2.2), 66.0)]
    assert lost_products(network, loss(network, [])).is_empty()


def test_the_worth_of_more_is_what_solving_again_gives() -> None:
    network = chain()
    lost = loss(network, ["forge"], recovery_days=10.0)
    frame = worth(network, lost)
    before = performance_impact(network, lost)
    for row in frame.iter_rows(named=True):
        if row["kind"] == "stock":
            stock = network.stock.copy()
            stock[row["element"]] += 1.0
            after = performance_impact(replace(network, stock=stock), lost)
        elif row["kind"] == "capacity":
            capacity = network.capacity_per_day.copy()
            capacity[row["element"]] += 1.0
            after = performance_impact(replace(network, capacity_per_day=capacity), lost)
        else:
            after = performance_impact(network, loss(network, ["forge"], recovery_days=9.0))
        assert row["gain"] == pytest.approx(before - after)
        assert row["gain"] <= row["price"] + 1e-6
    found = {(row[0], row[2]): row[3] for row in frame.rows()}
    assert found["stock", "plant"] == pytest.approx(3.0)
    assert found["capacity", "cast"] == pytest.approx(30.0)
    assert found["recovery", "forge"] == pytest.approx(15.0)
    assert ("capacity", "plant") not in found


def test_a_large_gain_is_less_than_its_price_says() -> None:
    network = chain()
    lost = loss(network, ["forge"], recovery_days=10.0)
    frame = worth(network, lost, units=100.0).filter(pl.col("kind") == "stock")
    assert frame["gain"].to_list() == pytest.approx([66.0, 66.0])
    assert worth(network, lost, most=0).filter(pl.col("gain").is_not_null())["kind"].to_list() == [
        "recovery"
    ]


def test_bottlenecks_name_the_limits_that_bind_and_only_those() -> None:
    network = chain()
    frame = bottlenecks(network, loss(network, ["forge"], recovery_days=10.0))
    of_loss = frame.filter(pl.col("measure") == "loss")
    found = {(row["kind"], row["name"]): row for row in of_loss.iter_rows(named=True)}
    assert found["capacity", "cast"]["limit"] == pytest.approx(50.0)
    assert found["lost", "forge"]["limit"] == 0.0
    assert {row["price"] for row in found.values()} == {3.0}
    assert ("capacity", "plant") not in found
    # 28 / 5 days: one more unit of stock is a fifth of a day, one a day more 28 / 4 - 28 / 5
    days = frame.filter(pl.col("measure") == "days")
    price = {(row["kind"], row["name"]): row["price"] for row in days.iter_rows(named=True)}
    assert price["stock", "plant"] == pytest.approx(1 / 5)
    assert price["capacity", "cast"] == pytest.approx(28 / 25)
    assert bottlenecks(network, loss(network, [])).is_empty()


def test_rates_of_very_different_size_keep_their_digits() -> None:
    # a lubricant by the litre and an engine every three years, from one source
    def both(engine: float) -> ExposureNetwork:
        return exposure_network(
            stock={"oil": 4e4, "engine": 10 * engine},
            demand_per_day={"oil": 1e4, "engine": engine},
            margin={"oil": 1e-4, "engine": 1 / engine},
            needs={"oil": [Need("k", ["s"])], "engine": [Need("k", ["s"])]},
        )

    network = both(1e-3)
    frame = exposure(network, [loss(network, ["s"], recovery_days=30.0)]).frame
    assert frame["survive_days"].item() == pytest.approx(4.0)
    assert frame["impact"].item() == pytest.approx(26.0 + 20.0)
    with pytest.raises(BadData, match="s: A taker asks for less than a hundred-millionth"):
        exposure(both(1e-5), [loss(network, ["s"], recovery_days=30.0)])


def test_progress_rises_to_one_and_can_stop_the_work() -> None:
    network = chain()
    losses = single_losses(network, recovery_days=10.0)
    told: list[float] = []
    exposure(network, losses, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exposure(network, losses, progress=stop)


def test_no_losses_give_an_empty_table() -> None:
    assert exposure(chain(), []).frame.is_empty()


def test_the_index_of_nothing_lost_is_nothing() -> None:
    assert risk_exposure_index([0.0, 0.0]).tolist() == [0.0, 0.0]
    assert risk_exposure_index([]).tolist() == []
    for bad in ([-1.0], [np.nan], [np.inf]):
        with pytest.raises(BadUse, match="not a number of 0 or more"):
            risk_exposure_index(bad)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stock": {"plant": -1.0}}, "'stock' is -1.0"),
        ({"demand_per_day": {"plant": np.nan}}, "'demand_per_day' is nan"),
        ({"demand_per_day": {"plant": np.inf}}, "'demand_per_day' is inf"),
        ({"capacity_per_day": {"cast": -5.0}}, "'capacity_per_day' is -5.0"),
        ({"margin": {"plant": -3.0}}, "'margin' is -3.0"),
        ({"needs": {"plant": [Need("k", ["forge"], 0.0)]}}, "One unit takes 0.0 of forge"),
        ({"needs": {"plant": [Need("k", ["forge", "forge"])]}}, "comes twice"),
        ({"sites": {"a": ["forge"], "b": ["forge"]}}, "stands at two sites"),
        ({"site_capacity_per_day": {"x": 1.0}}, "'x' is not a node or site"),
        ({"recovery_days": {"fire": {"forge": -1.0}}}, "time to recover from 'fire' is -1.0"),
    ],
)
def test_a_bad_network_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadData, match=said):
        chain(**change)


def test_an_empty_network_is_refused() -> None:
    with pytest.raises(BadData, match="no nodes"):
        exposure_network(demand_per_day={})


def test_bad_losses_are_refused() -> None:
    network = chain()

    def refused(said: str, kind: type[RedballError] = BadUse, **change: Any) -> None:
        with pytest.raises(kind, match=said):
            loss(network, **{"elements": ["forge"], "recovery_days": 5.0, **change})

    refused("no node or site 'smithy'", elements=["smithy"])
    refused("no element 99", elements=[99])
    refused("not above 0 and at most 1", share=0.0)
    refused("not above 0 and at most 1", share=1.5)
    refused("unknown, negative or infinite", recovery_days=-1.0)
    refused("unknown, negative or infinite", recovery_days=np.inf)
    refused("shorter than the longest", window_days=4.0)
    refused("No time to recover", recovery_days=None)
    with pytest.raises(BadUse, match="no element 99"):
        exposure(network, [Loss("x", np.array([99]), np.ones(1), np.ones(1), 1.0)])
    with pytest.raises(BadUse, match="cap is 0"):
        exposure(network, [], cap_days=0.0)
    with pytest.raises(BadUse, match="another network"):
        exposure(network, [], solver=Solver(chain()))
    with pytest.raises(BadUse, match="units for 20 limits"):
        worth(network, loss(network, []), units=0.0)
