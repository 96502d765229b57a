"""Properties of the day step over random networks and disruptions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.simulation.network import (
    CutRule,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    What,
)
from redball.simulation.network.tables import CHANGE
from redball.simulation.screen import run_days

DAYS = 60
EASY = (What.NODE, What.NODE_ORDERS, What.LANE, What.ARC, What.CELL, What.STREAM)
TABLE = {What.NODE: "nodes", What.NODE_ORDERS: "nodes", What.LANE: "lanes", What.ARC: "arcs",
         What.CELL: "cells", What.STREAM: "streams"}  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> Network:
    build = NetworkBuilder()
    build.item("A", mass_kg=draw(st.sampled_from([0.0, 4.0])))
    size = draw(st.integers(1, 6))
    cells: list[int] = []
    for number in range(size):
        build.node(f"N{number}")
        point = draw(st.integers(0, 20))
        policy = draw(st.sampled_from(list(PolicyKind)))
        cell = build.cell(
            f"N{number}", "A", on_hand=draw(st.integers(0, 30)), policy=policy,
            reorder_point=point, order_up_to=point + draw(st.integers(1, 15)), quantity=5,
            rationing=draw(st.sampled_from(list(Rationing))),
            review_days=draw(st.sampled_from([0.0, 1.0, 7.0])),
        )  # fmt: skip
        if number and draw(st.booleans()):
            upper = draw(st.integers(0, number - 1))
            lane = build.lane(
                f"N{upper}", f"N{number}", Law(draw(st.integers(0, 4))),
                cut_rule=draw(st.sampled_from([CutRule.HOLD, CutRule.LOSE, CutRule.PASS])),
                kg_per_day=draw(st.sampled_from([np.inf, 22.0])),
            )  # fmt: skip
            build.move(cell, cells[upper], Law(draw(st.integers(0, 2))), lanes=[lane],
                       minimum=draw(st.integers(0, 6)), batch=draw(st.integers(1, 3)))  # fmt: skip
        else:
            build.buy(cell, Law(draw(st.integers(0, 5))), at_node=number)
        if draw(st.booleans()):
            build.demand(cell, per_day=draw(st.floats(0.1, 6.0)), lost=draw(st.booleans()),
                         priority=draw(st.integers(0, 2)))  # fmt: skip
        cells.append(cell)
    return build.build()


def disruptions(draw: st.DataObject, network: Network) -> Rows:
    found = []
    for _ in range(draw.draw(st.integers(0, 5))):
        what = draw.draw(st.sampled_from(EASY))
        rows = len(getattr(network, TABLE[what]))
        if rows:
            index, day = draw.draw(st.integers(0, rows - 1)), draw.draw(st.integers(0, DAYS))
            found.append((day, what, index, 0.0))
            found.append((day + draw.draw(st.integers(1, 20)), what, index, 1.0))
    return np.array(sorted(found), CHANGE)


@settings(max_examples=60)
@given(networks(), st.data())
def test_units_are_neither_made_nor_lost(network: Network, data: st.DataObject) -> None:
    changes = disruptions(data, network)
    run = run_days(network, horizon_days=DAYS, replications=range(5), changes=changes)
    began = network.cells["on_hand"][:, None]
    assert (run.on_hand_end == began + run.received - run.filled - run.destroyed).all()
    assert (run.demanded == run.filled + run.lost + run.waiting_end).all()
    ordered = np.zeros_like(run.received)
    gone = np.zeros_like(run.received)
    np.add.at(ordered, network.arcs["cell"], run.arc_units)
    np.add.at(gone, network.arcs["cell"], run.arc_lost)
    assert (run.due_in_end == ordered - run.received - gone).all()
    for name in ("on_hand_end", "waiting_end", "due_in_end", "at_once", "arc_lost"):
        assert (getattr(run, name) >= 0).all()
    assert (run.at_once <= run.filled).all()


@settings(max_examples=25)
@given(networks(), st.data())
def test_blocks_of_replications_do_not_touch_each_other(
    network: Network, data: st.DataObject
) -> None:
    changes = disruptions(data, network)
    whole = run_days(network, horizon_days=DAYS, replications=range(70), changes=changes)
    one = data.draw(st.integers(0, 69))
    alone = run_days(network, horizon_days=DAYS, replications=range(one, one + 1), changes=changes)
    assert (whole.waiting_days[:, one] == alone.waiting_days[:, 0]).all()
    assert (whole.on_hand_days[:, one] == alone.on_hand_days[:, 0]).all()
    assert (whole.arc_units[:, one] == alone.arc_units[:, 0]).all()
