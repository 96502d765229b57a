"""Compile the kernels of the simulation once, so that tests and the demo find them on the disk.

Run as ``python -m tools.warm``. The two kernels are compiled side by side.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from redball.simulation.events import run_events
from redball.simulation.network import Law, Network, NetworkBuilder
from redball.simulation.screen import run_days


def _network() -> Network:
    builder = NetworkBuilder()
    builder.item("x")
    builder.node("n")
    cell = builder.cell("n", "x", on_hand=1)
    builder.buy(cell, Law(1.0))
    builder.demand(cell, per_day=1.0)
    return builder.build()


def _events() -> int:
    return run_events(_network(), horizon_days=2).events


def _days() -> int:
    return len(run_days(_network(), horizon_days=2, replications=range(1)).assumptions)


def main() -> None:
    """Compile both."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_events), pool.submit(_days)]:
            done.result()


if __name__ == "__main__":
    main()
