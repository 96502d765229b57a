"""The closed form of a line with several servers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.model import BadUse
from redball.simulation.queueing import waiting_line


@given(st.floats(0.01, 0.99), st.floats(0.001, 100.0), st.integers(1, 30))
def test_it_is_the_balance_of_births_and_deaths(rho: float, service: float, servers: int) -> None:
    """Against the probabilities of the states themselves, summed."""
    load = rho * servers
    weights = [1.0]
    for k in range(1, 4_000):
        weights.append(weights[-1] * load / min(k, servers))
    total = math.fsum(weights)
    waits = math.fsum(weights[servers:]) / total
    queue = math.fsum(w * (k - servers) for k, w in enumerate(weights) if k > servers) / total
    found = waiting_line(load / service, service, servers)
    assert found.wait_probability == pytest.approx(waits, rel=1e-9)
    assert found.queue == pytest.approx(queue, rel=1e-9)
    assert found.present == pytest.approx(queue + load, rel=1e-9)
    assert found.wait_days * load == pytest.approx(queue * service, rel=1e-9)


def test_many_servers_do_not_overflow() -> None:
    found = waiting_line(9_900.0, 1.0, 10_000)
    assert 0 < found.wait_probability < 1
    assert waiting_line(1.0, 1.0, 10_000).wait_probability == 0.0


@pytest.mark.parametrize(
    ("arrivals", "service", "servers"),
    [
        (0.0, 1.0, 1),
        (1.0, -1.0, 1),
        (math.nan, 1.0, 1),
        (1.0, math.inf, 1),
        (1.0, 1.0, 0),
        (1.0, 0.5, 1.5),
        (1.0, 1.0, 1),
        (3.0, 1.0, 2),
        (1.0, 1.0, 10**9),
    ],
)
def test_what_has_no_steady_state_is_refused(arrivals: float, service: float, servers: int) -> None:
    with pytest.raises(BadUse) as caught:
        waiting_line(arrivals, service, servers)
    assert caught.value.mend
