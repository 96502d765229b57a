"""The tables that a release plan is handed on as."""

import numpy as np
import polars as pl

from redball.model.compiled import Floats
from redball.stock.reserves.release_case import ReleaseCase

_DUST = 1e-9


def shipments(case: ReleaseCase, ends: list[float], sent: list[Floats]) -> pl.DataFrame:
    """What leaves, by window, way and priority."""
    parts = [
        case.ways.select(
            pl.lit(end).alias("leaves_by_hours"), "from_site", "to_site", "item", "priority",
            pl.Series("units", units), mass_t=pl.Series(units) * pl.col("mass_kg") / 1000,
            arrives_by_hours=pl.col("hours") + end,
        ).filter(pl.col("units") > 0)
        for end, units in zip(ends, sent, strict=True)
    ]  # fmt: skip
    made = pl.concat(parts).group_by(
        "leaves_by_hours", "from_site", "to_site", "item", "priority", "arrives_by_hours"
    ).agg(pl.col("units", "mass_t").sum())  # fmt: skip
    return made.sort("leaves_by_hours", "priority", "from_site", "to_site", "item").select(
        "leaves_by_hours", "from_site", "to_site", "item", "priority", "units", "mass_t",
        "arrives_by_hours",
    )  # fmt: skip


def unmet(
    case: ReleaseCase, ends: list[float], sent: list[Floats], left: tuple[Floats, Floats]
) -> pl.DataFrame:
    """What is asked and not sent, with the reason."""
    stock, demand = left
    ways = case.ways.with_columns(
        linked=1,
        timely=ends[0] + pl.col("hours") <= pl.col("due_hours").fill_null(np.inf),
        remaining=pl.Series(np.floor(stock + _DUST)).gather(case.ways["stock_row"]) >= 1,
    ).group_by("demand_row").agg(
        pl.col("timely").any(), usable=(pl.col("timely") & pl.col("remaining")).any()
    )  # fmt: skip
    held = case.stocks.filter(pl.col("units") >= 1)["item"].unique()
    every = np.sum(sent, axis=0)
    reached = np.bincount(case.ways["demand_row"].to_numpy(), every, minlength=case.demands.height)
    reasons = (
        (pl.col("mass_kg").is_null(), "the mass of the item is unknown"),
        (~pl.col("item").is_in(held.implode()), "no site that can outload holds the item"),
        (pl.col("timely").is_null(), "no connection from a site that holds the item"),
        (~pl.col("timely"), "nothing can arrive in time"),
        (pl.col("unmet") < 1, "less than a whole unit"),
        (~pl.col("usable"), "the stock that can reach it is used up"),
    )
    why = pl.lit("outloading or time is used up")
    for holds, words in reversed(reasons):
        why = pl.when(holds).then(pl.lit(words)).otherwise(why)
    return (
        case.demands.join(ways, on="demand_row", how="left", maintain_order="left")
        .with_columns(sent=pl.Series(reached), unmet=pl.Series(demand))
        .filter(pl.col("unmet") > _DUST)
        .select("to_site", "item", "priority", asked="units", sent="sent", unmet="unmet", why=why)
        .sort("priority", "to_site", "item", "unmet")
    )


def totals(
    case: ReleaseCase, ends: list[float], sent: list[Floats], bounds: list[Floats]
) -> pl.DataFrame:
    """Tonnes asked and sent by window and priority, with the bound."""
    level = case.demands["level"].cast(pl.Int64).to_numpy()
    words = case.demands["priority"].unique().sort()
    mass = case.demands["mass_kg"].fill_null(0.0).to_numpy()
    asked = np.bincount(level, case.demands["units"].to_numpy() * mass, minlength=len(words))
    way_level = level[case.ways["demand_row"].to_numpy()]
    gone = np.zeros(len(words))
    parts = []
    for end, units, bound in zip(ends, sent, bounds, strict=True):
        gone = gone + np.bincount(way_level, units * case.column("mass_kg"), minlength=len(words))
        parts.append(
            pl.DataFrame(
                {"priority": words, "asked_t": asked / 1000, "sent_t": gone / 1000,
                 "sent_upto_t": np.cumsum(gone) / 1000, "bound_t": np.cumsum(bound) / 1000}
            ).with_columns(hours=pl.lit(end))
        )  # fmt: skip
    columns = ["hours", "priority", "asked_t", "sent_t", "sent_upto_t", "bound_t"]
    return pl.concat(parts).select(columns)
