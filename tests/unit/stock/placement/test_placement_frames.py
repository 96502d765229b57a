"""Reading a chain: sums of variance and value by each rule, and clear refusals."""

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse
from redball.stock.placement import Chain, chain_from_frames

DIAMOND = [("raw", "left", 1.0), ("raw", "right", 2.0), ("left", "end", 3.0), ("right", "end", 1.0)]


def stages(**columns: list[object]) -> pl.DataFrame:
    base: dict[str, list[object]] = {
        "stage": ["raw", "left", "right", "end"],
        "stage_time_days": [3.0, 2.0, 1.0, 4.0],
        "added_cost": [1.0, 10.0, 100.0, 1000.0],
        "demand_sd": [None, None, 2.0, 4.0],
        "max_service_time_days": [None, None, 0.0, 0.0],
    }
    return pl.DataFrame({**base, **columns}, strict=False)


def arcs(rows: list[tuple[str, str, float]] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        DIAMOND if rows is None else rows,
        schema={"supplier": pl.String, "customer": pl.String, "quantity": pl.Float64},
        orient="row",
    )


def chain(rule: str = "set", costs: str = "path", **columns: list[object]) -> Chain:
    return chain_from_frames(
        stages(**columns), arcs(), aggregation=rule, cost_rule=costs, holding_rate=0.5, z=2.0
    )


@pytest.mark.parametrize(
    ("rule", "raw_variance"),
    [
        ("path", 4 + 16 + 16),  # end counts along both paths
        ("set", 4 + 16),
        ("quantity", 2**2 * 4 + (1 * 3 + 2 * 1) ** 2 * 16),
    ],
)
def test_variance_adds_up_by_the_rule(rule: str, raw_variance: float) -> None:
    made = chain(rule)
    assert made.aggregation == rule
    assert made.sigma[0] ** 2 == pytest.approx(raw_variance)
    assert made.sigma[3] == 4.0


@pytest.mark.parametrize(
    ("costs", "end"),
    [
        ("path", 1000 + (10 + 1) + (100 + 1)),
        ("set", 1000 + 10 + 100 + 1),
        ("quantity", 1000 + 3 * (10 + 1) + 1 * (100 + 2 * 1)),
    ],
)
def test_value_adds_up_by_the_rule(costs: str, end: float) -> None:
    made = chain(costs=costs)
    assert made.unit_cost[3] == pytest.approx(end)
    assert made.holding_cost[3] == pytest.approx(0.5 * end)


def test_given_holding_costs_are_not_added_up() -> None:
    made = chain(holding_cost=[1.0, 2.0, 3.0, 4.0])
    assert made.cost_rule == "given"
    assert made.holding_cost.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.isnan(made.unit_cost).all()


def test_the_safety_factor_is_own_else_given_else_of_the_highest_level() -> None:
    assert chain(z=[None, 1.0, None, None]).z.tolist() == [2.0, 1.0, 2.0, 2.0]
    made = chain_from_frames(
        stages(service_level=[None, None, 0.9, 0.975]), arcs(), aggregation="set"
    )
    assert made.z == pytest.approx(np.full(4, 1.959963985))
    with pytest.raises(BadUse, match="no safety factor"):
        chain_from_frames(stages(), arcs(), aggregation="set")


def test_many_customers_are_counted_once_each_beyond_one_block() -> None:
    n = 1300
    frame = pl.DataFrame(
        {
            "stage": ["hub", "far", *(f"c{i}" for i in range(n))],
            "stage_time_days": 1.0,
            "demand_sd": [None, None, *([1.0] * n)],
            "max_service_time_days": [None, None, *([0.0] * n)],
        }
    )
    out = [("far", "hub", 1.0), *(("hub", f"c{i}", 1.0) for i in range(n))]
    for rule in ("path", "set", "quantity"):
        made = chain_from_frames(frame, arcs(out), aggregation=rule, z=1.0)
        assert made.sigma[:2] ** 2 == pytest.approx([n, n])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"stage_time_days": [3.0, -1.0, 1.0, 4.0]}, r"stages, left: 'stage_time_days' is -1"),
        ({"stage_time_days": [3.0, np.nan, 1.0, 4.0]}, r"left: 'stage_time_days' is nan"),
        ({"stage_time_days": [3.0, np.inf, 1.0, 4.0]}, r"left: 'stage_time_days' is inf"),
        ({"stage_time_days": [3.0, 1e7, 1.0, 4.0]}, "at most 1,000,000"),
        ({"stage_time_days": [3.0, None, 1.0, 4.0]}, r"left: 'stage_time_days' is missing"),
        ({"stage_time_days": ["a", "b", "c", "d"]}, "not numbers"),
        ({"added_cost": [1.0, -2.0, 3.0, 4.0]}, r"left: 'added_cost' is -2"),
        ({"max_service_time_days": [None, None, -1.0, 0.0]}, r"right: 'max_service_time_days'"),
        ({"max_service_time_days": [None, None, None, 0.0]}, "no service time quoted"),
        ({"demand_sd": [None, None, None, None]}, "No stage has demand"),
        ({"demand_sd": [None, None, -2.0, 4.0]}, "'demand_sd' is -2"),
        ({"demand_mean": [5.0, None, 1.0, 1.0]}, r"raw: There is a mean of demand but no dev"),
        ({"service_level": [None, None, 0.9, 1.0]}, "service level is 1"),
        ({"service_level": [None, None, 0.9, 0.2]}, "service level is 0.2"),
        ({"stage": ["raw", "left", "right", "left"]}, "'left' comes twice"),
        ({"stage": ["raw", "left", None, "end"]}, r"row 3: The stage has no name"),
        ({"stage": ["raw", "left", " ", "end"]}, r"row 3: The stage has no name"),
        ({"colour": [1, 2, 3, 4]}, "Column 'colour' is not known"),
    ],
)
def test_bad_stages_are_refused_by_name(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(BadData, match=message):
        chain_from_frames(stages(**columns), arcs(), aggregation="set", z=2.0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("raw", "left", 1.0), ("raw", "nowhere", 1.0)], r"row 2, customer: There is no stage"),
        ([("raw", "left", 1.0), ("raw", "left", 2.0)], "raw to left comes twice"),
        ([("raw", "raw", 1.0)], "'raw' supplies itself"),
        ([("raw", "left", 0.0)], r"raw to left: 'quantity' is 0"),
        ([("raw", "left", -1.0)], r"raw to left: 'quantity' is -1"),
        ([("raw", "left", np.nan)], "'quantity' is nan"),
    ],
)
def test_bad_arcs_are_refused_by_name(rows: list[tuple[str, str, float]], message: str) -> None:
    with pytest.raises(BadData, match=message):
        chain_from_frames(stages(), arcs(rows), aggregation="set", z=1.0)


def test_a_circle_is_refused_and_named() -> None:
    rows = [*DIAMOND, ("end", "left", 1.0)]
    with pytest.raises(BadData, match=r"circle: .*(left to end|end to left)"):
        chain_from_frames(stages(), arcs(rows), aggregation="set", z=1.0)


def test_empty_tables_missing_columns_and_unknown_rules_are_refused() -> None:
    with pytest.raises(BadData, match="There are no stages"):
        chain_from_frames(stages().clear(), arcs([]), aggregation="set", z=1.0)
    with pytest.raises(BadData, match="no column 'stage_time_days'"):
        chain_from_frames(stages().drop("stage_time_days"), arcs(), aggregation="set", z=1.0)
    with pytest.raises(BadData, match="no column 'customer'"):
        chain_from_frames(stages(), arcs().drop("customer"), aggregation="set", z=1.0)
    with pytest.raises(BadUse, match=r"no rule 'sum'.*path, set, quantity"):
        chain_from_frames(stages(), arcs(), aggregation="sum", z=1.0)
    with pytest.raises(BadUse, match="no column 'holding_cost'"):
        chain_from_frames(stages(), arcs(), aggregation="set", cost_rule="given", z=1.0)
    for rate in (-0.1, np.nan, np.inf):
        with pytest.raises(BadUse, match="holding rate"):
            chain_from_frames(stages(), arcs(), aggregation="set", z=1.0, holding_rate=rate)
    for z in (-1.0, np.nan, np.inf):
        with pytest.raises(BadUse, match="safety factor"):
            chain_from_frames(stages(), arcs(), aggregation="set", z=z)


def test_quantities_that_multiply_beyond_all_numbers_are_refused() -> None:
    rows = [("raw", "left", 1e200), ("left", "end", 1e200), ("right", "end", 1.0)]
    with np.errstate(over="ignore"), pytest.raises(BadData, match="too large to add up"):
        chain_from_frames(stages(), arcs(rows), aggregation="quantity", z=1.0)
