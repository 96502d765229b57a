"""Steps of the process: common causes, appetite, monitoring, suppliers over time."""

import math
from datetime import date, timedelta

import polars as pl
import pytest

from redball.model import BadData
from redball.risk.register import (
    Appetite,
    Cause,
    Contingency,
    Duration,
    Indicator,
    Register,
    RiskEntry,
    elementary,
    judged,
    notices,
    supplier_assessment,
)

TODAY = date(2026, 11, 23)


def risk(key: str, per_year: float = 0.1, days: float = 10.0, **more: object) -> RiskEntry:
    return RiskEntry(
        key, key, "manufacturing", (("party", f"DEU:{key}"),), per_year,
        more.pop("duration", Duration(days)), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_common_cause_keeps_the_rate_of_every_risk() -> None:
    register = Register(
        (risk("A", 0.2, cause="quake"), risk("B", 0.05, 40.0, cause="quake"), risk("C", 1.0)),
        (Cause("quake", 0.4),),
    )
    made = elementary(register)
    for each in register.risks:
        total = sum(one.per_year for one in made if each.key in one.risks)
        assert math.isclose(total, each.per_year)
    (together,) = [one for one in made if len(one.risks) > 1]
    assert math.isclose(together.per_year, 0.4 * 0.05)
    assert together.strikes == (("party", "DEU:A"), ("party", "DEU:B"))
    assert together.days == 40.0


def test_a_cause_of_one_risk_and_one_without_beta_change_nothing() -> None:
    alone = Register((risk("A", cause="quake"), risk("B")), (Cause("quake", 0.9),))
    none = Register((risk("A", cause="q"), risk("B", cause="q")), (Cause("q", 0.0),))
    for register in (alone, none):
        assert [(one.key, one.per_year) for one in elementary(register)] == [("A", 0.1), ("B", 0.1)]


def test_a_distributed_duration_becomes_few_lengths_of_the_same_mean() -> None:
    made = elementary(Register((risk("A", 0.3, duration=Duration(30.0, "exponential")),)))
    assert len(made) == 3
    assert math.isclose(sum(one.per_year for one in made), 0.3)
    assert math.isclose(sum(one.per_year * one.days for one in made), 0.3 * 30.0)
    assert len({one.key for one in made}) == 3


def test_closed_risks_and_those_that_never_happen_are_left_out() -> None:
    register = Register((risk("A", state="closed"), risk("B", 0.0), risk("C")))
    assert [one.key for one in elementary(register)] == ["C"]


def test_the_confidence_of_several_is_that_of_the_least() -> None:
    register = Register(
        (risk("A", cause="q", confidence="high", source="x"),
         risk("B", cause="q", confidence="medium", source="y")),
        (Cause("q", 0.5),),
    )  # fmt: skip
    (together,) = [one for one in elementary(register) if len(one.risks) > 1]
    assert (together.confidence, together.source) == ("medium", "x; y")


def test_exposure_above_the_appetite_is_named_all_together_first() -> None:
    found = judged(
        Appetite(each=10.0, at_once=100.0, together=25.0, worst=60.0),
        {"A": 12.0, "B": 10.0}, {"A": 99.0, "B": 400.0}, 22.0, 61.0,
    )  # fmt: skip
    assert [(one.risk, one.rule) for one in found] == [
        ("", "worst"), ("B", "at_once"), ("A", "each"),
    ]  # fmt: skip
    assert judged(Appetite(), {"A": 1e9}, {"A": 1e9}, 1e9, 1e9) == ()


def test_what_wants_an_eye_is_named_triggers_first() -> None:
    watched = Indicator("river", 7.0, value=7.0, on=TODAY)
    plan = Contingency("tanks", "river", ("go",), "flood")
    good = risk(
        "A", owner="Smith", review=TODAY + timedelta(1), source="x", indicators=(watched,),
        contingency=(plan,),
    )  # fmt: skip
    found = notices(Register((risk("B"), good)), TODAY)
    assert [(one.risk, one.kind) for one in found] == [
        ("A", "trigger"), ("B", "review"), ("B", "owner"), ("B", "source"),
    ]  # fmt: skip
    assert "begin the plan for tanks" in found[0].words
    old = Indicator("river", 7.0, value=1.0, on=TODAY - timedelta(400))
    stale = notices(Register((risk("A", owner="S", source="x", review=TODAY,
                                   indicators=(old, Indicator("rain", 1.0))),)), TODAY)  # fmt: skip
    assert [one.kind for one in stale] == ["review", "indicator", "indicator"]


def _orders(rows: list[tuple[str, str, str, float, int, int, float | None, int | None]]) -> tuple[
    pl.DataFrame, pl.DataFrame
]:  # fmt: skip
    """Order, supplier, item, quantity, days ago ordered, days ago due, price, days late."""
    orders = pl.DataFrame(
        [
            (name, who, what, much, TODAY - timedelta(a), TODAY - timedelta(b), price)
            for name, who, what, much, a, b, price, _ in rows
        ],
        schema=["order", "supplier", "item", "quantity", "ordered_on", "due_on", "price_eur"],
        orient="row",
    )
    came = [
        (name, TODAY - timedelta(due) + timedelta(late))
        for name, _, _, _, _, due, _, late in rows
        if late is not None
    ]
    return orders, pl.DataFrame(
        came, schema={"order": pl.String, "arrived_on": pl.Date}, orient="row"
    )


def test_suppliers_are_told_by_what_they_did() -> None:
    # six of ten on time in the last year; the year before all eight
    rows: list[tuple[str, str, str, float, int, int, float | None, int | None]] = [
        (f"A{n}", "A", "AXLE", 10.0, 100 + n, 60 + n, 100.0, 0 if n < 6 else 5) for n in range(10)
    ]
    rows += [(f"P{n}", "A", "AXLE", 10.0, 600 + n, 500 + n, 100.0, -2) for n in range(8)]
    rows += [("S", "B", "GEAR", 5.0, 30, 10, None, 0), ("N", "B", "GEAR", 5.0, 20, 5, 2.0, None)]
    # price of C doubles in a year
    rows += [(f"C{n}", "C", "CAM", 1.0, d, d, 2.0 ** (-d / 365.0), None)
             for n, d in enumerate((0, 365, 730))]  # fmt: skip
    orders, arrivals = _orders(rows)
    sources = pl.DataFrame(
        {"supplier": ["A", "B"], "item": ["AXLE", "GEAR"], "capacity_per_month": [20.0, None]},
        schema_overrides={"capacity_per_month": pl.Float64},
    )
    told = supplier_assessment(orders, arrivals, sources, TODAY)
    found = {row["supplier"]: row for row in told.iter_rows(named=True)}
    assert found["A"]["on_time"] == pytest.approx(0.6)
    assert found["A"]["on_time_before"] == pytest.approx(1.0)
    assert found["A"]["late_days"] == pytest.approx(5.0)
    assert found["A"]["load"] == pytest.approx(100.0 / (20.0 * 365 / 30))
    assert found["A"]["price_drift"] == pytest.approx(0.0, abs=1e-9)
    assert found["B"]["on_time"] is None  # one delivery says nothing
    assert found["B"]["deliveries"] == 1
    assert found["B"]["load"] is None
    assert found["C"]["price_drift"] == pytest.approx(1.0)


def test_a_missing_column_is_named() -> None:
    orders, arrivals = _orders([("S", "B", "GEAR", 5.0, 30, 10, None, 0)])
    with pytest.raises(BadData, match="'due_on' is missing"):
        supplier_assessment(orders.drop("due_on"), arrivals, pl.DataFrame(), TODAY)
