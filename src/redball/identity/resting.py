"""What the recognition of an item record rests on, and so the label it gives to results.

A group is made by numbers and by verdicts, and kept from growing by verdicts of *different* and by
part numbers that stand for several articles. So a record's group depends on every record it is
linked with, in its group or not, and on the verdicts between them. Records that no link leads to
have no say.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.identity.merging import Merger
from redball.identity.numbers import ncage_column, part_column
from redball.model import NOWHERE, Twin, dominant

_PAIR = ["item_a_ix", "item_b_ix"]


def resting_labels(twin: Twin, group: npt.NDArray[np.int32]) -> pl.Series:
    """Labels that the group of each item row rests on.

    Parameters
    ----------
    group : int32 array, shape (items,)
        Smallest row of the group of each row.

    Returns
    -------
    polars.Series of list of int32
        Positions in ``twin.labels``, of linked records and of verdicts that name them.
    """
    item = twin["item"]
    verdicts = twin["same_item"].filter(pl.all_horizontal(pl.col(_PAIR) != NOWHERE))
    part = pl.DataFrame({"part": part_column(item), "ncage": ncage_column(item)})
    linked = Merger(item.height, np.empty((0, 2), np.int32))
    linked.join_equal(pl.Series(group))
    linked.join_equal(part.select(pl.concat_str("part", "ncage", separator=" of ")).to_series())
    linked.join_pairs(verdicts.select(_PAIR).to_numpy().astype(np.int32).reshape(-1, 2))
    link = pl.Series("link", linked.groups())
    said = verdicts.select(link=link.gather(verdicts["item_a_ix"]), label="label")
    rows = pl.concat([pl.DataFrame({"link": link, "label": item["label"]}), said])
    return _sets(rows, item.height, len(twin.labels)).gather(link)


def _sets(rows: pl.DataFrame, records: int, labels: int) -> pl.Series:
    """Labels of each link by its number; most have one, and share the list of it."""
    spread = rows.group_by("link").agg(low=pl.col("label").min(), high=pl.col("label").max())
    several = (
        rows.join(spread.filter(pl.col("low") < pl.col("high")), on="link", how="semi")
        .unique()
        .sort("link", "label")
        .group_by("link", maintain_order=True)
        .agg("label")
    )
    one = pl.Series([[label] for label in range(labels)], dtype=pl.List(pl.Int32))
    every = pl.concat([one, several["label"].cast(pl.List(pl.Int32))])
    which = np.zeros(records, np.int64)
    which[spread["link"].to_numpy()] = spread["low"].to_numpy()
    which[several["link"].to_numpy()] = labels + np.arange(several.height)
    return every.gather(pl.Series(which)).rename("labels")


def label_texts(twin: Twin, labels: pl.Series) -> pl.Series:
    """Text of the dominant label of each list of positions."""
    texts = {
        used: dominant(twin.labels[i] for i in used).text
        for used in {tuple(one) for one in labels.to_list()}
    }
    return pl.Series("label", [texts[tuple(one)] for one in labels.to_list()], pl.String)
