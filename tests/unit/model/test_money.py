"""Prices in euro: the rate that holds, whose currency, and what the price rests on."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from redball.model import Label, Twin, build_twin
from redball.model.frames import frame_schema
from redball.model.marks import Marks
from redball.model.money import euro_prices, last_rates
from redball.model.schema import table

LABELS = {1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"}))}


def rows(name: str, *given: dict[str, object]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "", "line": 0}
    filled = [{c: {**base, **row}.get(c) for c in schema} for row in given]
    return pl.DataFrame(filled, schema=schema)


def twin(*, items: list[dict[str, object]], rates: list[dict[str, object]]) -> Twin:
    defaults = {"name": "x", "supply_class": "NATO:II", "unit_of_issue": "EA", "reparable": False}
    frames = {
        "item": rows("item", *({**defaults, **i} for i in items)),
        "rate": rows("rate", *({"key": f"r{n}", **r} for n, r in enumerate(rates))),
        "nation": rows(
            "nation",
            {"key": "DEU", "name": "D", "kind": "nation", "currency": "EUR"},
            {"key": "NOR", "name": "N", "kind": "nation", "currency": "NOK"},
        ),
    }
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=moment)


def nok(day: date, per_eur: float, owner: str = "DEU") -> dict[str, object]:
    return {"owner": owner, "currency": "NOK", "day": day, "per_eur": per_eur}


def test_the_last_rate_not_after_the_day_of_the_twin_holds() -> None:
    seen = twin(
        items=[{"key": "A", "price": 110.0, "currency": "NOK"}],
        rates=[nok(date(2026, 2, 1), 10), nok(date(2026, 2, 20), 11), nok(date(2026, 3, 2), 99)],
    )
    assert euro_prices(seen, Marks(seen.labels))["price_eur"].to_list() == pytest.approx([10.0])
    assert last_rates(seen)["currency"].to_list() == ["EUR", "NOK"]


def test_on_one_day_the_viewers_rate_goes_before_that_of_others() -> None:
    day = date(2026, 2, 1)
    seen = twin(
        items=[{"key": "A", "price": 100.0, "currency": "NOK"}],
        rates=[nok(day, 20, "BEL"), nok(day, 10, "DEU")],
    )
    assert euro_prices(seen, Marks(seen.labels))["price_eur"].to_list() == pytest.approx([10.0])


def test_a_price_without_a_currency_is_in_that_of_the_owners_nation() -> None:
    seen = twin(
        items=[{"key": "A", "owner": "NOR", "price": 100.0}, {"key": "B", "price": 100.0}],
        rates=[nok(date(2026, 2, 1), 10)],
    )
    prices = euro_prices(seen, Marks(seen.labels))
    assert dict(zip(seen["item"]["key"], prices["price_eur"], strict=True)) == {
        "A": pytest.approx(10.0),
        "B": 100.0,
    }


def test_without_price_rate_or_currency_there_is_no_value() -> None:
    seen = twin(
        items=[
            {"key": "A", "currency": "EUR"},
            {"key": "B", "price": 5.0, "currency": "NOK"},
            {"key": "C", "owner": "FRA", "price": 5.0},
        ],
        rates=[],
    )
    assert euro_prices(seen, Marks(seen.labels))["price_eur"].to_list() == [None, None, None]
