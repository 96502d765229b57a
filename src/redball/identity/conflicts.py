"""Where the numbers and the people disagree about which item records are the same."""

import polars as pl

from redball.identity.item_groups import ItemGroups, group_items
from redball.identity.numbers import niin_disagrees
from redball.identity.resting import label_texts, resting_labels
from redball.model import Twin

_SCHEMA = {"a_ix": pl.Int32, "b_ix": pl.Int32, "kind": pl.String, "why": pl.String}


def item_conflicts(twin: Twin) -> pl.DataFrame:
    """Contradictions that a person must settle; nothing is merged because of them.

    =====================  ======================================================================
    kind                   what it says
    =====================  ======================================================================
    ``kept apart``         a verdict of *different* separates records that a number, or another
                           verdict, alone or through further records, would have merged
    ``verdict not applied`` a verdict of *same* could not be carried out because of such a verdict
    ``part number``        one part number of one manufacturer stands for several NIINs
    ``several niin``       a verdict of *same* brought several NIINs into one group
    ``own numbers``        one record states a NIIN and an NSN of another NIIN (``a_ix == b_ix``)
    =====================  ======================================================================

    Returns
    -------
    polars.DataFrame
        ``a_ix``, ``b_ix`` (rows of the item table, a <= b), ``kind``, ``why``, ``label`` (dominant
        label of the records linked with them and of the verdicts between these); sorted by kind
        and rows.
    """
    groups = group_items(twin)
    parts = [
        _kept_apart(twin, groups),
        _not_applied(groups),
        _several_niins(twin, groups, "part", "part number"),
        _several_niins(twin, groups, "group", "several niin"),
        _own_numbers(twin),
    ]
    found = pl.concat(parts).sort("kind", "a_ix", "b_ix")
    linked = resting_labels(twin, groups.group).gather(found["a_ix"])
    return found.with_columns(label_texts(twin, linked))


def _kept_apart(twin: Twin, groups: ItemGroups) -> pl.DataFrame:
    """Pairs declared different that would share a group if nobody had said so."""
    if not len(groups.apart):
        return pl.DataFrame(schema=_SCHEMA)
    otherwise = group_items(twin, heed_verdicts=False).group
    pairs = pl.DataFrame(groups.apart, schema={"a_ix": pl.Int32, "b_ix": pl.Int32}, orient="row")
    merged = otherwise[groups.apart[:, 0]] == otherwise[groups.apart[:, 1]]
    said = (
        twin["same_item"]
        .filter(pl.col("verdict") == "different")
        .select(
            a_ix=pl.min_horizontal("item_a_ix", "item_b_ix"),
            b_ix=pl.max_horizontal("item_a_ix", "item_b_ix"),
            why=pl.format(
                "Kept apart: {} decided on {} that they are different, though numbers or other "
                "verdicts would merge them.",
                pl.col("decided_by").fill_null("someone"),
                pl.col("decided_on").cast(pl.String).fill_null("a day not given"),
            ),
        )
        .unique(["a_ix", "b_ix"], keep="first", maintain_order=True)
    )
    return (
        pairs.filter(merged)
        .join(said, on=["a_ix", "b_ix"], how="left", maintain_order="left")
        .select("a_ix", "b_ix", pl.lit("kept apart").alias("kind"), "why")
    )


def _not_applied(groups: ItemGroups) -> pl.DataFrame:
    undone = groups.same[groups.group[groups.same[:, 0]] != groups.group[groups.same[:, 1]]]
    return pl.DataFrame(undone, schema={"a_ix": pl.Int32, "b_ix": pl.Int32}, orient="row").select(
        "a_ix",
        "b_ix",
        pl.lit("verdict not applied").alias("kind"),
        pl.lit(
            "They were declared the same, but a verdict of different stands between them."
        ).alias("why"),
    )


def _several_niins(twin: Twin, groups: ItemGroups, key: str, kind: str) -> pl.DataFrame:
    """First record of each further NIIN under one key, beside the first record of the first."""
    told = (
        "Part number {} has NIIN {} and NIIN {}."
        if key == "part"
        else "The group of {} holds NIIN {} and NIIN {}, by a verdict."
    )
    record = twin["item"].select(pl.concat_str("owner", "key", separator=":")).to_series()
    shown = pl.col("part") if key == "part" else pl.col("record").first().over(key)
    first = pl.col("niin").first().over(key)
    return (
        pl.DataFrame(
            {"group": groups.group, "niin": groups.niin, "part": groups.part, "record": record}
        )
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int32))
        .drop_nulls([key, "niin"])
        .unique([key, "niin"], keep="first", maintain_order=True)
        .select(
            a_ix=pl.col("row").first().over(key),
            b_ix="row",
            kind=pl.lit(kind),
            why=pl.format(told, shown, first, "niin"),
        )
        .filter(pl.col("a_ix") != pl.col("b_ix"))
    )


def _own_numbers(twin: Twin) -> pl.DataFrame:
    item = twin["item"]
    return (
        item.select(
            a_ix=pl.int_range(pl.len(), dtype=pl.Int32),
            b_ix=pl.int_range(pl.len(), dtype=pl.Int32),
            kind=pl.lit("own numbers"),
            why=pl.format(
                "The record states NIIN {} and NSN {}; the NIIN was used.",
                pl.col("niin").fill_null(""),
                pl.col("nsn").fill_null(""),
            ),
        )
        .filter(niin_disagrees(item))
    )  # fmt: skip
