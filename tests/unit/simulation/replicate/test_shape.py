"""The shape of a resilience curve, by hand."""

import numpy as np
import pytest

from redball.simulation.replicate import shape_of


def test_the_shape_of_a_curve_by_hand() -> None:
    base = np.full(10, 10.0)
    left = np.array([10, 10, 9, 6, 4, 6, 8, 10, 10, 10.0])
    shape = shape_of(base, left, from_day=2, threshold=0.9, tolerance=0.05)
    assert shape.robustness == 0.4
    assert shape.survive_days == 1  # 0.9 itself is survived
    assert shape.recover_days == 5  # day 7
    assert shape.rapidity_per_day == pytest.approx(0.6 / 3)
    assert shape.area_days == pytest.approx(0.1 + 0.4 + 0.6 + 0.4 + 0.2)


def test_a_curve_that_never_falls_or_never_comes_back() -> None:
    base = np.full(5, 10.0)
    whole = shape_of(base, base, from_day=0, threshold=0.9, tolerance=0.01)
    assert (whole.survive_days, whole.recover_days, whole.rapidity_per_day) == (None, 0, None)
    down = shape_of(base, base / 2, from_day=0, threshold=0.9, tolerance=0.01)
    assert (down.survive_days, down.recover_days, down.rapidity_per_day) == (0, None, None)


def test_rapidity_counts_from_the_last_of_the_lowest_days() -> None:
    left = np.array([10, 4, 4, 4, 7, 10, 10.0])
    shape = shape_of(np.full(7, 10.0), left, from_day=0, threshold=0.9, tolerance=0.05)
    assert shape.recover_days == 5
    assert shape.rapidity_per_day == pytest.approx(0.6 / 2)  # day 3 to day 5, not day 1 to day 5


def test_a_low_undisturbed_readiness_is_no_loss() -> None:
    base = np.array([6.0, 5.0, 0.0, 5.0])
    shape = shape_of(base, base, from_day=0, threshold=0.95, tolerance=0.0)
    assert (shape.robustness, shape.survive_days, shape.recover_days) == (1.0, None, 0)
    assert shape.area_days == 0.0
