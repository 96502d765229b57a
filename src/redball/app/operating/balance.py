"""Stock and readiness by nation and class of supply, as the panel beside the map shows them."""

from dataclasses import dataclass, field

import polars as pl

from redball.app.keeping import kept
from redball.app.operating.ahead import STOPS, course_of, days_left, ranked, word
from redball.app.operating.places import fleet_rows, site_rows
from redball.app.picture import PictureOptions, Recognised, picture_of
from redball.model.codes import supply_classes


@dataclass(frozen=True)
class Cell:
    """Stock of a nation in a class.

    Attributes
    ----------
    days : float, in d
        The least of any of its sites and articles that have a target; of all where none has one.
    level : str
        The worst, each article against its own target; ``standby`` without targets.
    """

    days: float
    level: str


@dataclass(frozen=True)
class Nation:
    """A nation's row.

    Attributes
    ----------
    code : str
    cells : mapping of str to Cell
        By class of supply; absent where nothing is known.
    available, count : int
        Of its fleets that are reported; 0 and 0 where none is.
    level : str
        The worst of its fleets; ``off`` where none is reported.
    """

    code: str
    cells: dict[str, Cell]
    available: int
    count: int
    level: str


@dataclass(frozen=True)
class Balance:
    """The panel.

    Attributes
    ----------
    classes : list of (str, str)
        Code and title of each class, in order.
    nations : list of Nation
    by_nation, by_class : polars.DataFrame
        The picture's tables of the same names.
    """

    classes: list[tuple[str, str]]
    nations: list[Nation]
    by_nation: pl.DataFrame = field(repr=False)
    by_class: pl.DataFrame = field(repr=False)


def balance_of(known: Recognised, ahead: int = 0) -> Balance:
    """Stock and readiness, some days ahead; made once for each twin and day."""
    if ahead not in STOPS:
        return _balance(known, ahead)
    return kept(known.seen, ("operating balance", ahead), lambda: _balance(known, ahead))


def _balance(known: Recognised, ahead: int) -> Balance:
    picture = picture_of(known, PictureOptions()).picture
    cells = _cells(known, ahead)
    fleets = _fleets(known)
    names = sorted({*(nation for nation, _ in cells), *fleets})
    titles = {code: one.title for code, one in supply_classes().items()}
    found = {code for _, code in cells}
    classes = [(code, titles.get(code, code)) for code in picture.by_class["supply_class"]
               if code in found]  # fmt: skip
    nations = [
        Nation(
            name,
            {code: cells[name, code] for code, _ in classes if (name, code) in cells},
            *fleets.get(name, (0, 0, word(0))),
        )
        for name in names
    ]
    return Balance(classes, nations, picture.by_nation, picture.by_class)


def _cells(known: Recognised, ahead: int) -> dict[tuple[str, str], Cell]:
    """Least days and worst level by nation and class."""
    course = course_of(known)
    sites = site_rows(known)
    held = picture_of(known, PictureOptions()).picture.stock.select(
        "nation", pl.col("site_key").alias("site"), "supply_class"
    ).drop_nulls().unique()  # fmt: skip
    pairs = course.pairs.with_columns(
        days=pl.Series(days_left(course, ahead)),
        site=sites["site"].gather(course.pairs["site_ix"]),
    ).with_columns(rank=ranked(pl.col("days"), pl.col("target_days"), course.limits))
    rows = (
        pairs.join(held, on=["site", "supply_class"])
        .group_by("nation", "supply_class")
        .agg(
            days=pl.coalesce(
                pl.col("days").filter(pl.col("rank").is_not_null()).min(), pl.col("days").min()
            ),
            rank=pl.col("rank").max(),
        )
    )
    return {(nation, code): Cell(days, word(rank)) for nation, code, days, rank in rows.iter_rows()}


def _fleets(known: Recognised) -> dict[str, tuple[int, int, str]]:
    """Available, count and worst level of the reported fleets of each nation."""
    reported = pl.col("available").is_not_null()
    rows = fleet_rows(known).group_by("nation").agg(
        available=pl.col("available").sum(),
        count=pl.col("count").filter(reported).sum(),
        rank=pl.col("rank").max(),
    )  # fmt: skip
    return {
        nation: (int(available or 0), int(count or 0), word(rank))
        for nation, available, count, rank in rows.iter_rows()
    }
