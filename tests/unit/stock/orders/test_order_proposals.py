"""The orders to place today: each rule on a world of three sites and two suppliers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from redball.model import BadData, BadUse, Consumption, Twin, dominant
from redball.stock.orders import CODES, OrderProposals, order_proposals

MakeTwin = Callable[..., Twin]
TODAY = date(2026, 1, 31)
BASE, DEPOT, WERK = 0, 1, 2


def policy(site: str = "DEPOT", item: str = "I", **more: Any) -> dict[str, Any]:
    return {"key": f"{site}|{item}", "site": site, "item": item, "kind": "reorder_up_to",
            "reorder_point": 20.0, "order_up_to": 60.0, **more}  # fmt: skip


def stock(quantity: float, site: str = "DEPOT", item: str = "I", **more: Any) -> dict[str, Any]:
    key = f"{site}|{item}|{more.get('lot', '')}{more.get('condition', '')}"
    return {"key": key, "site": site, "item": item, "quantity": quantity, "reserved": 0.0,
            "condition": "serviceable", **more}  # fmt: skip


def order(quantity: float, **more: Any) -> dict[str, Any]:
    return {"key": "O", "supplier": "S1", "item": "I", "site": "DEPOT", "quantity": quantity,
            "ordered_on": date(2025, 10, 1), "status": "open", **more}  # fmt: skip


def moved(quantity: float, **more: Any) -> dict[str, Any]:
    return {"key": "C", "from_site": "WERK", "to_site": "DEPOT", "item": "I", "mode": "road",
            "quantity": quantity, "status": "in_transit", **more}  # fmt: skip


def source(party: str = "S1", **more: Any) -> dict[str, Any]:
    return {"key": f"{party}|I", "party": party, "item": "I", "lead_time_days": 30.0,
            "unit_price": 10.0, "currency": "EUR", **more}  # fmt: skip


def propose(twin: Twin, **options: Any) -> OrderProposals:
    return order_proposals(twin, today=TODAY, **options)


def line(twin: Twin, **options: Any) -> dict[str, Any]:
    (found,) = propose(twin, **options).lines.rows(named=True)
    return found


def refused(twin: Twin, **options: Any) -> tuple[str, str]:
    made = propose(twin, **options)
    assert made.lines.is_empty()
    (found,) = made.not_ordered.rows(named=True)
    assert found["code"] in CODES
    return found["code"], found["why"]


def test_stock_above_the_reorder_point_is_enough(make_twin: MakeTwin) -> None:
    made = propose(make_twin(policy=[policy()], holding=[stock(21.0)]))
    assert (made.lines.height, made.not_ordered.height) == (0, 0)
    assert (made.checked, made.enough) == (1, 1)
    assert made.by_source.is_empty()


def test_at_the_reorder_point_the_level_is_filled_up(make_twin: MakeTwin) -> None:
    found = line(make_twin(policy=[policy()], holding=[stock(20.0)]))
    assert (found["action"], found["site_ix"], found["quantity"]) == ("purchase", DEPOT, 40)
    assert (found["amount_eur"], found["due_on"]) == (400.0, date(2026, 3, 2))
    assert found["why"].startswith(
        "The position of 20 EA (20 free) is at or below the reorder point of 20: order up to 60."
    )
    assert "Alpha lands at" in found["why"]


def test_a_fixed_quantity_is_ordered_as_often_as_needed(make_twin: MakeTwin) -> None:
    fixed = policy(kind="fixed_quantity", quantity=15.0, order_up_to=None)
    for held, quantity in ((20.0, 15.0), (6.0, 15.0), (5.0, 30.0), (0.0, 30.0)):
        found = line(make_twin(policy=[fixed], holding=[stock(held)]))
        assert found["quantity"] == quantity
        assert found["order_up_to"] is None


def test_a_base_stock_is_filled_up_one_for_one(make_twin: MakeTwin) -> None:
    base = policy(kind="base_stock", reorder_point=None, order_up_to=8.0)
    assert line(make_twin(policy=[base], holding=[stock(7.0)]))["quantity"] == 1
    assert propose(make_twin(policy=[base], holding=[stock(8.0)])).lines.is_empty()


def test_reserved_expired_and_unusable_stock_does_not_count(make_twin: MakeTwin) -> None:
    held = [
        stock(30.0, reserved=4.0),
        stock(100.0, lot="old", expiry=TODAY - timedelta(days=1)),
        stock(5.0, lot="last day", expiry=TODAY),
        stock(100.0, condition="quarantine"),
        stock(100.0, condition="in_repair"),
    ]
    found = line(make_twin(policy=[policy(reorder_point=31.0)], holding=held))
    assert (found["position"], found["quantity"]) == (31.0, 29.0)


def test_reparable_units_in_repair_come_back(make_twin: MakeTwin) -> None:
    item = {"key": "I", "unit_of_issue": "EA", "supply_class": "NATO:II", "reparable": True}
    held = [stock(10.0), stock(4.0, condition="in_repair"), stock(3.0, condition="unserviceable"),
            stock(9.0, condition="condemned")]  # fmt: skip
    found = line(make_twin(item=[item], policy=[policy()], holding=held))
    assert found["position"] == 17.0
    assert "7 in or waiting for repair" in found["why"]


@pytest.mark.parametrize(
    ("status", "counts"), [("open", 1), ("shipped", 1), ("received", 0), ("cancelled", 0)]
)
def test_only_open_and_shipped_orders_are_coming(
    make_twin: MakeTwin, status: str, counts: int
) -> None:
    found = line(
        make_twin(policy=[policy()], holding=[stock(5.0)], order=[order(10.0, status=status)])
    )
    assert found["position"] == 5.0 + 10.0 * counts


@pytest.mark.parametrize(
    ("status", "state", "position"),
    [
        ("in_transit", None, 15), ("planned", None, 15), ("arrived", None, 5), ("lost", None, 5),
        ("in_transit", "open", 17), ("planned", "shipped", 17), ("lost", "open", 7),
        ("arrived", "shipped", 7), ("in_transit", "received", 5), ("in_transit", "cancelled", 15),
    ],
)  # fmt: skip
def test_a_consignment_counts_once_and_never_when_lost(
    make_twin: MakeTwin, status: str, state: str | None, position: float
) -> None:
    orders = [] if state is None else [order(12.0, status=state)]
    sent = moved(10.0, status=status, order=None if state is None else "O")
    found = line(
        make_twin(policy=[policy()], holding=[stock(5.0)], order=orders, consignment=[sent])
    )
    assert found["position"] == position


def test_goods_that_arrived_elsewhere_are_still_on_order(make_twin: MakeTwin) -> None:
    sent = moved(10.0, status="arrived", to_site="BASE", order="O")
    found = line(
        make_twin(policy=[policy()], holding=[stock(5.0)], order=[order(12.0)], consignment=[sent])
    )
    assert found["position"] == 17.0


def test_an_overdue_order_counts_and_is_said_unless_it_is_given_up(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(5.0)],
        order=[order(10.0, due_on=TODAY - timedelta(days=40))],
    )  # fmt: skip
    found = line(twin)
    assert found["position"] == 15.0
    assert "10 on order (10 of it overdue)" in found["why"]
    assert line(twin, most_overdue_days=40)["position"] == 15.0
    assert line(twin, most_overdue_days=39)["position"] == 5.0


def test_requirements_that_are_due_are_taken_off_only_when_asked_for(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(18.0)],
        party=[{"key": "BN", "kind": "unit", "site": "DEPOT", "name": "Battalion"},
               {"key": "S1", "kind": "supplier", "name": "Alpha"}],
        requirement=[
            {"key": "1", "nation": "DEU", "unit": "BN", "item": "I", "quantity": 6.0,
             "needed_by": TODAY},
            {"key": "2", "nation": "DEU", "unit": "BN", "item": "I", "quantity": 99.0,
             "needed_by": TODAY + timedelta(days=1)},
            {"key": "3", "nation": "DEU", "item": "I", "quantity": 99.0, "needed_by": TODAY},
        ],
    )  # fmt: skip
    assert line(twin)["position"] == 18.0
    found = line(twin, count_requirements=True)
    assert found["position"] == 12.0
    assert "less 6 owed to requirements" in found["why"]


# sources


def test_the_source_that_lands_cheapest_gets_the_order(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(0.0)],
        source=[source("S1", unit_price=10.0), source("S2", unit_price=9.0, lead_time_days=60.0)],
    )  # fmt: skip
    found = line(twin)
    assert twin["party"]["key"][found["party_ix"]] == "S2"
    assert "the least; next is Alpha at 10.16 EUR" in found["why"]


def test_capital_over_the_lead_time_is_part_of_the_landed_cost(make_twin: MakeTwin) -> None:
    given = [source("S1", unit_price=10.0, lead_time_days=10.0),
             source("S2", unit_price=9.8, lead_time_days=365.0)]  # fmt: skip
    twin = make_twin(policy=[policy()], holding=[stock(0.0)], source=given)
    assert twin["party"]["key"][line(twin)["party_ix"]] == "S1"
    assert twin["party"]["key"][line(twin, holding_rate=0.001)["party_ix"]] == "S2"


def test_of_equal_landed_costs_the_shorter_lead_time_wins(make_twin: MakeTwin) -> None:
    given = [source("S1", unit_price=10.0, lead_time_days=40.0),
             source("S2", unit_price=10.1, lead_time_days=5.0)]  # fmt: skip
    twin = make_twin(policy=[policy()], holding=[stock(0.0)], source=given)
    found = line(twin, holding_rate=1e-6)
    assert twin["party"]["key"][found["party_ix"]] == "S2"
    assert "about the same as Alpha at 10.00 EUR, and delivers sooner: in 5 days" in found["why"]
    found = line(twin, holding_rate=1e-6, tie_share=0.0)
    assert twin["party"]["key"][found["party_ix"]] == "S1"


def lane(start: str, cost: float, **more: Any) -> dict[str, Any]:
    return {"key": start, "from_site": start, "to_site": "DEPOT", "mode": "road",
            "both_ways": False, "cost_per_t": cost, "currency": "EUR", **more}  # fmt: skip


def test_transport_counts_where_it_is_known_for_every_source(make_twin: MakeTwin) -> None:
    heavy = {"key": "I", "unit_of_issue": "EA", "supply_class": "NATO:II", "mass_kg": 100.0,
             "reparable": False}  # fmt: skip
    world: dict[str, Any] = {
        "item": [heavy], "policy": [policy()], "holding": [stock(0.0)],
        "source": [source("S1", site="WERK"), source("S2", unit_price=11.0, site="DEPOT")],
    }  # fmt: skip
    twin = make_twin(**world)
    assert twin["party"]["key"][line(twin)["party_ix"]] == "S1"  # its lane is not known
    twin = make_twin(**world, lane=[lane("WERK", 50.0), lane("BASE", 1.0)])
    found = line(twin)
    assert twin["party"]["key"][found["party_ix"]] == "S2"  # 10 + 5 for the lane against 11
    assert "Alpha at 15.16 EUR" in found["why"]


def test_another_currency_is_compared_and_shown_in_euro(make_twin: MakeTwin) -> None:
    rates = [{"key": "1", "currency": "USD", "day": date(2026, 1, 1), "per_eur": 1.25},
             {"key": "2", "currency": "USD", "day": date(2026, 2, 1), "per_eur": 9.0}]  # fmt: skip
    twin = make_twin(
        policy=[policy()], holding=[stock(0.0)], rate=rates,
        source=[source("S1"), source("S2", unit_price=12.0, currency="USD")],
    )  # fmt: skip
    found = line(twin)
    assert (found["currency"], found["unit_price"], found["amount"]) == ("USD", 12.0, 720.0)
    assert found["amount_eur"] == 576.0


def test_a_price_without_currency_is_in_that_of_the_nation(make_twin: MakeTwin) -> None:
    twin = make_twin(policy=[policy()], holding=[stock(0.0)], source=[source(currency=None)])
    assert line(twin)["currency"] == "EUR"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ([], "no source", "no source for this item"),
        ([source(unit_price=None)], "no price", "Alpha has no price above zero"),
        ([source(unit_price=0.0)], "no price", "no price above zero"),
        ([source(currency="USD")], "no rate", "no rate to the euro for USD of Alpha"),
        ([source(party="NLD:HIDDEN")], "no source", "party is not shown"),
        ([source(capacity_per_month=0.0)], "capacity", "deliver 0 more within 30 days"),
        ([source(capacity_per_month=30.0, minimum_order=50.0)], "capacity", "no order below 50"),
        ([source(unit_price=None, price_breaks="100:9")], "no price", "no price for 60"),
    ],
)
def test_what_no_source_can_deliver_is_listed_with_the_reason(
    make_twin: MakeTwin, given: list[dict[str, Any]], code: str, words: str
) -> None:
    twin = make_twin(policy=[policy()], holding=[stock(0.0)], source=given)
    found, why = refused(twin)
    assert found == code
    assert words in why


def test_the_sources_of_other_nations_are_not_ours(make_twin: MakeTwin) -> None:
    foreign = source(owner="NLD", label=3, party="DEU:S1", item="DEU:I")
    assert refused(make_twin(policy=[policy()], holding=[stock(0.0)], source=[foreign]))[0] == (
        "no source"
    )


# quantities


def test_a_minimum_order_raises_the_quantity(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(20.0)], source=[source(minimum_order=49.5)]
    )  # fmt: skip
    found = line(twin)
    assert found["quantity"] == 50.0
    assert "Raised from 40 to the minimum order of 50." in found["why"]


def test_capacity_splits_the_need_between_sources_and_leaves_the_rest(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(0.0)],
        source=[source("S1", capacity_per_month=25.0),
                source("S2", unit_price=12.0, capacity_per_month=20.0)],
    )  # fmt: skip
    made = propose(twin)
    assert made.lines["quantity"].to_list() == [25.0, 20.0]
    assert made.not_ordered.select("quantity", "code").rows() == [(15.0, "capacity")]
    assert "Alpha can deliver 25 more within 30 days." in made.lines["why"][0]


def test_what_was_ordered_within_30_days_uses_up_capacity(make_twin: MakeTwin) -> None:
    ordered = [
        order(10.0, key="1", status="received", ordered_on=TODAY - timedelta(days=29)),
        order(99.0, key="2", status="received", ordered_on=TODAY - timedelta(days=30)),
        order(99.0, key="3", status="cancelled", ordered_on=TODAY),
    ]
    twin = make_twin(
        policy=[policy()], holding=[stock(0.0)], order=ordered,
        source=[source(capacity_per_month=25.0)],
    )  # fmt: skip
    assert line(twin)["quantity"] == 15.0


def test_the_most_urgent_place_is_served_first(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE"), policy("DEPOT")],
        holding=[stock(15.0, "BASE"), stock(2.0, "DEPOT")],
        source=[source(capacity_per_month=60.0)],
    )  # fmt: skip
    made = propose(twin)
    assert made.lines.select("site_ix", "quantity").rows() == [(DEPOT, 58.0), (BASE, 2.0)]
    assert made.not_ordered.select("site_ix", "quantity").rows() == [(BASE, 43.0)]


def test_a_price_break_is_taken_where_it_saves_more_than_holding_costs(
    make_twin: MakeTwin,
) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(20.0)],
        source=[source(price_breaks="100:9;1000:8.9")],
    )  # fmt: skip
    assert line(twin)["quantity"] == 40.0  # demand is not known
    fast = Consumption(
        pl.DataFrame({"site_ix": [DEPOT], "item_ix": [0], "per_day": [2.0]},
                     schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64}),
        TODAY, 365,
    )  # fmt: skip
    found = line(twin, consumption=fast)
    # 730 a year: in lots of 40 at 10, of 100 at 9, or of 1,000 at 8.9 (which cost more to hold)
    saving = 10 * (730 + 0.2 * 20) - 9 * (730 + 0.2 * 50)
    assert 8.9 * (730 + 0.2 * 500) > 10 * (730 + 0.2 * 20)
    assert (found["quantity"], found["unit_price"]) == (100.0, 9.0)
    assert f"holding cost {saving:,.2f} EUR a year less" in found["why"]
    slow = Consumption(fast.frame.with_columns(per_day=pl.lit(0.01)), TODAY, 365)
    assert line(twin, consumption=slow)["quantity"] == 40.0


def test_a_price_break_that_outlasts_the_shelf_life_or_the_capacity_is_not_taken(
    make_twin: MakeTwin,
) -> None:
    item = {"key": "I", "unit_of_issue": "EA", "supply_class": "NATO:II", "reparable": False}
    rates = pl.DataFrame(
        {"site_ix": [DEPOT], "item_ix": [0], "per_day": [2.0]},
        schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64},
    )
    fast = Consumption(rates, TODAY, 365)
    for shelf, capacity, quantity in ((50, None, 100.0), (49, None, 40.0), (50, 99.0, 40.0)):
        twin = make_twin(
            policy=[policy()], holding=[stock(20.0)],
            item=[{**item, "shelf_life_days": shelf}],
            source=[source(price_breaks="100:9", capacity_per_month=capacity)],
        )  # fmt: skip
        assert line(twin, consumption=fast)["quantity"] == quantity


def test_unreadable_price_breaks_name_the_source(make_twin: MakeTwin) -> None:
    for text in ("100=9", "x:9", "100:nan", "0:9", "100:9;100:8", "100:-1"):
        twin = make_twin(
            policy=[policy()], holding=[stock(0.0)], source=[source(price_breaks=text)]
        )  # fmt: skip
        with pytest.raises(BadData, match=r"source DEU:S1\|I"):
            propose(twin)


@pytest.mark.parametrize(
    ("unit", "quantity"), [("EA", 41.0), ("DZ", 41.0), ("BX", 41.0), ("KG", 40.5)]
)
def test_only_measures_can_be_ordered_in_parts(
    make_twin: MakeTwin, unit: str, quantity: float
) -> None:
    item = {"key": "I", "unit_of_issue": unit, "supply_class": "NATO:II", "reparable": False,
            "quantity_per_unit": 12.0 if unit == "BX" else None, "content_unit": "EA"}  # fmt: skip
    twin = make_twin(item=[item], policy=[policy()], holding=[stock(19.5)])
    found = line(twin)
    assert found["quantity"] == quantity
    if unit == "BX":
        assert (found["content_quantity"], found["content_unit"]) == (492.0, "EA")
        assert found["why"].endswith("41 BX hold 492 EA.")
    else:
        assert found["content_quantity"] is None


# resupply by another site


def resupply(**more: Any) -> dict[str, Any]:
    return {"key": "r", "site": "BASE", "from_site": "DEPOT", "ship_days": 3.0, **more}


def test_a_site_resupplied_by_another_gets_a_transfer(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE"), policy("DEPOT")], resupply=[resupply()],
        holding=[stock(5.0, "BASE"), stock(90.0, "DEPOT")],
    )  # fmt: skip
    found = line(twin)
    assert (found["action"], found["site_ix"], found["from_site_ix"]) == ("transfer", BASE, DEPOT)
    assert (found["quantity"], found["party_ix"], found["amount_eur"]) == (55.0, -1, None)
    assert found["due_on"] == date(2026, 2, 3)


def test_the_giver_keeps_its_reorder_point_and_orders_in_its_turn(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE"), policy("DEPOT")], resupply=[resupply()],
        holding=[stock(5.0, "BASE"), stock(50.0, "DEPOT", reserved=10.0)],
    )  # fmt: skip
    made = propose(twin)
    rows = made.lines.select("action", "site_ix", "quantity").rows()
    assert rows == [("transfer", BASE, 20.0), ("purchase", DEPOT, 40.0)]
    assert made.not_ordered.select("site_ix", "quantity", "code").rows() == [
        (BASE, 35.0, "supplier stock")
    ]
    assert made.by_source["lines"].to_list() == [1, 1]


def test_a_giver_may_be_told_to_keep_less(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE"), policy("DEPOT")], resupply=[resupply()],
        holding=[stock(5.0, "BASE"), stock(50.0, "DEPOT")],
    )  # fmt: skip
    for keeps, quantity in ((1.0, 30.0), (0.5, 40.0), (0.0, 50.0)):
        made = propose(twin, giver_keeps=keeps)
        assert made.lines.filter(action="transfer")["quantity"].to_list() == [quantity]
    with pytest.raises(BadUse, match="giver_keeps"):
        propose(twin, giver_keeps=-1.0)


def test_givers_without_a_policy_or_with_a_base_stock_give_all(make_twin: MakeTwin) -> None:
    base = policy("DEPOT", kind="base_stock", order_up_to=30.0)
    for given in ([policy("BASE")], [policy("BASE"), base]):
        twin = make_twin(
            policy=given, resupply=[resupply()], holding=[stock(30.0), stock(0.0, "BASE")]
        )
        made = propose(twin)
        assert made.lines.filter(action="transfer")["quantity"].to_list() == [30.0]


def test_two_sites_share_what_the_giver_has(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE"), policy("WERK")],
        resupply=[resupply(), resupply(key="s", site="WERK")],
        holding=[stock(10.0, "BASE"), stock(2.0, "WERK"), stock(70.0)],
    )  # fmt: skip
    made = propose(twin)
    assert made.lines.select("site_ix", "quantity").rows() == [(WERK, 58.0), (BASE, 12.0)]


def test_the_resupply_of_the_item_wins_over_that_of_the_site(make_twin: MakeTwin) -> None:
    rows = [resupply(), resupply(key="t", item="I", from_site=None)]
    twin = make_twin(policy=[policy("BASE")], resupply=rows, holding=[stock(0.0, "BASE")])
    assert line(twin)["action"] == "purchase"
    rows = [resupply(from_site="WERK"), resupply(key="t", item="I", from_site="DEPOT")]
    twin = make_twin(
        policy=[policy("BASE")], resupply=rows, holding=[stock(0.0, "BASE"), stock(90.0)]
    )
    assert line(twin)["from_site_ix"] == DEPOT


def test_a_circle_of_resupply_is_refused(make_twin: MakeTwin) -> None:
    rows = [resupply(), resupply(key="s", site="DEPOT", from_site="BASE")]
    twin = make_twin(
        policy=[policy("BASE"), policy("DEPOT"), policy("WERK")], resupply=rows,
        holding=[stock(0.0, "BASE"), stock(0.0), stock(0.0, "WERK")],
    )  # fmt: skip
    made = propose(twin)
    assert made.not_ordered["code"].to_list() == ["resupply circle"] * 2
    assert made.lines["site_ix"].to_list() == [WERK]


# what can't be judged


def test_stock_that_is_not_shown_is_never_ordered_for(make_twin: MakeTwin) -> None:
    world: dict[str, Any] = {
        "site": [{"key": "CAMP", "owner": "NLD", "label": 3}],
        "item": [{"key": "K", "owner": "NLD", "label": 3, "unit_of_issue": "EA",
                  "supply_class": "NATO:II", "reparable": False}],
        "party": [{"key": "S1", "name": "Alpha", "kind": "supplier"}],
        "source": [source(item="NLD:K")],
        "policy": [policy("NLD:CAMP", "NLD:K")],
    }  # fmt: skip
    assert refused(make_twin(**world))[0] == "stock unknown"
    world["site"].append({"key": "HOME"})
    world["policy"] = [policy("HOME", "NLD:K")]
    world["resupply"] = [resupply(site="HOME", from_site="NLD:CAMP")]
    code, why = refused(make_twin(**world))
    assert code == "supplier stock"
    assert "stock is not shown to you" in why


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([policy(site="NLD:X")], "place not shown"),
        ([policy(item="NLD:X")], "place not shown"),
        ([policy(), policy(key="again")], "several policies"),
        ([policy(order_up_to=None)], "policy incomplete"),
        ([policy(order_up_to=20.0)], "policy incomplete"),
        ([policy(reorder_point=None)], "policy incomplete"),
        ([policy(kind="fixed_quantity", quantity=None)], "policy incomplete"),
        ([policy(kind="base_stock", order_up_to=None)], "policy incomplete"),
    ],
)
def test_policies_that_cannot_be_used_are_listed(
    make_twin: MakeTwin, given: list[dict[str, Any]], code: str
) -> None:
    made = propose(make_twin(policy=given, holding=[stock(0.0)]))
    assert made.lines.is_empty()
    assert made.not_ordered["code"].to_list() == [code] * len(given)


def test_policies_of_other_nations_are_not_ours(make_twin: MakeTwin) -> None:
    foreign = policy("DEU:DEPOT", "DEU:I", owner="NLD", label=3)
    assert propose(make_twin(policy=[foreign], holding=[stock(0.0)])).checked == 0


def test_a_computed_policy_without_levels_brings_its_reason(make_twin: MakeTwin) -> None:
    frame = pl.DataFrame(
        {"site_ix": [DEPOT], "item_ix": [0], "kind": ["base_stock"],
         "order_up_to": [None], "reason": ["The mean demand is negative: more came back."]},
        schema_overrides={"order_up_to": pl.Float64},
    )  # fmt: skip
    twin = make_twin(holding=[stock(0.0)])
    assert refused(twin, policies=frame) == (
        "policy incomplete", "The mean demand is negative: more came back.",
    )  # fmt: skip


def test_policies_that_do_not_fit_the_twin_are_refused(make_twin: MakeTwin) -> None:
    twin = make_twin()
    fine = pl.DataFrame({"site_ix": [0], "item_ix": [0], "kind": ["base_stock"],
                         "order_up_to": [1.0]})  # fmt: skip
    for frame, words in (
        (fine.drop("kind"), "no column 'kind'"),
        (fine.with_columns(site_ix=99), "site_ix is 99"),
        (fine.with_columns(item_ix=-2), "item_ix is -2"),
        (fine.with_columns(kind=pl.lit("hope")), "'hope' is not a kind"),
    ):
        with pytest.raises(BadUse, match=words):
            propose(twin, policies=frame)
    for options in ({"holding_rate": 0.0}, {"tie_share": -0.1}, {"most_overdue_days": -1}):
        with pytest.raises(BadUse):
            propose(twin, **options)


def test_an_empty_twin_orders_nothing(make_twin: MakeTwin) -> None:
    made = propose(make_twin(site=[], party=[], item=[], source=[], nation=[]))
    assert made.lines.is_empty()
    assert made.not_ordered.is_empty()
    assert made.assumptions


# labels


def test_a_line_is_as_closed_as_all_that_it_rests_on(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy()], holding=[stock(0.0)],
        source=[source("S1"), source("S2", unit_price=99.0, label=2)],
    )  # fmt: skip
    made = propose(twin)
    used = made.lines["labels"][0].to_list()
    assert dominant(twin.labels[i] for i in used) == dominant(twin.labels)
    open_twin = make_twin(policy=[policy()], holding=[stock(0.0)], site=[
        {"key": "BASE", "label": 2}, {"key": "DEPOT"}, {"key": "WERK"}])  # fmt: skip
    used = propose(open_twin).lines["labels"][0].to_list()
    assert dominant(open_twin.labels[i] for i in used).text == "UNCLASSIFIED // REL ALL"
    assert propose(open_twin).by_source["labels"].to_list() == [used]


def test_what_one_order_leaves_of_a_capacity_marks_the_next(make_twin: MakeTwin) -> None:
    twin = make_twin(
        policy=[policy("BASE", label=2), policy("DEPOT")],
        holding=[stock(0.0, "BASE"), stock(10.0)], source=[source(capacity_per_month=80.0)],
    )  # fmt: skip
    made = propose(twin)
    second = made.lines.filter(pl.col("site_ix") == DEPOT)["labels"][0].to_list()
    assert dominant(twin.labels[i] for i in second).classification == "RESTRICTED"


def test_progress_can_cancel(make_twin: MakeTwin) -> None:
    seen: list[float] = []
    propose(make_twin(policy=[policy()], holding=[stock(0.0)]), progress=seen.append)
    assert seen[-1] == 1.0

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propose(make_twin(policy=[policy()], holding=[stock(0.0)]), progress=stop)
