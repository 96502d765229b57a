"""Compile the kernels once, so that tests and the demo find them on the disk.

Run as ``python -m tools.warm``. The kernels of the simulation are asked directly, the others by
commands that need them, on the exercise coalition; two processes share the work.
"""

import sys
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

QUESTIONS = (
    "stock support",
    "stock curve --points 3",
    "stock surge --surge 0:10:2",
    "stock explain --budget 100000",
    "stock replenish",
    "stock reserve",
    "risk cascade",
    "findings",
)
"""Commands that between them need most of the kernels; the longest to compile come first."""


def _simulate(model: str) -> int:
    """Compile one of the two models of the simulation."""
    from redball.simulation.events import run_events
    from redball.simulation.network import Law, NetworkBuilder
    from redball.simulation.screen import run_days

    builder = NetworkBuilder()
    builder.item("x")
    builder.node("n")
    cell = builder.cell("n", "x", on_hand=1)
    builder.buy(cell, Law(1.0))
    builder.demand(cell, per_day=1.0)
    network = builder.build()
    if model == "events":
        return run_events(network, horizon_days=2).events
    return len(run_days(network, horizon_days=2, replications=range(1)).assumptions)


def _store(folder: str) -> str:
    """The exercise coalition in a store."""
    from redball import app

    store = str(Path(folder) / "coalition.sqlite")
    for package in app.write_example(Path(folder) / "packages"):
        app.import_(package, store=store, skip_bad_rows=True)
    return store


def _ask(question: str, store: str) -> int:
    """Put one question as a person would."""
    from redball.cli import main

    sys.argv = ["redball", *question.split(), "--store", store, "--viewer", "XAG", "--json"]
    try:
        with redirect_stdout(StringIO()):
            main()
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"redball {question} ended with {end.code}") from None
    return 0


def main() -> None:
    """Compile all of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
    ):
        store = pool.submit(_store, folder)
        begun: list[Future[int]] = [
            pool.submit(_simulate, "days"),
            pool.submit(_simulate, "events"),
        ]
        where = store.result()
        begun += [pool.submit(_ask, question, where) for question in QUESTIONS]
        for one in begun:
            one.result()


if __name__ == "__main__":
    main()
