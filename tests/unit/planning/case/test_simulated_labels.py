"""Labels of a simulated case, and input it refuses."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from redball.model import BadData, BadUse, Consumption, Groups, Twin
from redball.planning.case import CaseOptions, simulated_case

World = Callable[..., Twin]
Uses = Callable[..., Consumption]
Rows = dict[str, list[dict[str, Any]]]
BASE, RATION = 0, 3


def test_one_restricted_row_marks_all_that_is_connected_and_nothing_else(
    world: World, rows_of: Rows, uses: Uses
) -> None:
    rows_of["repair"][0] |= {"label": 2}
    case = simulated_case(world(repair=rows_of["repair"]), uses((BASE, RATION, 1.0)))
    assert case.label.text == "RESTRICTED // FOR DEU NLD ONLY"
    net = case.network
    texts = {net.name_of(cell): len(labels) for cell, labels in case.cell_labels.iter_rows()}
    restricted = max(texts.values())
    assert texts["DEU:RADIO at DEU:BASE"] == restricted
    assert texts["DEU:RADIO at DEU:PLANT"] == restricted  # its queue depends on the repair
    assert case.fleet_labels["labels"].list.len().to_list()[0] == restricted


def test_open_rows_give_an_open_case(world: World) -> None:
    case = simulated_case(world())
    assert case.label.text == "UNCLASSIFIED // REL ALL"
    assert case.cell_labels.height == len(case.network.cells)
    assert case.fleet_labels.height == len(case.network.fleets)
    assert case.cells.height == len(case.network.cells)


def test_what_is_left_out_is_not_in_the_label(world: World, rows_of: Rows) -> None:
    rows_of["supply"][2] |= {"label": 2}  # paint is not essential
    case = simulated_case(world(supply=rows_of["supply"]))
    assert case.label.text == "UNCLASSIFIED // REL ALL"
    assert case.left_out.filter(key="DEU:3", table="supply").height == 1


def test_nobody_asks_for_anything(world: World) -> None:
    with pytest.raises(BadData, match="Nobody asks for anything"):
        simulated_case(world(fleet=[]))


def test_circles_of_resupply_are_refused(world: World) -> None:
    rows = [{"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 3.0},
            {"key": "2", "site": "DEPOT", "from_site": "BASE", "ship_days": 3.0}]  # fmt: skip
    with pytest.raises(BadData, match="circle"):
        simulated_case(world(resupply=rows))


def test_demand_of_another_twin_is_refused(world: World, uses: Uses) -> None:
    with pytest.raises(BadUse, match="item_ix"):
        simulated_case(world(), uses((BASE, 99, 1.0)))
    with pytest.raises(BadUse, match="groups"):
        simulated_case(
            world(), items=Groups("item", pl.Series([0]).to_numpy(), ("",), pl.DataFrame())
        )


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -1.0])
def test_a_rate_that_is_none_is_named_and_not_used(world: World, uses: Uses, rate: float) -> None:
    case = simulated_case(world(), uses((BASE, RATION, rate)))
    assert len(case.network.streams) == 0
    found = case.left_out.filter(table="item", key="DEU:RATION")
    assert "negative or not a number" in found["why"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"input_days": -1.0}, {"input_days": float("nan")}, {"input_lead_days": 1e9},
        {"cycle_days": float("inf")}, {"service": 1.0}, {"service": 0.1}, {"headroom": 0.0},
        {"bulk_per_day": 0.0},
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadUse, match=next(iter(wrong))):
        CaseOptions(**wrong)  # type: ignore[arg-type]  # one field at a time, all are numbers


def test_every_assumption_is_a_sentence(world: World) -> None:
    for sentence in simulated_case(world()).assumptions:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
