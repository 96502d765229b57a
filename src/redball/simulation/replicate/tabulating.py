"""Tables of gathered replications."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE
from redball.simulation.network import Network, Rows
from redball.simulation.replicate.gathering import (
    ARC_MEANS,
    CELL_MEANS,
    COST_KINDS,
    LANE_MEANS,
    POOL_MEANS,
    RECIPE_MEANS,
    Gathering,
    Groups,
)

Floats = npt.NDArray[np.float64]


def tables_of(found: Gathering, confidence: float) -> dict[str, pl.DataFrame]:
    """All tables of :class:`redball.simulation.replicate.Simulated`, by name."""
    net = found.network
    groups = group_table(net, found.groups)
    return {
        "groups": groups,
        "readiness": _by_day(groups, found, "groups", confidence),
        "fleets": _by_day(_fleet_table(net), found, "fleets", confidence),
        "stock": _stock(found, confidence),
        "cells": _cells(found, confidence),
        "arcs": _sums(_arc_table(net), found, "arcs", ARC_MEANS, confidence),
        "lanes": _lanes(found, confidence),
        "recipes": _recipes(found, confidence),
        "pools": _pools(found, confidence),
        "costs": _costs(found, confidence),
    }


def group_table(net: Network, groups: Groups) -> pl.DataFrame:
    """Units and systems of the groups, in order."""
    return pl.DataFrame(
        {
            "unit": _named(net.unit_names, groups.unit),
            "system": _named(net.system_names, groups.system),
            "systems": pl.Series(groups.systems, dtype=pl.Int64),
        }
    )


def _named(names: Sequence[str], index: npt.ArrayLike) -> pl.Series:
    """Names of rows, empty for none."""
    rows = np.asarray(index).tolist()
    return pl.Series(["" if i == NOWHERE else names[i] for i in rows], dtype=pl.String)


def _bounded(
    name: str, mean: Floats, half: Floats, lowest: float = 0.0, highest: float = np.inf
) -> dict[str, pl.Series]:
    """A figure with its bounds, cut at what is possible."""
    low, high = np.maximum(mean - half, lowest), np.minimum(mean + half, highest)
    return {
        title: _floats(values)
        for title, values in ((name, mean), (f"{name}_low", low), (f"{name}_high", high))
    }


def _floats(values: Floats) -> pl.Series:
    """A column, with null for NaN."""
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def _with(who: pl.DataFrame, more: dict[str, pl.Series]) -> pl.DataFrame:
    """Columns beside a table; at once, since a stress test makes thousands of these."""
    return who.hstack([values.rename(name) for name, values in more.items()])


def _by_day(who: pl.DataFrame, found: Gathering, name: str, confidence: float) -> pl.DataFrame:
    """Rows of ``who`` repeated for each day, with mean, low and high."""
    moments, days = found.moments[name], found.horizon_days
    rows = who[np.repeat(np.arange(who.height), days)]
    share = _bounded(
        "mean", moments.mean.ravel(), moments.half_width(confidence).ravel(), highest=1.0
    )
    share = {title.removeprefix("mean_"): values for title, values in share.items()}
    return _with(rows, {"day": _days(who.height, days), **share})


def _days(rows: int, days: int) -> pl.Series:
    return pl.Series(np.tile(np.arange(days, dtype=np.int32), rows), dtype=pl.Int32)


def _fleet_table(net: Network) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "fleet": _numbers(net.fleets),
            "node": _named(net.node_names, net.fleets["node"]),
            "unit": _named(net.unit_names, net.fleets["unit"]),
            "system": _named(net.system_names, net.fleets["system"]),
            "systems": pl.Series(net.fleets["count"], dtype=pl.Int64),
        }
    )


def _numbers(rows: Rows) -> pl.Series:
    return pl.Series(np.arange(len(rows), dtype=np.int32), dtype=pl.Int32)


def _cell_table(net: Network, cells: npt.NDArray[np.int64]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cell": pl.Series(cells, dtype=pl.Int32),
            "node": _named(net.node_names, net.cells["node"][cells]),
            "item": _named(net.item_names, net.cells["item"][cells]),
        }
    )


def _arc_table(net: Network) -> pl.DataFrame:
    cells = _cell_table(net, net.arcs["cell"].astype(np.int64))
    return cells.insert_column(0, _numbers(net.arcs).rename("arc"))


def _stock(found: Gathering, confidence: float) -> pl.DataFrame:
    watched = np.array(found.watched, np.int64)
    days = found.horizon_days
    who = _cell_table(found.network, watched)
    on_hand, waiting = found.moments["on_hand"], found.moments["waiting"]
    # the rate is taken as known: its own error is small beside that of one day's stock
    rate = found.moments["cells"].mean[CELL_MEANS.index("demanded")][watched] / days
    supply = np.full_like(on_hand.mean, np.nan)
    np.divide(on_hand.mean, rate[:, None], out=supply, where=rate[:, None] > 0)
    return _with(
        who[np.repeat(np.arange(who.height), days)],
        {
            "day": _days(who.height, days),
            **_bounded("on_hand", on_hand.mean.ravel(), on_hand.half_width(confidence).ravel()),
            **_bounded("waiting", waiting.mean.ravel(), waiting.half_width(confidence).ravel()),
            "days_of_supply": _floats(supply.ravel()),
        },
    )


def _sums(
    who: pl.DataFrame, found: Gathering, name: str, fields: Sequence[str], confidence: float
) -> pl.DataFrame:
    """Means of sums over the run, each with bounds."""
    moments = found.moments[name]
    half = moments.half_width(confidence)
    made: dict[str, pl.Series] = {}
    for row, title in enumerate(fields):
        made |= _bounded(title, moments.mean[row], half[row])
    return _with(who, made)


def _cells(found: Gathering, confidence: float) -> pl.DataFrame:
    net = found.network
    who = _cell_table(net, np.arange(len(net.cells)))
    moments = found.moments["cells"]
    waiting = CELL_MEANS.index("waiting_days")
    half = moments.half_width(confidence)[waiting] / found.horizon_days
    fill = found.fill
    return _with(
        who,
        {
            **_bounded("fill", fill.ratio(), fill.half_width(confidence), highest=1.0),
            **_bounded("backorders", moments.mean[waiting] / found.horizon_days, half),
            **{name: _floats(moments.mean[row]) for row, name in enumerate(CELL_MEANS)},
        },
    )


def _used(
    made: pl.DataFrame, found: Gathering, name: str, row: int, most: Floats, confidence: float
) -> pl.DataFrame:
    """Add utilisation: a mean over what could be at most, null where that is 0 or without limit."""
    moments = found.moments[name]
    limited = np.isfinite(most) & (most > 0)
    share, half = np.full(len(most), np.nan), np.full(len(most), np.nan)
    np.divide(moments.mean[row], most, out=share, where=limited)
    np.divide(moments.half_width(confidence)[row], most, out=half, where=limited)
    return _with(made, _bounded("utilisation", share, half))


def _lanes(found: Gathering, confidence: float) -> pl.DataFrame:
    net = found.network
    who = pl.DataFrame(
        {
            "lane": _numbers(net.lanes),
            "name": pl.Series(net.lane_names, dtype=pl.String),
            "from_node": _named(net.node_names, net.lanes["from_node"]),
            "to_node": _named(net.node_names, net.lanes["to_node"]),
        }
    )
    made = _sums(who, found, "lanes", LANE_MEANS, confidence)
    most = net.lanes["kg_per_day"] * found.horizon_days
    return _used(made, found, "lanes", LANE_MEANS.index("kg"), most, confidence)


def _recipes(found: Gathering, confidence: float) -> pl.DataFrame:
    net = found.network
    cells = _cell_table(net, net.recipes["cell"].astype(np.int64))
    who = cells.insert_column(0, _numbers(net.recipes).rename("recipe"))
    made = _sums(who, found, "recipes", RECIPE_MEANS, confidence)
    most = net.recipes["per_day"] * found.horizon_days
    return _used(made, found, "recipes", RECIPE_MEANS.index("units"), most, confidence)


def _pools(found: Gathering, confidence: float) -> pl.DataFrame:
    net = found.network
    who = pl.DataFrame(
        {
            "pool": _numbers(net.pools),
            "node": _named(net.node_names, net.pools["node"]),
            "servers": pl.Series(net.pools["servers"], dtype=pl.Int64),
        }
    )
    made = _sums(who, found, "pools", POOL_MEANS, confidence)
    most = net.pools["servers"].astype(np.float64) * found.horizon_days
    return _used(made, found, "pools", POOL_MEANS.index("busy_days"), most, confidence)


def _costs(found: Gathering, confidence: float) -> pl.DataFrame:
    moments = found.moments["costs"]
    kinds = (*COST_KINDS, "total", "co2e")
    bounds = _bounded("mean", moments.mean, moments.half_width(confidence))
    return pl.DataFrame(
        {
            "kind": pl.Series(kinds, dtype=pl.String),
            "unit": pl.Series(["EUR"] * (len(kinds) - 1) + ["kg"], dtype=pl.String),
            **{title.removeprefix("mean_"): values for title, values in bounds.items()},
        }
    )
