import shutil
from pathlib import Path

import polars as pl
import pytest

from redball import app
from redball.model import BadUse


def test_figures_agree_with_the_lines(alone: app.Inputs) -> None:
    answer = app.replenish(alone)
    lines = answer.tables["orders"]
    bought = lines.filter(action="purchase")
    assert answer.figures["purchases"] == bought.height == 1
    assert answer.figures["transfers"] == lines.height - bought.height
    assert answer.figures["amount, EUR"] == pytest.approx(bought["amount_eur"].sum())
    assert answer.tables["by_source"]["lines"].sum() == lines.height
    lamp = bought.row(0, named=True)
    # position 20, at or below 40: up to 90, at 38 each
    assert (lamp["item"], lamp["quantity"], lamp["amount_eur"]) == ("DEU:LAMP", 70.0, 2660.0)
    assert "20 free" in lamp["why"]


def test_orders_that_were_placed_are_not_proposed_again(allies: app.Inputs, tmp_path: Path) -> None:
    store = str(shutil.copy(allies.view.store, tmp_path / "s.sqlite"))
    inputs = app.inputs_of(store, "DEU", None, None)
    package = tmp_path / "orders"
    first = app.replenish(inputs, orders_out=package)
    assert first.tables["orders"].height
    assert "order.csv" in {path.name for path in package.iterdir()}
    moment = first.origin.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")
    (package / "manifest.toml").write_text(
        f'owner = "DEU"\nas_of = {moment}\ncontent = "changes"\n'
    )
    outcome = app.import_(package, store=store)
    assert outcome.result is not None, outcome.check.issues.rows()
    later = app.replenish(inputs)
    pairs = set(first.tables["orders"].select("site", "item").iter_rows())
    again = later.tables["orders"].select("site", "item").iter_rows()
    assert not pairs & set(again)
    held = app.look(inputs).twin["order"].filter(pl.col("quantity") == 70.0)
    assert held.height == 1


def test_only_the_policies_of_the_table(alone: app.Inputs) -> None:
    answer = app.replenish(alone, app.ReplenishOptions(own_only=True))
    assert answer.figures["policies checked"] == 2


def test_a_kind_that_is_none_is_bad_use() -> None:
    assert app.parse_kind("base_stock") == "base_stock"
    with pytest.raises(BadUse, match="kind of policy"):
        app.parse_kind("magic")
