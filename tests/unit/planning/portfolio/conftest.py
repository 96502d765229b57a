"""A small world with two hazards and ten things that can be done: all subsets can be run."""

from dataclasses import dataclass

import numpy as np
import pytest

from redball.planning.portfolio.choosing import Aim, Question
from redball.planning.portfolio.effects import Effects, Rehearsal
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.solving import Planner
from redball.planning.portfolio.worth import worth_of
from redball.planning.targets import Targets
from redball.planning.treatments import NewArc, Step, Treatment, with_closed_rows
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, What
from redball.simulation.network.tables import CHANGE

HOW = Rehearsal(days=240, strike_day=20, replications=8, seed=7)


@dataclass(frozen=True, eq=False)
class World:
    """What a plan is made for."""

    network: Network
    hazards: tuple[Hazard, ...]
    treatments: tuple[Treatment, ...]

    def planner(self, **aim: float) -> Planner:
        """A planner that has run nothing yet."""
        wanted = Aim(**{"days": 730.0, **aim})
        years = draw_years(self.hazards, days=wanted.days, futures=60, seed=3)
        effects = Effects(self.network, worth_of(self.network), self.hazards, self.treatments, HOW)
        question = Question(self.treatments, self.hazards, years, wanted, HOW.days)
        return Planner(effects, question)


def plain() -> tuple[Network, dict[str, int]]:
    """AXLE comes from FORGE over SEA (or LAND), GEAR from MILL over ROAD; FOOD is bought."""
    b = NetworkBuilder()
    for node in ("FORGE", "MILL", "DEPOT", "NORTH"):
        b.node(node, "DEU" if node != "NORTH" else "NLD")
    for item, price in (("AXLE", 10.0), ("GEAR", 20.0), ("FOOD", 1.0)):
        b.item(item, price_eur=price, mass_kg=1.0)
    rows = {
        "SEA": b.lane("FORGE", "DEPOT", Law(4.0), name="SEA"),
        "LAND": b.lane("FORGE", "DEPOT", Law(15.0), name="LAND"),
        "ROAD": b.lane("MILL", "DEPOT", Law(2.0), name="ROAD"),
        "NORTHWARD": b.lane("DEPOT", "NORTH", Law(1.0), name="NORTHWARD"),
    }
    fleet = b.fleet("NORTH", "1 TANK", "LEOPARD", 12)
    for item, seller, lane in (("AXLE", "FORGE", "SEA"), ("GEAR", "MILL", "ROAD")):
        made = b.cell(seller, item, policy=PolicyKind.BASE_STOCK, order_up_to=0)
        b.make(made, per_day=0.5, lead=Law(5.0))
        depot = b.cell("DEPOT", item, on_hand=3, policy=PolicyKind.BASE_STOCK, order_up_to=3)
        b.move(depot, made, lanes=[rows[lane]])
        base = b.cell("NORTH", item, on_hand=1, policy=PolicyKind.BASE_STOCK, order_up_to=1)
        b.move(base, depot, lanes=[rows["NORTHWARD"]])
        b.fit(fleet, base, 0.012)
        rows |= {f"{item}@{seller}": made, f"{item}@DEPOT": depot, f"{item}@NORTH": base}
    food = b.cell("NORTH", "FOOD", on_hand=30, policy=PolicyKind.REORDER_UP_TO, reorder_point=15,
                  order_up_to=40)  # fmt: skip
    b.buy(food, Law(3.0), lanes=[rows["NORTHWARD"]], at_node=2)
    b.demand(food, per_day=3.0, unit="1 TANK")
    rows["FOOD@NORTH"] = food
    return b.build(), rows


def more(cell: int, units: int) -> tuple[Step, ...]:
    return tuple(
        Step("cells", cell, column, units) for column in ("on_hand", "reorder_point", "order_up_to")
    )


@pytest.fixture(scope="session")
def world() -> World:
    """Ten treatments: stock in two sizes, sources, capacity, a detour, a wider store of food."""
    network, at = plain()
    arcs = [NewArc(at["AXLE@DEPOT"], law=Law(12.0)), NewArc(at["GEAR@DEPOT"], law=Law(12.0))]
    opened = with_closed_rows(network, Targets({}), arcs, [])

    def make(
        key: str, kind: str, cost: float, steps: tuple[Step, ...], **more: object
    ) -> Treatment:
        return Treatment(key, kind, key, cost, 30.0, steps, "DEU", **more)  # type: ignore[arg-type]

    treatments = (
        make("axle+1", "hold", 10.0, more(at["AXLE@NORTH"], 1), group="axle"),
        make("axle+3", "hold", 30.0, more(at["AXLE@NORTH"], 3), group="axle"),
        make("gear+1", "hold", 20.0, more(at["GEAR@NORTH"], 1), group="gear"),
        make("gear+3", "hold", 60.0, more(at["GEAR@NORTH"], 3), group="gear"),
        make("depot axle+4", "hold", 40.0, more(at["AXLE@DEPOT"], 4)),
        make("second forge", "source", 70.0, (Step("arcs", int(opened.arcs[0]), "standby", -1),)),
        make("second mill", "source", 70.0, (Step("arcs", int(opened.arcs[1]), "standby", -1),)),
        make("forge faster", "capacity", 25.0, (Step("recipes", 0, "per_day", 0.5),)),
        make("by land", "lane", 35.0, (Step("lanes", at["SEA"], "cut_rule", 1),)),
        make("food+30", "reserve", 30.0, more(at["FOOD@NORTH"], 30)),
    )
    sea = np.array([(0.0, What.LANE, at["SEA"], 0.0)], CHANGE)
    mill = np.array([(0.0, What.NODE, 1, 0.0)], CHANGE)
    hazards = (Hazard("sea", "The sea is closed", 0.4, 60.0, sea),
               Hazard("mill", "The mill burns", 0.2, 90.0, mill))  # fmt: skip
    return World(opened.network, hazards, treatments)
