"""The exposure problem of a twin: what is demanded, held, bought, assembled, and can be lost."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from redball.model import BadData, BadUse, Consumption, Groups, Twin
from redball.risk.exposure import ExposureCase, Loss, exposure, exposure_case, labelled

Make = Callable[..., Twin]
Group = Callable[..., Groups]


def rows(**change: Any) -> dict[str, list[dict[str, Any]]]:
    """Part P from two suppliers; A depends on one of two mills, B and its owner stand abroad."""
    tables: dict[str, list[dict[str, Any]]] = {
        "site": [
            {"key": "DEPOT", "country": "DEU"},
            {"key": "WORKS-A", "country": "DEU", "kind": "factory"},
            {"key": "WORKS-B", "country": "CZE", "kind": "factory"},
        ],
        "party": [
            {"key": "A", "country": "DEU", "site": "WORKS-A"},
            {"key": "B", "country": "CZE", "site": "WORKS-B", "ultimate_parent": "HOLDING"},
            {"key": "HOLDING", "country": "CZE"},
            {"key": "MILL-1", "country": "POL"},
            {"key": "MILL-2", "country": "CZE", "ultimate_parent": "HOLDING"},
        ],
        "item": [{"key": "P"}],
        "source": [
            {"key": "PA", "party": "A", "item": "P", "capacity_per_month": 90.0},
            {"key": "PB", "party": "B", "item": "P", "capacity_per_month": 45.0},
        ],
        "supply": [
            {"key": "1", "supplier": "MILL-1", "customer": "A", "input": "steel"},
            {"key": "2", "supplier": "MILL-2", "customer": "A", "input": "steel"},
        ],
        "holding": [{"key": "h", "site": "DEPOT", "item": "P", "quantity": 30.0, "reserved": 6.0}],
    }
    return {**tables, **change}


def used(twin: Twin, **per_day: float) -> Consumption:
    """Consumption at the first site."""
    frame = pl.DataFrame(
        {
            "site_ix": [0] * len(per_day),
            "item_ix": [twin.find("item", key) for key in per_day],
            "per_day": list(per_day.values()),
            "basis": "demand history",
            "labels": [[0]] * len(per_day),
        },
        schema_overrides={
            "site_ix": pl.Int32, "item_ix": pl.Int32, "labels": pl.List(pl.Int32),
        },
    )  # fmt: skip
    return Consumption(frame, date(2026, 1, 31), 365, ("Given.",))


@pytest.fixture
def case(make_twin: Make, make_groups: Group) -> Callable[..., ExposureCase]:
    def build(
        tables: dict[str, list[dict[str, Any]]],
        demand: dict[str, float],
        same: tuple[tuple[str, ...], ...] = (),
        **options: Any,
    ) -> ExposureCase:
        twin = make_twin(**tables)
        return exposure_case(
            twin, used(twin, **demand), items=make_groups(twin, "item", *same),
            parties=make_groups(twin, "party"), **options,
        )  # fmt: skip

    return build


Case = Callable[..., ExposureCase]


def by_name(case: ExposureCase) -> dict[tuple[str, str], Loss]:
    return {(loss.kind, loss.name): loss for loss in case.losses}


def measured(case: ExposureCase) -> dict[tuple[str, str], dict[str, Any]]:
    frame = exposure(case.network, case.losses).frame
    return {(row["kind"], row["loss"]): row for row in frame.iter_rows(named=True)}


def test_every_party_owner_site_and_country_that_something_depends_on(case: Case) -> None:
    found = by_name(case(rows(), {"P": 4.0}))
    # nodes: 0 the item, 1 its source at A, 2 its source at B
    assert {key: loss.elements.tolist() for key, loss in found.items()} == {
        ("party", "DEU:A"): [1],
        ("party", "DEU:B"): [2],
        ("parent", "DEU:HOLDING"): [2],
        ("site", "DEU:DEPOT"): [],
        ("site", "DEU:WORKS-A"): [1],
        ("site", "DEU:WORKS-B"): [2],
        ("country", "CZE"): [2],
        ("country", "DEU"): [1],
    }
    assert found["country", "DEU"].stock_lost.tolist() == [24.0]
    # one mill lost leaves the other: no source stops, so it is no loss
    assert ("party", "DEU:MILL-1") not in found


def test_impact_and_days_are_those_of_the_programme(case: Case) -> None:
    # 4 a day asked, 3 and 1.5 a day made, 24 free; in item-days a unit counts 1/4
    found = measured(case(rows(), {"P": 4.0}))
    lost = found["party", "DEU:A"]
    assert lost["window_days"] == 90.0
    assert lost["added_impact"] == pytest.approx((90 * 4 - 24 - 90 * 1.5) / 4)
    assert lost["survive_days"] == pytest.approx(24 / 2.5)
    depot = found["site", "DEU:DEPOT"]
    assert (depot["added_impact"], depot["survive_days"]) == (0.0, None)
    home = found["country", "DEU"]
    assert home["added_impact"] == pytest.approx((180 * 4 - 180 * 1.5) / 4)
    assert home["survive_days"] == 0.0


def test_a_mill_without_alternative_stops_its_customer(case: Case) -> None:
    tables = rows()
    tables["supply"] = tables["supply"][:1]
    found = by_name(case(tables, {"P": 4.0}))
    assert found["party", "DEU:MILL-1"].elements.tolist() == [1]
    assert found["country", "POL"].elements.tolist() == [1]


def test_a_doubtful_relation_is_left_out_when_asked(case: Case) -> None:
    tables = rows()
    tables["supply"] = [{**tables["supply"][0], "confidence": 0.4}]
    assert ("party", "DEU:MILL-1") in by_name(case(tables, {"P": 4.0}))
    sure = case(tables, {"P": 4.0}, least_confidence=0.5)
    assert ("party", "DEU:MILL-1") not in by_name(sure)


def test_an_unknown_capacity_is_none_that_limits_and_is_counted(case: Case) -> None:
    tables = rows()
    del tables["source"][1]["capacity_per_month"]
    made = case(tables, {"P": 4.0})
    assert "The capacity of 1 of 2 sources is known." in made.assumptions
    assert measured(made)["party", "DEU:A"]["survive_days"] is None


def test_an_item_of_unknown_origin_never_fails_but_its_stock_can_be_lost(case: Case) -> None:
    made = case(rows(source=[], supply=[]), {"P": 4.0})
    assert "No source and no structure is known of 1 of 1 items." in made.assumptions
    assert set(by_name(made)) == {("site", "DEU:DEPOT"), ("country", "DEU")}
    assert measured(made)["country", "DEU"]["survive_days"] is None


def test_what_has_no_source_is_assembled_from_its_essential_parts(case: Case) -> None:
    tables = rows(
        item=[{"key": "P"}, {"key": "Q"}, {"key": "R"}, {"key": "PAINT"}, {"key": "WHOLE"}],
        structure=[
            {"parent": "WHOLE", "child": "P", "quantity": 2.0},
            {"parent": "WHOLE", "child": "Q", "alternative": "x"},
            {"parent": "WHOLE", "child": "R", "alternative": "x"},
            {"parent": "WHOLE", "child": "PAINT", "essential": False},
        ],
        source=[
            {"party": "A", "item": "P"},
            {"party": "A", "item": "Q"},
            {"party": "B", "item": "R"},
        ],
        system=[{"key": "SYS", "item": "WHOLE"}],
    )
    made = case(tables, {}, systems_per_day={0: 1.0})
    assert len(made.network.need_node) == 2 + 3
    found = measured(made)
    # both Q and P come from A; R could replace Q; 24 P are 12 wholes
    assert found["party", "DEU:A"]["survive_days"] == pytest.approx(12.0)
    assert found["party", "DEU:B"]["survive_days"] is None
    names = made.nodes["name"].to_list()
    assert "item DEU:PAINT" not in names


def test_records_recognised_as_the_same_share_stock_and_sources(case: Case) -> None:
    tables = rows()
    tables["item"].append({"key": "P2", "owner": "NLD", "label": 2})
    tables["site"].append({"key": "NL", "owner": "NLD", "label": 2, "country": "NLD"})
    more = {"owner": "NLD", "label": 2, "site": "NL", "item": "P2", "quantity": 16.0}
    tables["holding"].append({"key": "h2", **more})
    alone = measured(case(tables, {"P": 4.0}))["party", "DEU:A"]["survive_days"]
    same = case(tables, {"P": 4.0}, (("DEU:P", "NLD:P2"),))
    assert alone == pytest.approx(24 / 2.5)
    assert measured(same)["party", "DEU:A"]["survive_days"] == pytest.approx(40 / 2.5)


def test_stock_that_is_spoilt_promised_or_past_its_day_does_not_count(case: Case) -> None:
    lot = {"site": "DEPOT", "item": "P", "quantity": 10.0}
    holding = [
        {"key": "a", **lot, "condition": "unserviceable"},
        {"key": "b", **lot, "reserved": 25.0},
        {"key": "c", **lot, "expiry": date(2026, 1, 30)},
        {"key": "d", **lot, "expiry": date(2026, 1, 31)},
    ]
    made = case(rows(holding=holding), {"P": 4.0})
    assert made.network.stock.tolist() == [10.0, 0.0, 0.0]


def test_prices_weigh_what_is_lost_when_asked(case: Case) -> None:
    tables = rows(item=[{"key": "P", "price": 7.0, "currency": "EUR"}])
    made = case(tables, {"P": 4.0}, weight="euro")
    assert made.network.margin.tolist() == [7.0, 0.0, 0.0]
    unpriced = case(rows(), {"P": 4.0}, weight="euro")
    assert "1 items in demand have no price in EUR and count nothing." in unpriced.assumptions


def test_times_to_recover_by_kind_and_element(case: Case) -> None:
    made = case(
        rows(), {"P": 4.0}, recovery_days={"party": 10.0}, known_days={("party", "DEU:B"): 33.0}
    )
    found = by_name(made)
    assert found["party", "DEU:A"].window_days == 10.0
    assert found["party", "DEU:B"].window_days == 33.0
    assert found["site", "DEU:WORKS-A"].window_days == 120.0
    assert set(by_name(case(rows(), {"P": 4.0}, kinds=["site"]))) == {
        ("site", "DEU:DEPOT"), ("site", "DEU:WORKS-A"), ("site", "DEU:WORKS-B"),
    }  # fmt: skip


def test_a_row_is_labelled_by_all_that_it_rests_on_and_no_more(case: Case) -> None:
    tables = rows()
    tables["item"].append({"key": "Q"})
    tables["party"].append({"key": "C", "country": "FRA"})
    tables["source"].append({"key": "QC", "party": "C", "item": "Q"})
    open_case = case(tables, {"P": 4.0, "Q": 1.0})
    assert open_case.label.text == "UNCLASSIFIED // REL ALL"
    # a stock of P that NLD shows to some only
    secret = {"owner": "NLD", "label": 3, "site": "DEU:DEPOT", "item": "DEU:P"}
    tables["holding"].append({"key": "s", **secret})
    made = case(tables, {"P": 4.0, "Q": 1.0})
    frame = labelled(made, exposure(made.network, made.losses))
    assert "exposure_index" not in frame.columns
    shown = {row["loss"]: len(row["labels"]) for row in frame.iter_rows(named=True)}
    assert shown["DEU:C"] == 1
    assert shown["DEU:A"] == shown["CZE"] == 2
    assert made.label.text.startswith("RESTRICTED")
    with pytest.raises(BadUse, match="not of the losses"):
        labelled(made, exposure(made.network, made.losses[:1]))


def test_bad_calls_are_refused(case: Case, make_twin: Make, make_groups: Group) -> None:
    with pytest.raises(BadData, match="Nothing is demanded"):
        case(rows(), {})
    with pytest.raises(BadUse, match="'planet' is not known"):
        case(rows(), {"P": 1.0}, kinds=["planet"])
    with pytest.raises(BadUse, match="'love' is not known"):
        case(rows(), {"P": 1.0}, weight="love")
    with pytest.raises(BadUse, match="'planet' is not a kind"):
        case(rows(), {"P": 1.0}, recovery_days={"planet": 3.0})
    with pytest.raises(BadUse, match="unknown, negative or infinite"):
        case(rows(), {"P": 1.0}, recovery_days={"party": -3.0})
    with pytest.raises(BadUse, match="Nothing depends on the party 'DEU:Z'"):
        case(rows(), {"P": 1.0}, known_days={("party", "DEU:Z"): 3.0})
    with pytest.raises(BadUse, match="System 0 does not exist"):
        case(rows(), {"P": 1.0}, systems_per_day={0: 3.0})
    twin = make_twin(**rows())
    other = make_groups(make_twin(**rows(item=[{"key": "P"}, {"key": "Q"}])), "item")
    with pytest.raises(BadUse, match="another twin"):
        exposure_case(
            twin, used(twin, P=1.0), items=other, parties=make_groups(twin, "party")
        )  # fmt: skip
