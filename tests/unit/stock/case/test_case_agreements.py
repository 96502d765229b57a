"""Mutual support on the items of a case: whose, whom, what, and when."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from redball.model import Groups, Twin
from redball.stock.case import agreements, sparing_case

World = Callable[..., Twin]

DAY = date(2026, 1, 31)
ROW = {"key": "1", "giver": "DEU", "receiver": "NLD:NLD", "move_days": 2.0, "keep": 1.0}


def found(twin: Twin, groups: Groups | None = None, day: date = DAY) -> pl.DataFrame:
    return agreements(sparing_case(twin, items=groups), twin, day)


def test_an_agreement_for_everything_holds_for_every_item(world: World) -> None:
    frame = found(world(support=[ROW]))
    assert frame.drop("labels").rows() == [("DEU", "NLD", -1, 2.0, 1.0, 0)]
    assert frame.schema["item"] == pl.Int32


def test_without_agreements_there_is_no_support(world: World) -> None:
    assert found(world()).is_empty()


def test_an_agreement_on_an_ally_s_record_holds_for_the_article(
    world: World, same_radio: Groups
) -> None:
    twin = world(
        support=[
            {"key": "1", "owner": "NLD", "label": 3, "giver": "NLD", "receiver": "DEU:DEU",
             "item": "N-RADIO", "move_days": 3.0, "keep": 0.0},
        ]
    )  # fmt: skip
    assert found(twin, same_radio)["item"].to_list() == [2]
    # not recognised, the Dutch record is no item of the case
    assert found(twin).is_empty()


@pytest.mark.parametrize(
    ("supply_class", "items"), [("NATO:II", [0, 1, 2]), ("NATO:III", []), ("US:IX", [])]
)
def test_a_class_covers_its_items(world: World, supply_class: str, items: list[int]) -> None:
    frame = found(world(support=[ROW | {"supply_class": supply_class}]))
    assert frame["item"].to_list() == items


def test_a_nato_class_covers_items_in_the_national_class(world: World) -> None:
    us = {"key": "LAMP", "supply_class": "US:IX", "unit_of_issue": "EA", "price": 10.0,
          "currency": "EUR", "reparable": False}  # fmt: skip
    twin = world(support=[ROW | {"supply_class": "NATO:II"}])
    plain = found(twin)["item"].to_list()
    records = twin.named("item").to_dicts()
    changed = [us if r["key"] == "LAMP" else {k: v for k, v in r.items() if k != "label"}
               for r in records]  # fmt: skip
    assert (
        found(world(item=changed, support=[ROW | {"supply_class": "NATO:II"}]))["item"].to_list()
        == plain
    )


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ({"valid_from": DAY, "valid_until": DAY}, True),
        ({"valid_from": date(2026, 2, 1)}, False),
        ({"valid_until": date(2026, 1, 30)}, False),
        ({}, True),
    ],
)
def test_an_agreement_holds_from_its_first_to_its_last_day(
    world: World, dates: dict[str, Any], holds: bool
) -> None:
    assert found(world(support=[ROW | dates])).height == holds


def test_nobody_promises_what_another_holds(world: World) -> None:
    wrong = ROW | {"giver": "NLD:NLD", "receiver": "DEU"}
    assert found(world(support=[wrong])).is_empty()


def test_each_row_carries_the_labels_it_rests_on(world: World) -> None:
    twin = world(support=[ROW | {"label": 2}])
    (labels,) = found(twin)["labels"].to_list()
    texts = {twin.labels[i].text for i in labels}
    assert any(text.startswith("RESTRICTED") for text in texts)
