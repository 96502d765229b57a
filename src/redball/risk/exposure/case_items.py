"""Items of a twin as nodes: recognised records, demand, stock, sources and structure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import BadUse, Consumption, Groups, Twin
from redball.model.compiled import Floats, Ints, Longs, Words
from redball.model.marks import Marks

MONTH_DAYS = 30.0
"""Days of ``capacity_per_month``, as the table of sources says."""


@dataclass(frozen=True, eq=False)
class CaseItems:
    """Items by their leads (first record of what is counted together); arrays by item row.

    Attributes
    ----------
    lead : int32 array, shape (items,)
    factor : float64 array, shape (items,)
        Units of the lead for one unit of issue of the record.
    demand_per_day, stock : float64 arrays, shape (items,)
        In units of the lead, at leads; 0 elsewhere.
    used : int64 array
        Leads that become nodes, rising: demanded, or parts of what is assembled.
    source : polars.DataFrame
        Sources of used leads: ``row``, ``lead``, ``per_day`` (infinite where unknown).
    part : polars.DataFrame
        Parts of used leads without a source: ``parent``, ``need`` (which need of it), ``child``
        (leads), ``quantity``, ``row``.
    lots : polars.DataFrame
        Stock counted: ``row``, ``site_ix``, ``lead``, ``units``.
    unknown : int64 array
        Used leads of which neither source nor structure is known.
    mark : uint64 array, shape (items,)
        What demand, stock and recognition of a lead rest on.
    """

    lead: Ints
    factor: Floats
    demand_per_day: Floats
    stock: Floats
    used: Longs
    source: pl.DataFrame
    part: pl.DataFrame
    lots: pl.DataFrame
    unknown: Longs
    mark: Words


def case_items(
    twin: Twin,
    use: Consumption,
    items: Groups,
    units: pl.DataFrame | None,
    systems_per_day: Mapping[int, float],
    marks: Marks,
) -> CaseItems:
    """Collect what the network is made of."""
    lead, factor, known = _leads(twin, items, units, marks)
    count = len(lead)
    rows = use.frame.filter(pl.col("item_ix") >= 0)
    at = rows["item_ix"].to_numpy()
    demand = _summed(lead[at], rows["per_day"].to_numpy() * factor[at], count)
    mark = known.copy()
    np.bitwise_or.at(mark, lead, marks.of(twin["item"]["label"]).to_numpy())
    np.bitwise_or.at(mark, lead[at], _consumed(rows, marks, len(twin.labels)))
    np.bitwise_or.at(
        mark, lead[at], marks.of_rows(twin["site"]["label"], rows["site_ix"]).to_numpy()
    )
    root = twin.index("system", "item")
    system_mark = marks.of(twin["system"]["label"]).to_numpy()
    for system, per_day in sorted(systems_per_day.items()):
        if not 0 <= system < len(root) or root[system] < 0:
            raise BadUse(f"System {system} does not exist or has no root item.")
        if not (np.isfinite(per_day) and per_day >= 0):
            raise BadUse(f"{per_day} systems a day were asked for.", mend="Give 0 or more.")
        demand[lead[root[system]]] += per_day * factor[root[system]]
        mark[lead[root[system]]] |= system_mark[system]
    lots, stock = _stock(twin, use, lead, factor, marks, mark)
    source, part = _sources(twin, lead, factor), _parts(twin, lead, factor)
    used, part = _used(demand, source, part)
    source = source.filter(pl.col("lead").is_in(used.tolist()))
    supplied = np.union1d(source["lead"].to_numpy(), part["parent"].to_numpy())
    return CaseItems(
        lead, factor, demand, stock, used, source, part,
        lots.filter(pl.col("lead").is_in(used.tolist())), np.setdiff1d(used, supplied), mark,
    )  # fmt: skip


def _leads(
    twin: Twin, items: Groups, units: pl.DataFrame | None, marks: Marks
) -> tuple[Ints, Floats, Words]:
    """Lead and factor of each record, and what recognising it rests on.

    Records count together where one converts to the other; without ``units`` only those of the same
    unit and content. A record that does not convert stands alone.
    """
    pack = ["unit_of_issue", "quantity_per_unit", "content_unit"]
    rows = twin["item"].select(pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), *pack)
    rows = rows.with_columns(group=pl.Series(np.asarray(items.group, np.int32)))
    if units is None:
        same = pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(name).first().over("group")) for name in pack
        )
        rows = rows.with_columns(factor_to_group_unit=pl.when(same).then(1.0))
    else:
        given = units.select("item_ix", "factor_to_group_unit")
        rows = rows.join(given, on="item_ix", how="left", maintain_order="left")
    factor = pl.col("factor_to_group_unit")
    first = pl.col("item_ix").filter(factor.is_not_null()).min().over("group")
    rows = rows.with_columns(
        lead=pl.when(factor.is_not_null()).then(first).otherwise("item_ix"),
        factor=factor.fill_null(1.0),
        alone=pl.len().over("group") == 1,
    )
    if units is not None and "labels" in units.columns:
        known = marks.of_lists(units.sort("item_ix")["labels"]).to_numpy().copy()
    else:
        every = np.uint64(marks.together(twin["item"]["label"], twin["same_item"]["label"]))
        known = np.where(rows["alone"].to_numpy(), np.uint64(0), every)
    lead = rows["lead"].to_numpy().astype(np.int32)
    together = np.zeros(len(lead), np.uint64)
    np.bitwise_or.at(together, lead, known)
    return lead, rows["factor"].to_numpy(), together


def _summed(where: Ints, values: Floats, size: int) -> Floats:
    # without any row the counts would come as whole numbers
    return np.bincount(where, values, minlength=size).astype(np.float64)


def _consumed(rows: pl.DataFrame, marks: Marks, labels: int) -> Words:
    """Marks of consumption; that of every label of the twin where it brings none."""
    if "labels" in rows.columns:
        return marks.of_lists(rows["labels"]).to_numpy()
    every = marks.together(pl.int_range(labels, eager=True))
    return np.full(rows.height, every, np.uint64)


def _stock(
    twin: Twin, use: Consumption, lead: Ints, factor: Floats, marks: Marks, mark: Words
) -> tuple[pl.DataFrame, Floats]:
    holding = twin["holding"].with_row_index("row").filter(
        pl.col("condition") == "serviceable", pl.col("item_ix") >= 0, pl.col("site_ix") >= 0,
        pl.col("expiry").is_null() | (pl.col("expiry") >= pl.lit(use.as_of)),
    )  # fmt: skip
    at = holding["item_ix"].to_numpy()
    free = (holding["quantity"] - holding["reserved"].fill_null(0.0)).clip(0.0).to_numpy()
    lots = holding.select(
        pl.col("row").cast(pl.Int64), "site_ix", lead=pl.Series(lead[at], dtype=pl.Int64),
        units=pl.Series(free * factor[at], dtype=pl.Float64),
    )  # fmt: skip
    rests = marks.of(holding["label"]) | marks.of_rows(twin["site"]["label"], holding["site_ix"])
    np.bitwise_or.at(mark, lead[at], rests.to_numpy())
    return lots, _summed(lead[at], lots["units"].to_numpy(), len(lead))


def _sources(twin: Twin, lead: Ints, factor: Floats) -> pl.DataFrame:
    source = twin["source"].with_row_index("row").filter(pl.col("item_ix") >= 0)
    at = source["item_ix"].to_numpy()
    per_day = source["capacity_per_month"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    return source.select(
        pl.col("row").cast(pl.Int64),
        lead=pl.Series(lead[at], dtype=pl.Int64),
        per_day=pl.Series(per_day / MONTH_DAYS * factor[at], dtype=pl.Float64),
    ).sort("lead", "row")


def _parts(twin: Twin, lead: Ints, factor: Floats) -> pl.DataFrame:
    frame = twin["structure"].with_row_index("row").filter(
        (pl.col("parent_ix") >= 0) & (pl.col("child_ix") >= 0),
        pl.col("essential").fill_null(value=True),
    )  # fmt: skip
    parent, child = frame["parent_ix"].to_numpy(), frame["child_ix"].to_numpy()
    word = pl.concat_str(pl.col("owner").cast(pl.String), pl.lit(":"), "alternative")
    choice = frame.select(word.rank("dense").cast(pl.Int64)).to_series()
    alone = frame["alternative"].fill_null("") == ""
    one = pl.Series(lead[child], dtype=pl.Int64)
    rows = frame.select(
        pl.col("row").cast(pl.Int64),
        parent=pl.Series(lead[parent], dtype=pl.Int64),
        child=one,
        need=pl.select(pl.when(alone).then(one).otherwise(-1 - choice)).to_series(),
        quantity=frame["quantity"].cast(pl.Float64) * (factor[child] / factor[parent]),
    )
    # several nations may write down the same structure: the first row of a need and child counts
    return (
        rows.filter(pl.col("parent") != pl.col("child"))
        .sort("parent", "need", "child", "row")
        .unique(["parent", "need", "child"], keep="first", maintain_order=True)
    )


def _used(demand: Floats, source: pl.DataFrame, part: pl.DataFrame) -> tuple[Longs, pl.DataFrame]:
    """Leads that are demanded or go into what is assembled; what has a source is bought whole."""
    part = part.filter(~pl.col("parent").is_in(source["lead"].unique().to_list()))
    parent, child = part["parent"].to_numpy(), part["child"].to_numpy()
    used = demand > 0
    while True:
        more = child[used[parent]]
        if used[more].all():
            break
        used[more] = True
    leads = np.flatnonzero(used)
    return leads, part.filter(pl.col("parent").is_in(leads.tolist()))
