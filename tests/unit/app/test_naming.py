import polars as pl

from redball import app
from redball.app.naming import in_front, label_of_lists, label_texts, named
from redball.model import ResultLabel


def test_positions_become_names_and_nowhere_becomes_empty(allies: app.Inputs) -> None:
    twin = app.look(allies).twin
    frame = pl.DataFrame(
        {"site_ix": [0, -1], "item_ix": [1, 0], "units": [2.0, 3.0], "labels": [[0], [0]]},
        schema_overrides={"site_ix": pl.Int32, "item_ix": pl.Int32},
    )
    rows = named(twin, frame)
    assert rows.columns == ["site", "item", "item_name", "units", "label"]
    assert rows["site"].to_list() == ["DEU:BASE", None]
    assert rows["item"].to_list() == ["DEU:RADIO", "DEU:LAMP"]
    assert rows["item_name"].to_list() == ["Radio", "Lamp"]
    assert named(twin, pl.DataFrame()).is_empty()


def test_labels_of_lists_are_dominant(allies: app.Inputs) -> None:
    twin = app.look(allies).twin
    lists = pl.Series("labels", [[0], [], None], dtype=pl.List(pl.Int32))
    open_to_all = ResultLabel("UNCLASSIFIED", None)
    assert label_of_lists(twin, [lists]) == open_to_all
    assert label_of_lists(twin, []) == open_to_all
    assert label_texts(twin, lists).to_list() == [open_to_all.text] * 3


def test_columns_in_front_pass_over_absent_ones() -> None:
    frame = pl.DataFrame({"a": [1], "b": [2], "c": [3]})
    assert in_front(frame, ["c", "none", "a"]).columns == ["c", "a", "b"]
