"""Days of supply once for each nation with stock or demand."""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Consumption, Twin
from redball.picture.rows import Codes, Facts, place_marks

_PLACE = ["site_ix", "item_ix"]
_BITS = 32

Marked = npt.NDArray[np.uint64]


def day_rows(
    twin: Twin, consumption: Consumption, days: pl.DataFrame, facts: Facts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Days of supply by nation; shortest first.

    A row of ``days`` may stand for one record or, where recognised items were merged, for several
    of several nations. The nations of a record are the owners of its holdings, and the owner of the
    item where it is consumed.

    Returns
    -------
    rows : polars.DataFrame
        ``cell``, ``days``, ``target_days``, ``history`` (bool; null without a basis), ``item``
        (row), ``once`` (whether it is the first of the rows that differ by nation only), ``mark``.
    touched : polars.DataFrame
        ``cell`` and ``mark`` of records whose figures stand in another record's row: without what
        made them one article they would stand in this cell.
    """
    plain = days.select(
        *_PLACE, "days", "target_days",
        rank=facts.items["rank"].gather(days["item_ix"]),
        history=pl.col("basis") == "demand history",
        mark=facts.marks.of_lists(days["labels"]),
    )  # fmt: skip
    places = _places(twin, consumption, facts)
    row, moved = _rows_of(places, plain, facts)
    known = facts.items["known_mark"].gather(places["item_ix"])
    # to stand in another record's row rests on what makes both one article
    places = places.with_columns(
        mark=pl.when(pl.Series(moved)).then(pl.col("mark") | known).otherwise("mark")
    )
    stand = places.with_columns(row=row).filter(pl.col("row") >= 0).select("row", "nation", "mark")
    taken = np.zeros(plain.height, np.bool_)
    taken[stand["row"].to_numpy()] = True
    missing = np.flatnonzero(~taken)
    owner = facts.owner_codes(facts.items["owner"].gather(plain["item_ix"].gather(missing)))
    rest = pl.DataFrame({"row": missing, "nation": owner}).with_columns(
        mark=pl.lit(0, pl.UInt64)
    )  # fmt: skip
    place, order = _order(plain)
    every = pl.concat([stand, rest])
    at, nation, mark = _distinct(
        every.with_columns(row=place.gather(every["row"])), len(facts.nations)
    )
    own = plain.drop("rank")[order[at]]
    own = own.with_columns(
        nation=pl.Series(facts.nations, dtype=pl.String).gather(nation),
        cell=_cell(own, nation, facts),
        once=pl.Series(np.diff(at, prepend=-1) != 0),
        mark=pl.col("mark") | pl.Series(mark),
    )
    rows = own.with_columns(mark=own["mark"] | place_marks(own, facts)).rename({"item_ix": "item"})
    away = places.filter(moved)
    touched = pl.DataFrame(
        {"cell": _cell(away, away["nation"].to_numpy(), facts), "mark": away["mark"]}
    )
    return rows.drop("nation", "site_ix"), touched


def _order(days: pl.DataFrame) -> tuple[pl.Series, Codes]:
    """Rank of each row of days, the shortest first, and the rows in that order."""
    lasting = days["days"].fill_null(np.inf).to_numpy()
    order = np.lexsort((days["site_ix"].to_numpy(), days["rank"].to_numpy(), lasting))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return pl.Series(place), order


def _places(twin: Twin, consumption: Consumption, facts: Facts) -> pl.DataFrame:
    """Where records are held or consumed, by nation (code), with the mark of what says so."""
    holding, used = twin["holding"], consumption.frame.select(_PLACE)
    held = holding.select(
        *_PLACE,
        nation=pl.Series(facts.owner_codes(holding["owner"])),
        mark=facts.marks.of(holding["label"]),
    ).filter(pl.all_horizontal(pl.col(name) != NOWHERE for name in _PLACE))
    owner = facts.items["owner"].gather(used["item_ix"])
    asked = used.with_columns(
        nation=pl.Series(facts.owner_codes(owner)), mark=pl.lit(0, pl.UInt64)
    )  # fmt: skip
    return pl.concat([held, asked])


def _rows_of(
    places: pl.DataFrame, days: pl.DataFrame, facts: Facts
) -> tuple[pl.Series, npt.NDArray[np.bool_]]:
    """Row of days that a place stands in (-1 for none), and whether it is another record's."""
    found = _find(_number(days, "item_ix"), _number(places, "item_ix"))
    away = found < 0
    if away.any() and not days.is_empty():
        group = facts.items["group"]
        led = days.select("site_ix", group=group.gather(days["item_ix"])).with_columns(
            lead=days["item_ix"]
        )
        order = led["lead"].arg_sort().cast(pl.Int64).to_numpy()
        others = places.filter(away)
        others = others.with_columns(group=group.gather(others["item_ix"]))
        at = _find(_number(led, "group")[order], _number(others, "group"))
        found[away] = np.where(at < 0, -1, order[at])
    return pl.Series(found), away & (found >= 0)


def _number(frame: pl.DataFrame, column: str) -> Codes:
    """One number for site and record (or group), to look up by."""
    site, other = (frame[name].cast(pl.Int64).to_numpy() for name in ("site_ix", column))
    number: Codes = site << _BITS | other
    return number


def _find(known: Codes, asked: Codes) -> Codes:
    """First position of each number among the known ones, -1 for none."""
    if not len(known):
        return np.full(len(asked), -1)
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    at = np.minimum(np.searchsorted(ordered, asked), len(known) - 1)
    return np.where(ordered[at] == asked, order[at], -1)


def _distinct(stand: pl.DataFrame, nations: int) -> tuple[Codes, Codes, Marked]:
    """Rows and nations, each pair once and in order, with their marks combined."""
    number = stand["row"].to_numpy() * nations + stand["nation"].to_numpy()
    order = np.argsort(number, kind="stable")
    number = number[order]
    if not len(number):
        return number, number, np.empty(0, np.uint64)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    mark = np.bitwise_or.reduceat(stand["mark"].to_numpy()[order], first)
    return number[first] // nations, number[first] % nations, mark


def _cell(rows: pl.DataFrame, nation: Codes, facts: Facts) -> pl.Series:
    classes = facts.items["supply_class"].gather(rows["item_ix"]).to_physical()
    site = rows["site_ix"].cast(pl.Int64).to_numpy()
    return pl.Series(facts.cell(nation, site, classes.cast(pl.Int64).to_numpy()))
