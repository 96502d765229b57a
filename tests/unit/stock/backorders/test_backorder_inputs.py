"""The vectorised door: shapes, and what it refuses."""

import numpy as np
import numpy.typing as npt
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.backorders import backorders, expected_backorders, least_stock, service_rates


def test_arrays_broadcast_and_hold_what_the_kernel_gives() -> None:
    mean = np.array([[0.5], [3.0], [40.0]])
    found = backorders(mean, 1.5 * mean, [0, 2, 5, 60])
    assert found.ebo.shape == found.vbo.shape == (3, 4)
    for i, m in enumerate(mean[:, 0]):
        for j, s in enumerate((0.0, 2.0, 5.0, 60.0)):
            assert (found.ebo[i, j], found.vbo[i, j]) == expected_backorders(m, 1.5 * m, s)
            assert (found.fill_rate[i, j], found.ready_rate[i, j]) == service_rates(m, 1.5 * m, s)


def test_single_numbers_give_single_numbers() -> None:
    found = backorders(1.0, None, 0)
    assert found.ebo.shape == ()
    assert float(found.ebo) == 1.0
    assert least_stock(1.0, None, 0.9).shape == ()


def test_without_a_variance_or_below_the_mean_the_law_is_poisson() -> None:
    assert backorders(4.0, None, 3) == backorders(4.0, 1.0, 3) == backorders(4.0, 4.0, 3)


def test_nothing_in_resupply_leaves_nothing_open() -> None:
    found = backorders(0.0, None, [0, 1])
    assert found.ebo.tolist() == found.vbo.tolist() == [0.0, 0.0]
    assert found.fill_rate.tolist() == [0.0, 1.0]
    assert found.ready_rate.tolist() == [1.0, 1.0]


def test_empty_arrays_give_empty_arrays() -> None:
    assert backorders(np.zeros((0, 3)), None, 0).ebo.shape == (0, 3)


def test_far_beyond_the_smallest_double_the_tail_is_nothing() -> None:
    found = backorders(0.1, None, 10_000)
    assert float(found.ebo) == 0.0
    assert float(found.ready_rate) == 1.0


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, 1.1e6])
def test_a_mean_out_of_range_is_refused_with_its_place(bad: float) -> None:
    with pytest.raises(BadData, match=r"mean\[1, 0\].*Give"):
        backorders([[1.0], [bad]], None, 0)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, 2e4])
def test_a_variance_out_of_range_is_refused(bad: float) -> None:
    with pytest.raises(BadData, match=r"variance\[1\]"):
        backorders([1.0, 1.0], [2.0, bad], 0)


@pytest.mark.parametrize("bad", [-1, 0.5, np.nan, np.inf])
def test_a_stock_that_is_not_whole_is_refused(bad: float) -> None:
    with pytest.raises(BadData, match="stock"):
        backorders(1.0, None, bad)


def test_the_greatest_allowed_values_are_answered() -> None:
    found = backorders([1e6, 1.0], [1e6, 1e4], [1_000_000, 1])
    assert np.isfinite(found.ebo).all()
    assert found.ebo[0] == pytest.approx(np.sqrt(1e6 / (2 * np.pi)), rel=1e-3)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(BadData, match=r"mean.*numbers"):
        backorders(["a"], None, 0)


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(BadUse, match=r"mean \(2,\).*stock \(3,\)"):
        backorders([1.0, 2.0], None, [1, 2, 3])


@pytest.mark.parametrize("bad", [-0.1, 1.0, np.nan])
def test_a_ready_rate_that_no_stock_reaches_is_refused(bad: float) -> None:
    with pytest.raises(BadData, match="ready_rate"):
        least_stock(1.0, None, bad)


def test_the_least_stock_broadcasts() -> None:
    rates: npt.NDArray[np.float64] = np.array([0.5, 0.95, 0.999])
    assert least_stock(np.array([[1.0], [5.0]]), None, rates).tolist() == [[1, 3, 5], [5, 9, 13]]
