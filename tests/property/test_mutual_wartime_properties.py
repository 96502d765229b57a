"""What holds for any mutual support and any surge."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.stock.backorders import backorders
from redball.stock.mutual import approximate_support, exact_support
from redball.stock.sparing import Applications, SparingProblem, Structure
from redball.stock.wartime import Interruption, Surge, SurgeProfile, availability_by_day

RATES = st.floats(0.01, 1.0)
UNITS = st.integers(0, 4)
DAYS = st.floats(0.5, 3.0)


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, Any]:
    """Two sites with the same resupply time, any permissions and units kept."""
    return {
        "rate": [draw(RATES), draw(RATES)],
        "resupply_days": draw(DAYS),
        "stock": [draw(UNITS), draw(UNITS)],
        "helpers": [draw(st.sampled_from([[], [1]])), draw(st.sampled_from([[], [0]]))],
        "keep": [draw(st.integers(0, 2)), draw(st.integers(0, 2))],
    }


@st.composite
def groups(draw: st.DrawFn) -> dict[str, Any]:
    """Two to six sites with any permissions."""
    count = draw(st.integers(2, 6))
    others = [[j for j in range(count) if j != i] for i in range(count)]
    return {
        "rate": draw(st.lists(RATES, min_size=count, max_size=count)),
        "resupply_days": draw(st.lists(DAYS, min_size=count, max_size=count)),
        "stock": draw(st.lists(UNITS, min_size=count, max_size=count)),
        "helpers": [draw(st.lists(st.sampled_from(o), unique=True)) for o in others],
        "keep": draw(st.integers(0, 1)),
    }


@given(pairs())
@settings(max_examples=40)
def test_exact_shares_sum_to_1_and_pooling_bounds_the_group(case: dict[str, Any]) -> None:
    found = exact_support(**case)
    shares = found.immediate + found.lateral + found.backordered
    np.testing.assert_allclose(shares, 1.0, rtol=1e-9)
    mean = sum(case["rate"]) * case["resupply_days"]
    bound = float(backorders(mean, None, sum(case["stock"])).ebo)
    assert found.ebo.sum() >= bound - 1e-12
    # what is taken laterally is what the others gave
    taken = np.array(case["rate"]) * found.lateral
    np.testing.assert_allclose(found.flow.sum(axis=1), taken, atol=1e-12)


@given(pairs())
@settings(max_examples=40)
def test_total_in_resupply_is_poisson_whoever_helps(case: dict[str, Any]) -> None:
    """Every demand puts one unit into resupply somewhere, so the total never depends on help."""
    found = exact_support(**case)
    alone = exact_support(**case | {"helpers": [[], []]})
    # helping changes who waits; one direction never harms the receiver
    for i, j in ((0, 1), (1, 0)):
        if case["helpers"][i] and not case["helpers"][j]:
            assert found.ebo[i] <= alone.ebo[i] + 1e-12
            assert found.ebo[j] >= alone.ebo[j] - 1e-12


@given(groups())
@settings(max_examples=60)
def test_the_approximation_gives_sound_figures_for_any_group(case: dict[str, Any]) -> None:
    found = approximate_support(**case)
    for share in (found.immediate, found.lateral, found.backordered):
        assert ((share >= -1e-12) & (share <= 1 + 1e-9)).all()
    np.testing.assert_allclose(found.immediate + found.lateral + found.backordered, 1.0, rtol=1e-9)
    assert np.isfinite(found.ebo).all()
    assert (found.ebo >= 0).all()
    alone = approximate_support(**case | {"helpers": [[] for _ in case["rate"]]})
    nobody = np.array([not row for row in case["helpers"]])
    # who is helped by nobody can only lose by helping
    assert (found.ebo[nobody] >= alone.ebo[nobody] * (1 - 1e-9)).all()


@given(groups(), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_sites_may_be_numbered_in_any_order(case: dict[str, Any], random: Any) -> None:
    count = len(case["rate"])
    order = list(range(count))
    random.shuffle(order)
    where = {old: new for new, old in enumerate(order)}
    turned = {
        "rate": [case["rate"][i] for i in order],
        "resupply_days": [case["resupply_days"][i] for i in order],
        "stock": [case["stock"][i] for i in order],
        "helpers": [[where[j] for j in case["helpers"][i]] for i in order],
        "keep": case["keep"],
    }
    first, second = approximate_support(**case), approximate_support(**turned)
    if first.settled and second.settled:
        np.testing.assert_allclose(first.ebo[order], second.ebo, rtol=0.02, atol=1e-6)


def two_echelons(rate: float, repair_days: float, ship_days: float) -> SparingProblem:
    ones = np.ones((1, 3))
    return SparingProblem(
        supplier=np.array([-1, 0, 0], np.int32), demand=np.array([[0, rate, rate / 2]]),
        repaired=np.array([[1.0, 0.3, 0.3]]), repair_days=repair_days * ones,
        ship_days=ship_days * ones, variance_to_mean=np.ones((1, 1)), batch=ones,
        unit_cost=np.ones(1), mass_kg=np.ones(1), volume_m3=np.ones(1),
        structure=Structure(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)),
        applications=Applications(
            np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1), np.ones(1), np.ones(1)
        ),
        systems=np.array([[0.0, 8, 8]]), least=0 * ones, most=99 * ones,
    )  # fmt: skip


SURGES = st.builds(
    lambda a, b, m: Surge(a, a + b, m), st.floats(0, 20), st.floats(1, 20), st.floats(1, 4)
)
STOPS = st.builds(
    lambda kind, a, b: Interruption(kind, a, a + b),
    st.sampled_from(["repair", "transport"]), st.floats(0, 20), st.floats(1, 10),
)  # fmt: skip
LAWS = st.sampled_from([("exponential", 1), ("constant", 1), ("erlang", 3)])


@given(
    st.lists(SURGES, max_size=3), st.lists(STOPS, max_size=2), LAWS, st.floats(0.05, 0.4),
    st.floats(2, 12), st.floats(1, 6), st.integers(0, 2), st.integers(0, 2),
)  # fmt: skip
@settings(max_examples=50)
def test_more_stock_never_lowers_availability_on_any_day(
    surges: list[Surge], stops: list[Interruption], law: Any, rate: float, repair: float,
    ship: float, site: int, held: int,
) -> None:  # fmt: skip
    profile = SurgeProfile(tuple(surges), tuple(stops), *law)
    problem = two_echelons(rate, repair, ship)
    stock = np.full((1, 3), float(held))
    more = stock.copy()
    more[0, site] += 1
    days = np.arange(0, 45, 4.5)
    less, after = (availability_by_day(problem, s, profile, days) for s in (stock, more))
    here = np.array([False, True, True])
    # the variance of a base may rise by a little while its mean falls
    assert (after.availability[:, here] >= less.availability[:, here] - 2e-4).all()
    np.testing.assert_allclose(after.pipeline[0], less.pipeline[0], rtol=1e-12)
    assert (after.cannibalised[:, here] >= after.availability[:, here] - 1e-9).all()


@given(st.lists(SURGES, max_size=3), LAWS, st.floats(0.05, 0.4), st.floats(2, 12))
@settings(max_examples=30)
def test_an_interruption_never_empties_a_pipeline(
    surges: list[Surge], law: Any, rate: float, repair: float
) -> None:
    problem = two_echelons(rate, repair, 3.0)
    days = np.arange(0, 40, 4.0)
    stock = np.ones((1, 3))
    free = availability_by_day(problem, stock, SurgeProfile(tuple(surges), (), *law), days)
    stop = (Interruption("repair", 3, 8),)
    held = availability_by_day(problem, stock, SurgeProfile(tuple(surges), stop, *law), days)
    assert (held.pipeline >= free.pipeline - 1e-9).all()
    np.testing.assert_allclose(held.pipeline[:, 0], free.pipeline[:, 0], rtol=1e-12)
