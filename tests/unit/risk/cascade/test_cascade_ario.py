"""ARIO against plain loops with every order written out, and its bad input."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from redball.model.errors import BadData, BadUse
from redball.risk.cascade import (
    ArioRules,
    CapacityLoss,
    SectorTable,
    ario,
    sector_table,
    sector_table_of_frames,
)

INDUSTRIES = [("N", "ore"), ("N", "steel"), ("S", "ore"), ("S", "steel")]


def small() -> SectorTable:
    flows = np.array([[5, 40, 2, 9], [8, 10, 6, 4], [1, 12, 3, 30], [2, 3, 9, 7]])
    final = np.array([[20, 5], [60, 10], [15, 0], [50, 5]])
    return sector_table(flows, final, INDUSTRIES)


def loops(
    table: SectorTable, share: list[float], rules: ArioRules, days: int
) -> npt.NDArray[np.float64]:
    """The same model with the matrix of orders and loops over industries."""
    m, kinds = len(table.industries), len(table.sectors)
    z, f = table.flows / 365, table.final_demand / 365
    x0 = z.sum(axis=1) + f
    a = np.zeros((kinds, m))
    for i in range(m):
        a[table.sector[i]] += z[i] / x0
    hold = rules.inventory_days
    stock, orders, alpha, x = hold * a * x0, z.copy(), np.ones(m), x0.copy()
    made = []
    for day in range(days):
        demand = orders.sum(axis=1) + f
        if day >= 2:
            alpha = np.array([expand(alpha[i], demand[i], x[i], rules) for i in range(m)])
        cap = alpha * x0
        cap[0] *= 1 - share[day]
        wanted = np.minimum(demand, cap)
        x = wanted.copy()
        for k, j in np.ndindex(kinds, m):
            required = rules.shortage_share * hold * a[k, j] * wanted[j]
            if a[k, j] > rules.least_input and required > 0:
                x[j] = min(x[j], wanted[j] * stock[k, j] / required)
        for i, j in np.ndindex(m, m):
            stock[table.sector[i], j] += orders[i, j] * x[i] / demand[i]
        stock -= a * x
        for k, j in np.ndindex(kinds, m):
            gap = max(0.0, hold * a[k, j] * wanted[j] - stock[k, j])
            need = gap / rules.restoration_days + a[k, j] * x[j]
            of = np.flatnonzero(table.sector == k)
            offered = z[of, j] * cap[of] / x0[of]
            orders[of, j] = need * offered / offered.sum() if offered.sum() else 0.0
        made.append(x)
    return np.array(made)


def expand(alpha: float, demand: float, made: float, rules: ArioRules) -> float:
    scarcity = (demand - made) / demand
    goal = (rules.most_overproduction - alpha) * scarcity if scarcity else 1 - alpha
    return max(1.0, alpha + goal / rules.overproduction_days)


@pytest.mark.parametrize("days_of_stock", [3.0, 90.0])
def test_production_is_that_of_plain_loops(days_of_stock: float) -> None:
    rules = ArioRules(inventory_days=days_of_stock, restoration_days=10, overproduction_days=60)
    loss = CapacityLoss((("N", "ore"),), 0.9, start_day=4, duration_days=20, recovery_days=8)
    share = [loss.on_day(day) for day in range(120)]
    found = ario(small(), [loss], days=120, rules=rules)
    expected = loops(small(), share, rules, 120)
    np.testing.assert_allclose(found.production, expected, rtol=1e-10)
    assert expected[:, 1].min() < 0.999 * found.base[1] or days_of_stock > 10  # the loss spreads


def test_a_loss_lasts_its_days_and_falls_along_a_line() -> None:
    loss = CapacityLoss((("N", "ore"),), 0.8, start_day=2, duration_days=3, recovery_days=4)
    assert [loss.on_day(day) for day in range(10)] == pytest.approx(
        [0, 0, 0.8, 0.8, 0.8, 0.6, 0.4, 0.2, 0, 0]
    )
    at_once = CapacityLoss((("N", "ore"),), 0.8, start_day=0, duration_days=1)
    assert [at_once.on_day(day) for day in range(2)] == [0.8, 0.0]


def test_losses_of_one_industry_combine() -> None:
    one = CapacityLoss((("N", "ore"),), 0.5, start_day=1, duration_days=2)
    found = ario(small(), [one, one], days=2)  # overproduction starts on the third day
    np.testing.assert_allclose(found.capacity[:, 0] / found.base[0], [1, 0.25])


def test_all_capacity_of_a_sector_may_go_and_come_back() -> None:
    both = CapacityLoss((("N", "ore"), ("S", "ore")), 1.0, start_day=1, duration_days=30)
    found = ario(small(), [both], days=400, rules=ArioRules(inventory_days=5))
    assert np.isfinite(found.production).all()
    assert found.production[1:31, [0, 2]].max() == 0.0
    assert found.production[30, 1] < 0.5 * found.base[1]
    assert found.lost[1] > 0
    assert found.production[-1].min() > 0


def test_an_industry_that_makes_nothing_is_passed_over() -> None:
    table = sector_table(np.diag([2, 2, 0]), np.array([3, 3, 0]), [("A", s) for s in "xyz"])
    found = ario(table, [CapacityLoss((("A", "x"),), 0.5, 1, 5)], days=20)
    assert found.production[:, 2].tolist() == [0.0] * 20


def test_a_table_in_long_form_is_the_same_as_a_matrix() -> None:
    table = small()
    rows = [(*INDUSTRIES[i], *INDUSTRIES[j], table.flows[i, j]) for i in range(4) for j in range(4)]
    names = ["supplier_region", "supplier_sector", "customer_region", "customer_sector", "value"]
    flows = pl.DataFrame(rows, schema=names, orient="row")
    halves = pl.concat([flows.with_columns(pl.col("value") / 2)] * 2)
    final = pl.DataFrame(
        [(*INDUSTRIES[i], table.final_demand[i]) for i in range(4)],
        schema=["region", "sector", "value"],
        orient="row",
    )
    found = sector_table_of_frames(halves.reverse(), final)
    assert found.industries == tuple(INDUSTRIES)
    np.testing.assert_allclose(found.flows, table.flows)
    np.testing.assert_allclose(found.final_demand, table.final_demand)


def test_a_long_form_with_gaps_is_refused() -> None:
    names = ["supplier_region", "supplier_sector", "customer_region", "customer_sector", "value"]
    flows = pl.DataFrame([("N", "ore", "N", None, 1.0)], schema=names, orient="row")
    final = pl.DataFrame({"region": ["N"], "sector": ["ore"], "value": ["many"]})
    with pytest.raises(BadData, match="Row 1 has an empty cell"):
        sector_table_of_frames(flows, final)
    whole = flows.with_columns(customer_sector=pl.lit("ore"))
    with pytest.raises(BadData, match="not a number"):
        sector_table_of_frames(whole, final)
    with pytest.raises(BadData, match="no column 'value'"):
        sector_table_of_frames(whole, final.drop("value"))


@pytest.mark.parametrize(
    ("flows", "final", "industries", "says"),
    [
        ([[1.0]], [1.0, 2.0], [("A", "x")], "do not fit"),
        ([[-1.0]], [1.0], [("A", "x")], "A / x is negative"),
        ([[np.nan]], [1.0], [("A", "x")], "A / x is negative or not a number"),
        ([[1.0]], [-1.0], [("A", "x")], "negative"),
        (np.ones((2, 2)), [1.0, 1.0], [("A", "x"), ("A", "x")], "comes twice"),
        ([[0.0]], [0.0], [("A", "x")], "produce 0"),
        ([[1e308]], [1.7e308], [("A", "x")], "produce inf"),
        ([[1.0, 1.0], [0.0, 0.0]], [1.0, 0.0], [("A", "x"), ("A", "y")], "A / y has inputs"),
        (np.ones((0, 0)), [], [], "produce 0"),
    ],
)
def test_a_table_that_can_not_be_is_refused(
    flows: npt.ArrayLike, final: npt.ArrayLike, industries: list[tuple[str, str]], says: str
) -> None:
    with pytest.raises(BadData, match=says):
        sector_table(flows, final, industries)


@pytest.mark.parametrize(
    "change",
    [
        {"inventory_days": 0.5},
        {"restoration_days": float("nan")},
        {"overproduction_days": float("inf")},
        {"shortage_share": 1.2},
        {"least_input": -0.1},
        {"most_overproduction": 0.9},
    ],
)
def test_rules_out_of_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(BadUse, match=next(iter(change))):
        ArioRules(**change)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"share": 1.1}, "share lost is 1.1"),
        ({"start_day": -1}, "can't be"),
        ({"duration_days": 0}, "can't be"),
        ({"recovery_days": -1}, "can't be"),
        ({"industries": ()}, "names no industry"),
    ],
)
def test_losses_out_of_range_are_refused(change: dict[str, object], says: str) -> None:
    given: dict[str, object] = {
        "industries": (("N", "ore"),),
        "share": 0.5,
        "start_day": 0,
        "duration_days": 1,
    }
    with pytest.raises(BadUse, match=says):
        CapacityLoss(**(given | change))  # type: ignore[arg-type]  # wrong on purpose


def test_a_loss_of_what_is_not_there_names_what_is() -> None:
    with pytest.raises(BadData, match=r"no sector 'gold' in a region 'N'.*ore, steel"):
        ario(small(), [CapacityLoss((("N", "gold"),), 0.5, 0, 1)], days=3)


def test_days_out_of_range_are_refused_and_raising_from_progress_cancels() -> None:
    for days in (0, 10**9):
        with pytest.raises(BadUse, match="can't be followed"):
            ario(small(), [], days=days)

    def stop(done: float) -> None:
        if done >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ario(small(), [], days=10, progress=stop)
