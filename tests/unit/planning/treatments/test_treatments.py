"""Treatments change numbers and open rows; closed rows change nothing until they are opened."""

from dataclasses import replace

import numpy as np
import pytest

from redball.model import BadUse
from redball.planning.targets import Reach, Targets
from redball.planning.treatments import (
    NewArc,
    NewSupport,
    Step,
    Treatment,
    treated,
    with_closed_rows,
)
from redball.simulation.events import run_events
from redball.simulation.network import CutRule, Law, Network, NetworkBuilder, PolicyKind, What
from redball.simulation.network.tables import CHANGE


def network() -> Network:
    """Two sites in two nations; one buys AXLE, both buy BOLT."""
    b = NetworkBuilder()
    b.node("EAST", "DEU")
    b.node("WEST", "NLD")
    b.item("AXLE")
    b.item("BOLT")
    lane = b.lane("EAST", "WEST", Law(1.0))
    for node, item in (("EAST", "AXLE"), ("EAST", "BOLT"), ("WEST", "BOLT"), ("WEST", "AXLE")):
        units = 12 if (node, item) == ("EAST", "BOLT") else 4
        cell = b.cell(node, item, on_hand=units, policy=PolicyKind.BASE_STOCK, order_up_to=units)
        if (node, item) != ("WEST", "AXLE"):
            b.buy(cell, Law(6.0), lanes=[lane] if node == "WEST" else [])
        b.demand(cell, trace=[(float(day), 1) for day in range(40)])
    b.support(0, 3, Law(1.0), standby=True)
    return b.build()


def made(key: str, *steps: Step, **more: object) -> Treatment:
    return Treatment(key, "hold", key, 10.0, 30.0, steps, "DEU", **more)  # type: ignore[arg-type]


def closed() -> tuple[Network, Targets, "np.ndarray", "np.ndarray"]:
    whole = network()
    targets = Targets({"site": {"X": Reach(arcs=np.array([2], np.int32))}})
    opened = with_closed_rows(
        whole, targets, [NewArc(3, law=Law(2.0), lanes=(0,)), NewArc(0, law=Law(1.0))],
        [NewSupport(2, 1, 1.0, 0)],
    )  # fmt: skip
    return opened.network, opened.targets, opened.arcs, opened.supports


def test_closed_rows_stand_in_their_groups_and_change_nothing() -> None:
    before, (after, targets, arcs, supports) = network(), closed()
    assert after.arcs["cell"][arcs].tolist() == [3, 0]
    assert after.arcs["cell"].tolist() == [0, 0, 1, 2, 3]
    assert after.arcs["standby"].tolist() == [0, 1, 0, 0, 1]
    assert targets.reach["site"]["X"].arcs.tolist() == [3]
    assert after.supports["receiver"][supports].tolist() == [2]
    runs = [run_events(each, horizon_days=40).cells for each in (before, after)]
    assert runs[0].tolist() == runs[1].tolist()


def test_an_opened_source_delivers() -> None:
    whole, _, arcs, _ = closed()
    second = made("second", Step("arcs", int(arcs[0]), "standby", -1))
    before = run_events(whole, horizon_days=40).cells
    after = run_events(treated(whole, [second]), horizon_days=40).cells
    assert before["filled"][3] == 4  # nothing supplies it
    assert after["filled"][3] > 30
    twice = treated(whole, [second, replace(second, key="again")])
    assert twice.arcs.tolist() == treated(whole, [second]).arcs.tolist()


def test_opened_help_is_given() -> None:
    whole, _, _, supports = closed()
    helped = treated(whole, [made("help", Step("supports", int(supports[0]), "standby", -1))])
    cut = np.array([(0.0, What.ARC, 3, 0.0)], CHANGE)  # WEST can't buy bolts
    runs = [run_events(each, horizon_days=40, changes=cut).cells for each in (whole, helped)]
    assert runs[0]["supported"].sum() == 0
    assert runs[1]["supported"][2] > 0


def test_treatments_commute() -> None:
    whole = network()
    steps = [
        made("a", Step("cells", 0, "on_hand", 3), Step("lanes", 0, "cut_rule", 1)),
        made("b", Step("cells", 0, "on_hand", -2), Step("cells", 1, "order_up_to", 5)),
    ]
    one, other = treated(whole, steps), treated(whole, steps[::-1])
    assert one.cells.tolist() == other.cells.tolist()
    assert one.cells["on_hand"][0] == 5
    assert one.lanes["cut_rule"].tolist() == [CutRule.DIVERT]
    assert whole.cells["on_hand"][0] == 4


def test_nobody_takes_more_than_there_is() -> None:
    away = made("away", Step("cells", 0, "on_hand", -3))
    with pytest.raises(BadUse, match="take more than there is"):
        treated(network(), [away, replace(away, key="again")])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "wish"}, "no kind of treatment"),
        ({"cost_eur": -1.0}, "'cost_eur' is -1.0"),
        ({"lead_days": np.nan}, "'lead_days' is nan"),
        ({"needs": ("a",)}, "needs or excludes itself"),
    ],
)
def test_a_treatment_without_sense_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadUse, match=said):
        replace(made("a"), **change)  # type: ignore[arg-type]


def test_costs_count_from_when_it_works() -> None:
    one = made("a", yearly_eur=365.0)
    assert one.cost_over(130.0) == pytest.approx(10.0 + 100.0)
    assert one.cost_over(20.0) == 10.0
    assert one.works_for(60.0) == pytest.approx(0.5)
