"""State of a block of replications at the start, and room for its queue."""

import numpy as np

from redball.simulation.network import Network
from redball.simulation.screen import layout
from redball.simulation.screen.draws import key_of_replication
from redball.simulation.screen.layout import Longs, Plan, State
from redball.simulation.screen.plan import LEVELS


def start(plan: Plan, network: Network, seed: int, replications: range) -> State:
    """State before the first day."""
    width = len(replications)

    def longs(*shape: int) -> Longs:
        return np.zeros((*shape, width), np.int64)

    cells = longs(len(plan.spots), 12)
    cells[:, layout.ON_HAND] = network.cells["on_hand"][:, None]
    cells[:, layout.POSITION] = network.cells["on_hand"][:, None]
    np.add.at(cells[:, layout.POSITION], network.due["cell"], network.due["quantity"][:, None])
    available = np.zeros((len(plan.fleets), plan.horizon_days + 1, width), np.float32)
    available[:, 0] = 1.0
    return State(
        key=np.array([key_of_replication(seed, number) for number in replications], np.uint64),
        want=longs(),
        wait_kg=np.zeros(width),
        draw=np.zeros(width),
        cells=cells,
        claims=longs(len(plan.claims), 4),
        arcs=longs(len(plan.ways), 5),
        money=np.zeros((len(plan.ways), width)),
        ring=longs(int((plan.pipes["slots"] + 2).sum(dtype=np.int64))),
        credit=np.zeros((plan.lines + len(plan.gates), width)),
        shops=longs(len(plan.benches), 3),
        busy=longs(len(network.pools)),
        lines=longs(plan.lines, 2),
        got=longs(len(plan.inputs)),
        ends=np.full((len(plan.spots), 2, width), -1, np.int32),
        queue=np.zeros((0, 3), np.int64),
        counters=np.array([0, 0, -1, 0], np.int64),
        clock=np.zeros(len(plan.pipes), np.int64),
        world=np.ones(sum(len(getattr(network, table)) for table in LEVELS.values())),
        blocked_since=np.full(len(plan.spots), -1, np.int64),
        available=available,
        daily=longs(2, len(plan.watch), plan.horizon_days),
    )


def with_room(state: State, rows: int) -> State:
    """The state with more rows in its queue; new ones are chained before the free ones."""
    used = len(state.queue)
    queue = np.zeros((used + rows, 3), np.int64)
    queue[:used] = state.queue
    queue[used:, 2] = np.arange(used + 1, used + rows + 1)
    queue[-1, 2] = state.counters[layout.FIRST_FREE]
    state.counters[layout.FIRST_FREE] = used
    state.counters[layout.ROWS_LEFT] += rows
    return state._replace(queue=queue)
