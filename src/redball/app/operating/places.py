"""Sites and units of the map, each with how it stands."""

from dataclasses import dataclass, replace

import polars as pl

from redball.app.keeping import kept
from redball.app.operating import symbols
from redball.app.operating.ahead import STOPS, at_places
from redball.app.operating.standing import RANK, WORD, said_of_places
from redball.app.picture import FindingOptions, PictureOptions, Recognised, findings_of, picture_of
from redball.model import NOWHERE, BadUse, Level

LEVELS = tuple(level.value for level in reversed(Level) if level.rank >= Level.NORMAL.rank)
"""Levels that the map can be cut off at, the worst first."""
_NORMAL = Level.NORMAL.rank


@dataclass(frozen=True)
class Chosen:
    """Which places are looked at; everything empty means all of them.

    Attributes
    ----------
    nation : str
        Places that it owns, has a unit at or holds stock at.
    supply_class : str
        Places that hold or use this class; days and levels of stock are then of it alone.
    kind : str
    level : str
        Places of this level and worse.
    text : str
        Part of the name, the key, or the name of a unit there.
    ahead : int, in d
        How far stocks are carried on.
    """

    nation: str = ""
    supply_class: str = ""
    kind: str = ""
    level: str = ""
    text: str = ""
    ahead: int = 0

    def __post_init__(self) -> None:
        if self.level and self.level not in LEVELS:
            raise BadUse(
                f"'{self.level[:40]}' is not a level that places are chosen by.",
                where="level", mend=f"Use one of: {', '.join(LEVELS)}.",
            )  # fmt: skip
        if self.kind and self.kind not in symbols.kinds():
            raise BadUse(
                f"'{self.kind[:40]}' is not a kind of site.",
                where="kind", mend=f"Use one of: {', '.join(symbols.kinds())}.",
            )  # fmt: skip

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return replace(self, ahead=0) != Chosen()


def site_rows(known: Recognised) -> pl.DataFrame:
    """What stays the same of every site, in the twin's order; made once.

    Columns: ``site_ix``, ``site`` (``OWNER:KEY``), ``name``, ``kind``, ``owner``, ``country``,
    ``latitude``, ``longitude`` (deg), ``affiliation``, ``symbol`` (its code),
    ``units`` (names of the units there), ``nations`` and ``classes`` (lists), ``search``.
    """
    return kept(known.seen, "operating sites", lambda: _site_rows(known))


def _site_rows(known: Recognised) -> pl.DataFrame:
    twin = known.twin
    picture = picture_of(known, PictureOptions()).picture
    members = twin["nation"]["country"].cast(pl.String).drop_nulls().unique().to_list()
    units = (
        unit_rows(known)
        .group_by("site_ix")
        .agg(units=pl.col("unit").sort().str.join(", "), unit_nations=pl.col("nation").unique())
    )
    held = picture.stock.group_by(site=pl.col("site_key")).agg(
        held_by=pl.col("nation").unique(), classes=pl.col("supply_class").unique().sort()
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    rows = (
        twin["site"]
        .select(
            pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"),
            site=pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"),
            name="name",
            kind=pl.col("kind").cast(pl.String),
            owner=pl.col("owner").cast(pl.String),
            country=pl.col("country").cast(pl.String),
            latitude="latitude",
            longitude="longitude",
        )
        .join(units, on="site_ix", how="left", maintain_order="left")
        .join(held, on="site", how="left", maintain_order="left")
        .with_columns(
            pl.col("units").fill_null(""),
            pl.col("classes").fill_null(none),
            affiliation=pl.when(pl.col("country").is_null())
            .then(pl.lit("unknown"))
            .when(pl.col("country").is_in(members))
            .then(pl.lit("ours"))
            .otherwise(pl.lit("neutral")),
            nations=pl.concat_list(
                pl.concat_list("owner"),
                pl.col("unit_nations").fill_null(none),
                pl.col("held_by").fill_null(none),
            ).list.unique().list.sort(),
        )
        .drop("unit_nations", "held_by")
    )  # fmt: skip
    search = pl.concat_str("name", "site", "units", separator=" ").str.to_lowercase()
    exercise = twin.exercise
    return rows.with_columns(search=search, symbol=symbols.coded(rows, exercise=exercise))


def unit_rows(known: Recognised) -> pl.DataFrame:
    """Units that are at a site, with the worst level of their fleets.

    Columns: ``unit_ix``, ``key`` (``OWNER:KEY``), ``unit``, ``nation``, ``site_ix``,
    ``personnel``, ``level``.
    """
    return kept(known.seen, "operating units", lambda: _unit_rows(known))


def _unit_rows(known: Recognised) -> pl.DataFrame:
    party = known.twin["party"].with_row_index("unit_ix")
    ranks = fleet_rows(known).group_by("unit_ix").agg(pl.col("rank").max())
    return (
        party.filter(pl.col("kind") == "unit", pl.col("site_ix") != NOWHERE)
        .select(
            pl.col("unit_ix").cast(pl.Int32),
            key=pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"),
            unit=pl.col("name").fill_null(pl.col("key")),
            nation=pl.col("owner").cast(pl.String),
            site_ix="site_ix",
            personnel="personnel",
        )
        .join(ranks, on="unit_ix", how="left", maintain_order="left")
        .with_columns(level=_word(pl.col("rank").fill_null(Level.OFF.rank)))
        .drop("rank")
    )


def fleet_rows(known: Recognised) -> pl.DataFrame:
    """Readiness of the picture, each fleet with the rows it is of.

    Columns: those of the picture's readiness, ``unit_ix``, ``system_ix``, ``system_key``
    (``OWNER:KEY``), ``site_ix`` and ``rank``; in the picture's order.
    """
    return kept(known.seen, "operating fleets", lambda: _fleet_rows(known))


def _fleet_rows(known: Recognised) -> pl.DataFrame:
    twin = known.twin
    readiness = picture_of(known, PictureOptions()).picture.readiness
    party, system = twin["party"], twin["system"]
    where = pl.col("unit_ix")
    fleet = twin["fleet"].filter(where != NOWHERE, pl.col("system_ix") != NOWHERE)
    name = pl.col("name").fill_null(pl.col("key"))
    keys = pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    rows = fleet.select(
        pl.col("owner").cast(pl.String).alias("nation"),
        "unit_ix",
        "system_ix",
        unit=party.select(name).to_series().gather(fleet["unit_ix"]),
        system=system.select(name).to_series().gather(fleet["system_ix"]),
        system_key=system.select(keys).to_series().gather(fleet["system_ix"]),
        site_ix=party["site_ix"].gather(fleet["unit_ix"]),
    ).unique(["nation", "unit", "system"], keep="first", maintain_order=True)
    return readiness.join(
        rows, on=["nation", "unit", "system"], how="left", maintain_order="left"
    ).with_columns(
        rank=pl.col("level").cast(pl.String).replace_strict(RANK, return_dtype=pl.Int8)
    )  # fmt: skip


def placed(known: Recognised, ahead: int = 0, supply_class: str = "") -> pl.DataFrame:
    """Every site with how it stands some days ahead, by all classes of supply or one.

    Columns: those of :func:`site_rows`; ``level`` and ``rank`` (the worst of the findings about it,
    those of stock replaced by what stocks will be when looking ahead), ``days`` (d, the least of
    its stocks), ``item`` (of which), ``target_days`` (of that).
    """
    if ahead not in STOPS or supply_class:
        return _placed(known, ahead, supply_class)
    return kept(known.seen, ("operating placed", ahead), lambda: _placed(known, ahead, ""))


def _placed(known: Recognised, ahead: int, supply_class: str) -> pl.DataFrame:
    found = said_of_places(findings_of(known, FindingOptions()))
    if supply_class:
        found = found.filter(
            pl.col("supply_class").is_null() | (pl.col("supply_class") == supply_class)
        )
    if ahead:
        found = found.filter(~pl.col("stock"))
    said = found.group_by("site").agg(said=pl.col("rank").max())
    stock = at_places(known, ahead, supply_class)
    items = known.twin["item"]["name"]
    stock = stock.with_columns(item=items.gather(stock["item_ix"])).drop("item_ix")
    expected = pl.col("rank") if ahead else pl.lit(None, pl.Int8)
    rank = pl.max_horizontal("said", expected, pl.lit(_NORMAL, pl.Int8))
    return (
        site_rows(known)
        .join(said, on="site", how="left", maintain_order="left")
        .join(stock, on="site_ix", how="left", maintain_order="left")
        .with_columns(rank=rank)
        .drop("said")
        .with_columns(level=_word(pl.col("rank")))
    )


def _word(rank: pl.Expr) -> pl.Expr:
    return rank.replace_strict(WORD, default=None, return_dtype=pl.String)


def chosen_places(known: Recognised, chosen: Chosen) -> pl.DataFrame:
    """The places that are looked at, the worst first, then the shortest stocks."""
    rows = placed(known, chosen.ahead, chosen.supply_class)
    wanted: list[pl.Expr] = []
    if chosen.nation:
        wanted.append(pl.col("nations").list.contains(chosen.nation))
    if chosen.supply_class:
        wanted.append(pl.col("classes").list.contains(chosen.supply_class))
    if chosen.kind:
        wanted.append(pl.col("kind") == chosen.kind)
    if chosen.level:
        wanted.append(pl.col("rank") >= RANK[chosen.level])
    if chosen.text:
        wanted.append(pl.col("search").str.contains(chosen.text.lower(), literal=True))
    left = rows.filter(wanted) if wanted else rows
    return left.sort(["rank", "days", "site_ix"], descending=[True, False, False], nulls_last=True)
