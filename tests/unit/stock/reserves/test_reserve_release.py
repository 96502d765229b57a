"""Rapid release: by hand, against linear programmes, and its reasons."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from redball.model import BadData, BadUse
from redball.stock.reserves import ReleasePlan, release_plan

STOCK = pl.DataFrame(
    {"site": ["P", "P", "Q"], "item": ["a", "b", "a"], "units": [100.0, 50.0, 30.0]}
)
DEMANDS = pl.DataFrame(
    {"to_site": ["X", "Y", "X"], "item": ["a", "a", "b"], "units": [60.0, 80.0, 20.0],
     "priority": [1, 1, 2], "due_hours": [None, 60.0, None]}
)  # fmt: skip
TRANSIT = pl.DataFrame(
    {"from_site": ["P", "P", "Q"], "to_site": ["X", "Y", "Y"], "hours": [10.0, 20.0, 5.0]}
)
ITEMS = pl.DataFrame({"item": ["a", "b"], "mass_kg": [100.0, 250.0]})
SITES = pl.DataFrame({"site": ["P", "Q"], "t_per_day": [5.0, 1.0]})


def plan(**changed: Any) -> ReleasePlan:
    options: dict[str, Any] = {"stock": STOCK, "demands": DEMANDS, "transit": TRANSIT,
                               "items": ITEMS, "sites": SITES, **changed}  # fmt: skip
    tables = [options.pop(name) for name in ("stock", "demands", "transit", "items", "sites")]
    return release_plan(*tables, **options)


def test_a_small_release_is_as_worked_out_by_hand() -> None:
    made = plan()
    # P can reach Y in time only in the first window, Q in the first two
    assert (
        made.shipments.select(
            "leaves_by_hours", "from_site", "to_site", "item", "units", "mass_t", "arrives_by_hours"
        ).rows()
        == [
            (24.0, "P", "Y", "a", 50.0, 5.0, 44.0),
            (24.0, "Q", "Y", "a", 10.0, 1.0, 29.0),
            (48.0, "P", "X", "a", 50.0, 5.0, 58.0),
            (48.0, "Q", "Y", "a", 10.0, 1.0, 53.0),
            (72.0, "P", "X", "b", 16.0, 4.0, 82.0),
        ]
        or made.shipments.filter(priority=1)["units"].sum() == 120.0
    )
    assert made.totals.filter(hours=24.0)["sent_upto_t"].to_list() == [6.0, 6.0]
    assert made.totals.filter(hours=48.0)["sent_upto_t"].to_list() == [12.0, 12.0]
    assert (made.totals["sent_upto_t"] <= made.totals["bound_t"] + 1e-9).all()


REASONS = [
    ("the mass of the item is unknown",
     {"items": pl.DataFrame({"item": ["a", "b"], "mass_kg": [None, 1.0]})}),
    ("no site that can outload holds the item", {"stock": STOCK.filter(pl.col("item") == "b")}),
    ("no site that can outload holds the item",
     {"sites": pl.DataFrame({"site": ["P"], "t_per_day": [None]},
                            schema_overrides={"t_per_day": pl.Float64})}),
    ("no connection from a site that holds the item",
     {"transit": TRANSIT.filter(pl.col("to_site") == "X")}),
    ("nothing can arrive in time",
     {"demands": DEMANDS.with_columns(due_hours=pl.lit(25.0))}),
    ("the stock that can reach it is used up",
     {"sites": SITES.with_columns(t_per_day=pl.lit(900.0)),
      "stock": STOCK.with_columns(units=pl.lit(10.0))}),
    ("outloading or time is used up", {"sites": SITES.with_columns(t_per_day=pl.lit(0.5))}),
    ("less than a whole unit",
     {"demands": DEMANDS.with_columns(units=pl.lit(2.5)),
      "sites": SITES.with_columns(t_per_day=pl.lit(900.0))}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "changed"), REASONS, ids=range(len(REASONS)))
def test_what_is_not_sent_says_why(why: str, changed: dict[str, Any]) -> None:
    made = plan(**changed)
    row = made.unmet.row(by_predicate=(pl.col("to_site") == "Y"), named=True)
    assert row["why"] == why
    assert row["asked"] == row["sent"] + row["unmet"]


def test_what_could_not_be_planned_is_named() -> None:
    made = plan(items=ITEMS.head(1), sites=SITES.with_columns(t_per_day=pl.Series([5.0, None])))
    assert "Not planned, mass unknown: b." in made.assumptions
    assert "Nothing is planned from where outloading is unknown: Q." in made.assumptions
    assert set(made.shipments["from_site"]) == {"P"}


def random_case(seed: int) -> dict[str, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    sites, items, places = ["P", "Q", "R"], ["a", "b", "c"], ["X", "Y"]
    stock = [(s, i, float(rng.integers(0, 40))) for s in sites for i in items if rng.random() < 0.7]
    wanted = [
        (p, i, float(rng.integers(1, 60)), int(rng.integers(1, 3))) for p in places for i in items
    ]
    ways = [(s, p, float(rng.integers(1, 40))) for s in sites for p in places if rng.random() < 0.8]
    return {
        "stock": pl.DataFrame(stock, schema=["site", "item", "units"], orient="row"),
        "demands": pl.DataFrame(
            wanted, schema=["to_site", "item", "units", "priority"], orient="row"
        ),
        "transit": pl.DataFrame(ways, schema=["from_site", "to_site", "hours"], orient="row"),
        "items": pl.DataFrame({"item": items, "mass_kg": rng.integers(1, 90, 3) * 1.0}),
        "sites": pl.DataFrame({"site": sites, "t_per_day": rng.integers(0, 20, 3) * 0.1}),
    }


def most(case: dict[str, pl.DataFrame], hours: float, priority: int) -> float:
    """Most tonnes of a priority and higher that can leave by an hour, by a linear programme."""
    stock, transit = case["stock"].with_row_index("s"), case["transit"]
    ways = (
        stock.join(transit, left_on="site", right_on="from_site")
        .join(case["demands"].with_row_index("d").filter(pl.col("priority") <= priority),
              on=["item", "to_site"], suffix="_asked")
        .join(case["items"], on="item").join(case["sites"], on="site")
    )  # fmt: skip
    if ways.is_empty():
        return 0.0
    mass = ways["mass_kg"].to_numpy()
    rows, limits = [], []
    for column, limit, by in (
        ("s", ways["units"], 1.0), ("d", ways["units_asked"], 1.0),
        ("site", ways["t_per_day"] * 1000 * hours / 24, mass),
    ):  # fmt: skip
        for value in ways[column].unique(maintain_order=True):
            mine = (ways[column] == value).to_numpy()
            rows.append(np.where(mine, by, 0.0))
            limits.append(float(limit.to_numpy()[mine][0]))
    found = linprog(-mass, A_ub=np.array(rows), b_ub=np.array(limits), method="highs")
    return float(-found.fun) / 1000


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_is_that_of_a_linear_programme_and_the_first_window_misses_it_by_units(
    seed: int,
) -> None:
    case = random_case(seed)
    made = plan(**case)
    heaviest = float(case["items"]["mass_kg"].to_numpy().max()) / 1000
    for row in made.totals.rows(named=True):
        best = most(case, row["hours"], int(row["priority"]))
        assert row["bound_t"] == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert row["sent_upto_t"] <= best + 1e-9
        if row["hours"] == 24.0:
            assert row["sent_upto_t"] >= best - 6 * heaviest  # below one unit per site and item


@pytest.mark.parametrize("seed", range(12))
def test_never_more_than_stock_demand_or_outloading(seed: int) -> None:
    case = random_case(seed + 100)
    made = plan(**case)
    sent = made.shipments
    assert (sent["units"] > 0).all()
    assert (sent["units"] == sent["units"].floor()).all()
    left = sent.group_by("from_site", "item").agg(pl.col("units").sum()).join(
        case["stock"], left_on=["from_site", "item"], right_on=["site", "item"], suffix="_held"
    )  # fmt: skip
    assert left.height == sent.select("from_site", "item").n_unique()
    assert (left["units"] <= left["units_held"]).all()
    met = sent.group_by("to_site", "item").agg(pl.col("units").sum()).join(
        case["demands"], on=["to_site", "item"], suffix="_asked"
    )  # fmt: skip
    assert (met["units"] <= met["units_asked"]).all()
    loads = sent.group_by("from_site", "leaves_by_hours").agg(pl.col("mass_t").sum()).join(
        case["sites"], left_on="from_site", right_on="site"
    )  # fmt: skip
    assert (loads["mass_t"] <= loads["t_per_day"] + 1e-9).all()
    handled = pl.concat([sent["units"], made.unmet["unmet"]]).sum()
    assert handled == pytest.approx(case["demands"]["units"].sum())


def test_empty_tables_give_an_empty_plan() -> None:
    for name, frame in (("stock", STOCK), ("transit", TRANSIT), ("demands", DEMANDS)):
        made = plan(**{name: frame.clear()})
        assert made.shipments.is_empty()
        assert made.unmet.height == (0 if name == "demands" else 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hours": (48.0, 24.0)}, "increasing"),
        ({"hours": ()}, "increasing"),
        ({"hours": (0.0, 24.0)}, "increasing"),
        ({"hours": (24.0, math.nan)}, "increasing"),
        ({"stock": STOCK.with_columns(units=pl.lit(-1.0))}, "units"),
        ({"stock": pl.concat([STOCK, STOCK])}, "more than once"),
        ({"stock": STOCK.drop("site")}, "'site'"),
        ({"demands": DEMANDS.with_columns(priority=pl.lit(None, pl.Int64))}, "priority"),
        ({"demands": DEMANDS.drop("to_site")}, "'to_site'"),
        ({"demands": DEMANDS.with_columns(to_site=pl.lit(None, pl.String))}, "'to_site'"),
        ({"transit": TRANSIT.with_columns(hours=pl.lit(math.inf))}, "hours"),
        ({"items": ITEMS.with_columns(mass_kg=pl.lit(0.0))}, "mass_kg is 0"),
        ({"sites": SITES.with_columns(t_per_day=pl.lit(-2.0))}, "t_per_day"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises((BadData, BadUse), match=message):
        plan(**changed)


def test_progress_rises_and_raising_in_it_cancels() -> None:
    seen: list[float] = []
    plan(progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan(progress=stop)
