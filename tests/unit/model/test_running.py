"""The runner that needs nothing, and the keys of tasks."""

import pytest

from redball.model import BadUse
from redball.model.running import InOrder


def test_results_come_in_order_with_the_share_done() -> None:
    told: list[float] = []
    assert list(InOrder().map(abs, [-3, 2, -1, 0], progress=told.append)) == [3, 2, 1, 0]
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_no_task_gives_no_result() -> None:
    assert list(InOrder().map(abs, range(0))) == []


def test_keys_must_name_each_task_once() -> None:
    assert list(InOrder().map(abs, [1, 2], keys=["a", "b"])) == [1, 2]
    with pytest.raises(BadUse, match="2 tasks and 1 keys"):
        InOrder().map(abs, [1, 2], keys=["a"])
    with pytest.raises(BadUse, match="'a' stands there twice"):
        InOrder().map(abs, [1, 2], keys=["a", "a"])


def test_raising_from_progress_cancels_the_rest() -> None:
    done: list[int] = []

    def stop(share: float) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(InOrder().map(done.append, [1, 2, 3, 4], progress=stop))
    assert done == [1, 2]
