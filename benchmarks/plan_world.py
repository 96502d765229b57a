"""An invented coalition for the benchmark of plans: suppliers, ports, depots, bases, hazards.

Everything follows from the size and the seed. Items are made by suppliers from components of other
suppliers, go over one or two ports to depots and from there to bases; spares are fitted to fleets,
consumables are asked for by units. Some suppliers stand behind many items, some depots share repair
places, some stock may be lent to another nation under an agreement.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from redball.planning.plan import Risk
from redball.planning.targets import Reach, Targets
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, StreamKind

SEED = 1944
NATIONS = ("DEU", "NLD", "POL", "NOR", "FRA", "ITA", "BEL", "CZE")
SYSTEMS = 12
"""Kinds of systems; a base has one or two of them."""


@dataclass(frozen=True)
class Size:
    """How large an invented coalition is.

    Attributes
    ----------
    items, sites, hazards : int
    most : int
        Candidates of each kind that generators make: chosen so that ``candidates`` result.
    candidates : int
        What is aimed at in all.
    replications, rehearsed : int
        Of the whole twin in the rehearsal, and hazards that are run there.
    """

    items: int
    sites: int
    hazards: int
    most: int
    candidates: int
    replications: int
    rehearsed: int


SIZES = {
    "S": Size(100, 20, 10, 9, 50, 20, 40),
    "M": Size(10_000, 1_000, 200, 400, 2_000, 3, 10),
    "L": Size(30_000, 2_000, 400, 800, 4_000, 2, 10),
}


@dataclass(frozen=True, eq=False)
class World:
    """What a plan is made for, and a budget: a hundredth of the value of all stock."""

    network: Network
    targets: Targets
    risks: list[Risk]
    classes: dict[int, str]
    budget: float


@dataclass(frozen=True, eq=False)
class _Places:
    suppliers: list[str]
    ports: list[str]
    depots: list[str]
    bases: list[str]
    fleets: dict[str, dict[int, int]]  # of each base: kind of system, row
    lanes: dict[tuple[str, str], int]
    nation: dict[str, str]
    near: dict[str, list[str]]  # ports of a supplier, ports of a depot, depots of a base


def world_of(size: Size) -> World:
    """The coalition of a size."""
    rng = np.random.default_rng([SEED, size.items])
    b = NetworkBuilder()
    places = _places(b, rng, size.sites)
    classes = _items(b, rng, places, size.items)
    network = b.build()
    value = float(network.items["price_eur"][network.cells["item"]] @ network.cells["on_hand"])
    nodes = {
        name: Reach(nodes=np.array([row], np.int32)) for row, name in enumerate(network.node_names)
    }
    lanes = {
        name: Reach(lanes=np.array([row], np.int32)) for row, name in enumerate(network.lane_names)
    }
    targets = Targets({"site": nodes, "lane": lanes})
    return World(network, targets, _risks(rng, places, size.hazards), classes, 0.01 * value)


def _places(b: NetworkBuilder, rng: np.random.Generator, sites: int) -> _Places:
    """Sites and the lanes between them: every supplier and every depot has two ports."""
    count = {
        "SUPPLIER": max(sites // 4, 4), "PORT": max(sites // 33, 2), "DEPOT": max(sites // 12, 3)
    }  # fmt: skip
    count["BASE"] = sites - sum(count.values())
    names = {kind: [f"{kind}-{n}" for n in range(number)] for kind, number in count.items()}
    nation: dict[str, str] = {}
    for kind in names:
        for row, name in enumerate(names[kind]):
            nation[name] = NATIONS[row % len(NATIONS)]
            b.node(name, nation[name])
    places = _Places(
        names["SUPPLIER"], names["PORT"], names["DEPOT"], names["BASE"], {}, {}, nation, {}
    )
    _lanes(b, rng, places)
    for base in places.bases:
        kinds = rng.choice(SYSTEMS, int(rng.integers(1, 3)), replace=False).tolist()
        places.fleets[base] = {
            kind: b.fleet(base, f"UNIT {base}", f"SYSTEM-{kind}", int(rng.integers(8, 40)))
            for kind in kinds
        }
    return places


def _lanes(b: NetworkBuilder, rng: np.random.Generator, places: _Places) -> None:
    ports, near = places.ports, places.near

    def lane(one: str, other: str, days: float) -> None:
        if one != other and (one, other) not in places.lanes:
            places.lanes[one, other] = b.lane(one, other, Law(days), name=f"{one}>{other}")

    for name in (*places.suppliers, *places.depots):
        near[name] = [ports[n] for n in rng.choice(len(ports), 2, replace=False).tolist()]
    for name in places.suppliers:
        for port in near[name]:
            lane(name, port, float(rng.integers(1, 5)))
    for row, one in enumerate(ports):
        for n in range(0, len(ports), 2 if row % 2 else 1):  # odd ports know the even ones only
            days = float(rng.integers(2, 15))
            lane(one, ports[n], days)
            lane(ports[n], one, days)
    for depot in places.depots:
        for port in near[depot]:
            lane(port, depot, float(rng.integers(1, 4)))
    for base in places.bases:
        near[base] = [
            places.depots[n] for n in rng.choice(len(places.depots), 2, replace=False).tolist()
        ]
        for depot in near[base]:
            lane(depot, base, float(rng.integers(1, 4)))


def _route(places: _Places, supplier: str, depot: str) -> list[int]:
    """Lanes from a supplier over one port or two to a depot, the first way that there is."""
    for leave in places.near[supplier]:
        for arrive in places.near[depot]:
            path = [supplier, *dict.fromkeys((leave, arrive)), depot]
            steps = list(pairwise(path))
            if all(step in places.lanes for step in steps):
                return [places.lanes[step] for step in steps]
    return []


def _items(
    b: NetworkBuilder, rng: np.random.Generator, places: _Places, items: int
) -> dict[int, str]:
    """Items with all their stock: nine of ten are spares, the others are asked for by units."""
    classes: dict[int, str] = {}
    pools = {depot: b.pool(depot, int(rng.integers(1, 3))) for depot in places.depots[::4]}
    room = dict.fromkeys(pools, 8)  # items that share the places of a workshop
    parts: dict[tuple[str, str], int] = {}
    for number in range(items):
        name, spare = f"ITEM-{number}", rng.random() < 0.9
        price = float(np.round(rng.lognormal(6.0 if spare else 3.0, 1.2), 2)) + 1.0
        row = b.item(name, price_eur=price, mass_kg=1.0, volume_m3=0.01)
        classes[row] = "IX" if spare else ("III", "V", "I")[number % 3]
        # few suppliers make much, many make little
        maker = places.suppliers[int(len(places.suppliers) * rng.random() ** 2)]
        kind = int(rng.integers(SYSTEMS))
        fitting = [base for base in places.bases if not spare or kind in places.fleets[base]]
        wanted = min(int(rng.integers(2, 7)), len(fitting))
        if not wanted:
            continue
        bases = [fitting[n] for n in rng.choice(len(fitting), wanted, replace=False).tolist()]
        home = {base: places.near[base][0] for base in bases}
        ways = {depot: _route(places, maker, depot) for depot in dict.fromkeys(home.values())}
        rate = float(rng.lognormal(-8.3, 0.8))  # removals of one unit installed a day
        daily = {base: 20.0 * rate if spare else float(rng.lognormal(0.5, 1.0)) for base in bases}
        made = _made(b, rng, places, parts, maker, name, sum(daily.values()))
        at: dict[str, int] = {}
        for depot, way in ways.items():
            need = sum(use for base, use in daily.items() if home[base] == depot)
            level = int(np.ceil(need * rng.uniform(20, 50)))
            at[depot] = b.cell(depot, name, on_hand=level, policy=PolicyKind.BASE_STOCK,
                               order_up_to=level)  # fmt: skip
            if way:
                b.move(at[depot], made, lanes=way)
            else:
                b.buy(at[depot], Law(float(rng.integers(20, 90))))
            if spare and room.get(depot, 0) > 0 and rng.random() < 0.5:
                room[depot] -= 1
                b.shop(at[depot], Law(float(rng.integers(5, 30))), pool=pools[depot])
        for base, depot in home.items():
            lane = places.lanes[depot, base]
            if spare:
                level = int(np.ceil(daily[base] * rng.uniform(5, 25)))
                here = b.cell(base, name, on_hand=level, policy=PolicyKind.BASE_STOCK,
                              order_up_to=level)  # fmt: skip
                b.fit(places.fleets[base][kind], here, rate)
            else:
                least = int(np.ceil(daily[base] * rng.uniform(10, 40)))
                here = b.cell(base, name, on_hand=2 * least, policy=PolicyKind.REORDER_UP_TO,
                              reorder_point=least, order_up_to=2 * least + 1)  # fmt: skip
                b.demand(here, kind=StreamKind.POISSON, per_day=1.0 / 30.0,
                         size=float(np.ceil(30.0 * daily[base])), unit=f"UNIT {base}")  # fmt: skip
            b.move(here, at[depot], lanes=[lane])
        _lent(b, rng, places, at)
    return classes


def _made(
    b: NetworkBuilder, rng: np.random.Generator, places: _Places,
    parts: dict[tuple[str, str], int], maker: str, name: str, daily: float,
) -> int:  # fmt: skip
    """Stock of a maker, made to order; one of ten needs a component of another supplier."""
    made = b.cell(maker, name, policy=PolicyKind.BASE_STOCK, order_up_to=0)
    inputs: list[tuple[int, float]] = []
    if rng.random() < 0.1:
        behind = places.suppliers[int(rng.integers(len(places.suppliers)))]
        if behind != maker:
            component = f"PART-{behind}-{maker}"
            if (behind, maker) not in parts:
                b.item(component, price_eur=20.0, mass_kg=1.0)
                source = b.cell(behind, component, policy=PolicyKind.BASE_STOCK, order_up_to=0)
                b.make(source, lead=Law(float(rng.integers(5, 20))))
                here = b.cell(maker, component, on_hand=10, policy=PolicyKind.BASE_STOCK,
                              order_up_to=10)  # fmt: skip
                b.move(here, source, Law(float(rng.integers(2, 8))))
                parts[behind, maker] = here
            inputs = [(parts[behind, maker], 1.0)]
    b.make(made, per_day=daily * float(rng.uniform(1.1, 3.0)), lead=Law(float(rng.integers(5, 60))),
           inputs=inputs)  # fmt: skip
    return made


def _lent(b: NetworkBuilder, rng: np.random.Generator, places: _Places, at: dict[str, int]) -> None:
    """Help between depots of two nations, for one item of fifty."""
    depots = list(at)
    if len(depots) > 1 and rng.random() < 0.02:
        one, other = depots[:2]
        if places.nation[one] != places.nation[other]:
            b.support(at[one], at[other], Law(5.0), standby=True)


def _risks(rng: np.random.Generator, places: _Places, hazards: int) -> list[Risk]:
    """Half of the hazards strike suppliers, a tenth ports, a quarter lanes, the rest sites."""
    lanes = [f"{one}>{other}" for one, other in places.lanes]
    names = {
        "supplier": [("site", name) for name in places.suppliers],
        "port": [("site", name) for name in places.ports],
        "lane": [("lane", name) for name in lanes],
        "node": [("site", name) for name in (*places.depots, *places.bases)],
    }
    wanted = {"supplier": 0.5, "port": 0.1, "lane": 0.25, "node": 0.15}
    left, made = hazards, []
    for kind, share in wanted.items():
        count = min(round(share * hazards), len(names[kind]), left)
        count = left if kind == "node" else max(count, 1)
        left -= count
        for n in sorted(rng.choice(len(names[kind]), count, replace=False).tolist()):
            part = names[kind][n]
            made.append(Risk(
                f"H-{part[1]}", f"Loss of {part[1]}", (part,), float(rng.uniform(0.02, 0.4)),
                float(rng.uniform(15.0, 120.0)), "invented",
            ))  # fmt: skip
    return made
