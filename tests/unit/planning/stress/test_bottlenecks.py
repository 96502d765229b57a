"""What binds, and what one more unit of it is worth."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse
from redball.planning.compare import GivenFuture
from redball.planning.stress import bottlenecks
from redball.simulation.events import run_events
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind


def workshop(servers: int) -> Network:
    """A base whose only workshop is far too small."""
    b = NetworkBuilder()
    b.node("BASE", "DEU")
    b.item("ENGINE", mass_kg=100.0)
    b.item("WATER")
    engine = b.cell("BASE", "ENGINE", on_hand=1, policy=PolicyKind.NONE)
    pool = b.pool("BASE", servers)
    b.shop(engine, Law(10.0), pool=pool)
    b.fit(b.fleet("BASE", "UNIT", "TRUCK", 10), engine, 0.05)
    water = b.cell("BASE", "WATER", policy=PolicyKind.BASE_STOCK, order_up_to=10)
    b.buy(water, Law(20.0))
    b.demand(water, per_day=100.0)  # many unit-days of waiting that ground nothing
    return b.build()


def test_one_more_server_is_worth_what_the_larger_workshop_gives() -> None:
    found = bottlenecks(GivenFuture(workshop(1), 120), replications=10).frame
    best = found.row(0, named=True)
    assert (best["what"], best["name"]) == ("workshop", "workshop of BASE")
    gains = []
    for replication in range(10):
        one, two = (
            run_events(workshop(n), horizon_days=120, replication=replication).available.sum() * 10
            for n in (1, 2)
        )
        gains.append(two - one)
    assert best["gain_readiness_days"] == pytest.approx(np.mean(gains), rel=1e-12)
    assert best["verdict"] == "more readiness"
    assert 0.9 < best["busy_share"] <= 1.0
    assert best["waits_most"] == "ENGINE at BASE"
    assert 0 <= best["first_day"] <= best["worst_day"]
    assert "WATER at BASE" not in found["name"].to_list()


def test_one_more_spare_helps_and_is_in_the_table() -> None:
    found = bottlenecks(GivenFuture(workshop(1), 120), replications=5).frame
    spare = found.filter(pl.col("what") == "stock").row(0, named=True)
    assert spare["more"] == "+1 unit of stock"
    assert spare["gain_readiness_days"] > 0


def test_where_nothing_waits_nothing_binds(small: Any) -> None:
    b = NetworkBuilder()
    b.node("BASE")
    b.item("ENGINE")
    b.fit(b.fleet("BASE", "UNIT", "TRUCK", 1), b.cell("BASE", "ENGINE", on_hand=5), 0.0)
    assert bottlenecks(GivenFuture(b.build(), 20), replications=5).frame.is_empty()


@pytest.mark.parametrize("values", [{"most": 0}, {"most": 101}, {"replications": 1}])
def test_numbers_out_of_range_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(BadUse):
        bottlenecks(GivenFuture(workshop(1), 20), **values)  # type: ignore[arg-type] # a dict
