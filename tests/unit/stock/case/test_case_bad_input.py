"""What a case can't be built from is an error that names the table; what is left out is named."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse, Consumption, Groups, Twin
from redball.stock.case import SparingCase, sparing_case

World = Callable[..., Twin]
Uses = Callable[..., Consumption]
Rows = dict[str, list[dict[str, Any]]]


def left(case: SparingCase, table: str, key: str) -> str:
    """Why a row was left out; empty when it was not."""
    rows = case.left_out.filter(pl.col("table") == table, pl.col("key") == key)
    return " ".join(rows["why"].to_list())


@pytest.mark.parametrize("table", ["resupply", "fleet", "structure", "factor"])
def test_a_case_without_a_table_names_it(world: World, table: str) -> None:
    with pytest.raises(BadData, match=f"table {table}"):
        sparing_case(world(**{table: []}))


def test_a_case_without_prices_names_the_table(world: World, rows_of: Rows) -> None:
    free = [row | {"price": None} for row in rows_of["item"]]
    with pytest.raises(BadData, match="table item"):
        sparing_case(world(item=free))


@pytest.mark.parametrize("price", [None, 0.0])
def test_an_item_without_a_price_is_left_out_and_named(
    world: World, rows_of: Rows, price: float | None
) -> None:
    rows_of["item"][2]["price"] = price
    case = sparing_case(world(item=rows_of["item"]))
    assert "price" in left(case, "item", "DEU:LAMP")
    assert case.item_of[2] == -1
    assert "DEU:LAMP" not in case.problem.item_names


def test_a_price_in_a_currency_without_a_rate_is_none(world: World, rows_of: Rows) -> None:
    rows_of["item"][2]["currency"] = "USD"
    case = sparing_case(world(item=rows_of["item"]))
    assert "price" in left(case, "item", "DEU:LAMP")
    rate = {"key": "1", "currency": "USD", "day": date(2026, 1, 1), "per_eur": 2.0}
    priced = sparing_case(world(item=rows_of["item"], rate=[rate]))
    assert priced.problem.unit_cost[priced.item_of[2]] == 5.0


def test_an_item_without_mass_counts_as_none_in_storage_and_is_named(
    world: World, rows_of: Rows
) -> None:
    rows_of["item"][2]["mass_kg"] = None
    case = sparing_case(world(item=rows_of["item"]))
    assert case.problem.mass_kg[case.item_of[2]] == 0.0
    assert "mass_kg" in left(case, "item", "DEU:LAMP")


def test_sites_that_resupply_each_other_are_refused_with_their_names(
    world: World, rows_of: Rows
) -> None:
    rows_of["resupply"][2]["from_site"] = "BASE"
    with pytest.raises(BadData, match=r"circle: .*DEU:BASE.*DEU:DEPOT"):
        sparing_case(world(resupply=rows_of["resupply"]))


def test_assemblies_in_a_circle_are_refused(world: World) -> None:
    loop = {"key": "9", "parent": "GROUP", "child": "ROOT", "quantity": 1.0, "essential": True}
    with pytest.raises(BadData, match="contains itself"):
        sparing_case(world(also={"structure": [loop]}))


def test_parts_of_repairs_in_a_circle_are_refused(world: World, rows_of: Rows) -> None:
    rows_of["item"][0]["reparable"] = True
    loop = {"key": "9", "parent": "CARD", "child": "RADIO", "quantity": 1.0, "essential": True,
            "isolation": 0.1}  # fmt: skip
    twin = world(item=rows_of["item"], also={"structure": [loop]})
    with pytest.raises(BadData, match="circle"):
        sparing_case(twin)


def test_a_repair_in_no_time_is_not_counted(world: World, rows_of: Rows) -> None:
    rows_of["repair"][0]["repair_days"] = 0.0
    case = sparing_case(world(repair=rows_of["repair"]))
    assert "no time" in left(case, "repair", "DEU:1")
    assert case.problem.repaired[case.item_of[3]][0] == 0.0


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_left_out_and_named(world: World, uses: Uses, rate: float) -> None:
    case = sparing_case(world(), uses((0, 5, rate), (1, 5, 0.2)))
    assert "negative or not a number" in left(case, "item", "DEU:TYRE-A")
    assert case.problem.demand[case.item_of[5]].tolist() == [0, 0.2, 0, 0, 0]


def test_isolation_above_one_in_sum_is_scaled_and_named(world: World, rows_of: Rows) -> None:
    rows_of["structure"][3]["isolation"] = 0.9
    more = {"key": "9", "parent": "RADIO", "child": "LAMP", "quantity": 1.0, "essential": True,
            "isolation": 0.6}  # fmt: skip
    case = sparing_case(world(structure=[*rows_of["structure"], more]))
    assert case.problem.structure.isolation.tolist() == pytest.approx([0.6, 0.4])
    assert "scaled" in left(case, "structure", "DEU:4")


def test_isolation_below_what_is_not_reparable_is_not_used(world: World) -> None:
    odd = {"key": "9", "parent": "LAMP", "child": "TYRE-B", "quantity": 1.0, "essential": True,
           "isolation": 0.6}  # fmt: skip
    case = sparing_case(world(also={"structure": [odd]}))
    assert "not reparable" in left(case, "structure", "DEU:9")
    assert case.item_of[6] == -1


def test_redundancy_in_parts_of_a_piece_counts_as_none(world: World, rows_of: Rows) -> None:
    rows_of["structure"][2]["needed"] = 1.5
    rows_of["structure"][1]["quantity"] = 1.0
    case = sparing_case(world(structure=rows_of["structure"]))
    used = case.problem.applications
    row = used.item.tolist().index(case.item_of[2])
    assert (used.per_system[row], used.needed[row]) == (3.0, 3.0)
    assert "redundancy" in left(case, "item", "DEU:LAMP")


def test_fleets_without_a_place_or_hours_are_named(world: World, rows_of: Rows) -> None:
    rows_of["fleet"][1]["hours_per_day"] = None
    rows_of["resupply"] = [r for r in rows_of["resupply"] if r.get("owner") != "NLD"]
    case = sparing_case(world(fleet=rows_of["fleet"], resupply=rows_of["resupply"]))
    assert "resupply" in left(case, "fleet", "NLD:3")
    assert "hours_per_day" in left(case, "fleet", "DEU:2")
    assert case.problem.demand[case.item_of[3]].tolist() == pytest.approx([0.2, 0, 0])


def test_an_item_that_nobody_can_order_is_left_out(world: World, rows_of: Rows) -> None:
    rows = [r for r in rows_of["resupply"] if r.get("from_site") or r.get("item")]
    case = sparing_case(world(resupply=rows), nations=("DEU",))
    # the radio is condemned at the depot and has no source; lamp and card have a time
    assert case.problem.item_names == ("DEU:CARD", "DEU:LAMP")
    assert "no order and ship time" in left(case, "item", "DEU:RADIO")
    nowhere = [r for r in rows if r.get("from_site")]
    with pytest.raises(BadData, match="table resupply"):
        sparing_case(world(resupply=nowhere, source=[]), nations=("DEU",))


def test_rows_that_can_not_both_hold_are_named(world: World) -> None:
    twin = world(
        also={
            "resupply": [
                {"key": "8", "site": "BASE", "from_site": "DEPOT", "ship_days": 30.0},
                {"key": "9", "site": "BASE", "item": "LAMP", "ship_days": 7.0},
            ],
            "repair": [{"key": "9", "site": "BASE", "item": "RADIO", "repair_days": 40.0,
                        "repaired_share": 0.9}],
        }
    )  # fmt: skip
    case = sparing_case(twin)
    assert "earlier row" in left(case, "resupply", "DEU:8")
    assert "supplier of its own" in left(case, "resupply", "DEU:9")
    assert "earlier row" in left(case, "repair", "DEU:9")
    assert case.problem.ship_days[case.item_of[2]][0] == 7.0
    assert case.problem.repair_days[case.item_of[3]][0] == 4.0


def test_wrong_calls_are_refused(world: World, uses: Uses) -> None:
    twin = world()
    other = Groups("item", np.zeros(3, np.int32), ("",) * 3, pl.DataFrame())
    wrong: list[dict[str, Any]] = [
        {"items": other}, {"systems": [7]}, {"systems": []}, {"nations": []}, {"nations": "DEU"},
        {"use": uses((99, 0, 1.0))},
    ]  # fmt: skip
    for choice in wrong:
        with pytest.raises(BadUse):
            sparing_case(twin, **choice)
    with pytest.raises(BadData, match="POL"):
        sparing_case(twin, nations=("POL",))
