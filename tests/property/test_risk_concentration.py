"""Invariants of the Herfindahl-Hirschman index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.risk import effective_number, hhi, normalised_hhi

shares = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30)


@given(shares, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_neither_scale_nor_order_nor_zero_shares_change_it(
    values: list[float], factor: float, random: object
) -> None:
    index = hhi(values)
    assert hhi([factor * value for value in values]) == pytest.approx(index, rel=1e-9)
    assert hhi(sorted(values)) == pytest.approx(index, rel=1e-12)
    assert hhi([0.0, *values, 0.0]) == pytest.approx(index, rel=1e-12)


@given(shares)
def test_it_lies_between_equal_shares_and_a_monopoly(values: list[float]) -> None:
    index, count = hhi(values), len(values)
    assert 10_000 / count * (1 - 1e-9) <= index <= 10_000 * (1 + 1e-9)
    assert 1 - 1e-9 <= effective_number(index) <= count * (1 + 1e-9)
    assert -1e-9 <= normalised_hhi(index, count) <= 1 + 1e-9


@given(st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=20))
def test_joining_two_sources_never_lowers_it(values: list[float]) -> None:
    joined = [values[0] + values[1], *values[2:]]
    rise = 2 * 10_000 * values[0] * values[1] / sum(values) ** 2
    assert hhi(joined) - hhi(values) == pytest.approx(rise, rel=1e-6, abs=1e-6)
