"""The event kernel against a slow simulator in plain Python, over random networks.

The other simulator (``simulation_oracles``) was written from the documented meaning of the tables.
All times are constant; failures and Poisson orders come from the published generator, written
anew. Every line of both logs must agree (tick, kind, entity, other, quantity), so must what was
lost and spent, and how many systems were up on each day. Where lanes are cut the order of lines
within a tick is not compared: goods that a lane halts, turns back or frees have no documented
order.
"""

import importlib
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from redball.simulation.events import Kind, run_events
from redball.simulation.network import (
    CutRule,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    RuleKind,
    StreamKind,
    What,
)
from redball.simulation.network.futures import MOST_VALUE, TABLE_OF
from redball.simulation.network.tables import CHANGE, RULE

HORIZON = 40
SEEDS = st.integers(0, 2**32 - 1)
Rng = np.random.Generator
Line = tuple[int, str, int, int, int]

sys.path.append(str(Path(__file__).parent))
oracles = importlib.import_module("simulation_oracles")


def time(rng: Rng) -> Law:
    """Constant, of the same few values now and then, so that events fall together."""
    return Law(float(rng.choice([0.0, 0.5, 1.0, 2.0, rng.uniform(0.1, 6.0)])))


def random_network(rng: Rng) -> Network:
    """Up to three items over up to five nodes."""
    b = NetworkBuilder()
    items, nodes = int(rng.integers(1, 4)), int(rng.integers(2, 6))
    for i in range(items):
        shelf = float(rng.uniform(3, 30)) if rng.random() < 0.25 else np.inf
        b.item(f"I{i}", mass_kg=float(rng.choice([0.0, 1.0, 50.0])), shelf_life_days=shelf)
    parent = [-1] + [int(rng.integers(0, n)) for n in range(1, nodes)]
    for n in range(nodes):
        b.node(f"N{n}", f"NATION {n % 2}")
    lanes = {n: [_lane(b, rng, parent[n], n) for _ in range(2)] for n in range(1, nodes)}
    for _ in range(int(rng.integers(0, 4))):
        origin, end = rng.choice(nodes, 2, replace=False)
        _lane(b, rng, int(origin), int(end))
    cells = {(n, i): _cell(b, rng, n, i) for n in range(nodes) for i in range(items)}
    for (n, i), cell in cells.items():
        _supply(b, rng, cells, (n, i), parent, lanes)
        for _ in range(int(rng.integers(0, 3))):
            _stream(b, rng, cell)
    _fleets_and_shops(b, rng, cells, parent, items)
    for n in range(nodes):
        if items > 1 and rng.random() < 0.5:
            b.substitute(cells[n, 0], cells[n, 1])
        if n > 0 and rng.random() < 0.5:
            b.support(
                cells[n, 0], cells[n - 1, 0], time(rng), keep=int(rng.integers(0, 3)),
                from_day=float(rng.choice([0.0, 9.0])), until_day=float(rng.choice([20.0, np.inf])),
                standby=bool(rng.random() < 0.3),
            )  # fmt: skip
    return b.build()


def _lane(b: NetworkBuilder, rng: Rng, origin: int, end: int) -> int:
    headway = float(rng.choice([0.0, 0.0, 1.0, 2.5]))
    return b.lane(
        f"N{origin}", f"N{end}", Law(float(rng.uniform(0.1, 4.0))), name=str(rng.integers(2**62)),
        cut_rule=CutRule(int(rng.integers(0, 4))), headway_days=headway,
        kg_per_day=float(rng.choice([np.inf, 40.0, 400.0])), offset_days=headway / 4, eur_per_t=3.0,
    )  # fmt: skip


def _cell(b: NetworkBuilder, rng: Rng, n: int, i: int) -> int:
    level, on_hand = int(rng.integers(0, 25)), int(rng.integers(0, 25))
    cell = b.cell(
        f"N{n}", f"I{i}", on_hand=on_hand,
        reserve=int(rng.integers(0, 9)) if rng.random() < 0.3 else 0,
        policy=PolicyKind(int(rng.integers(0, 4))), reorder_point=level,
        order_up_to=level + int(rng.integers(0, 12)), quantity=int(rng.integers(1, 9)),
        review_days=float(rng.choice([0.0, 0.0, 1.0, 3.5])),
        rationing=Rationing(int(rng.integers(0, 3))),
    )  # fmt: skip
    for _ in range(int(rng.integers(0, 3))):
        b.lot(cell, on_hand // 3, float(rng.uniform(0, 30)))
    if rng.random() < 0.3:
        b.due(cell, int(rng.integers(1, 9)), float(rng.integers(0, 20)))
    return cell


def _supply(
    b: NetworkBuilder, rng: Rng, cells: dict[tuple[int, int], int], at: tuple[int, int],
    parent: list[int], lanes: dict[int, list[int]],
) -> None:  # fmt: skip
    (n, i), cell, above = at, cells[at], parent[at[0]]
    share = float(rng.choice([0.0, 0.0, 0.5]))
    more: dict[str, Any] = {
        "minimum": int(rng.integers(0, 9)), "batch": int(rng.integers(1, 6)), "price_eur": 2.0,
        "order_cost_eur": 1.0,
    }  # fmt: skip
    if above >= 0 and rng.random() < 0.8:
        way = [lanes[n][0]] if rng.random() < 0.7 else []
        b.move(cell, cells[above, i], time(rng), lanes=way, share=share, **more)
        if rng.random() < 0.6:
            b.move(cell, cells[above, i], lanes=[lanes[n][1]], standby=int(rng.random() < 0.5),
                   share=share / 2)  # fmt: skip
    if above > 0 and rng.random() < 0.3:  # over two lanes from the level above
        b.move(cell, cells[parent[above], i], time(rng), lanes=[lanes[above][0], lanes[n][0]])
    if (n, i + 1) in cells and rng.random() < 0.4:
        inputs = [(cells[k], float(rng.uniform(0.2, 3))) for k in cells if k[0] == n and k[1] > i]
        b.make(cell, per_day=float(rng.choice([np.inf, 5.0])), lead=time(rng), inputs=inputs,
               lot=int(rng.integers(0, 5)))  # fmt: skip
    if above < 0 or rng.random() < 0.3:
        b.buy(cell, time(rng), at_node=int(rng.choice([-1, n])), share=share,
              standby=int(rng.random() < 0.3), **more)  # fmt: skip


def _stream(b: NetworkBuilder, rng: Rng, cell: int) -> None:
    kind = StreamKind(int(rng.integers(0, 3)))
    days = np.sort(np.concatenate([rng.uniform(0, HORIZON, 4), rng.integers(0, HORIZON, 4)]))
    b.demand(
        cell, kind=kind, per_day=float(rng.uniform(0, 2)), size=float(rng.integers(1, 5)),
        interval_days=float(rng.choice([1.0, 2.0, rng.uniform(0.3, 5)])),
        first_day=float(rng.choice([0.0, rng.uniform(0, 5)])), lost=bool(rng.random() < 0.3),
        priority=int(rng.integers(0, 3)),
        trace=[(float(d), int(rng.integers(0, 9))) for d in days] if kind == 2 else (),
    )  # fmt: skip


def _fleets_and_shops(
    b: NetworkBuilder, rng: Rng, cells: dict[tuple[int, int], int], parent: list[int], items: int
) -> None:
    pools = [b.pool(f"N{n}", int(rng.integers(0, 3))) for n in range(len(parent))]
    shops: dict[tuple[int, int], int] = {}
    for n, above in enumerate(parent):
        for i in range(items):
            if rng.random() < 0.3:
                continue
            chance = float(rng.uniform(0.1, 0.9))
            inner = [(cells[n, j], chance / (items - 1)) for j in range(i + 1, items)]
            shops[n, i] = b.shop(
                cells[n, i], time(rng), share=float(rng.choice([0.0, 0.5, 1.0])),
                pool=pools[n] if rng.random() < 0.5 else -1, up=shops.get((above, i), -1),
                up_time=time(rng), parts=inner if rng.random() < 0.6 else (),
            )  # fmt: skip
        if rng.random() < 0.6:
            fleet = b.fleet(f"N{n}", f"UNIT {n}", "SYSTEM", int(rng.integers(0, 7)),
                            cannibalise=bool(rng.random() < 0.5), priority=int(rng.integers(0, 3)),
                            only_up_fail=bool(rng.random() < 0.5))  # fmt: skip
            for i in range(items):
                installed = int(rng.integers(1, 4))
                b.fit(fleet, cells[n, i], float(rng.uniform(0, 0.1)), per_system=installed,
                      needed=int(rng.integers(0, installed + 1)))  # fmt: skip


def random_changes(network: Network, rng: Rng) -> Rows:
    """Losses and most of the recoveries from them, some of them at the same tick."""
    rows: list[tuple[float, int, int, float]] = []
    for _ in range(int(rng.integers(0, 12))):
        what = What(int(rng.integers(0, len(What))))
        size = len(getattr(network, TABLE_OF[what]))
        if not size:
            continue
        index, digits = int(rng.integers(0, size)), int(rng.integers(0, 3))
        day = round(float(rng.uniform(0, HORIZON)), digits)
        rows.append((day, int(what), index, float(rng.choice([0.0, 0.0, 0.4, 2.0]))))
        if what in MOST_VALUE:
            rows[-1] = (*rows[-1][:3], min(rows[-1][3], 1.0))
        if rng.random() < 0.8:
            back = round(day + float(rng.exponential(4.0)), digits)
            rows.append((back, int(what), index, 1.0))
    return np.array(sorted(rows, key=itemgetter(0)), CHANGE)


def random_rules(network: Network, rng: Rng) -> Rows:
    rows = [
        (int(kind), int(rng.integers(-1, len(network.cells))), float(rng.integers(0, 9)),
         float(rng.choice([0.0, 1.0, rng.uniform(0, 5)])), 10.0, 0.5, 2.0)
        for kind in RuleKind
        for _ in range(int(rng.integers(0, 3)))
    ]  # fmt: skip
    return np.array(rows, RULE)


def lines(log: Rows) -> list[Line]:
    """The kernel's log in the oracle's terms."""
    return [
        (int(r["tick"]), Kind(int(r["kind"])).name, int(r["entity"]), int(r["other"]),
         int(r["quantity"]))
        for r in log
    ]  # fmt: skip


def compare(network: Network, changes: Rows, rules: Rows, seed: int) -> list[Line]:
    """Run both and demand that they agree; the log."""
    ours = run_events(network, horizon_days=HORIZON, seed=seed, changes=changes, rules=rules,
                      log=True, check=True)  # fmt: skip
    theirs = oracles.simulate(network, HORIZON, seed, changes, rules)
    mine = lines(ours.log)
    if mine != theirs.log and np.isin(changes["what"], (What.NODE, What.LANE)).any():
        mine, theirs.log = sorted(mine), sorted(theirs.log)  # goods on a lane have no order
    for number, (left, right) in enumerate(zip(mine, theirs.log, strict=False)):
        assert left == right, (number, left[0] / 86_400, right[0] / 86_400)
    assert len(mine) == len(theirs.log)
    for name in ("expired", "condemned", "destroyed", "lost"):
        assert ours.cells[name].tolist() == [getattr(cell, name) for cell in theirs.cells], name
    for name, spent in theirs.spent.items():
        assert ours.costs[name][0] == pytest.approx(spent), name
    for fleet, area in enumerate(theirs.up_area):
        count = int(network.fleets["count"][fleet])
        if count:
            up = np.array(area) / (86_400 * count)
            np.testing.assert_allclose(ours.available[fleet], up, atol=1e-12)
    return mine


@settings(max_examples=150, phases=(Phase.generate,))
@given(SEEDS)
def test_every_line_of_the_log_is_that_of_the_other_simulator(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    compare(network, random_changes(network, rng), random_rules(network, rng), seed)
