"""The tables of a rapid release as arrays: sites, stocks, demands and the ways between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs
from redball.stock.reserves.flow import Network
from redball.stock.reserves.table import unique_keys, with_columns


@dataclass(frozen=True)
class ReleaseCase:
    """A release as rows and arrays.

    Attributes
    ----------
    sites : polars.DataFrame
        ``site``, ``t_per_day``.
    stocks, demands : polars.DataFrame
        With ``mass_kg``; stocks with ``site_row``, demands with ``level`` (rank of the priority).
    ways : polars.DataFrame
        Pairs of a stock and a demand of one item with a connection: ``stock_row``, ``demand_row``,
        ``hours``, ``due_hours``, ``mass_kg``.
    capacity : float64 array, shape (sites,)
        Outloading in kg per hour.
    left_out : tuple of str
        What could not be planned, in sentences.
    """

    sites: pl.DataFrame
    stocks: pl.DataFrame
    demands: pl.DataFrame
    ways: pl.DataFrame
    capacity: Floats
    left_out: tuple[str, ...]

    def column(self, name: str) -> Floats:
        """A column of the ways as numbers."""
        return self.ways[name].cast(pl.Float64).to_numpy()

    def network(self, ends: Sequence[float]) -> tuple[Network, Longs]:
        """Ways that arrive in time when left by the first of the ends, and which ways they are.

        A way that is open at fewer of the later ends costs less, whatever its hours.
        """
        late = self.ways["due_hours"].fill_null(np.inf) - self.ways["hours"]
        which = (late >= ends[0]).arg_true().to_numpy().astype(np.int64)
        part = self.ways[which]
        still_open = sum((late.to_numpy()[which] >= end).astype(np.float64) for end in ends[1:])
        hours = part["hours"].to_numpy()
        most = float(hours.max()) if len(hours) else 0.0
        return Network(
            self.stocks["site_row"].cast(pl.Int64).to_numpy(),
            part["stock_row"].cast(pl.Int64).to_numpy(),
            part["demand_row"].cast(pl.Int64).to_numpy(),
            hours + (most + 1.0) * still_open,
            self.demands["level"].cast(pl.Int64).to_numpy(),
        ), which


def release_case(
    stock: pl.DataFrame,
    demands: pl.DataFrame,
    transit: pl.DataFrame,
    items: pl.DataFrame,
    sites: pl.DataFrame,
) -> ReleaseCase:
    """Read and check the tables; see :func:`redball.stock.reserves.release_plan`."""
    held = with_columns(stock, ("units",), {}, "stock")
    unique_keys(held, ["site", "item"], "stock")
    asked = with_columns(demands, ("units", "priority"), {"due_hours": None}, "demands")
    named = with_columns(items, (), {"mass_kg": None}, "items")
    unique_keys(named, ["item"], "items")
    places = with_columns(sites, (), {"t_per_day": None}, "sites")
    unique_keys(places, ["site"], "sites")
    links = with_columns(transit, ("hours",), {}, "transit")
    for frame, keys, where in (
        (asked, ("to_site", "item"), "demands"), (links, ("from_site", "to_site"), "transit"),
    ):  # fmt: skip
        unique_keys(frame.with_row_index("row").select("row", *_given(frame, keys, where)),
                    ["row", *keys], where)  # fmt: skip
    if (named["mass_kg"] == 0).any():
        row = int((named["mass_kg"] == 0).arg_true()[0])
        raise BadData(
            "mass_kg is 0.", where=f"items, row {row}",
            mend="Give the mass of one unit, or leave it empty to leave the item out.",
        )  # fmt: skip
    # what lacks a mass or an outloading rate has no way
    heavy = named.select("item", "mass_kg")
    open_sites = places.with_row_index("site_row").select("site", "site_row", "t_per_day")
    stocks = (
        held.select("site", "item", "units")
        .join(heavy, on="item", how="left", maintain_order="left")
        .join(open_sites, on="site", how="left", maintain_order="left")
    )
    left_out = _left_out(stocks, asked, heavy)
    stocks = stocks.drop_nulls(["mass_kg", "t_per_day"]).with_row_index("stock_row")
    wanted = asked.select("to_site", "item", "units", "priority", "due_hours").join(
        heavy, on="item", how="left", maintain_order="left"
    )
    wanted = wanted.with_columns(
        level=pl.col("priority").rank("dense") - 1,
    ).with_row_index("demand_row")  # fmt: skip
    shortest = links.group_by("from_site", "to_site").agg(pl.col("hours").min())
    ways = (
        stocks.select("stock_row", "item", "mass_kg", from_site="site")
        .join(wanted.select("demand_row", "item", "to_site", "due_hours", "priority"), on="item")
        .join(shortest, on=["from_site", "to_site"])
        .sort("priority", "hours", "demand_row", "stock_row")
    )
    capacity = places["t_per_day"].fill_null(0.0).to_numpy() * 1000.0 / 24.0
    return ReleaseCase(places, stocks, wanted, ways, capacity, left_out)


def _given(frame: pl.DataFrame, keys: Sequence[str], where: str) -> Sequence[str]:
    for name in keys:
        if name not in frame.columns:
            raise BadUse(f"The column '{name}' is missing.", where=where, mend="Give it.")
    return keys


def _left_out(stocks: pl.DataFrame, asked: pl.DataFrame, heavy: pl.DataFrame) -> tuple[str, ...]:
    said = []
    known = heavy.drop_nulls("mass_kg")["item"]
    used = pl.concat([stocks["item"], asked["item"]]).unique().sort()
    light = used.filter(~used.is_in(known.implode()))
    if len(light):
        said.append(f"Not planned, mass unknown: {_names(light)}.")
    closed = stocks.filter(pl.col("t_per_day").is_null())["site"].unique().sort()
    if len(closed):
        said.append(f"Nothing is planned from where outloading is unknown: {_names(closed)}.")
    return tuple(said)


def _names(values: pl.Series) -> str:
    texts = [str(value) for value in values.head(8).to_list()]
    return ", ".join(texts) + (f" and {len(values) - 8} more" if len(values) > 8 else "")
