"""Published single-warehouse cases (anyLogistix models 1 and 4), every physical figure."""

import json
from pathlib import Path

import pytest

from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, StreamKind
from redball.simulation.screen import run_days

MODELS = {1: "RQ", 4: "sS"}


def network_of(case: dict[str, object]) -> Network:
    config = case["config"]
    assert isinstance(config, dict)
    build = NetworkBuilder()
    build.item("GOODS")
    build.node("STORE")
    stock = case["initial_level"]
    assert isinstance(stock, int)
    if config["policy"] == "RQ":
        store = build.cell("STORE", "GOODS", on_hand=stock, policy=PolicyKind.FIXED_QUANTITY,
                           reorder_point=config["R"], quantity=config["Q"])  # fmt: skip
    else:
        safety = config["safety_stock"]
        store = build.cell("STORE", "GOODS", on_hand=stock, policy=PolicyKind.REORDER_UP_TO,
                           reorder_point=config["s"] + safety,
                           order_up_to=config["S"] + safety)  # fmt: skip
    lead = Law(config["lead_time"])
    build.buy(store, lead, order_cost_eur=10.0)
    for number, (size, interval) in enumerate(config["demands"]):
        build.node(f"CUSTOMER{number}")
        # a customer without stock orders what it is asked for: goods reach it after the lead time
        cell = build.cell(f"CUSTOMER{number}", "GOODS", policy=PolicyKind.BASE_STOCK)
        build.move(cell, store, lead, order_cost_eur=10.0)
        build.demand(cell, kind=StreamKind.PERIODIC, size=size, interval_days=interval)
    return build.build()


@pytest.mark.parametrize("model", MODELS)
def test_every_physical_figure_of_the_published_model_is_met(reference: Path, model: int) -> None:
    case = json.loads((reference / "simulation" / f"anylogistix_model{model}.json").read_text())
    run = run_days(network_of(case), horizon_days=case["sim_time"])
    expected = case["expected"]
    assert run.on_hand_end[0, 0] == expected["end_inventory"]
    assert run.arc_orders[0, 0] == expected["orders_placed"]
    assert run.arc_units[0, 0] == expected["units_ordered"]
    assert run.arc_eur.sum() == expected["transport_cost"]
    assert run.on_hand_days[0, 0] * 0.2 == pytest.approx(expected["holding_cost_at_0_20"])
    assert run.arc_orders[1:, 0].sum() == expected["customer_orders"]
    assert run.arc_units[1:, 0].sum() == expected["customer_units"]
    assert run.received[1:, 0].sum() == expected["customer_units_received_by_end"]
