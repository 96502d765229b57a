"""What the rows of a twin say of needs, sources and supply relations."""

import numpy as np
import polars as pl

from redball.model import Consumption, Groups, Twin
from redball.model.compiled import Ints
from redball.model.marks import Marks
from redball.model.money import euro_prices

_YEAR = 365.0


def needs_of(twin: Twin, group: Ints, consumption: Consumption | None) -> tuple[pl.DataFrame, int]:
    """Every item that an owner has a source for, with its value; and how many values are known."""
    source = twin["source"].select(
        pl.col("owner").cast(pl.String),
        item=pl.Series(_grouped(twin.index("source", "item"), group), dtype=pl.Int32),
    )
    needs = source.filter(pl.col("item") >= 0).unique().sort("item", "owner")
    value = pl.DataFrame(schema={"owner": pl.String, "item": pl.Int32, "value": pl.Float64})
    if consumption is not None:
        price = euro_prices(twin, Marks(twin.labels))["price_eur"]
        owner = twin["site"]["owner"].cast(pl.String)
        used = consumption.frame.filter(pl.col("site_ix") >= 0, pl.col("item_ix") >= 0)
        value = (
            pl.DataFrame(
                {
                    "owner": owner.gather(used["site_ix"]),
                    "item": _grouped(used["item_ix"].to_numpy(), group),
                    "value": used["per_day"] * price.gather(used["item_ix"]) * _YEAR,
                }
            )
            .drop_nulls("value")
            .filter(pl.col("value") > 0)
            .group_by("owner", "item")
            .agg(pl.col("value").sum())
        )
    found = needs.join(value, on=["owner", "item"], how="left", maintain_order="left")
    known = found.height - found["value"].null_count()
    usual = found["value"].median() if known else 1.0
    return found.with_columns(pl.col("value").fill_null(usual)), known


def sources_of(twin: Twin, needs: pl.DataFrame, items: Groups, parties: Groups) -> pl.DataFrame:
    """Value that each party sells of each item: ``party`` (below -1: undisclosed), ``item``."""
    frame = twin["source"].with_row_index("row")
    party = _grouped(twin.index("source", "party"), np.asarray(parties.group, np.int32))
    row = np.arange(frame.height, dtype=np.int32)
    item = _grouped(twin.index("source", "item"), np.asarray(items.group, np.int32))
    return (
        frame.select(pl.col("owner").cast(pl.String), "share")
        .with_columns(
            party=pl.Series(np.where(party >= 0, party, -2 - 2 * row), dtype=pl.Int32),
            item=pl.Series(item, dtype=pl.Int32),
        )
        .filter(pl.col("item") >= 0)
        .with_columns(part=parts(["owner", "item"]))
        .join(needs, on=["owner", "item"], maintain_order="left")
        .group_by("party", "item", maintain_order=True)
        .agg(value=(pl.col("part") * pl.col("value")).sum())
        .filter(pl.col("value") > 0)
        .sort("party", "item")
    )


def supply_of(twin: Twin, items: Groups, parties: Groups, least: float) -> pl.DataFrame:
    """Relations with a known customer; those that name an item not shown are passed over."""
    frame = twin["supply"]
    group = np.asarray(parties.group, np.int32)
    seller = _grouped(twin.index("supply", "supplier"), group)
    row = np.arange(frame.height, dtype=np.int32)
    columns = {
        "seller_party": np.where(seller >= 0, seller, -3 - 2 * row),
        "customer": _grouped(twin.index("supply", "customer"), group),
        "item": _grouped(twin.index("supply", "item"), np.asarray(items.group, np.int32)),
    }
    return (
        frame.select("input", "share", "essential", "confidence")
        .with_columns(pl.Series(name, column, pl.Int32) for name, column in columns.items())
        .filter(
            (pl.col("customer") >= 0)
            & (pl.col("confidence").fill_null(1.0) >= least)
            & ~twin.unseen("supply", "item")
        )
        .with_columns(
            pl.col("essential").fill_null(value=True),
            input=pl.col("input").str.strip_chars().str.to_lowercase(),
        )
    )


def parts(whose: list[str]) -> pl.Expr:
    """Shares that add up to one: as given, the rest to those without; equal where all are zero."""
    given, missing = pl.col("share").sum().over(whose), pl.col("share").null_count().over(whose)
    rest = pl.max_horizontal(1.0 - given, 0.0) / missing
    filled = pl.col("share").fill_null(rest)
    total = filled.sum().over(whose)
    return pl.when(total > 0).then(filled / total).otherwise(1.0 / pl.len().over(whose))


def _grouped(rows: Ints, group: Ints) -> Ints:
    if not len(group):
        return np.full(len(rows), -1, np.int32)
    return np.where(rows >= 0, group[np.maximum(rows, 0)], -1).astype(np.int32)
