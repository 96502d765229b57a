"""Placement and pricing: methods, limits, interrupts, and what the result says."""

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse
from redball.stock.placement import (
    Chain,
    Placement,
    chain_from_frames,
    place,
    place_on_tree,
    price_schedule,
)

SCHEMA = {"supplier": pl.String, "customer": pl.String}


def serial(*, circle: bool = False, time: float = 5.0) -> Chain:
    """Part, factory and shop; with ``circle`` the part also goes straight to the shop."""
    rows = [("part", "factory"), ("factory", "shop")] + ([("part", "shop")] if circle else [])
    return chain_from_frames(
        pl.DataFrame(
            {
                "stage": ["part", "factory", "shop"],
                "stage_time_days": [time, 2.5, 1.0],
                "added_cost": [1.0, 2.0, 4.0],
                "demand_sd": [None, None, 3.0],
                "max_service_time_days": [None, None, 0.0],
            }
        ),
        pl.DataFrame(rows, schema=SCHEMA, orient="row"),
        aggregation="set",
        holding_rate=0.25,
        z=1.5,
    )


def large(n: int = 60, seed: int = 3, *, decimals: int = 0) -> Chain:
    """A tangled chain that takes a while."""
    rng = np.random.default_rng(seed)
    arcs = sorted({(int(a), int(b)) for a, b in rng.integers(0, n, (4 * n, 2)) if a < b})
    suppliers = {a for a, _ in arcs}
    asked = [i not in suppliers for i in range(n)]
    return chain_from_frames(
        pl.DataFrame(
            {
                "stage": [f"s{i}" for i in range(n)],
                "stage_time_days": np.round(rng.uniform(1, 20, n), decimals),
                "added_cost": rng.integers(1, 50, n).astype(float),
                "demand_sd": [float(rng.integers(1, 9)) if a else None for a in asked],
                "max_service_time_days": [0.0 if a else None for a in asked],
            }
        ),
        pl.DataFrame([(f"s{a}", f"s{b}") for a, b in arcs], schema=SCHEMA, orient="row"),
        aggregation="set",
        z=1.6,
    )


def schedule(placement: Placement) -> dict[str, float]:
    frame = placement.frame
    return dict(zip(frame["stage"].to_list(), frame["outbound_days"].to_list(), strict=True))


@pytest.mark.parametrize("circle", [False, True])
def test_a_small_chain_by_hand(circle: bool) -> None:
    chain = serial(circle=circle)
    found = place(chain)
    # all stock at the shop, or stock at the end of the factory and of the shop, or of all three
    h, sigma = 0.25 * chain.unit_cost, 1.5 * 3.0
    options = [
        h[2] * 8.5**0.5,
        h[1] * 7.5**0.5 + h[2] * 1.0**0.5,
        h[0] * 5.0**0.5 + h[1] * 2.5**0.5 + h[2] * 1.0**0.5,
        h[0] * 5.0**0.5 + h[2] * 3.5**0.5,
    ]
    if not circle:
        assert found.cost == pytest.approx(sigma * min(options), rel=1e-12)
    assert found.frame["safety_stock"].to_numpy() == pytest.approx(
        sigma * np.sqrt(found.frame["net_days"].to_numpy())
    )
    assert found.status == "optimal"


def test_the_result_states_method_rules_and_assumptions() -> None:
    found = place(serial())
    assert found.method == "dynamic programming on a tree"
    assert (found.aggregation, found.cost_rule) == ("set", "path")
    assert any("never exceeds" in sentence for sentence in found.assumptions)
    assert any("each counted once" in sentence for sentence in found.assumptions)
    branch = place(serial(circle=True))
    assert branch.method == "message bounds, branch and bound"
    assert branch.gap <= 1e-9


def test_a_circle_is_no_tree() -> None:
    assert place_on_tree(serial()).status == "optimal"
    with pytest.raises(BadUse, match="close a circle"):
        place_on_tree(serial(circle=True))


@pytest.mark.parametrize(("stages", "decimals"), [(14, 0), (8, 1)])
def test_methods_agree_on_a_tangled_chain(stages: int, decimals: int) -> None:
    chain = large(stages, decimals=decimals)
    branch, milp = place(chain), place(chain, method="milp")
    assert branch.status == milp.status == "optimal"
    assert branch.cost == pytest.approx(milp.cost, rel=1e-8)


def test_a_time_limit_leaves_a_schedule_and_a_bound() -> None:
    chain = large()
    best = place(chain, time_limit_seconds=30.0)
    short = place(chain, time_limit_seconds=0.001)
    assert 0 <= short.bound <= best.cost * (1 + 1e-9)
    assert short.cost >= best.bound * (1 - 1e-9)
    assert short.gap == pytest.approx((short.cost - short.bound) / short.cost)
    assert price_schedule(chain, schedule(short)).cost == pytest.approx(short.cost, rel=1e-12)


def test_the_seed_does_not_move_the_optimum() -> None:
    chain = large(40)
    costs = [place(chain, seed=seed).cost for seed in (0, 1)]
    assert costs[0] == pytest.approx(costs[1], rel=1e-9)


def test_too_many_exact_times_are_bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = large(12, decimals=4)
    exact = place(chain)
    monkeypatch.setattr("redball.stock.placement.placing.MOST_CANDIDATES", 300)
    found = place(chain, time_limit_seconds=2.0)
    assert "rounded" in found.method
    assert found.bound <= exact.cost * (1 + 1e-9)
    assert exact.cost * (1 - 1e-9) <= found.cost
    assert found.gap == pytest.approx((found.cost - found.bound) / found.cost)
    assert price_schedule(chain, schedule(found)).cost == pytest.approx(found.cost, rel=1e-9)
    with pytest.raises(BadUse, match="too many candidate times"):
        place(chain, method="milp")


def test_interrupts_pass_through_and_progress_stays_within_0_and_1() -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    for method in ("branch", "milp"):
        with pytest.raises(KeyboardInterrupt):
            place(large(), method=method, progress=stop)
    seen: list[float] = []
    place(large(), progress=seen.append)
    assert seen[-1] == 1.0
    assert all(0 <= share <= 1 for share in seen)
    assert seen == sorted(seen)


def test_stages_without_varying_demand_hold_nothing() -> None:
    chain = chain_from_frames(
        pl.DataFrame(
            {
                "stage": ["a", "b", "idle"],
                "stage_time_days": [4.0, 0.0, 7.0],
                "added_cost": [1.0, 1.0, 9.0],
                "demand_sd": [None, 0.0, None],
                "max_service_time_days": [None, 0.0, None],
            }
        ),
        pl.DataFrame([("a", "b")], schema=SCHEMA, orient="row"),
        aggregation="path",
        z=1.0,
    )
    for method in ("tree", "branch", "milp"):
        found = place(chain, method=method)
        assert (found.cost, found.bound, found.gap, found.status) == (0.0, 0.0, 0.0, "optimal")
    assert "3 stages serve no varying demand and hold no safety stock." in found.assumptions


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ({"part": 0.0, "factory": 0.0}, "'shop' is missing"),
        ({"part": 0.0, "factory": 0.0, "shop": 0.0, "moon": 1.0}, "'moon' is not in the chain"),
        ({"part": 0.0, "factory": 0.0, "shop": 1.0}, r"shop: The outbound time is 1 days"),
        ({"part": -1.0, "factory": 0.0, "shop": 0.0}, r"part: The outbound time is -1"),
        ({"part": np.nan, "factory": 0.0, "shop": 0.0}, r"part: The outbound time is nan"),
        ({"part": 2.0, "factory": 5.0, "shop": 0.0}, r"factory: It quotes 5.*at most 4.5 days"),
    ],
)
def test_schedules_that_can_not_be_kept_are_refused(times: dict[str, float], message: str) -> None:
    with pytest.raises(BadData, match=message):
        price_schedule(serial(), times)


def test_a_given_schedule_is_priced_without_a_bound() -> None:
    found = price_schedule(serial(), {"part": 5.0, "factory": 7.5, "shop": 0.0})
    assert found.status == "given"
    assert np.isnan(found.bound)
    assert found.frame["net_days"].to_list() == [0.0, 0.0, 8.5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "guess"}, "no method 'guess'"),
        ({"time_limit_seconds": 0.0}, "time limit"),
        ({"time_limit_seconds": np.nan}, "time limit"),
        ({"gap": -0.1}, "gap"),
        ({"gap": np.nan}, "gap"),
        ({"threads": 0, "method": "milp"}, "threads"),
    ],
)
def test_bad_options_of_a_placement_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(BadUse, match=message):
        place(serial(), **options)  # type: ignore[arg-type]  # a table of options
