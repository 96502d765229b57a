"""The sparing problem of two nations with one tank, every figure by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, DemandForecast, Groups, Label, Twin
from redball.stock.case import SparingCase, sparing_case

World = Callable[..., Twin]
Uses = Callable[..., Consumption]
Rows = dict[str, list[dict[str, Any]]]

BASE, BASE2, DEPOT, NL_BASE, NL_DEPOT = range(5)
CARD, GROUP, LAMP, RADIO, ROOT, TYRE_A, TYRE_B, N_RADIO = range(8)


def at(case: SparingCase, item: int) -> int:
    """Position of a record on the item axis."""
    return int(case.item_of[item])


def whys(case: SparingCase, table: str) -> dict[str, str]:
    """Why the rows of a table were left out."""
    return dict(case.left_out.filter(pl.col("table") == table).select("key", "why").iter_rows())


@pytest.fixture
def case(world: World, same_radio: Groups, uses: Uses) -> SparingCase:
    use = uses((BASE, TYRE_A, 0.3), (BASE, TYRE_B, 0.1), (DEPOT, TYRE_A, 9.0))
    return sparing_case(world(), use, items=same_radio)


def test_the_axes_are_the_units_replaced_their_parts_and_the_placed_sites(
    case: SparingCase,
) -> None:
    assert case.problem.item_names == ("DEU:CARD", "DEU:LAMP", "DEU:RADIO", "DEU:TYRE-A")
    assert case.item_ix.tolist() == [CARD, LAMP, RADIO, TYRE_A]
    assert case.problem.site_names[BASE] == "DEU:BASE"
    assert case.problem.supplier.tolist() == [DEPOT, DEPOT, -1, NL_DEPOT, -1]
    assert case.nation == ("DEU", "DEU", "DEU", "NLD", "NLD")
    assert case.problem.systems.tolist() == [[10.0, 5.0, 0.0, 8.0, 0.0]]
    assert case.problem.system_names == ("DEU:TANK",)


def test_records_of_one_article_share_an_item(case: SparingCase, world: World) -> None:
    assert at(case, N_RADIO) == at(case, RADIO)
    alone = sparing_case(world())
    assert alone.problem.item_names == ("DEU:CARD", "DEU:LAMP", "DEU:RADIO")
    # the Dutch record is not in the German structure: only recognition makes it one
    assert at(alone, N_RADIO) == -1


def test_failures_are_rates_per_hour_times_the_hours_of_the_fleets(case: SparingCase) -> None:
    demand = case.problem.demand
    # ten at two hours, five at four, and eight at one with the Dutch rate
    assert demand[at(case, RADIO)] == pytest.approx([0.2, 0.2, 0, 8 * 0.02, 0])
    # the Netherlands states none for the lamp: the rate of the system's owner holds
    assert demand[at(case, LAMP)] == pytest.approx([0.04, 0.04, 0, 8 * 0.002, 0])
    assert demand[at(case, CARD)].tolist() == [0.0] * 5  # it fails in repairs of the radio


def test_recorded_demand_counts_where_the_system_stands_and_nothing_is_stated(
    case: SparingCase, world: World, uses: Uses
) -> None:
    # nine a day at the depot are its bases' replenishment, not failures
    assert case.problem.demand[at(case, TYRE_A)].tolist() == [0.3, 0, 0, 0, 0]
    both = sparing_case(world(), uses((BASE, RADIO, 7.0)))
    assert both.problem.demand[at(both, RADIO)][BASE] == pytest.approx(0.2)
    planned = sparing_case(world(), uses((BASE, TYRE_A, 0.3), basis="planning factor"))
    assert at(planned, TYRE_A) == -1


def test_a_group_without_a_rate_is_walked_through_and_quantities_multiply(
    case: SparingCase,
) -> None:
    used = case.problem.applications
    row = used.item.tolist().index(at(case, LAMP))
    assert (used.per_system[row], used.needed[row]) == (6.0, 4.0)
    assert at(case, GROUP) == -1
    assert (used.share <= 1).all()
    stands = case.problem.demand[used.item] > 0
    assert used.share[stands] == pytest.approx(1.0)


def test_of_alternatives_the_one_used_most_counts_and_the_other_is_named(
    case: SparingCase,
) -> None:
    assert at(case, TYRE_B) == -1
    assert "alternative" in whys(case, "structure")["DEU:6"]


def test_parts_of_a_repair_are_edges_with_their_share(case: SparingCase) -> None:
    edges = case.problem.structure
    assert edges.parent.tolist() == [at(case, RADIO)]
    assert edges.child.tolist() == [at(case, CARD)]
    assert edges.isolation.tolist() == [0.4]


def test_times_of_an_order_come_from_the_most_exact_row(case: SparingCase) -> None:
    ship = case.problem.ship_days
    assert ship[at(case, RADIO)].tolist() == [3.0, 5.0, 90.0, 2.0, 120.0]
    assert ship[at(case, LAMP)].tolist() == [3.0, 5.0, 40.0, 2.0, 120.0]
    assert ship[at(case, CARD)][DEPOT] == pytest.approx(0.25 * 30 + 0.75 * 60)
    assert ship[at(case, CARD)][NL_DEPOT] == 120.0


def test_a_top_without_a_time_takes_that_of_an_ally_for_the_same_article(
    world: World, rows_of: Rows
) -> None:
    rows = [r for r in rows_of["resupply"] if not (r.get("owner") == "NLD" and r["key"] == "2")]
    case = sparing_case(world(resupply=rows))
    assert case.problem.supplier.tolist() == [DEPOT, DEPOT, -1, NL_DEPOT, -1]
    assert case.problem.ship_days[at(case, LAMP)][NL_DEPOT] == 40.0


def test_repair_is_read_by_article_and_site(case: SparingCase) -> None:
    problem, radio = case.problem, at(case, RADIO)
    assert problem.repaired[radio].tolist() == [0.5, 0, 0.9, 0, 1.0]
    assert problem.repair_days[radio].tolist() == [4.0, 0, 20.0, 0, 30.0]
    assert problem.repaired[at(case, LAMP)].tolist() == [0.0] * 5


def test_lots_of_a_policy_count_for_what_is_thrown_away_only(case: SparingCase) -> None:
    assert case.problem.batch[at(case, LAMP)].tolist() == [1, 1, 12, 1, 1]
    assert case.problem.batch[at(case, RADIO)].tolist() == [1] * 5


def test_money_mass_and_volume_are_those_of_the_first_record(case: SparingCase) -> None:
    radio = at(case, RADIO)
    problem = case.problem
    assert (problem.unit_cost[radio], problem.mass_kg[radio], problem.volume_m3[radio]) == (
        1000.0, 2.0, 0.01,
    )  # fmt: skip


HOLDINGS = [
    {"key": "1", "site": "BASE", "item": "RADIO", "quantity": 4.0, "condition": "serviceable",
     "reserved": 1.0},
    {"key": "2", "site": "BASE", "item": "RADIO", "quantity": 9.0, "condition": "serviceable",
     "reserved": 0.0, "expiry": date(2026, 1, 30)},
    {"key": "3", "site": "DEPOT", "item": "RADIO", "quantity": 2.0, "condition": "in_repair",
     "reserved": 0.0},
    {"key": "4", "site": "DEPOT", "item": "LAMP", "quantity": 5.0, "condition": "unserviceable",
     "reserved": 0.0},
    {"key": "5", "site": "DEPOT", "item": "RADIO", "quantity": 7.0, "condition": "condemned",
     "reserved": 0.0},
    {"key": "1", "site": "DEPOT", "item": "N-RADIO", "quantity": 6.0, "condition": "serviceable",
     "reserved": 0.0, "owner": "NLD", "label": 3},
]  # fmt: skip
ORDERS = [
    {"key": "O1", "item": "LAMP", "site": "DEPOT", "quantity": 20.0, "status": "shipped"},
    {"key": "O2", "item": "LAMP", "site": "DEPOT", "quantity": 30.0, "status": "received"},
]
MOVES = [
    {"key": "C1", "item": "LAMP", "from_site": "DEPOT", "to_site": "BASE", "quantity": 3.0,
     "status": "in_transit"},
    {"key": "C2", "item": "LAMP", "from_site": "DEPOT", "to_site": "DEPOT", "quantity": 20.0,
     "status": "in_transit", "order": "O1"},
]  # fmt: skip


def test_stock_is_usable_unreserved_and_what_comes_back_or_in(
    world: World, same_radio: Groups
) -> None:
    twin = world(holding=HOLDINGS, order=ORDERS, consignment=MOVES)
    case = sparing_case(twin, items=same_radio)
    assert case.have[at(case, RADIO)].tolist() == [3.0, 0, 2.0, 0, 6.0]
    # lamps are not repaired; the order counts once, not again with its consignment
    assert case.have[at(case, LAMP)].tolist() == [3.0, 0, 20.0, 0, 0]
    bare = sparing_case(twin, items=same_radio, due_in=False)
    assert bare.have[at(bare, RADIO)].tolist() == [3.0, 0, 0, 0, 6.0]
    assert bare.have[at(bare, LAMP)].tolist() == [0.0] * 5
    earlier = sparing_case(twin, items=same_radio, day=date(2026, 1, 30))
    assert earlier.have[at(earlier, RADIO)][BASE] == 12.0


def test_more_promised_than_there_is_counts_as_none(world: World) -> None:
    promised = {"key": "1", "site": "BASE", "item": "LAMP", "quantity": 2.0, "reserved": 5.0}
    case = sparing_case(world(holding=[promised | {"condition": "serviceable"}]))
    assert case.have[at(case, LAMP)][BASE] == 0.0


def test_units_of_issue_are_converted_to_the_unit_of_the_article(
    world: World, same_radio: Groups
) -> None:
    # the Dutch record counts in packs of two
    units = pl.DataFrame(
        {"item_ix": list(range(8)), "factor_to_group_unit": [1.0] * 7 + [2.0]},
        schema_overrides={"item_ix": pl.Int32},
    )
    case = sparing_case(world(holding=HOLDINGS), items=same_radio, units=units)
    radio = at(case, RADIO)
    assert case.have[radio][NL_DEPOT] == 12.0
    assert case.problem.demand[radio][NL_BASE] == pytest.approx(2 * 8 * 0.02)
    assert case.unit_factor[N_RADIO] == 2.0
    unknown = units.with_columns(
        factor_to_group_unit=pl.when(pl.col("item_ix") != N_RADIO).then("factor_to_group_unit")
    )
    apart = sparing_case(world(), items=same_radio, units=unknown)
    assert at(apart, N_RADIO) == -1


def test_a_forecast_brings_its_variance_and_poisson_is_the_least(world: World) -> None:
    frame = pl.DataFrame(
        {
            "site_ix": [BASE, BASE2], "item_ix": [TYRE_A, TYRE_A], "per_day": [0.3, 0.2],
            "mean": [3.0, 2.0], "variance": [7.5, 1.0], "basis": ["demand history"] * 2,
            "labels": [[0], [0]],
        },
        schema_overrides={"site_ix": pl.Int32, "item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip
    case = sparing_case(world(), DemandForecast(frame, (0.9,), 30.0))
    tyre = at(case, TYRE_A)
    assert case.problem.variance_to_mean[tyre].tolist() == [2.5, 1, 1, 1, 1]
    assert not any("Poisson" in sentence for sentence in case.assumptions)


def test_demand_is_split_over_the_systems_at_a_site_by_hours_and_pieces(
    world: World, uses: Uses
) -> None:
    twin = world(
        also={
            "system": [{"key": "TRUCK", "item": "GROUP", "kind": "land"}],
            "structure": [{"key": "7", "parent": "GROUP", "child": "TYRE-A", "quantity": 4.0,
                           "essential": False},
                          {"key": "8", "parent": "ROOT", "child": "CARD", "quantity": 2.0,
                           "essential": True},
                          {"key": "9", "parent": "GROUP", "child": "CARD", "quantity": 1.0,
                           "essential": True}],
            "fleet": [{"key": "4", "unit": "U1", "system": "TRUCK", "count": 20,
                       "hours_per_day": 1.0}],
        }
    )  # fmt: skip
    case = sparing_case(twin, uses((BASE, CARD, 0.6)))
    used, card = case.problem.applications, at(case, CARD)
    share = {
        int(y): used.share[row][BASE]
        for row, (i, y) in enumerate(zip(used.item, used.system, strict=True)) if i == card
    }  # fmt: skip
    # the tank has 2 and 2 more in its groups, 20 hours; the truck 1, 20 hours
    assert share == {0: pytest.approx(0.8), 1: pytest.approx(0.2)}


def test_only_the_chosen_nations_and_systems_are_in_the_case(world: World) -> None:
    case = sparing_case(world(), nations=("NLD",))
    assert case.problem.site_names == ("NLD:BASE", "NLD:DEPOT")
    assert case.nation == ("NLD", "NLD")
    assert case.problem.systems.tolist() == [[8.0, 0.0]]
    assert sparing_case(world(), systems=[0]).system_ix.tolist() == [0]


def test_the_label_is_the_highest_of_what_went_in_and_cells_say_their_own(
    world: World, rows_of: Rows
) -> None:
    rows_of["repair"][0]["label"] = 2
    case = sparing_case(world(repair=rows_of["repair"]))
    assert case.label.classification == "RESTRICTED"
    assert case.label.readers == frozenset({"DEU", "NLD"})
    twin = world(repair=rows_of["repair"])
    closed = {i for i, label in enumerate(twin.labels) if label.classification == "RESTRICTED"}
    touched = case.labels.filter(
        pl.col("labels").list.eval(pl.element().is_in(list(closed))).list.any()
    )
    assert touched.select("item", "site").rows() == [(at(case, RADIO), BASE)]
    assert sparing_case(world()).label.classification == "UNCLASSIFIED"


def test_a_row_that_does_not_go_in_leaves_no_trace_in_the_label(world: World) -> None:
    other = {"key": "9", "site": "BASE", "item": "ROOT", "repair_days": 4.0, "repaired_share": 0.5}
    case = sparing_case(world(also={"repair": [other | {"label": 2}]}))
    assert case.label.classification == "UNCLASSIFIED"


def test_what_recognition_rests_on_is_in_the_label(world: World, same_radio: Groups) -> None:
    labels = {
        1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
        2: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
        3: Label("NLD", "RESTRICTED", frozenset({"DEU"})),
    }
    twin = world(labels=labels)
    units = pl.DataFrame(
        {
            "item_ix": list(range(8)), "factor_to_group_unit": [1.0] * 8,
            "labels": [[0]] * 3 + [[0, len(twin.labels) - 1]] + [[0]] * 4,
        },
        schema_overrides={"item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip
    assert sparing_case(twin, nations=("DEU",)).label.classification == "UNCLASSIFIED"
    recognised = sparing_case(twin, items=same_radio, units=units, nations=("DEU",))
    assert recognised.label.classification == "RESTRICTED"


def test_stock_of_others_that_is_not_shown_is_said_to_count_as_none(world: World) -> None:
    said = " ".join(sparing_case(world(holding=HOLDINGS[:1])).assumptions)
    assert "No stock is shown to DEU at site NLD:BASE, site NLD:DEPOT" in said
    assert "No stock is shown" not in " ".join(sparing_case(world(), nations=["DEU"]).assumptions)


def test_what_is_left_out_carries_its_own_label_and_no_count_is_told(
    world: World, rows_of: Rows
) -> None:
    rows_of["repair"][0] |= {"label": 2, "repair_days": 0.0}
    twin = world(repair=rows_of["repair"])
    case = sparing_case(twin)
    (row,) = case.left_out.filter(table="repair").iter_rows(named=True)
    assert twin.labels[row["own"]].classification == "RESTRICTED"
    # its item and its site are named too
    named = {twin.labels[i].classification for i in row["labels"]}
    assert named == {"RESTRICTED", "UNCLASSIFIED"}
    assert case.label.classification == "UNCLASSIFIED"
    assert case.assumptions == sparing_case(world()).assumptions


def test_the_order_of_rows_changes_nothing(world: World, rows_of: Rows) -> None:
    turned = {name: rows[::-1] for name, rows in rows_of.items()}
    one, other = sparing_case(world()), sparing_case(world(**turned))
    for name in ("demand", "repaired", "ship_days", "unit_cost", "batch", "systems"):
        assert np.array_equal(getattr(one.problem, name), getattr(other.problem, name))
    assert one.left_out.equals(other.left_out)
