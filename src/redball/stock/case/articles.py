"""Articles: item records that are one thing share one item, one unit and one price."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse, Groups, Twin
from redball.model.money import euro_prices
from redball.stock.case.book import Book

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_PACK = ["unit_of_issue", "quantity_per_unit", "content_unit"]


@dataclass(frozen=True)
class Articles:
    """What each row of the twin's table ``item`` is, arrays of its height.

    Attributes
    ----------
    lead : int32 array
        Row that stands for the article: the smallest that can be counted in its unit.
    factor : float64 array
        Units of the article in one unit of issue of the record.
    price_eur, mass_kg, volume_m3 : float64 array
        Of one unit of the article, of its first record that says so; NaN where none does.
    reparable : bool array
        Whether any record of the article says that it is repaired.
    mark : uint64 array
        Marks of the record, its price and what its recognition rests on.
    """

    lead: Ints
    factor: Floats
    price_eur: Floats
    mass_kg: Floats
    volume_m3: Floats
    reparable: npt.NDArray[np.bool_]
    mark: npt.NDArray[np.uint64]


def articles_of(
    twin: Twin, book: Book, items: Groups | None, units: pl.DataFrame | None
) -> Articles:
    """Articles of a twin; every record stands alone where no groups are given.

    Raises
    ------
    BadUse
        The groups are not of the items of this twin.
    """
    item = twin["item"]
    lead, factor = _leads(twin, items, units)
    prices = euro_prices(twin, book.marks)
    of = pl.DataFrame({"lead": lead})
    given = {
        "price_eur": prices["price_eur"] / pl.Series(factor),
        "mass_kg": item["mass_kg"] / pl.Series(factor),
        "volume_m3": item["volume_m3"] / pl.Series(factor),
    }
    said = {
        name: of.with_columns(value=values.cast(pl.Float64))
        .select(pl.col("value").drop_nulls().first().over("lead"))
        .to_series()
        .fill_null(float("nan"))
        .to_numpy()
        for name, values in given.items()
    }
    repaired = of.with_columns(flag=item["reparable"]).select(pl.col("flag").any().over("lead"))
    mark = book.marks.of(item["label"]) | prices["mark"] | _recognised(twin, items, units, book)
    # which records are one article is part of the answer for each of them
    together = of.with_columns(mark=mark).select(pl.col("mark").bitwise_or().over("lead"))
    return Articles(
        lead,
        factor,
        **said,
        reparable=repaired.to_series().to_numpy(),
        mark=together.to_series().to_numpy(),
    )


def _leads(twin: Twin, items: Groups | None, units: pl.DataFrame | None) -> tuple[Ints, Floats]:
    height = twin["item"].height
    if items is None:
        return np.arange(height, dtype=np.int32), np.ones(height)
    if items.table != "item" or len(items.group) != height:
        raise BadUse(
            "The groups are not of the items of this twin.",
            mend="Pass what recognise_items gave for the same twin.",
        )
    rows = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        *_PACK,
        group=pl.Series(items.group, dtype=pl.Int32),
    )
    if units is None:
        first = rows.select(_PACK)[rows["group"]]
        same = pl.all_horizontal(pl.col(name).eq_missing(first[name]) for name in _PACK)
        rows = rows.with_columns(factor=pl.when(same).then(1.0))
    else:
        factors = units.select("item_ix", factor=pl.col("factor_to_group_unit").cast(pl.Float64))
        rows = rows.join(factors, on="item_ix", how="left", maintain_order="left")
    known = pl.col("factor") > 0
    found = rows.select(
        lead=pl.when(known)
        .then(pl.col("item_ix").filter(known).min().over("group"))
        .otherwise("item_ix"),
        factor=pl.when(known).then("factor").otherwise(1.0),
    )
    return found["lead"].to_numpy().astype(np.int32), found["factor"].to_numpy()


def _recognised(
    twin: Twin, items: Groups | None, units: pl.DataFrame | None, book: Book
) -> pl.Series:
    """Marks of what recognition rests on; of all that it can rest on where that is not said."""
    height = twin["item"].height
    if items is None:
        return pl.repeat(0, height, dtype=pl.UInt64, eager=True)
    if units is not None and "labels" in units.columns:
        return book.marks.of_lists(units.sort("item_ix")["labels"])
    every = book.marks.together(twin["item"]["label"], twin["same_item"]["label"])
    return pl.repeat(every, height, dtype=pl.UInt64, eager=True)
