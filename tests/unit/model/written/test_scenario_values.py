"""Times, recovery, targets, events and scenarios hold what is allowed and refuse the rest."""

import math
from typing import Any

import numpy as np
import pytest

from redball.model import BadUse
from redball.model.written.values import nearest, shown
from redball.planning.scenarios import After, Event, Recovery, Reroute, Scenario, Target, Time

PORT = (Target("site", "PORT"),)


def _event(**more: Any) -> Event:
    return Event(**{"name": "e", "what": "loss", "targets": PORT, **more})


@pytest.mark.parametrize(
    ("given", "mean"),
    [
        ({"mean_days": 3}, 3.0),
        ({"law": "exponential", "mean_days": 4}, 4.0),
        ({"law": "uniform", "low_days": 1, "high_days": 4}, 2.5),
        ({"law": "triangular", "low_days": 0, "mode_days": 1, "high_days": 5}, 2.0),
        ({"law": "erlang", "mean_days": 9, "phases": 3}, 9.0),
    ],
)
def test_a_time_knows_its_mean(given: dict[str, Any], mean: float) -> None:
    assert Time(**given).mean == mean


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "needs 'mean_days'"),
        ({"law": "gamma", "sd_days": 2}, "needs 'mean_days'"),
        ({"law": "gamma", "mean_days": 2}, "needs 'sd_days'"),
        ({"law": "exponential", "mean_days": 0}, "'mean_days' is 0"),
        ({"law": "exponential", "mean_days": 2, "sd_days": 1}, "knows no 'sd_days'"),
        ({"mean_days": -1}, "'mean_days' is -1"),
        ({"mean_days": math.inf}, "'mean_days' is inf"),
        ({"mean_days": math.nan}, "'mean_days' is nan"),
        ({"mean_days": 1e9}, "'mean_days'"),
        ({"mean_days": True}, "must be a number"),
        ({"mean_days": "3"}, "must be a number"),
        ({"law": "uniform", "low_days": 3, "high_days": 3}, "runs from 3 to 3"),
        ({"law": "triangular", "low_days": 0, "mode_days": 9, "high_days": 5}, "runs from"),
        ({"law": "erlang", "mean_days": 2, "phases": 0}, "'phases' is 0"),
        ({"law": "erlang", "mean_days": 2, "phases": 1.5}, "'phases' is 1.5"),
        ({"law": "normal", "mean_days": 2}, "'law' is 'normal'"),
    ],
)
def test_a_time_without_sense_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says.replace("(", r"\(")):
        Time(**given)


@pytest.mark.parametrize(
    "time",
    [
        Time(7.0, "exponential"),
        Time(7.0, "gamma", sd_days=3.0),
        Time(7.0, "lognormal", sd_days=3.0),
        Time(7.0, "erlang", phases=4),
        Time(law="uniform", low_days=2.0, high_days=12.0),
        Time(law="triangular", low_days=1.0, mode_days=4.0, high_days=16.0),
    ],
)
def test_draws_have_the_mean_and_spread_of_the_law(time: Time) -> None:
    source = np.random.Generator(np.random.Philox(key=5))
    drawn = np.array([time.draw(source) for _ in range(4000)])
    law = time.as_law()
    variance = {
        "exponential": 49.0, "gamma": 9.0, "lognormal": 9.0, "erlang": 49.0 / 4,
        "uniform": 100.0 / 12, "triangular": (1 + 16 + 256 - 4 - 16 - 64) / 18,
    }[time.law]  # fmt: skip
    half = 3.3 * drawn.std(ddof=1) / math.sqrt(len(drawn))
    assert abs(drawn.mean() - 7.0) < half
    assert law.mean == 7.0
    assert drawn.var(ddof=1) == pytest.approx(variance, rel=0.2)
    assert drawn.min() >= time.least


def test_a_linear_recovery_keeps_the_area_under_the_line() -> None:
    source = np.random.Generator(np.random.Philox(key=1))
    for days in (0.4, 1.0, 7.5, 42.0, 400.0):
        curve = Recovery("linear", Time(days)).left(source)
        ends = [day for day, _ in curve[1:]]
        area = sum((b - a) * left for (a, left), b in zip(curve, ends, strict=False))
        assert curve[-1] == (days, 0.0)
        assert area == pytest.approx(days / 2)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"shape": "linear"}, "takes 'days'"),
        ({"shape": "at once", "days": Time(3)}, "takes 'days'"),
        ({"shape": "steps"}, "takes steps"),
        ({"shape": "steps", "steps": ((3, 0.5), (3, 0))}, "not in order"),
        ({"shape": "steps", "steps": ((3, 1.5),)}, "share left"),
        ({"shape": "steps", "steps": ((-3, 0.5),)}, "day of a step"),
        ({"shape": "steps", "steps": tuple((n, 0.5) for n in range(61))}, "at most 60"),
    ],
)
def test_a_recovery_without_sense_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        Recovery(**given)


def test_targets_are_put_in_one_order_and_a_supplier_is_a_party() -> None:
    event = _event(targets=(Target("supplier", "B"), Target("site", "Z"), Target("site", "A")))
    assert [str(target) for target in event.targets] == ["site 'A'", "site 'Z'", "party 'B'"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"what": "lost"}, "Did you mean 'loss'"),
        ({"targets": ()}, "about nothing"),
        ({"targets": (Target("unit", "U"),)}, "can't name a unit"),
        ({"targets": PORT * 2}, "twice"),
        ({"targets": tuple(Target("site", str(n)) for n in range(201))}, "at most 200"),
        ({"targets": ("PORT",)}, "something else"),
        ({"chance": 1.2}, "'chance' is 1.2"),
        ({"chance": -0.1}, "'chance' is -0.1"),
        ({"chance": math.nan}, "'chance' is nan"),
        ({"lost": 0.0}, "'lost' is 0"),
        ({"lost": 1.1}, "'lost' is 1.1"),
        ({"factor": 2.0}, "takes no 'factor'"),
        ({"what": "price"}, "without 'factor'"),
        ({"what": "price", "factor": math.inf}, "'factor' is inf"),
        ({"what": "price", "factor": 2, "lost": 0.5}, "takes no 'lost'"),
        ({"what": "lead_time", "factor": 0}, "factor 0"),
        ({"what": "cyber", "lost": 0.5}, "whole or not"),
        ({"what": "cyber", "frozen": ("mail",)}, "'frozen' is 'mail'"),
        ({"what": "cyber", "for_days": Time(3), "recovery": Recovery("linear", Time(3))}, "whole"),
        ({"frozen": ("orders",)}, "takes no 'frozen'"),
        ({"what": "stock_lost", "for_days": Time(3)}, "for good"),
        ({"recovery": Recovery("linear", Time(3))}, "no end"),
        ({"from_day": Time(3), "after": After("f")}, "both 'from_day' and 'after'"),
        ({"where": (Target("lane", "L"),)}, "can't name a lane"),
        ({"draw": "all"}, "'draw' is 'all'"),
        ({"name": ""}, "'name' is ''"),
        ({"name": " e"}, "no blanks around"),
        ({"name": "e\n"}, "no blanks around"),
        ({"name": "e" * 201}, "longer than 200"),
    ],
)
def test_an_event_without_sense_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        _event(**given)


def test_strength_has_a_default_only_where_it_is_a_share() -> None:
    assert _event().lost == 1.0
    assert _event(lost=0.25).share_left == 0.75
    assert _event(what="price", factor=3).share_left == 3.0
    assert _event(what="cyber").frozen == ("orders", "reports")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"horizon_days": 0}, "'horizon_days' is 0"),
        ({"horizon_days": -5}, "'horizon_days' is -5"),
        ({"horizon_days": 1.5}, "whole number"),
        ({"horizon_days": math.nan}, "whole number"),
        ({"horizon_days": 10**9}, "'horizon_days'"),
        ({"seed": -1}, "'seed' is -1"),
        ({"seed": 2**63}, "'seed'"),
        ({"replications": 0}, "'replications' is 0"),
        ({"replications": 5, "precision": 0.1}, "Both"),
        ({"precision": 0.0}, "'precision' is 0"),
        ({"precision": 1.0}, "below 1"),
        ({"description": "\x00"}, "can't be shown"),
        ({"events": (_event(), _event())}, "Two events"),
        ({"events": ("loss",)}, "something else"),
        ({"reactions": ("reroute",)}, "something else"),
        ({"reactions": (Reroute(),) * 101}, "At most 100"),
        ({"events": (_event(after=After("f")),)}, "no event"),
    ],
)
def test_a_scenario_without_sense_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        Scenario(**{"name": "s", "horizon_days": 30, **given})


def test_events_that_follow_each_other_in_a_circle_are_refused() -> None:
    names = ["a", "b", "c"]
    circle = tuple(_event(name=name, after=After(names[n - 1])) for n, name in enumerate(names))
    with pytest.raises(BadUse, match="circle: a after c after b after a"):
        Scenario("s", 30, circle)
    with pytest.raises(BadUse, match="circle: a after a"):
        Scenario("s", 30, (_event(name="a", after=After("a")),))


def test_the_edges_that_are_allowed() -> None:
    scenario = Scenario("s", 36_500, (_event(chance=0), _event(name="f", chance=1.0)),
                        seed=2**63 - 1, precision=0.5)  # fmt: skip
    assert scenario.replications is None
    assert Scenario("s", 1).replications == 100


def test_nearest_names_take_bounded_time_and_are_right_among_many() -> None:
    names = [f"SITE-{n:05d}" for n in range(30_000)] + ["PORT-GDANSK"]
    assert nearest("PORT-GDASNK", names)[0] == "PORT-GDANSK"
    assert nearest("x" * 10_000, names) == []


def test_values_in_messages_are_short_and_visible() -> None:
    assert shown("a\x00b\n" + "c" * 500).startswith("a?b?")
    assert len(shown("c" * 500)) == 60
    assert shown(10**5000) == "a very large number"
