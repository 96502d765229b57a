"""Availability by day: the steady state, plain integration, and an event simulation."""

import heapq
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.sparing import (
    Applications,
    SparingProblem,
    Structure,
    cannibalised_availability,
    evaluate,
)
from redball.stock.wartime import Interruption, Surge, SurgeProfile, availability_by_day
from redball.stock.wartime.laws import survival, survived

Floats = npt.NDArray[np.float64]


def case(items: int = 5, seed: int = 1, *, structure: bool = True) -> tuple[SparingProblem, Floats]:
    """A depot with three bases; the last item is a child of the first."""
    rng = np.random.default_rng(seed)
    demand = np.zeros((items, 4))
    demand[:, 1:] = rng.uniform(0.01, 0.1, (items, 3))
    ones = np.ones((items, 4))
    repaired = 0.3 * ones
    repaired[:, 0] = 0.95
    edge = np.array([0] if structure else [], np.int32)
    last = np.array([items - 1] if structure else [], np.int32)
    problem = SparingProblem(
        supplier=np.array([-1, 0, 0, 0], np.int32), demand=demand, repaired=repaired,
        repair_days=rng.uniform(3, 12, (items, 4)),
        ship_days=rng.integers(2, 6, (items, 4)).astype(np.float64),
        variance_to_mean=rng.uniform(1, 1.5, (items, 1)), batch=ones,
        unit_cost=np.ones(items), mass_kg=np.ones(items), volume_m3=np.ones(items),
        structure=Structure(edge, last, np.full(len(edge), 0.4)),
        applications=Applications(
            np.arange(items - 1, dtype=np.int32), np.zeros(items - 1, np.int32),
            np.full(items - 1, 2.0), np.r_[1.0, np.full(items - 2, 2.0)], np.ones(items - 1),
        ),
        systems=np.array([[0.0, 4, 4, 4]]), least=0 * ones, most=50 * ones,
    )  # fmt: skip
    return problem, rng.integers(0, 3, (items, 4)).astype(float)


def alone(rate: float, repair_days: float, *, repaired: float = 1.0) -> SparingProblem:
    """One item at one site, in ten systems."""
    one = np.ones((1, 1))
    return SparingProblem(
        supplier=np.array([-1], np.int32), demand=rate * one, repaired=repaired * one,
        repair_days=repair_days * one, ship_days=6 * one, variance_to_mean=one, batch=one,
        unit_cost=np.ones(1), mass_kg=np.ones(1), volume_m3=np.ones(1),
        structure=Structure(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)),
        applications=Applications(
            np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1), np.ones(1), np.ones(1)
        ),
        systems=10 * one, least=0 * one, most=50 * one,
    )  # fmt: skip


@pytest.mark.parametrize(("law", "phases"), [("exponential", 1), ("constant", 1), ("erlang", 3)])
def test_a_profile_without_events_is_the_steady_state_on_every_day(law: Any, phases: int) -> None:
    problem, stock = case()
    plain = evaluate(problem, stock)
    found = availability_by_day(
        problem, stock, SurgeProfile(repair_law=law, phases=phases), [0, 3.5, 90]
    )
    np.testing.assert_allclose(found.ebo, plain.ebo.sum(axis=0)[:, None] * np.ones(3), rtol=1e-9)
    for day in range(3):
        np.testing.assert_allclose(found.availability[:, :, day], plain.availability, rtol=1e-9)


def test_cannibalisation_on_a_steady_day_is_that_of_sparing() -> None:
    problem, stock = case(structure=False)
    plain = evaluate(problem, stock)
    found = availability_by_day(problem, stock, SurgeProfile(), [10])
    whole = cannibalised_availability(problem, plain)
    np.testing.assert_allclose(found.cannibalised[:, :, 0], whole, rtol=1e-9)
    some = ~np.isnan(whole)
    assert (found.cannibalised[some] >= found.availability[some] - 1e-12).all()


def test_a_surge_that_stays_comes_to_its_own_steady_state() -> None:
    problem, stock = case()
    found = availability_by_day(
        problem, stock, SurgeProfile((Surge(0, 5000, 1.6),)), [400], cannibalise=False
    )
    later = evaluate(replace(problem, demand=1.6 * problem.demand), stock)
    np.testing.assert_allclose(found.availability[:, :, 0], later.availability, rtol=1e-6)
    assert np.isnan(found.cannibalised).all()


def test_pipelines_equal_plain_integration_with_interruptions() -> None:
    rate, days = 0.3, np.array([1.0, 4.5, 9.0, 13.0, 20.0])
    profile = SurgeProfile(
        (Surge(2, 8, 3.0), Surge(6, 12, 0.5)), (Interruption("repair", 3, 7),),
        repair_law="erlang", phases=2,
    )  # fmt: skip
    found = availability_by_day(alone(rate, 5.0), [[2]], profile, days)

    def clock(t: Floats) -> Floats:
        return np.asarray(np.where(t < 3, t, np.where(t < 7, 3.0, t - 4)))

    for day, ours in zip(days, found.pipeline[0], strict=True):
        step = 0.0005
        u = np.arange(-150.0, day, step) + step / 2
        m = rate * np.where((u >= 2) & (u < 8), 3, 1) * np.where((u >= 6) & (u < 12), 0.5, 1)
        age = clock(np.array(day)) - clock(u)
        x = 2 * age / 5.0
        assert ours == pytest.approx(float((m * np.exp(-x) * (1 + x)).sum() * step), rel=1e-6)


def test_nothing_is_finished_while_repair_stands_still() -> None:
    profile = SurgeProfile((), (Interruption("repair", 0, 10),))
    found = availability_by_day(alone(0.2, 5.0), [[1]], profile, [0, 5, 10, 200])
    np.testing.assert_allclose(found.pipeline[0], [1, 2, 3, 1], rtol=1e-9)


def test_nothing_arrives_while_transport_stands_still() -> None:
    profile = SurgeProfile((), (Interruption("transport", 2, 10),))
    bought = alone(0.5, 5.0, repaired=0.0)
    found = availability_by_day(bought, [[1]], profile, [2, 6, 10, 14, 15.9, 16, 30])
    # lead time 6, ordered 0.5 a day; what was ordered during the stop sets out together on day 10
    np.testing.assert_allclose(found.pipeline[0], [3, 5, 7, 7, 7, 3, 3], rtol=1e-9)


def test_a_base_waits_for_what_the_depot_owed_one_ship_time_ago() -> None:
    problem, _ = case(items=3, structure=False)
    flat = replace(
        problem, variance_to_mean=np.ones((3, 1)), repaired=np.array([[1.0, 0, 0, 0]] * 3),
        ship_days=np.full((3, 4), 4.0),
    )  # fmt: skip
    stock = np.zeros((3, 4))
    profile = SurgeProfile((Surge(0, 100, 3.0),), repair_law="constant")
    found = availability_by_day(flat, stock, profile, [0, 4, 8], cannibalise=False)
    peace = flat.demand[:, 1:].sum(axis=0)
    depot = (flat.demand[:, 1:] * flat.repair_days[:, :1]).sum(axis=0)
    # up to one ship time on, only the pipeline of what is under way has grown
    np.testing.assert_allclose(found.pipeline[1:, 0], peace * 4 + depot, rtol=1e-9)
    np.testing.assert_allclose(found.pipeline[1:, 1], peace * 12 + depot, rtol=1e-9)
    assert (found.pipeline[1:, 2] > peace * 12 + depot).all()


def simulated(runs: int, days: Floats, seed: int) -> Floats:
    """Backorders of two bases under a depot over a surge with interruptions, (runs, 2, days)."""
    rng = np.random.default_rng(seed)
    out = np.zeros((runs, 2, len(days)))
    rate, before = (0.15, 0.10), -150.0
    for run in range(runs):
        events: list[tuple[float, int, str, int]] = []
        for i in (0, 1):
            for start, end, m in ((before, 0.0, 1.0), (0.0, 10.0, 3.0), (10.0, 30.0, 1.5)):
                many = rng.poisson(rate[i] * m * (end - start))
                events += [(t, 0, "demand", i) for t in rng.uniform(start, end, many)]
        events += [(float(t), 1, "look", k) for k, t in enumerate(days)]
        heapq.heapify(events)
        depot, queue, net = 2, [], [2, 1]
        while events:
            at, _, kind, i = heapq.heappop(events)
            if kind == "look":
                out[run, :, i] = [max(-x, 0) for x in net]
            elif kind == "demand":
                net[i] -= 1
                # the clock of the depot's repair stands from day 4 to day 9
                work = rng.exponential(6.0)
                done = at + work
                if at < 4 <= done:
                    done += 5
                elif 4 <= at < 9:
                    done = 9 + work
                heapq.heappush(events, (done, 0, "repaired", 0))
                if depot:
                    depot -= 1
                    heapq.heappush(events, (at + 3.0, 0, "arrived", i))
                else:
                    queue.append(i)
            elif kind == "repaired":
                if queue:
                    heapq.heappush(events, (at + 3.0, 0, "arrived", queue.pop(0)))
                else:
                    depot += 1
            else:
                net[i] += 1
    return out


def test_a_surge_over_two_echelons_agrees_with_events() -> None:
    demand = np.array([[0.0, 0.15, 0.10]])
    one = np.ones((1, 3))
    problem = replace(
        alone(0.1, 6.0), supplier=np.array([-1, 0, 0], np.int32), demand=demand,
        repaired=np.array([[1.0, 0, 0]]), repair_days=6 * one, ship_days=3 * one,
        variance_to_mean=np.ones((1, 1)), batch=one, systems=np.array([[0.0, 10, 10]]),
        least=0 * one, most=50 * one,
    )  # fmt: skip
    profile = SurgeProfile(
        (Surge(0, 10, 3.0), Surge(10, 30, 1.5)), (Interruption("repair", 4, 9, (0,)),)
    )
    days = np.array([0.0, 3.0, 6.0, 9.0, 12.0, 16.0, 24.0])
    runs = simulated(6_000, days, seed=5)
    found = availability_by_day(problem, [[2, 2, 1]], profile, days)
    mean = runs.mean(axis=0)
    half = 2.8 * runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    # VARI-METRIC is within about 2 % of the exact law in these cases
    np.testing.assert_array_less(np.abs(found.ebo[1:] - mean), half + 0.03 * mean)
    assert mean.max() > 1.5


def test_erlang_lies_between_exponential_and_constant_and_comes_to_both() -> None:
    for age in (0.5, 2.0, 4.9, 9.0):
        assert survival(1, 5.0, age) == pytest.approx(np.exp(-age / 5))
        assert survived(1, 5.0, age) == pytest.approx(5 * (1 - np.exp(-age / 5)))
        near = survived(200, 5.0, age)
        assert near == pytest.approx(survived(-1, 5.0, age), abs=0.15)
        assert survived(1, 5.0, age) < survived(3, 5.0, age) <= survived(-1, 5.0, age)
        step = 1e-4
        for law in (1, 4):
            slope = (survived(law, 5.0, age + step) - survived(law, 5.0, age - step)) / (2 * step)
            assert slope == pytest.approx(survival(law, 5.0, age), rel=1e-6)


def test_frames_hold_every_day_and_weigh_by_systems() -> None:
    problem, stock = case()
    named = replace(problem, site_names=("D", "A", "B", "C"), system_names=("LYNX",))
    nations = ["DEU", "DEU", "NLD", "NLD"]
    found = availability_by_day(
        named, stock, SurgeProfile((Surge(1, 9, 2),)), [5, 0, 10, 5], nations=nations
    )
    assert found.days.tolist() == [0, 5, 10]
    assert found.sites.height == 12
    first = found.nations.filter((found.nations["nation"] == "NLD") & (found.nations["day"] == 5))
    assert first["availability"].item() == pytest.approx(found.availability[0, 2:, 1].mean())
    assert first["pipeline"].item() == pytest.approx(found.pipeline[2:, 1].sum())
    assert found.systems["system"].to_list() == ["LYNX"] * 3
    assert len(found.assumptions) >= 8


def test_progress_is_told_and_may_cancel() -> None:
    problem, stock = case()
    seen: list[float] = []
    availability_by_day(problem, stock, SurgeProfile(), [1], progress=seen.append)
    assert seen[-1] == 1

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        availability_by_day(problem, stock, SurgeProfile(), [1], progress=stop)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Surge(3, 3, 2), BadData, "end after the start"),
        (lambda: Surge(-1, 3, 2), BadData, "from day -1"),
        (lambda: Surge(0, float("inf"), 2), BadData, "finite"),
        (lambda: Surge(0, 3, -2), BadData, "multiplier"),
        (lambda: Surge(0, 3, float("nan")), BadData, "multiplier"),
        (lambda: Interruption(cast(Any, "magic"), 0, 3), BadUse, "repair or transport"),
        (
            lambda: SurgeProfile(repair_law=cast(Any, "uniform")),
            BadUse,
            "exponential, constant, erlang",
        ),
        (lambda: SurgeProfile(repair_law="erlang", phases=0), BadUse, "1 to 200"),
        (lambda: SurgeProfile(phases=3), BadUse, "belong to the law erlang"),
    ],
)
def test_bad_profiles_are_refused(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


def test_bad_calls_are_refused() -> None:
    problem, stock = case()
    peace = SurgeProfile()
    for days in ([], [-1], [float("nan")], [1e6]):
        with pytest.raises(BadUse, match="days"):
            availability_by_day(problem, stock, peace, days)
    with pytest.raises(BadUse, match="step_days"):
        availability_by_day(problem, stock, peace, [1], step_days=0)
    with pytest.raises(BadUse, match="4 sites but 1 nations"):
        availability_by_day(problem, stock, peace, [1], nations=["DEU"])
    with pytest.raises(BadUse, match="rows from 0 to 4"):
        availability_by_day(problem, stock, SurgeProfile((Surge(0, 1, 2, items=(7,)),)), [1])
    stop = Interruption("repair", 0, 1, sites=(4,))
    with pytest.raises(BadUse, match="rows from 0 to 3"):
        availability_by_day(problem, stock, SurgeProfile((), (stop,)), [1])
    broken = replace(problem, systems=np.array([[0.0, 1.5, 1, 1]]))
    with pytest.raises(BadData, match="whole numbers of systems"):
        availability_by_day(broken, stock, peace, [1])
    with pytest.raises(BadData, match="stock is -1"):
        availability_by_day(problem, stock - 1 - stock, peace, [1])
