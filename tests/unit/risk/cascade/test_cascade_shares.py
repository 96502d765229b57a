"""Shares through tiers, influence and the resilience triangle, by hand."""

import numpy as np
import pytest

from redball.model.errors import BadData, BadUse
from redball.risk.cascade import (
    dependency_shares,
    firm_network,
    influence_vector,
    resilience_triangle,
)


def test_a_chain_passes_its_value_on_tier_by_tier() -> None:
    # 0 sells 20 to 1, which sells 50 to 2, which sells 100 outside
    network = firm_network([0, 1], [1, 2], [20.0, 50.0], sector=[0, 0, 0], outlet=[0, 0, 100.0])
    found = dependency_shares(network)
    assert found.direct[0].tolist() == pytest.approx([0.0, 0.5, 0.0])
    assert found.total[0].tolist() == pytest.approx([0.2, 0.5, 1.0])
    assert found.origin[0].tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert found.converged.all()
    assert found.tiers.tolist() == [3]


def test_a_ring_that_adds_no_value_never_ends_and_says_so() -> None:
    ring = firm_network([0, 1], [1, 0], [1.0, 1.0], sector=[0, 0])
    found = dependency_shares(ring, [0], most_tiers=50)
    assert not found.converged[0]
    assert found.remainder[0] == pytest.approx(1.0)
    assert found.tiers[0] == 50


def test_purchases_above_sales_are_taken_as_sales() -> None:
    network = firm_network([0], [1], [8.0], sector=[0, 0], outlet=[0, 2.0])
    assert dependency_shares(network, [1]).direct[0, 0] == 1.0


def test_the_star_weighs_its_centre_most() -> None:
    star = firm_network([0, 0, 0], [1, 2, 3], [1.0, 1.0, 1.0], sector=[0] * 4)
    weight = influence_vector(star)
    assert weight.sum() == pytest.approx(1.0)
    assert weight[0] == pytest.approx(2.5 / 5.5)
    assert influence_vector(star, input_share=0.0).tolist() == [0.25] * 4


def test_shares_of_what_is_not_there_are_refused() -> None:
    network = firm_network([0], [1], [8.0], sector=[0, 0])
    with pytest.raises(BadData, match="outside the network"):
        dependency_shares(network)
    with pytest.raises(BadUse, match="seller"):
        dependency_shares(network, [2])
    with pytest.raises(BadUse, match="end at 0"):
        dependency_shares(network, [0], tolerance=0.0)
    with pytest.raises(BadUse, match="share of inputs is 1"):
        influence_vector(network, input_share=1.0)
    with pytest.raises(BadData, match="no firms"):
        influence_vector(firm_network([], [], [], sector=[]))


def test_a_triangle_has_depth_slope_and_end() -> None:
    found = resilience_triangle([0, 10, 10, 15, 35, 40], [100, 100, 50, 50, 100, 100])
    assert found.robustness == 50
    assert found.rapidity == pytest.approx(2.5)
    assert found.recovered_day == 35
    assert found.loss == 50 * 5 + 50 * 20 / 2


def test_without_recovery_there_is_no_day_of_it() -> None:
    found = resilience_triangle([0, 10, 20], [1.0, 0.2, 0.6], full=1.0)
    assert found.recovered_day is None
    assert found.rapidity == pytest.approx(0.04)


def test_without_loss_there_is_no_rapidity() -> None:
    found = resilience_triangle([3, 9], [100, 100])
    assert (found.loss, found.index, found.rapidity, found.recovered_day) == (0, 1, None, 3)


def test_a_jump_back_to_full_has_no_rapidity_either() -> None:
    found = resilience_triangle([0, 5, 5, 8, 8, 10], [100, 100, 40, 40, 100, 100])
    assert found.rapidity is None
    assert found.recovered_day == 8
    assert found.loss == 180


@pytest.mark.parametrize(
    ("days", "quality", "full", "says"),
    [
        ([0], [100], 100, "do not make a curve"),
        ([0, 1], [100], 100, "do not make a curve"),
        ([0, 2, 1], [100, 50, 100], 100, "fall"),
        ([1, 1], [100, 50], 100, "fall"),
        ([0, np.nan], [100, 50], 100, "not numbers"),
        ([0, 1], [100, 101], 100, "from 0 to 100"),
        ([0, 1], [100, np.nan], 100, "from 0 to 100"),
        ([0, 1], [0, 0], 0, "Full service is 0"),
    ],
)
def test_a_curve_that_can_not_be_is_refused(
    days: list[float], quality: list[float], full: float, says: str
) -> None:
    with pytest.raises(BadData, match=says):
        resilience_triangle(days, quality, full=full)
