"""Laws of how long a disruption lasts, against another library and by sampling."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from redball.model import BadUse
from redball.stock.reserves import (
    Duration,
    Empirical,
    Exponential,
    Lognormal,
    Mixture,
    deterministic,
    quantile,
)

DAYS = np.array([0.0, 0.5, 3.0, 20.0, 60.0, 200.0, 1500.0])


@pytest.mark.parametrize(
    ("law", "other"),
    [
        (Exponential(60.0), stats.expon(scale=60.0)),
        (Lognormal(4.0, 0.8), stats.lognorm(0.8, scale=math.exp(4.0))),
        (Lognormal(1.0, 0.05), stats.lognorm(0.05, scale=math.e)),
    ],
)
def test_continuous_laws_agree_with_another_library(law: Duration, other: object) -> None:
    frozen = other
    assert isinstance(frozen, stats.distributions.rv_frozen)
    assert law.exceedance(DAYS) == pytest.approx(frozen.sf(DAYS), rel=1e-11, abs=1e-300)
    shares = np.array([1e-300, 1e-30, 1e-9, 0.01, 0.2, 0.5, 0.8, 0.999])
    assert law.beyond(shares) == pytest.approx(frozen.isf(shares), rel=1e-11)
    assert law.mean_days == pytest.approx(frozen.mean(), rel=1e-12)
    for days in (0.0, 3.0, 60.0, 200.0):
        area, _ = integrate.quad(frozen.sf, days, np.inf, epsabs=0.0, epsrel=1e-10, limit=400)
        assert law.loss(days) == pytest.approx(area, rel=1e-8, abs=1e-200)


def test_quantiles_of_the_knowledge_page_are_met() -> None:
    assert np.round(quantile(Lognormal(4.0, 0.8), [0.8, 0.9, 0.95, 0.99])).tolist() == [
        107, 152, 204, 351,
    ]  # fmt: skip


def test_a_far_tail_keeps_its_digits() -> None:
    law = Exponential(10.0)
    assert law.loss(400.0) == pytest.approx(10 * math.exp(-40), rel=1e-12)
    far = Lognormal(2.0, 0.5)
    t = float(far.beyond(1e-12))
    area, _ = integrate.quad(lambda x: float(far.exceedance(x)), t, t * 40, epsabs=0, epsrel=1e-10)
    assert far.loss(t) == pytest.approx(area, rel=1e-8)


def test_given_lengths_are_weighed_and_ties_counted() -> None:
    law = Empirical((10.0, 20.0, 20.0, 50.0))
    assert (law.mean_days, law.longest_days) == (25.0, 50.0)
    assert law.exceedance([0, 9.9, 10, 20, 50]).tolist() == [1.0, 1.0, 0.75, 0.25, 0.0]
    assert law.loss([-5, 0, 10, 15, 20, 49, 50, 60]).tolist() == [
        30.0, 25.0, 15.0, 11.25, 7.5, 0.25, 0.0, 0.0,
    ]  # fmt: skip
    assert law.beyond([1.0, 0.8, 0.75, 0.7, 0.25, 0.2, 0.0]).tolist() == [
        0.0, 10.0, 10.0, 20.0, 20.0, 50.0, 50.0,
    ]  # fmt: skip
    assert Empirical((10.0, 20.0, 50.0), (1.0, 2.0, 1.0)).loss(12.0) == law.loss(12.0)


def test_a_tenth_of_ten_lengths_is_reached_although_weights_round() -> None:
    law = Empirical(tuple(float(n) for n in range(1, 11)))
    assert [float(law.beyond(k / 10)) for k in range(1, 10)] == [9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_a_fixed_length_is_all_or_nothing() -> None:
    law = deterministic(30.0)
    assert law.exceedance([29.9, 30.0]).tolist() == [1.0, 0.0]
    assert law.loss([0.0, 10.0, 40.0]).tolist() == [30.0, 20.0, 0.0]
    assert law.beyond([0.0, 0.5, 1.0]).tolist() == [30.0, 30.0, 0.0]


@pytest.mark.parametrize("share", [1e-9, 0.03, 0.1, 0.2, 0.5, 0.9])
def test_a_mixture_is_exceeded_with_the_share_asked_for(share: float) -> None:
    law = Mixture((Exponential(30.0), Lognormal(5.0, 0.3)), (3.0, 1.0))
    days = float(law.beyond(share))
    assert law.exceedance(days) == pytest.approx(share, rel=1e-9)
    parts = 0.75 * np.asarray(Exponential(30.0).loss(days)) + 0.25 * np.asarray(
        Lognormal(5.0, 0.3).loss(days)
    )
    assert law.loss(days) == pytest.approx(parts, rel=1e-12)


def test_a_mixture_with_given_lengths_jumps_where_they_do() -> None:
    law = Mixture((deterministic(10.0), Exponential(30.0)), (1.0, 1.0))
    at = 0.5 * math.exp(-10 / 30)
    assert float(law.beyond(at + 0.2)) == pytest.approx(10.0, rel=1e-12)
    assert float(law.beyond(at * 0.5)) == pytest.approx(30 * math.log(1 / at), rel=1e-9)
    assert law.longest_days == math.inf
    assert Mixture((deterministic(10.0), Exponential(30.0)), (1.0, 0.0)).longest_days == 10.0


def test_scaling_scales_every_quantile() -> None:
    shares = np.array([0.01, 0.3, 0.7])
    for law in (
        Exponential(9.0), Lognormal(2.0, 0.4), Empirical((3.0, 8.0)),
        Mixture((Exponential(9.0), deterministic(4.0))),
    ):  # fmt: skip
        assert law.scaled(2.5).beyond(shares) == pytest.approx(2.5 * law.beyond(shares), rel=1e-9)
        assert law.scaled(2.5).mean_days == pytest.approx(2.5 * law.mean_days)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Exponential(0.0),
        lambda: Exponential(math.nan),
        lambda: Lognormal(4.0, 0.0),
        lambda: Lognormal(math.inf, 1.0),
        lambda: Lognormal(1.0, 50.0),
        lambda: Empirical(()),
        lambda: Empirical((1.0, -1.0)),
        lambda: Empirical((1.0, math.inf)),
        lambda: Empirical((1.0, 2.0), (1.0,)),
        lambda: Empirical((1.0, 2.0), (0.0, 0.0)),
        lambda: Mixture(()),
        lambda: Mixture((Exponential(1.0),), (-1.0,)),
        lambda: Exponential(1.0).scaled(0.0),
        lambda: quantile(Exponential(1.0), 1.5),
        lambda: quantile(Exponential(1.0), math.nan),
    ],
)
def test_laws_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(BadUse, match=r"Give"):
        make()
