"""Replenishment policies against published cases: (s,S), serial chains, and textbook lots."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from redball.stock.policies import (
    DiscreteDemand,
    dynamic_lots,
    economic_order_quantity,
    fixed_quantity,
    newsvendor_normal,
    policies,
    reorder_up_to,
    serial_base_stock,
)


def load(reference: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((reference / "inventory" / name).read_text("utf-8"))
    return loaded


def case(reference: Path, model: str) -> tuple[dict[str, Any], dict[str, Any]]:
    cases = load(reference, "g13_single_echelon_fosct.json")["cases"]
    (found,) = [c for c in cases if c["model"].startswith(model)]
    return found["inputs"], found["expected"]


def test_the_seven_reorder_policies_of_zheng_and_federgruen(reference: Path) -> None:
    published = load(reference, "g10_sS_zheng_federgruen_1991.json")
    cost = published["params"]
    assert len(published["rows"]) == 7
    for row in published["rows"]:
        policy = reorder_up_to(
            DiscreteDemand.poisson(row["mean"]),
            order_cost=cost["K"], holding_cost=cost["h"], backorder_cost=cost["p"],
        )  # fmt: skip
        assert (policy.reorder_point, policy.order_up_to) == (row["s"], row["S"])
        assert policy.cost == pytest.approx(row["cost"], abs=5e-4)


def test_the_table_gives_the_same_reorder_policies(reference: Path) -> None:
    published = load(reference, "g10_sS_zheng_federgruen_1991.json")
    rows, cost = published["rows"], published["params"]
    means = [float(row["mean"]) for row in rows]
    frame = pl.DataFrame(
        {"site_ix": [0] * 7, "item_ix": list(range(7)), "horizon_days": [1.0] * 7,
         "mean": means, "variance": means, "unit_cost": [365.0 * cost["h"]] * 7}
    )  # fmt: skip
    made = policies(
        frame, kind="reorder_up_to", holding_rate=1.0, order_cost=cost["K"],
        backorder_cost=cost["p"], review_days=1.0,
    ).frame  # fmt: skip
    assert made["reorder_point"].to_list() == [row["s"] for row in rows]
    assert made["order_up_to"].to_list() == [row["S"] for row in rows]
    per_day = (made["cost_per_year"] / 365).to_list()
    assert per_day == pytest.approx([row["cost"] for row in rows], abs=5e-4)


def test_the_serial_chain_of_shang_and_song(reference: Path) -> None:
    (published,) = load(reference, "g12_serial_shang_song.json")["cases"]
    nodes = sorted(published["nodes"], key=lambda node: int(node["id"]))
    policy = serial_base_stock(
        echelon_holding_cost=[node["echelon_holding_cost"] for node in nodes],
        lead_time=[node["lead_time"] for node in nodes],
        backorder_cost=nodes[0]["stockout_cost"],
        demand_mean=nodes[0]["demand"]["mean"],
    )
    expected = published["published_echelon_base_stock"]
    assert policy.levels == tuple(expected[str(node["id"])] for node in nodes)
    assert policy.cost == pytest.approx(published["published_cost"], abs=0.1)
    assert policy.cost == pytest.approx(published["published_cost"], abs=5e-4)


def test_the_serial_chain_with_normal_demand_is_nearer_to_the_textbook(reference: Path) -> None:
    given, expected = case(reference, "serial SSM normal")
    nodes = given["nodes"]
    policy = serial_base_stock(
        echelon_holding_cost=[node["echelon_holding_cost"] for node in nodes],
        lead_time=[node["lead_time"] for node in nodes],
        backorder_cost=nodes[0]["stockout_cost"],
        demand_mean=nodes[0]["demand_mean"],
        demand_sd=nodes[0]["demand_sd"],
    )
    assert policy.cost == pytest.approx(expected["cost"], abs=0.2)
    assert policy.cost == pytest.approx(47.65, abs=0.02)  # the textbook's own figure
    assert policy.levels == pytest.approx(expected["S_echelon"], abs=0.15)


def test_the_economic_order_quantity(reference: Path) -> None:
    given, expected = case(reference, "EOQ")
    lot = economic_order_quantity(given["demand"], order_cost=given["K"], holding_cost=given["h"])
    assert lot.quantity == pytest.approx(expected["Q"], rel=1e-6)
    assert lot.cost == pytest.approx(expected["cost"], rel=1e-6)


def test_the_newsvendor(reference: Path) -> None:
    given, expected = case(reference, "newsvendor normal")
    lot = newsvendor_normal(
        given["mean"], given["sd"], holding_cost=given["h"], backorder_cost=given["p"]
    )
    assert lot.quantity == pytest.approx(expected["S"], rel=1e-6)
    assert lot.cost == pytest.approx(expected["cost"], rel=1e-6)


def test_the_lots_of_wagner_and_whitin(reference: Path) -> None:
    given, expected = case(reference, "Wagner-Whitin")
    plan = dynamic_lots(given["demand"], order_cost=given["K"], holding_cost=given["h"])
    assert plan.quantities.tolist() == expected["Q"]
    assert plan.cost == pytest.approx(expected["cost"], abs=1e-6)


def test_the_fixed_quantity_of_the_textbook(reference: Path) -> None:
    given, expected = case(reference, "(r,Q) Poisson exact")
    rate = given["demand_mean"]
    policy = fixed_quantity(
        DiscreteDemand.poisson(rate * given["lead_time"]),
        demand_rate=rate,
        order_cost=given["fixed_cost"],
        holding_cost=given["holding_cost"],
        backorder_cost=given["stockout_cost"],
    )
    assert (policy.reorder_point, policy.quantity) == (expected["r"], expected["Q"])
    assert policy.cost == pytest.approx(expected["cost"], abs=1e-6)
