"""A twin is rehearsed once for each portfolio, and says the same in whatever company."""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from tests.unit.planning.portfolio.conftest import HOW, World

from redball.model.running import InOrder, Progress
from redball.planning.portfolio.rehearsing import Twin, rehearse
from redball.planning.portfolio.worth import worth_of

T = TypeVar("T")
R = TypeVar("R")


class Counting:
    """Counts what it runs."""

    def __init__(self) -> None:
        self.done = 0

    def map(
        self, work: Callable[[T], R], tasks: Sequence[T], *, keys: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Generator[R, None, None]:  # fmt: skip
        self.done += len(tasks)
        return InOrder().map(work, tasks, keys=keys, progress=progress)


def test_what_was_rehearsed_is_not_run_again(world: World) -> None:
    twin = Twin(world.network, worth_of(world.network), world.hazards, HOW)
    one, other = [world.treatments[0]], [world.treatments[4], world.treatments[5]]
    runner = Counting()
    (alone,) = rehearse(twin, [one], runner=runner)
    assert runner.done == 2 * 3 * HOW.replications
    again, more = rehearse(twin, [one, other[::-1]], runner=runner)
    assert runner.done == 3 * 3 * HOW.replications
    assert again.lost.tobytes() == alone.lost.tobytes()
    assert rehearse(twin, [other], runner=runner)[0].lost is more.lost
    assert runner.done == 3 * 3 * HOW.replications
    fresh = rehearse(Twin(world.network, worth_of(world.network), world.hazards, HOW), [other])
    assert fresh[0].lost.tobytes() == more.lost.tobytes()
    assert fresh[0].gain == more.gain
