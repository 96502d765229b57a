"""Forecasts on a twin: periods, lead times, planning factors, classes, surge, labels."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import nbinom, poisson

from redball.forecasting import FACTOR, HISTORY, Surge, forecast_demand
from redball.forecasting.demand.periods import recorded
from redball.model import BadData, BadUse, DemandForecast, Label, Twin, build_twin, table
from redball.model.frames import frame_schema

LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
}
DAY = date(2026, 1, 30)
Records = list[dict[str, Any]]


def rows(name: str, records: Records) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(**tables: Records) -> Twin:
    tables.setdefault("site", [{"key": "A"}, {"key": "B"}])
    tables.setdefault("item", [{"key": k, "supply_class": "NATO:II"} for k in "IJK"])
    frames = {name: rows(name, records) for name, records in tables.items()}
    return build_twin(frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 30, 12, tzinfo=UTC))


def demand(start: date, days: int, quantity: float, **more: Any) -> dict[str, Any]:
    period = {"period_start": start, "period_days": days, "quantity": quantity}
    named = {"site": "A", "item": "I", **more}
    key = f"{named['site']}|{named['item']}|{start}|{more.get('owner', '')}"
    return {"key": key, **named, **period}


def history(quantities: list[float], days: int = 30, **more: Any) -> Records:
    """Periods of equal length, the last one ending with the day of the twin."""
    first = DAY + timedelta(days=1 - days * len(quantities))
    return [
        demand(first + timedelta(days=days * k), days, q, **more) for k, q in enumerate(quantities)
    ]


def poisson_history(mean: float, periods: int = 36, seed: int = 1, **more: Any) -> Records:
    drawn = np.random.default_rng(seed).poisson(mean, periods)
    return history([float(q) for q in drawn], **more)


def one(result: DemandForecast, item_ix: int = 0) -> dict[str, Any]:
    (row,) = result.frame.filter(pl.col("item_ix") == item_ix).to_dicts()
    return row


def test_periods_of_the_record_become_the_columns() -> None:
    t = twin(demand=history([3.0, 0.0, 5.0]))
    record = recorded(t, DAY, 30)
    assert record.matrix.tolist() == [[3.0, 0.0, 5.0]]
    assert record.total.tolist() == [8.0]
    assert record.exposure.tolist() == [3.0]


def test_irregular_periods_are_shared_out_by_days_and_whole_units_stay_whole() -> None:
    rng = np.random.default_rng(4)
    starts, records = date(2025, 1, 1), []
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 30]
    quantities = rng.poisson(2.0, len(lengths))
    for days, quantity in zip(lengths, quantities, strict=True):
        records.append(demand(starts, days, float(quantity)))
        starts += timedelta(days=days)
    record = recorded(twin(demand=records), DAY, 30)
    assert record.matrix.shape == (1, 13)  # 395 days hold 13 periods of 30
    cells = record.matrix[0]
    assert (cells == np.rint(cells)).all()
    # the first five days lie before the first whole period
    assert cells.sum() == pytest.approx(quantities.sum() - quantities[0] * 5 / 31, abs=0.5)
    by_day = np.repeat(quantities / np.array(lengths), lengths)[5:].reshape(13, 30).sum(axis=1)
    assert np.abs(cells - by_day).max() <= 1.0
    halves = [{**record, "quantity": record["quantity"] + 0.5} for record in records]
    exact = recorded(twin(demand=halves), DAY, 30).matrix[0]
    by_day = np.repeat((quantities + 0.5) / np.array(lengths), lengths)[5:]
    np.testing.assert_allclose(exact, by_day.reshape(13, 30).sum(axis=1))


def test_inside_the_owners_record_no_row_is_zero_and_outside_it_is_a_gap() -> None:
    t = twin(
        demand=[
            *history([1.0, 1.0, 1.0, 1.0]),
            demand(DAY - timedelta(days=29), 30, 7.0, item="J"),
            *history([2.0, 2.0], owner="NLD", label=3, site="DEU:A", item="DEU:K"),
        ]
    )
    matrix = recorded(t, DAY, 30).matrix
    assert matrix[1].tolist() == [0.0, 0.0, 0.0, 7.0]
    assert np.isnan(matrix[2, :2]).all()
    assert matrix[2, 2:].tolist() == [2.0, 2.0]


def test_a_pair_of_two_owners_counts_where_the_records_of_both_reach() -> None:
    both: dict[str, Any] = {"owner": "NLD", "label": 3, "site": "DEU:A", "item": "DEU:I"}
    t = twin(demand=[*history([1.0, 1.0, 1.0]), *history([2.0, 2.0], **both)])
    matrix = recorded(t, DAY, 30).matrix
    assert np.isnan(matrix[0, 0]) or matrix.shape[1] == 2
    assert matrix[0, -2:].tolist() == [3.0, 3.0]


def test_the_horizon_is_lead_time_plus_review() -> None:
    t = twin(demand=poisson_history(4.0))
    result = forecast_demand(t, lead_days=60, review_days=30)
    row = one(result)
    assert row["horizon_days"] == 90.0
    assert row["basis"] == HISTORY
    assert row["periods"] == 36
    assert row["mean"] == pytest.approx(12.0, rel=0.25)
    assert row["per_day"] == pytest.approx(row["mean"] / 90.0)
    assert (result.levels, result.period_days) == ((0.8, 0.9, 0.95, 0.99), 30.0)


RESUPPLY = {"key": "r", "site": "A", "ship_days": 10.0, "ship_sd_days": 2.0}
SOURCE = {"key": "s", "item": "I", "party": "P", "lead_time_days": 80.0}


@pytest.mark.parametrize(
    ("tables", "lead"),
    [
        ({"source": [SOURCE]}, 80.0),
        ({"source": [{**SOURCE, "share": 0.2}, {**SOURCE, "key": "t", "lead_time_days": 20.0,
                                                "share": 0.8}]}, 20.0),
        ({"source": [SOURCE], "resupply": [RESUPPLY]}, 10.0),
        ({"resupply": [RESUPPLY, {**RESUPPLY, "key": "q", "item": "I", "ship_days": 5.0}]}, 5.0),
    ],
)  # fmt: skip
def test_lead_times_come_from_resupply_then_from_the_main_source(
    tables: dict[str, Records], lead: float
) -> None:
    t = twin(demand=poisson_history(4.0), party=[{"key": "P", "kind": "supplier"}], **tables)
    assert one(forecast_demand(t, review_days=30))["horizon_days"] == lead + 30.0


def test_without_a_lead_time_a_pair_is_left_out_and_that_is_said() -> None:
    result = forecast_demand(twin(demand=poisson_history(4.0)))
    assert result.frame.is_empty()
    assert "Sites and items for which no lead time is known are left out." in result.assumptions


def test_a_spread_of_the_lead_time_adds_rate_squared_times_its_variance() -> None:
    def under(sd: float) -> dict[str, Any]:
        resupply = [{**RESUPPLY, "ship_days": 60.0, "ship_sd_days": sd}]
        t = twin(demand=history([0.0, 9.0, 2.0, 7.0] * 6), resupply=resupply)
        return one(forecast_demand(t, methods=("nb tsb",)))

    narrow, wide = under(0.0), under(30.0)
    rate = narrow["per_day"]
    assert wide["mean"] == pytest.approx(narrow["mean"])
    assert wide["variance"] - narrow["variance"] == pytest.approx((30.0 * rate) ** 2)
    assert wide["quantiles"][-1] > narrow["quantiles"][-1]


UNIT = {"key": "BN", "kind": "unit", "site": "B", "personnel": 500}
RATIONS = {"key": "f", "item": "J", "basis": "person_day", "quantity": 0.02}


def test_planning_factors_stand_in_where_there_is_no_history() -> None:
    t = twin(party=[UNIT], factor=[RATIONS])
    row = one(forecast_demand(t, lead_days=10, review_days=10), 1)
    assert (row["basis"], row["law"], row["site_ix"]) == (FACTOR, "poisson", 1)
    assert row["mean"] == pytest.approx(0.02 * 500 * 20)
    assert row["quantiles"] == poisson.ppf([0.8, 0.9, 0.95, 0.99], 200.0).tolist()
    assert row["bias"] is None


@pytest.mark.parametrize(("periods", "basis"), [(2, FACTOR), (3, HISTORY)])
def test_history_wins_once_it_has_enough_periods(periods: int, basis: str) -> None:
    t = twin(party=[UNIT], factor=[RATIONS], demand=history([5.0] * periods, site="B", item="J"))
    assert one(forecast_demand(t, lead_days=10), 1)["basis"] == basis


def class_of_items(count: int = 12, **more: Any) -> tuple[Records, Records]:
    """Items of one class with a history each, and one more that nobody ever asked for."""
    items = [{"key": f"C{k:02d}", "supply_class": "NATO:II", **more} for k in range(count + 1)]
    records = [
        record
        for k in range(count)
        for record in poisson_history(0.5 + 0.1 * k, seed=k, item=f"C{k:02d}", **more)
    ]
    return items, records


HOLDING = {"key": "h", "site": "A", "quantity": 1.0, "condition": "serviceable"}


def test_what_was_never_asked_for_borrows_from_its_class() -> None:
    items, records = class_of_items()
    holding = [{**HOLDING, "item": "C12"}]
    t = twin(item=items, demand=records, holding=holding)
    known = one(forecast_demand(t, lead_days=30), 12)
    new = one(forecast_demand(t, lead_days=30, new_items=[12]), 12)
    assert (known["basis"], known["method"]) == ("class of items", "gamma prior of the class")
    # three years without demand weigh against the class; a new item takes the mean of its class
    assert 0.0 < known["mean"] < 0.5 * new["mean"]
    pool = recorded(t, DAY, 30).total.mean() / 36
    assert new["mean"] == pytest.approx(2.0 * pool, rel=0.02)
    if new["law"] == "negative binomial":
        size = new["mean"] ** 2 / (new["variance"] - new["mean"])
        expected = nbinom.ppf([0.8, 0.99], size, new["mean"] / new["variance"])
        assert [new["quantiles"][0], new["quantiles"][3]] == expected.tolist()


def test_a_class_without_history_lends_nothing_and_that_is_said() -> None:
    t = twin(holding=[{**HOLDING, "item": "I"}])
    result = forecast_demand(t, lead_days=30)
    assert result.frame.is_empty()
    assert any("class has no history" in text for text in result.assumptions)


def labels_of(t: Twin, row: dict[str, Any]) -> set[str]:
    return {t.labels[i].classification for i in row["labels"]}


def test_labels_are_those_of_the_rows_used_and_pools_add_none() -> None:
    items, records = class_of_items()
    secret = [{**record, "label": 2} if record["item"] == "C03" else record for record in records]
    # the rows that set the owner's record are open ones, so they raise nothing
    t = twin(item=items, demand=secret, resupply=[RESUPPLY])
    result = forecast_demand(t)
    assert labels_of(t, one(result, 3)) == {"RESTRICTED", "UNCLASSIFIED"}
    assert labels_of(t, one(result, 4)) == {"UNCLASSIFIED"}
    # and the open rows are forecast as if the restricted one were not there
    without = twin(
        item=items, demand=[r for r in records if r["item"] != "C03"], resupply=[RESUPPLY]
    )
    same = forecast_demand(without).frame.filter(pl.col("item_ix") != 3).drop("labels")
    assert result.frame.filter(pl.col("item_ix") != 3).drop("labels").equals(same)


def test_a_lead_time_and_a_factor_bring_their_labels() -> None:
    t = twin(
        demand=poisson_history(2.0), resupply=[{**RESUPPLY, "label": 2}],
        party=[UNIT], factor=[{**RATIONS, "item": "K", "label": 2}],
    )  # fmt: skip
    assert "RESTRICTED" in labels_of(t, one(forecast_demand(t)))
    given = forecast_demand(t, lead_days=10)
    assert labels_of(t, one(given)) == {"UNCLASSIFIED"}
    assert "RESTRICTED" in labels_of(t, one(given, 2))


def test_what_borrows_from_a_class_carries_the_labels_of_the_class() -> None:
    items, records = class_of_items()
    secret = [{**r, "label": 2} if r["item"] == "C03" else r for r in records]
    t = twin(item=items, demand=secret, holding=[{**HOLDING, "item": "C12"}])
    assert "RESTRICTED" in labels_of(t, one(forecast_demand(t, lead_days=30), 12))


def test_a_surge_multiplies_the_rate_for_its_days() -> None:
    t = twin(demand=poisson_history(4.0))
    first = DAY + timedelta(days=1)
    surge = Surge(3.0, first, first + timedelta(days=14))
    plain = one(forecast_demand(t, lead_days=0, methods=("nb tsb",)))
    high = one(forecast_demand(t, lead_days=0, methods=("nb tsb",), surge=[surge]))
    # fifteen of thirty days at three times the rate: worth sixty days
    assert high["mean"] == pytest.approx(2.0 * plain["mean"])
    assert high["variance"] == pytest.approx(2.0 * plain["variance"])
    assert high["horizon_days"] == 30.0
    assert high["quantiles"][-1] < 2.0 * plain["quantiles"][-1]  # not a sum of quantiles


def test_the_most_specific_surge_wins_and_of_equals_the_highest() -> None:
    t = twin(demand=[*poisson_history(4.0), *poisson_history(4.0, item="J")])
    first, last = DAY + timedelta(days=1), DAY + timedelta(days=30)
    surges = [
        Surge(2.0, first, last),
        Surge(5.0, first, last, supply_class="NATO:II"),
        Surge(4.0, first, last, supply_class="NATO:II"),
        Surge(0.5, first, last, item_ix=1),
    ]
    plain = forecast_demand(t, lead_days=0, methods=("nb tsb",))
    under = forecast_demand(t, lead_days=0, methods=("nb tsb",), surge=surges)
    ratio = (under.frame["mean"] / plain.frame["mean"]).to_list()
    assert ratio == pytest.approx([5.0, 0.5])
    past = [Surge(9.0, DAY - timedelta(days=9), DAY)]
    assert one(forecast_demand(t, lead_days=0, methods=("nb tsb",), surge=past))["mean"] == (
        pytest.approx(one(plain)["mean"])
    )


def test_demand_that_a_surge_stops_is_zero() -> None:
    t = twin(demand=poisson_history(4.0))
    stop = Surge(0.0, DAY, DAY + timedelta(days=99))
    row = one(forecast_demand(t, lead_days=30, surge=[stop]))
    assert row["mean"] == pytest.approx(0.0, abs=1e-6)
    assert row["quantiles"] == [0.0] * 4


def test_parameters_and_demand_that_can_not_be_used_are_refused() -> None:
    t = twin(demand=poisson_history(4.0))
    wrongs: list[dict[str, Any]] = [
        {"lead_days": -1.0},
        {"review_days": 0.0},
        {"review_days": float("nan")},
        {"period_days": 0},
        {"min_periods": 0},
        {"levels": ()},
        {"methods": ("oracle",)},
    ]
    for wrong in wrongs:
        with pytest.raises(BadUse):
            forecast_demand(t, **{"lead_days": 30.0, **wrong})
    with pytest.raises(BadUse, match="surge"):
        Surge(-1.0, DAY, DAY)
    with pytest.raises(BadUse, match="surge"):
        Surge(2.0, DAY, DAY - timedelta(days=1))
    with pytest.raises(BadData, match="negative"):
        forecast_demand(twin(demand=history([1.0, -2.0])), lead_days=10.0)


def test_an_empty_twin_has_an_empty_forecast_of_the_same_shape() -> None:
    frame = forecast_demand(twin()).frame
    assert frame.is_empty()
    assert frame.columns == [
        "site_ix", "item_ix", "horizon_days", "per_day", "mean", "variance", "quantiles", "law",
        "method", "basis", "periods", "bias", "coverage", "pinball", "labels",
    ]  # fmt: skip
    assert frame.schema["quantiles"] == pl.List(pl.Float64)
    assert frame.schema["labels"] == pl.List(pl.Int32)
    assert frame.schema["site_ix"] == pl.Int32
