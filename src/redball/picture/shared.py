"""The same article in the stocks of several nations."""

import polars as pl

from redball.model import Groups, Twin
from redball.picture.rows import Facts

_SCORED_BY = ("item", "same_item", "nation", "rate")
"""Tables that the score of a candidate follows from."""

_PACK = ["unit_of_issue", "quantity_per_unit", "content_unit"]


def shared_items(
    twin: Twin,
    holdings: pl.DataFrame,
    items: Groups,
    units: pl.DataFrame | None,
    facts: Facts,
) -> pl.DataFrame:
    """Recognised articles that at least two nations record and at least one holds.

    Parameters
    ----------
    units : polars.DataFrame, optional
        ``item_ix``, ``factor_to_group_unit``, ``group_unit``, ``note``. Without it only records
        with the same unit of issue and content as the group's first record are added up.

    Returns
    -------
    polars.DataFrame
        One row per article and nation: ``article`` (name of its first record), ``article_key``
        (that record, ``OWNER:KEY``), ``nation``, ``names`` and ``keys`` of the nation's records,
        ``unit_of_issue`` (all units it counts in), ``basis`` (why the records are the same),
        ``on_hand`` (usable, in the group's unit), ``group_unit``, ``total`` (of all nations that
        can be added up), ``holders`` (nations with usable stock), ``not_added`` (records with
        stock that could not be converted), ``note``, ``label`` (of the whole article, because the
        total needs every row).
    """
    records = _records(twin, items, units)
    held = (
        holdings.filter("usable")
        .group_by("item_ix")
        .agg(own=pl.col("quantity").sum(), mark=pl.col("own_mark").bitwise_or())
    )
    records = records.with_columns(known=facts.items["known_mark"].gather(records["item_ix"]))
    rows = records.join(held, on="item_ix", how="left", maintain_order="left").with_columns(
        pl.col("own").fill_null(0.0)
    )
    rows = rows.filter(pl.col("own").sum().over("group") > 0).with_columns(
        converted=pl.col("own") * pl.col("factor"),
        lost=pl.col("factor").is_null() & (pl.col("own") > 0),
        holds=pl.col("own") > 0,
    )
    whole = rows.group_by("group", maintain_order=True).agg(
        total=pl.col("converted").sum(),
        holders=pl.col("nation").filter("holds").n_unique(),
        article=pl.col("name").first(),
        article_key=pl.col("full_key").first(),
        mark=pl.col("mark").bitwise_or(),
        known=pl.col("known").bitwise_or(),
    )
    by_nation = rows.group_by("group", "nation", maintain_order=True).agg(
        names=pl.col("name").unique(maintain_order=True).str.join(" | "),
        keys=pl.col("key").str.join(" | "),
        unit_of_issue=pl.col("unit_of_issue").unique(maintain_order=True).str.join(" | "),
        basis=pl.col("basis").unique().sort().str.join(" | "),
        on_hand=pl.when(pl.col("factor").count() > 0).then(pl.col("converted").sum()),
        group_unit=pl.col("group_unit").first(),
        not_added=pl.col("lost").sum(),
        note=pl.col("note").filter(pl.col("note") != "").unique(maintain_order=True).str.join("; "),
    )
    # whose names differ comes first: that is what spreadsheets hide; then article by article
    differing = pl.col("names").n_unique().over("group")
    joined = (
        by_nation.join(whole, on="group", how="left", maintain_order="left")
        .with_columns(differing=differing)
        .sort("differing", "group", "nation", descending=[True, False, False])
    )
    label = facts.marks.texts(joined["mark"].fill_null(0) | joined["known"])
    return joined.select(
        "article", "article_key", "nation", "names", "keys", "unit_of_issue", "basis", "on_hand",
        "group_unit", "total", "holders", "not_added", "note", label,
    )  # fmt: skip


def _records(twin: Twin, items: Groups, units: pl.DataFrame | None) -> pl.DataFrame:
    """Item records of groups of several nations, with the factor to the group's unit."""
    rows = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        pl.Series("group", items.group, dtype=pl.Int32),
        pl.Series("basis", items.basis, dtype=pl.String),
        "key",
        *_PACK,
        nation=pl.col("owner").cast(pl.String),
        name=pl.col("name").fill_null(pl.col("key")),
        full_key=pl.concat_str("owner", "key", separator=":"),
    )
    if units is None:
        first = [pl.col(c).first().over("group") for c in _PACK]
        same = pl.all_horizontal(
            pl.col(c).eq_missing(one) for c, one in zip(_PACK, first, strict=True)
        )
        rows = rows.with_columns(
            factor=pl.when(same).then(1.0),
            group_unit=first[0],
            note=pl.when(same).then(pl.lit("")).otherwise(pl.lit("counted in another unit")),
        )
    else:
        factors = units.select("item_ix", "group_unit", "note", factor="factor_to_group_unit")
        rows = rows.join(factors, on="item_ix", how="left", maintain_order="left")
    return rows.filter(pl.col("nation").n_unique().over("group") > 1)


def candidate_rows(twin: Twin, items: Groups, facts: Facts) -> pl.DataFrame:
    """Pairs to confirm, with names.

    Returns
    -------
    polars.DataFrame
        ``score``, ``a`` and ``b`` (``OWNER:KEY``, to be named in the table ``same_item``),
        ``a_name``, ``b_name``, ``why``, ``label`` (of all item records, verdicts, nations and
        rates: how rare a word is, and so every score, follows from all names); the best first.
    """
    record = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("ix"),
        key=pl.concat_str("owner", "key", separator=":"),
        name=pl.col("name").fill_null(pl.col("key")),
    )
    left = record.rename({"ix": "a_ix", "key": "a", "name": "a_name"})
    right = record.rename({"ix": "b_ix", "key": "b", "name": "b_name"})
    every = facts.marks.together(*(twin[name]["label"] for name in _SCORED_BY))
    return (
        items.candidates.join(left, on="a_ix", how="left", maintain_order="left")
        .join(right, on="b_ix", how="left", maintain_order="left")
        .select(
            "score", "a", "b", "a_name", "b_name", "why",
            label=pl.lit(facts.marks.label(every).text),
        )
    )  # fmt: skip
