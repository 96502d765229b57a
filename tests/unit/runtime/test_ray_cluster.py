"""The same results from a local Ray cluster of two workers."""

import importlib.util
import math
import operator
import os
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from redball.model import BadUse, MissingExtra
from redball.runtime import InProcess, Limits, RayCluster
from redball.runtime.values import encoded
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind
from redball.simulation.replicate import simulate

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None and not os.environ.get("CI"), reason="Ray is absent"
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with RayCluster(workers=2) as runner:
        yield runner


def network() -> Network:
    b = NetworkBuilder()
    b.item("PUMP")
    b.node("BASE")
    cell = b.cell("BASE", "PUMP", on_hand=4, policy=PolicyKind.BASE_STOCK, order_up_to=4)
    b.buy(cell, Law.exponential(20.0))
    b.fit(b.fleet("BASE", "1 COY", "TANK", 20), cell, 0.02)
    return b.build()


@needs_ray
def test_results_come_in_the_order_of_tasks(cluster: RayCluster) -> None:
    told: list[float] = []
    found = list(cluster.map(partial(operator.add, 5), range(30), progress=told.append))
    assert found == [5 + i for i in range(30)]
    assert told[-1] == 1.0
    assert list(cluster.map(math.sqrt, [])) == []


@needs_ray
def test_a_simulation_gives_the_same_bytes_as_here(cluster: RayCluster) -> None:
    here = simulate(network(), horizon_days=40, replications=6)
    there = simulate(network(), horizon_days=40, replications=6, runner=cluster)
    assert encoded(here) == encoded(there)
    assert encoded(simulate(network(), horizon_days=40, replications=6, runner=InProcess(2))) == (
        encoded(here)
    )


@needs_ray
def test_an_error_of_the_work_comes_through_as_it_is(cluster: RayCluster) -> None:
    with pytest.raises(ZeroDivisionError):
        list(cluster.map(partial(operator.truediv, 1), [1, 0, 2]))
    with pytest.raises(BadUse, match="1 to 100,000") as caught:
        list(cluster.map(_too_long, [1]))
    assert caught.value.mend
    assert list(cluster.map(abs, [-1])) == [1]  # and the cluster still works


def _too_long(task: int) -> None:
    raise BadUse("A horizon is not possible.", where=f"task {task}", mend="Use 1 to 100,000.")


@needs_ray
def test_raising_from_progress_cancels(cluster: RayCluster) -> None:
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(cluster.map(abs, range(50), progress=stop))
    assert list(cluster.map(abs, [-1])) == [1]


@needs_ray
def test_limits_hold_on_workers(cluster: RayCluster) -> None:
    small = RayCluster(workers=2, limits=Limits(memory_mb=1.0))
    with pytest.raises(BadUse, match=r"MB of memory, and the limit is 1.0 MB"):
        list(small.map(abs, [-1, -2]))


@needs_ray
def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(BadUse, match="0 workers"):
        RayCluster(workers=0)


def test_without_ray_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match="optional part 'ray'"):
        RayCluster()
