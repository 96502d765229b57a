"""Totals in place of rows: one row for each sum that tells nothing about a single contributor.

Rows of one marking (label id) are added by owner and by what makes them comparable: item and
condition of a holding, item and period of a demand. Sites, lots, units, suppliers and prices are
gone. A total is shown when at least three contributors (sites, units, suppliers) stand behind it
and none of them makes up 80 % of it; contributors of zero do not count. Otherwise it is absent.

Differencing: every row is in one group at most, and no total contains another; so no sum or
difference of totals shown holds a row of a group that is not. That is also why groups never join
markings: a marking is decided as a whole, so nobody sees a part of a group exactly and the whole
group as a total. Tables that can't be added are absent.

Source: threshold and dominance rule, as statistical offices use them (Hundepool et al., Statistical
Disclosure Control, Wiley 2012, ch. 4); three and 80 % are our own choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType
from typing import Final

import polars as pl

from redball.model import table
from redball.model.frames import frame_schema

MIN_GROUP: Final = 3
"""Least number of contributors behind a total."""

DOMINANT: Final = 0.8
"""Share of a total from which one contributor gives itself away."""

_ALMOST = DOMINANT * (1 - 1e-9)
"""Four of five stays four of five, whatever order a machine adds in."""


@dataclass(frozen=True)
class Totalled:
    """How rows of a table are added.

    Attributes
    ----------
    by : tuple of str
        Attributes that rows of one total share, beside owner and label.
    over : tuple of str
        Contributors: there must be three of each sort, and none may dominate.
    measure : str
        What is added.
    less : str
        Taken off each row's measure first; written as zero in a total. Of stock only what is not
        promised is told: who reserves what is a plan, and often one site's alone.
    part : str
        Part of the measure that is told too, where it and the rest can both be told.
    dates : tuple of (str, str)
        Dates among ``by``, and the step they are taken to: ``1q`` for the first day of the
        quarter, ``1y`` of the year.
    """

    by: tuple[str, ...]
    over: tuple[str, ...]
    measure: str = "quantity"
    less: str = ""
    part: str = ""
    dates: tuple[tuple[str, str], ...] = ()


TOTALLED: Mapping[str, Totalled] = MappingProxyType(
    {
        "fleet": Totalled(("system",), ("unit",), measure="count", part="available"),
        "holding": Totalled(("item", "condition"), ("site",), less="reserved"),
        "demand": Totalled(("item", "period_start", "period_days"), ("site",)),
        "requirement": Totalled(
            ("nation", "item", "needed_by"), ("unit",), dates=(("needed_by", "1q"),)
        ),
        "order": Totalled(
            ("item", "status", "ordered_on", "due_on"),
            ("site", "supplier"),
            dates=(("ordered_on", "1y"), ("due_on", "1q")),
        ),
        "consignment": Totalled(
            ("item", "mode", "status", "expected_on"),
            ("from_site", "to_site"),
            dates=(("expected_on", "1q"),),
        ),
    }
)
"""Tables whose rows can be added; of all others nothing is shown as a total."""


def totals(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Totals of the rows of a table, without those that would tell of one contributor.

    Parameters
    ----------
    name : str
        Table of the language.
    frame : polars.DataFrame
        As :func:`redball.model.frames.frame_schema` says; every row is added.

    Returns
    -------
    polars.DataFrame
        The same columns; ``key`` is empty, what is not told is null, provenance is gone.
    """
    spec = table(name)
    schema = frame_schema(spec)
    how = TOTALLED.get(name)
    if how is None or frame.is_empty():
        return pl.DataFrame(schema=schema)
    groups = ["owner", *how.by, "label"]
    rows = frame.with_columns(
        *(pl.col(day).dt.truncate(step) for day, step in how.dates),
        value=_value(how),
        part=pl.col(how.part).cast(pl.Float64) if how.part else pl.lit(None, pl.Float64),
    )
    shown = _told(rows, how, groups, "value")
    if how.part:
        shown = shown.join(_part(rows, how, groups), on=groups, how="left", nulls_equal=True)
    made = {how.measure: pl.col("value"), how.less: pl.lit(0.0), how.part: pl.col("part")}
    return shown.sort(groups).select(
        (
            made[column]
            if column in made
            else pl.col(column)
            if column in groups
            else pl.lit(_BLANK.get(column))
        )
        .cast(dtype)
        .alias(column)
        for column, dtype in schema.items()
    )


_BLANK: Mapping[str, str | int] = MappingProxyType({"key": "", "sheet": "", "since": 0, "line": 0})


def _value(how: Totalled) -> pl.Expr:
    """What a row adds; a row without it adds nothing."""
    value = pl.col(how.measure).cast(pl.Float64)
    if how.less:
        value = (value - pl.col(how.less).fill_null(0.0)).clip(lower_bound=0.0)
    return value.fill_nan(None).fill_null(0.0)


def _told(rows: pl.DataFrame, how: Totalled, groups: list[str], value: str) -> pl.DataFrame:
    """Groups that may be told, with the exact sum of ``value``, correctly rounded."""
    counted = rows.filter(pl.col(value) != 0)
    for over in how.over:
        safe = (
            counted.group_by(*groups, _contributor(over))
            .agg(pl.col(value).sum())
            .group_by(groups)
            .agg(
                safe=(pl.len() >= MIN_GROUP)
                & (pl.col(value).max() < _ALMOST * pl.col(value).sum())
                & (pl.col(value).min() > 0)
            )
            .filter("safe")
        )
        counted = counted.join(safe.select(groups), on=groups, how="semi", nulls_equal=True)
    lists = counted.group_by(groups).agg(pl.col(value))
    sums = pl.Series(value, [fsum(values) for values in lists[value].to_list()], pl.Float64)
    return lists.with_columns(sums)


def _contributor(over: str) -> pl.Expr:
    """A contributor by its full name; rows that name none count as one."""
    own = pl.concat_str(pl.col("owner").cast(pl.String), over, separator=":")
    full = pl.when(pl.col(over).str.contains(":", literal=True)).then(over).otherwise(own)
    return full.alias("contributor")


def _part(rows: pl.DataFrame, how: Totalled, groups: list[str]) -> pl.DataFrame:
    """Totals of the part, where every row gives it and neither it nor the rest tells of one."""
    full = rows.group_by(groups).agg(complete=pl.col("part").is_not_null().all())
    rest = rows.with_columns(rest=pl.col("value") - pl.col("part"))
    given = rest.join(
        full.filter("complete").select(groups), on=groups, how="semi", nulls_equal=True
    )
    told = _told(given, how, groups, "part")
    others = _told(given, how, groups, "rest").select(groups)
    return told.join(others, on=groups, how="semi", nulls_equal=True)
