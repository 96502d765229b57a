"""How long a resupply takes, by site and item, and the rows that say so."""

import polars as pl

from redball.model import NOWHERE, Twin

_PAIR = ["site_ix", "item_ix"]
_FIGURES = ["lead_days", "sd_days", "lead_labels"]


def lead_times(twin: Twin, pairs: pl.DataFrame) -> pl.DataFrame:
    """Mean and standard deviation of the lead time of each pair, in days.

    The resupply of the site for this item wins, then the resupply of the site for every item, then
    the source of the item with the largest share (the shortest lead time of equals).

    Parameters
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``.

    Returns
    -------
    polars.DataFrame
        ``pairs`` with ``lead_days``, ``sd_days`` (0 where not given) and ``lead_labels`` (list);
        null where no table says. In the order of ``pairs``.
    """
    # a row for an item that is not shown must not be read as one for every item
    shown = twin["resupply"].filter(~twin.unseen("resupply", "item"))
    resupply = shown.select(
        *_PAIR,
        lead_days="ship_days",
        sd_days=pl.col("ship_sd_days").fill_null(0.0),
        lead_labels=pl.concat_list("label"),
    )
    named = resupply.filter(pl.col("site_ix") != NOWHERE)
    # of several rows (of several owners) the longest holds, so that nothing is promised too early
    longest = named.sort(*_PAIR, "lead_days", "sd_days").unique(_PAIR, keep="last")
    own = longest.filter(pl.col("item_ix") != NOWHERE)
    general = longest.filter(pl.col("item_ix") == NOWHERE).drop("item_ix")
    source = (
        twin["source"]
        .filter(pl.col("item_ix") != NOWHERE)
        .select(
            "item_ix",
            lead_days="lead_time_days",
            sd_days=pl.col("lead_time_sd_days").fill_null(0.0),
            lead_labels=pl.concat_list("label"),
            share=pl.col("share").fill_null(0.0),
        )
        .sort("item_ix", -pl.col("share"), "lead_days", "sd_days")
        .unique("item_ix", keep="first")
        .drop("share")
    )
    found = (
        pairs.join(own, on=_PAIR, how="left", maintain_order="left")
        .join(general, on="site_ix", how="left", maintain_order="left", suffix="_general")
        .join(source, on="item_ix", how="left", maintain_order="left", suffix="_source")
    )
    chosen = pl.when(pl.col("lead_days").is_not_null())
    return found.select(
        *pairs.columns,
        *(
            chosen.then(name)
            .when(pl.col("lead_days_general").is_not_null())
            .then(f"{name}_general")
            .otherwise(f"{name}_source")
            .alias(name)
            for name in _FIGURES
        ),
    )
