"""What holdings and days of supply are added up by, and what they rest on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Consumption, Groups, Twin
from redball.model.codes import to_nato
from redball.model.marks import Marks

Codes = npt.NDArray[np.int64]

UNDISCLOSED = "undisclosed"
"""Name of a site or item that is not given or that the viewer may not see."""

KEYS = ["nation", "unit", "site", "site_key", "supply_class"]
"""What holdings and days of supply are added up by."""


@dataclass(frozen=True)
class Facts:
    """What is known of items, sites and units, by row of the twin.

    Attributes
    ----------
    items : polars.DataFrame
        One row per item row, in order: names, NATO class where there is one, mass, volume, price,
        ``item_mark``, ``price_mark`` and ``known_mark`` (of what its recognition rests on).
    sites : polars.DataFrame
        One row per site row, in order.
    units : polars.DataFrame
        Units of a nation at a site: see :func:`unit_rows`.
    marks : Marks
    nations, classes : tuple of str
        Words for the codes of owners and of classes of supply.
    """

    items: pl.DataFrame
    sites: pl.DataFrame
    units: pl.DataFrame
    marks: Marks
    nations: tuple[str, ...]
    classes: tuple[str, ...]

    def owner_codes(self, owners: pl.Series) -> Codes:
        """Positions of owners in ``nations``."""
        words = owners.cast(pl.String).cast(pl.Enum(self.nations))
        return words.to_physical().cast(pl.Int64).to_numpy()

    def cell(self, nation: Codes, site_ix: Codes, supply_class: Codes) -> Codes:
        """One number for nation, site (-1 for none) and class: the narrowest group of a view."""
        number: Codes = (site_ix + 1) * len(self.nations) + nation
        return number * len(self.classes) + supply_class

    def cells(self, number: pl.Series) -> pl.DataFrame:
        """Write cells back as ``nation``, ``site_ix`` and ``supply_class``."""
        rest = number // len(self.classes)
        return pl.DataFrame(
            {
                "nation": pl.Series(self.nations, dtype=pl.String).gather(rest % len(self.nations)),
                "site_ix": (rest // len(self.nations) - 1).cast(pl.Int32),
                "supply_class": pl.Series(self.classes).gather(number % len(self.classes)),
            }
        )


def facts_of(
    twin: Twin, items: Groups, units: pl.DataFrame | None, prices: pl.DataFrame, marks: Marks
) -> Facts:
    """Collect the facts once for all tables."""
    item = twin["item"]
    codes = item["supply_class"].drop_nulls().unique().to_list()
    nato = {code: to_nato(code).code or code for code in codes}
    classes = tuple(sorted({UNDISCLOSED, *nato.values()}))
    rows = item.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        pl.Series("group", items.group, dtype=pl.Int32),
        owner=pl.col("owner").cast(pl.String),
        item=pl.col("name").fill_null(pl.col("key")),
        supply_class=pl.col("supply_class")
        .replace_strict(nato, default=None, return_dtype=pl.String)
        .fill_null(UNDISCLOSED)
        .cast(pl.Enum(classes)),
        unit_of_issue=pl.col("unit_of_issue").cast(pl.Categorical),
        mass_kg="mass_kg",
        volume_m3="volume_m3",
    ).with_columns(
        item_mark=marks.of(item["label"]), known_mark=_recognised(twin, units, marks)
    )  # fmt: skip
    both = pl.concat([rows, prices], how="horizontal")
    owners = {
        owner for name in ("item", "holding") for owner in twin[name]["owner"].unique().to_list()
    }
    return Facts(
        items=both.with_columns(rank=pl.col("item").rank("dense")),
        sites=site_rows(twin, marks),
        units=unit_rows(twin, marks),
        marks=marks,
        nations=tuple(sorted(owners)),
        classes=classes,
    )


def _recognised(twin: Twin, units: pl.DataFrame | None, marks: Marks) -> pl.Series:
    """Marks of what the recognition of each item row rests on; of all it can rest on if unsaid."""
    item, verdicts = twin["item"], twin["same_item"]
    if units is None or "labels" not in units.columns:
        every = marks.together(item["label"], verdicts["label"])
        return pl.repeat(every, item.height, dtype=pl.UInt64, eager=True)
    return marks.of_lists(units.sort("item_ix")["labels"])


def site_rows(twin: Twin, marks: Marks) -> pl.DataFrame:
    """``site_ix``, ``site``, ``site_key`` (``OWNER:KEY``) and ``site_mark`` of every site row."""
    site = twin["site"]
    return site.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"),
        site=pl.col("name").fill_null(pl.col("key")),
        site_key=pl.concat_str("owner", "key", separator=":"),
        site_mark=marks.of(site["label"]),
    )


def unit_rows(twin: Twin, marks: Marks) -> pl.DataFrame:
    """Units of a nation at a site: ``nation``, ``site_ix``, ``unit``, ``unit_key``, ``unit_mark``.

    Names and keys are joined. Two units of one name are told apart by key.
    """
    party = twin["party"]
    return (
        party.with_columns(mark=marks.of(party["label"]))
        .filter(pl.col("kind") == "unit", pl.col("site_ix") != NOWHERE)
        .sort("site_ix", "name", "key")
        .group_by(pl.col("owner").cast(pl.String).alias("nation"), "site_ix", maintain_order=True)
        .agg(
            unit=pl.col("name").str.join(", "),
            unit_key=pl.col("key").str.join("|"),
            unit_mark=pl.col("mark").bitwise_or(),
        )
    )


def holding_rows(twin: Twin, consumption: Consumption, facts: Facts) -> pl.DataFrame:
    """Every holding with ``cell``, ``group``, ``usable``, its mass, volume and value.

    ``own_mark`` is of the holding alone, ``mark`` of item, site, units and price as well.
    """
    usable = (pl.col("condition") == "serviceable") & (
        pl.col("expiry").is_null() | (pl.col("expiry") >= consumption.as_of)
    )
    holding = twin["holding"]
    rows = holding.select(
        "site_ix", "item_ix", "lot", "quantity", "condition", "expiry",
        nation="owner", usable=usable, own_mark=facts.marks.of(holding["label"]),
    )  # fmt: skip
    item = gathered(facts.items.drop("item_ix", "owner"), rows["item_ix"])
    quantity = pl.col("quantity")
    rows = pl.concat([rows, item], how="horizontal").with_columns(
        pl.col("supply_class").fill_null(UNDISCLOSED),
        nation=pl.col("nation").cast(pl.String),
        mass_t=quantity * pl.col("mass_kg") / 1000,
        volume_m3=quantity * pl.col("volume_m3"),
        value_eur=quantity * pl.col("price_eur"),
    )
    named = pl.col("item_mark").fill_null(0) | pl.col("price_mark").fill_null(0)
    cell = facts.cell(
        facts.owner_codes(rows["nation"]),
        rows["site_ix"].cast(pl.Int64).to_numpy(),
        rows["supply_class"].to_physical().cast(pl.Int64).to_numpy(),
    )
    return rows.with_columns(
        mark=pl.col("own_mark") | named | place_marks(rows, facts), cell=pl.Series(cell)
    )


def place_marks(rows: pl.DataFrame, facts: Facts) -> pl.Series:
    """Marks of the site and the units of rows with ``nation`` and ``site_ix``."""
    site = facts.sites["site_mark"].gather(known_rows(rows["site_ix"])).fill_null(0)
    if facts.units.is_empty():
        return site
    unit = rows.select("nation", "site_ix").join(
        facts.units.select("nation", "site_ix", "unit_mark"),
        on=["nation", "site_ix"], how="left", maintain_order="left",
    )["unit_mark"]  # fmt: skip
    return site | unit.fill_null(0)


def gathered(frame: pl.DataFrame, ix: pl.Series) -> pl.DataFrame:
    """Rows of a frame by number; nulls for no visible row."""
    return frame.select(pl.all().gather(known_rows(ix)))


def known_rows(ix: pl.Series) -> pl.Series:
    """Row numbers to gather by: null for no visible row."""
    return pl.select(pl.when(ix >= 0).then(ix)).to_series()
