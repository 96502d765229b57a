"""Running it twice proposes nothing twice: proposals go into the twin and raise the position."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from redball.model import BadUse, Twin, parse_label, table
from redball.model.labels import Label
from redball.stock.orders import (
    OrderProposals,
    as_consignment_rows,
    as_order_rows,
    order_proposals,
)
from redball.stock.policies import policies

MakeTwin = Callable[..., Twin]
TODAY = date(2026, 1, 31)
LABEL = {
    Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})): 1,
    Label("DEU", "RESTRICTED"): 2,
}
WORLD: dict[str, list[dict[str, Any]]] = {
    "policy": [
        {"key": "1", "site": "BASE", "item": "I", "kind": "base_stock", "order_up_to": 30.0},
        {"key": "2", "site": "DEPOT", "item": "I", "kind": "fixed_quantity",
         "reorder_point": 50.0, "quantity": 25.0},
        {"key": "3", "site": "DEPOT", "item": "J", "kind": "reorder_up_to",
         "reorder_point": 5.0, "order_up_to": 40.0, "label": 2},
    ],
    "holding": [
        {"key": "a", "site": "DEPOT", "item": "I", "quantity": 64.0, "condition": "serviceable",
         "reserved": 0.0},
        {"key": "b", "site": "DEPOT", "item": "J", "quantity": 3.0, "condition": "serviceable",
         "reserved": 0.0},
    ],
    "resupply": [{"key": "r", "site": "BASE", "from_site": "DEPOT", "ship_days": 3.0}],
    "source": [
        {"key": "1", "party": "S1", "item": "I", "lead_time_days": 30.0, "unit_price": 10.0,
         "currency": "EUR", "minimum_order": 40.0},
        {"key": "2", "party": "S1", "item": "J", "lead_time_days": 20.0, "unit_price": 5.0,
         "currency": "EUR", "capacity_per_month": 10.0},
        {"key": "3", "party": "S2", "item": "J", "lead_time_days": 20.0, "unit_price": 6.0,
         "currency": "EUR", "capacity_per_month": 7.0},
    ],
}  # fmt: skip


def records(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {**row, "label": LABEL[parse_label(row["label"], row["owner"])]}
        for row in rows.rows(named=True)
    ]


def placed(made: OrderProposals, twin: Twin) -> dict[str, list[dict[str, Any]]]:
    return {
        "order": records(as_order_rows(made, twin)),
        "consignment": records(as_consignment_rows(made, twin)),
    }


def test_the_second_run_proposes_nothing(make_twin: MakeTwin) -> None:
    twin = make_twin(**WORLD)
    first = order_proposals(twin, today=TODAY)
    assert first.lines.select("action", "quantity").sort("quantity").rows() == [
        ("purchase", 7.0), ("purchase", 10.0), ("transfer", 14.0), ("purchase", 40.0),
    ]  # fmt: skip
    later = make_twin(**WORLD, **placed(first, twin))
    second = order_proposals(later, today=TODAY)
    assert second.lines.is_empty()
    assert set(second.not_ordered["code"]) <= set(first.not_ordered["code"])
    assert order_proposals(later, today=date(2026, 2, 3)).lines.is_empty()


def test_the_same_data_give_the_same_keys_and_they_are_unique(make_twin: MakeTwin) -> None:
    twin = make_twin(**WORLD)
    first, again = (order_proposals(twin, today=TODAY).lines for _ in range(2))
    assert first.equals(again)
    assert first["key"].n_unique() == first.height
    assert all(len(key) <= 30 and ":" not in key for key in first["key"])


def test_what_is_needed_anew_on_the_same_day_gets_another_key(make_twin: MakeTwin) -> None:
    twin = make_twin(**WORLD)
    first = order_proposals(twin, today=TODAY)
    used = placed(first, twin)
    for row in (*used["order"], *used["consignment"]):
        row["status"] = "lost" if "from_site" in row else "cancelled"
    second = order_proposals(make_twin(**WORLD, **used), today=TODAY)
    assert second.lines["quantity"].to_list() == first.lines["quantity"].to_list()
    assert not set(second.lines["key"]) & set(first.lines["key"])


def test_rows_are_those_of_the_tables_with_the_label_of_what_they_rest_on(
    make_twin: MakeTwin,
) -> None:
    twin = make_twin(**WORLD)
    made = order_proposals(twin, today=TODAY)
    rows = as_order_rows(made, twin)
    assert rows.columns == ["owner", *table("order").names, "label"]
    assert as_consignment_rows(made, twin).columns == [
        "owner", *table("consignment").names, "label",
    ]  # fmt: skip
    labels = dict(rows.select("item", "label").rows())
    assert labels == {"I": "UNCLASSIFIED // REL ALL", "J": "RESTRICTED"}
    assert rows["status"].unique().to_list() == ["open"]
    assert rows["ordered_on"].unique().to_list() == [TODAY]


def test_rows_ask_for_the_twin_that_they_were_computed_with(make_twin: MakeTwin) -> None:
    made = order_proposals(make_twin(**WORLD), today=TODAY)
    for write in (as_order_rows, as_consignment_rows):
        with pytest.raises(BadUse, match="another twin"):
            write(made, make_twin())


def test_computed_policies_go_straight_into_orders(make_twin: MakeTwin) -> None:
    twin = make_twin(**{**WORLD, "policy": []})
    demand = pl.DataFrame(
        {"site_ix": [1, 1], "item_ix": [0, 1], "horizon_days": [31.0, 21.0],
         "mean": [93.0, -1.0], "variance": [100.0, 4.0], "unit_cost": [10.0, 5.0]},
        schema_overrides={"site_ix": pl.Int32, "item_ix": pl.Int32},
    )  # fmt: skip
    computed = policies(
        demand, kind="reorder_up_to", holding_rate=0.2, order_cost=20.0, service_level=0.95
    )
    made = order_proposals(twin, computed, today=TODAY)
    (line,) = made.lines.rows(named=True)
    assert line["quantity"] == computed.frame["order_up_to"][0] - 64.0
    (left,) = made.not_ordered.rows(named=True)
    assert left["code"] == "policy incomplete"
    assert "more came back" in left["why"]
    later = make_twin(**{**WORLD, "policy": [], **placed_closed(made, twin)})
    assert order_proposals(later, computed, today=TODAY).lines.is_empty()


def placed_closed(made: OrderProposals, twin: Twin) -> dict[str, list[dict[str, Any]]]:
    """Without labels of its own a policy carries every label of the twin."""
    rows = as_order_rows(made, twin)
    return {"order": [{**row, "label": 1} for row in rows.rows(named=True)]}
