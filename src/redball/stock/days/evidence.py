"""The rows behind a figure of stock at a site: for findings, with the label they give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from redball.model import NOWHERE, Consumption, RowRef, Twin
from redball.model.marks import MARK, Marks

_PAIR = ["site_ix", "item_ix"]
_SHOWN = 12
"""Rows of one table shown with a finding; the label covers all of them."""

_ORDER = {
    "holding": 0,
    "demand": 1,
    "factor": 2,
    "party": 3,
    "fleet": 4,
    "target": 5,
    "site": 6,
    "item": 7,
}


@dataclass(frozen=True)
class Evidence:
    """Rows behind a finding, and the mark of them and of all that the figures rest on."""

    rows: tuple[RowRef, ...]
    mark: int


def evidence(
    twin: Twin, consumption: Consumption, pairs: pl.DataFrame, marks: Marks
) -> Mapping[tuple[int, int], Evidence]:
    """Rows behind stock and consumption of the given sites and items.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``, ``target_ix`` (null for none), and ``mark`` of the figures; each
        site and item once.

    Returns
    -------
    mapping of (site_ix, item_ix) to Evidence
        Holdings, demand in the window (the newest first) or planning factors with the units and
        fleets they are multiplied with, the target, the site and the item.
    """
    keys = pairs.select(_PAIR)
    parts = [
        _rows(twin, "holding", keys),
        _demand(twin, consumption, keys),
        *_factors(twin, consumption, keys),
        _named(twin, "target", pairs.select(*_PAIR, row="target_ix").drop_nulls()),
        _named(twin, "site", keys.with_columns(row="site_ix")),
        _named(twin, "item", keys.with_columns(row="item_ix")),
    ]
    rows = pl.concat(parts)
    rows = rows.with_columns(mark=marks.of(rows["label"]))
    own = pairs.select(*_PAIR, pl.col("mark").cast(MARK))
    together = (
        pl.concat([own, rows.select(*_PAIR, "mark")])
        .group_by(_PAIR)
        .agg(pl.col("mark").bitwise_or())
    )
    shown = (
        rows.group_by(*_PAIR, "table", maintain_order=True)
        .agg(pl.col("owner", "key").head(_SHOWN))
        .sort(*_PAIR, pl.col("table").replace_strict(_ORDER))
    )
    refs: dict[tuple[int, int], tuple[RowRef, ...]] = {}
    for site, item, table, owners, names in shown.iter_rows():
        known = refs.get((site, item), ())
        refs[site, item] = known + tuple(
            RowRef(table, owner, key) for owner, key in zip(owners, names, strict=True)
        )
    return {
        (site, item): Evidence(refs[site, item], mark) for site, item, mark in together.iter_rows()
    }


def _shape(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return frame.select(
        *_PAIR, pl.lit(table).alias("table"), pl.col("owner").cast(pl.String), "key", "label"
    )


def _rows(twin: Twin, table: str, keys: pl.DataFrame) -> pl.DataFrame:
    return _shape(twin[table].join(keys, on=_PAIR, how="semi", maintain_order="left"), table)


def _named(twin: Twin, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table by their index in the column ``row``."""
    frame = twin[table].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("row"), "owner", "key", "label"
    )
    return _shape(rows.join(frame, on="row", maintain_order="left"), table)


def _demand(twin: Twin, consumption: Consumption, keys: pl.DataFrame) -> pl.DataFrame:
    by_history = _with_basis(consumption, keys, history=True)
    demand = twin["demand"].filter(pl.col("period_start") <= consumption.as_of)
    stop = pl.col("period_start") + pl.duration(days="period_days")
    end = pl.min_horizontal(stop.max(), pl.lit(consumption.as_of + timedelta(days=1)))
    window = demand.group_by("owner").agg(
        first=end - pl.duration(days=consumption.window_days)
    )  # fmt: skip
    used = (
        demand.join(by_history, on=_PAIR, how="semi", maintain_order="left")
        .join(window, on="owner", maintain_order="left")
        .filter(stop > pl.col("first"))
        .sort("period_start", descending=True, maintain_order=True)
    )
    return _shape(used, "demand")


def _factors(twin: Twin, consumption: Consumption, keys: pl.DataFrame) -> list[pl.DataFrame]:
    """Factor rows of the item, and the factor owner's units and fleets at the site."""
    by_factor = _with_basis(consumption, keys, history=False)
    units = twin["party"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("unit_ix"), "owner", "site_ix", "kind"
    ).filter(pl.col("kind") == "unit", pl.col("site_ix") != NOWHERE)  # fmt: skip
    fleets = twin["fleet"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("fleet_ix"), "owner", "unit_ix", "system_ix"
    )
    rows = (
        by_factor.join(
            twin["factor"].select(
                pl.int_range(pl.len(), dtype=pl.Int32).alias("factor_ix"),
                "owner", "item_ix", "basis", "system_ix",
            ),
            on="item_ix",
        )
        .join(units, on=["owner", "site_ix"])
        .join(fleets, on=["owner", "unit_ix", "system_ix"], how="left")
        .filter((pl.col("basis") == "person_day") | pl.col("fleet_ix").is_not_null())
        .with_columns(fleet_ix=pl.when(pl.col("basis") != "person_day").then("fleet_ix"))
        .sort(*_PAIR, "factor_ix", "unit_ix", "fleet_ix")
    )  # fmt: skip
    columns = {"factor": "factor_ix", "party": "unit_ix", "fleet": "fleet_ix"}
    return [
        _named(twin, name, rows.select(*_PAIR, row=column).drop_nulls().unique(maintain_order=True))
        for name, column in columns.items()
    ]


def _with_basis(consumption: Consumption, keys: pl.DataFrame, *, history: bool) -> pl.DataFrame:
    basis = pl.col("basis") == "demand history"
    chosen = consumption.frame.filter(basis if history else ~basis)
    return keys.join(chosen, on=_PAIR, how="semi", maintain_order="left")
