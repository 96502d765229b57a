"""Buckets: what may come at once, what comes steadily, and how much is remembered."""

import pytest

from redball.web.security.limiting import Limiter, Rate

RATE = Rate(per_minute=60, at_once=5)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_rate() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    assert [limiter.take("a", RATE) for _ in range(5)] == [0.0] * 5
    assert limiter.take("a", RATE) == pytest.approx(1.0)
    clock.now += 0.5
    assert limiter.take("a", RATE) == pytest.approx(0.5)
    clock.now += 0.5
    assert limiter.take("a", RATE) == 0.0
    assert limiter.take("a", RATE) == pytest.approx(1.0)


def test_a_refusal_takes_nothing() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    for _ in range(100):
        limiter.take("a", RATE)
    clock.now += 1.0
    assert limiter.take("a", RATE) == 0.0


def test_no_more_than_the_bucket_holds_however_long_one_waits() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    clock.now += 3_600
    assert sum(limiter.take("a", RATE) == 0.0 for _ in range(20)) == 5


def test_each_key_has_its_own() -> None:
    limiter = Limiter(Clock())
    for _ in range(6):
        limiter.take("a", RATE)
    assert limiter.take("b", RATE) == 0.0


def test_what_costs_more_takes_more() -> None:
    limiter = Limiter(Clock())
    assert limiter.take("a", RATE, 4) == 0.0
    assert limiter.take("a", RATE, 4) == pytest.approx(3.0)
    assert limiter.take("a", RATE, 1) == 0.0


def test_one_that_costs_more_than_a_bucket_holds_can_be_had_when_it_is_full() -> None:
    limiter = Limiter(Clock())
    assert limiter.take("a", RATE, 8) == 0.0
    assert limiter.take("a", RATE, 8) == pytest.approx(8.0)


def test_what_was_not_meant_is_put_back() -> None:
    limiter = Limiter(Clock())
    for _ in range(5):
        limiter.take("a", RATE)
    limiter.give_back("a", RATE)
    limiter.give_back("unknown", RATE)
    assert limiter.take("a", RATE) == 0.0
    assert limiter.take("a", RATE) > 0


def test_memory_is_bounded() -> None:
    limiter = Limiter(Clock(), capacity=100)
    for number in range(1_000):
        limiter.take(f"address {number}", RATE)
    assert len(limiter) == 100
